//! Lists of orders: filters, order, pages.

use super::{Order, STATUSES, Woo, WooError, form};
use crate::shops::{
    call::{Call, json, with_headers},
    text::{paris, read_civil, read_zoned, utc},
};
use carriers::Response;
use clock::Time;
use jiff::civil::DateTime;
use serde_json::Value;

/// Orders on a page, when the client does not say.
const PER_PAGE: usize = 10;
/// Orders on a page, at most.
const PER_PAGE_MAX: usize = 100;

impl Woo {
    pub(super) fn list(&self, call: &Call<'_>) -> Result<Response, WooError> {
        let page = Page::of(call)?;
        let filter = Filter::of(call)?;
        let mut found: Vec<&Order> = self.orders.values().filter(|order| filter.takes(order)).collect();
        sort(&mut found, call)?;
        let shown: Vec<Value> = page.cut(&found).iter().map(|order| self.shown(order, call)).collect();
        Ok(page.answer(call, found.len(), &shown, &self.options.url))
    }
}

/// Which part of a list is asked for.
pub(super) struct Page {
    number: usize,
    size: usize,
    offset: Option<usize>,
}

impl Page {
    pub(super) fn of(call: &Call<'_>) -> Result<Self, WooError> {
        let number = count(call, "page", 1, usize::MAX, "page must be greater than or equal to 1")?.unwrap_or(1);
        let why = "per_page must be between 1 (inclusive) and 100 (inclusive)";
        let size = count(call, "per_page", 1, PER_PAGE_MAX, why)?.unwrap_or(PER_PAGE);
        Ok(Self { number, size, offset: count(call, "offset", 0, usize::MAX, "offset is not of type integer.")? })
    }

    pub(super) fn cut<'a, T>(&self, all: &'a [T]) -> &'a [T] {
        let start = self.offset.unwrap_or_else(|| (self.number - 1).saturating_mul(self.size)).min(all.len());
        let end = start.saturating_add(self.size).min(all.len());
        all.get(start..end).unwrap_or_default()
    }

    /// The answer with its counts and, where there are more pages, their addresses.
    pub(super) fn answer(&self, call: &Call<'_>, total: usize, shown: &[Value], url: &str) -> Response {
        let pages = total.div_ceil(self.size);
        let answer = json(200, &Value::from(shown));
        let answer = with_headers(answer, [("x-wp-total", total.to_string()), ("x-wp-totalpages", pages.to_string())]);
        let link = |number: usize, rel: &str| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(call.query.iter().filter(|(name, _)| name != "page" && !name.starts_with("oauth_")));
            query.append_pair("page", &number.to_string());
            format!("<{url}{}?{}>; rel=\"{rel}\"", call.path, query.finish())
        };
        let mut links = Vec::new();
        if self.number > 1 {
            links.push(link((self.number - 1).min(pages.max(1)), "prev"));
        }
        if self.number < pages {
            links.push(link(self.number + 1, "next"));
        }
        if links.is_empty() { answer } else { with_headers(answer, [("link", links.join(", "))]) }
    }
}

fn count(call: &Call<'_>, name: &str, min: usize, max: usize, why: &str) -> Result<Option<usize>, WooError> {
    let Some(text) = call.get(name).filter(|text| !text.is_empty()) else { return Ok(None) };
    let number = text.parse().ok().filter(|n| (min..=max).contains(n));
    number.map(Some).ok_or_else(|| WooError::parameter(name, why))
}

/// Which orders are asked for.
struct Filter {
    statuses: Vec<String>,
    include: Vec<u64>,
    exclude: Vec<u64>,
    search: Option<String>,
    created: Span,
    modified: Span,
}

impl Filter {
    fn of(call: &Call<'_>) -> Result<Self, WooError> {
        let statuses: Vec<String> = call.list("status").into_iter().map(str::to_owned).collect();
        for status in &statuses {
            if status != "any" && !STATUSES.contains(&status.as_str()) {
                let why = format!("status[0] is not one of any, {}.", STATUSES.join(", "));
                return Err(WooError::parameter("status", &why));
            }
        }
        let gmt = call.flag("dates_are_gmt");
        let ids = |name| call.list(name).into_iter().filter_map(|id| id.parse().ok()).collect();
        Ok(Self {
            statuses,
            include: ids("include"),
            exclude: ids("exclude"),
            search: call.get("search").filter(|text| !text.is_empty()).map(str::to_lowercase),
            created: Span::of(call, "after", "before", gmt)?,
            modified: Span::of(call, "modified_after", "modified_before", gmt)?,
        })
    }

    fn takes(&self, order: &Order) -> bool {
        let any = self.statuses.is_empty() || self.statuses.iter().any(|status| status == "any");
        let status = if any { order.status != "trash" } else { self.statuses.contains(&order.status) };
        status
            && (self.include.is_empty() || self.include.contains(&order.id))
            && !self.exclude.contains(&order.id)
            && self.created.holds(order.created)
            && self.modified.holds(order.modified)
            && self.search.as_ref().is_none_or(|text| searched(order, text))
    }
}

fn searched(order: &Order, text: &str) -> bool {
    let buyer = &order.buyer;
    let parts = [&buyer.first_name, &buyer.last_name, &buyer.company, &buyer.email, &buyer.city, &buyer.postal_code];
    order.id.to_string() == text || parts.into_iter().flatten().any(|part| part.to_lowercase().contains(text))
}

/// A span of time, without its ends.
struct Span {
    after: Option<DateTime>,
    before: Option<DateTime>,
    gmt: bool,
}

impl Span {
    fn of(call: &Call<'_>, after: &str, before: &str, gmt: bool) -> Result<Self, WooError> {
        let read = |name: &str| match call.get(name).filter(|text| !text.is_empty()) {
            None => Ok(None),
            Some(text) => wall(text).map(Some).ok_or_else(|| WooError::parameter(name, "Invalid date.")),
        };
        Ok(Self { after: read(after)?, before: read(before)?, gmt })
    }

    fn holds(&self, at: Time) -> bool {
        let shown = if self.gmt { utc(at) } else { paris(at) };
        let Some(shown) = read_civil(&shown) else { return false };
        self.after.is_none_or(|after| shown > after) && self.before.is_none_or(|before| shown < before)
    }
}

/// What WordPress makes of a date: without a zone it is taken as it stands, with one it is put on the clocks of the shop,
/// and compared as that, even with times in UTC. A client that asks for times in UTC must leave the zone away.
fn wall(text: &str) -> Option<DateTime> {
    read_zoned(text).and_then(|at| read_civil(&paris(at))).or_else(|| read_civil(text))
}

fn sort(found: &mut [&Order], call: &Call<'_>) -> Result<(), WooError> {
    match call.get("orderby").unwrap_or("date") {
        "date" => found.sort_by_key(|order| (order.created, order.id)),
        "modified" => found.sort_by_key(|order| (order.modified, order.id)),
        "id" | "title" | "slug" | "include" => found.sort_by_key(|order| order.id),
        _ => {
            let why = "orderby is not one of date, modified, id, include, title, and slug.";
            return Err(WooError::parameter("orderby", why));
        }
    }
    match call.get("order").unwrap_or("desc") {
        "asc" => Ok(()),
        "desc" => {
            found.reverse();
            Ok(())
        }
        _ => Err(WooError::parameter("order", "order is not one of asc and desc.")),
    }
}

impl Woo {
    pub(super) fn notes(&self, id: &str, call: &Call<'_>) -> Result<Response, WooError> {
        let order = self.noted(id)?;
        let wanted = call.get("type").unwrap_or("any");
        let taken = order.notes.iter().rev().filter(|note| match wanted {
            "customer" => note.to_customer,
            "internal" => !note.to_customer,
            _ => true,
        });
        let shown: Vec<Value> = taken.map(|note| form::note(note, order.id, &self.options)).collect();
        Ok(json(200, &shown.into()))
    }

    pub(super) fn note(&self, id: &str, note: &str) -> Result<Response, WooError> {
        let order = self.noted(id)?;
        let found = note.parse().ok().and_then(|id: u64| order.notes.iter().find(|note| note.id == id));
        let found = found.ok_or_else(|| WooError::new(404, "woocommerce_rest_invalid_id", "Invalid resource ID."))?;
        Ok(json(200, &form::note(found, order.id, &self.options)))
    }

    fn noted(&self, id: &str) -> Result<&Order, WooError> {
        self.order(id).map_err(|_| WooError::new(404, "woocommerce_rest_order_invalid_id", "Invalid order ID."))
    }
}
