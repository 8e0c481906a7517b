//! The list of orders: search, order, pages that stay put while orders change.

use super::{
    Order, Shopify, State, form,
    graph::{GraphError, Page, Step, window},
};
use crate::shops::text::{base64, read_civil, read_zoned, unbase64};
use clock::Time;
use std::cmp::Ordering;

impl Shopify {
    /// A page of orders. A cursor is a place in the order that was asked for, and not an order, so that an order that is
    /// changed between two pages is neither left out nor does it take another with it.
    pub(super) fn search(&self, step: &Step) -> Result<Page, GraphError> {
        let by = Sort::of(step)?;
        let mut found = self.found(step)?;
        found.sort_by_key(|order| by.place(order));
        if step.argument("reverse") == true {
            found.reverse();
        }
        let items: Vec<(String, &Order)> = found.into_iter().map(|order| (by.cursor(order), order)).collect();
        let keep = kept(&items, step)?;
        let cut: Vec<(String, serde_json::Value)> =
            keep.items.iter().map(|(cursor, order)| (cursor.clone(), form::order(order, &self.options))).collect();
        Ok(Page { items: cut, next: keep.next, previous: keep.previous })
    }

    /// All orders that a search finds.
    pub(super) fn found(&self, step: &Step) -> Result<Vec<&Order>, GraphError> {
        let query = Query::of(step.text("query").unwrap_or_default());
        Ok(self.orders.values().filter(|order| query.takes(order)).collect())
    }
}

struct Kept<'a> {
    items: Vec<(String, &'a Order)>,
    next: bool,
    previous: bool,
}

fn kept<'a>(items: &[(String, &'a Order)], step: &Step) -> Result<Kept<'a>, GraphError> {
    let reverse = step.argument("reverse") == true;
    let beyond = |cursor: &str| {
        let wanted = read_cursor(cursor)
            .ok_or_else(|| GraphError::new("BAD_REQUEST", "Invalid cursor for current pagination sort."))?;
        Ok(items.partition_point(|(known, _)| {
            let order = read_cursor(known).map_or(Ordering::Less, |place| place.cmp(&wanted));
            if reverse { order.is_ge() } else { order.is_le() }
        }))
    };
    let start = step.text("after").map(beyond).transpose()?.unwrap_or(0);
    let end = step.text("before").map(beyond).transpose()?.map_or(items.len(), |at| at.saturating_sub(1));
    let total = items.len();
    let part = items.get(start..end.max(start)).unwrap_or_default();
    // The rest is as for any list: `after` and `before` are done with.
    let mut bare = Step { arguments: step.arguments.clone(), key: String::new(), steps: Vec::new(), ..*step };
    bare.arguments.remove("after");
    bare.arguments.remove("before");
    let places = part.iter().map(|(cursor, _)| (cursor.clone(), serde_json::Value::Null)).collect();
    let page = window(places, &bare)?;
    let first = page.items.first().and_then(|(cursor, _)| part.iter().position(|(known, _)| known == cursor));
    let from = first.unwrap_or(0);
    let items = part.get(from..from + page.items.len()).unwrap_or_default().to_vec();
    Ok(Kept { items, next: page.next || end < total, previous: page.previous || start > 0 })
}

/// The place that a cursor stands for.
fn read_cursor(cursor: &str) -> Option<(i64, u64)> {
    let text = String::from_utf8(unbase64(cursor)?).ok()?;
    let (value, id) = text.split_once(':')?;
    Some((value.parse().ok()?, id.parse().ok()?))
}

/// What orders are sorted by.
#[derive(Clone, Copy)]
enum Sort {
    Created,
    Updated,
    Id,
}

impl Sort {
    fn of(step: &Step) -> Result<Self, GraphError> {
        match step.text("sortKey").unwrap_or("PROCESSED_AT") {
            "PROCESSED_AT" | "CREATED_AT" => Ok(Self::Created),
            "UPDATED_AT" => Ok(Self::Updated),
            "ID" | "ORDER_NUMBER" => Ok(Self::Id),
            other => {
                let message = format!(
                    "Argument 'sortKey' on Field 'orders' has an invalid value ({other}). Expected type 'OrderSortKeys'."
                );
                Err(GraphError::new("argumentLiteralsIncompatible", message))
            }
        }
    }

    fn place(self, order: &Order) -> (i64, u64) {
        let value = match self {
            Self::Created => order.created.unix_ms(),
            Self::Updated => order.updated.unix_ms(),
            Self::Id => 0,
        };
        (value, order.id)
    }

    fn cursor(self, order: &Order) -> String {
        let (value, id) = self.place(order);
        base64(format!("{value}:{id}").as_bytes())
    }
}

/// What a search says: alternatives of conditions that hold together.
struct Query(Vec<Vec<Condition>>);

struct Condition {
    not: bool,
    field: Option<String>,
    compare: Compare,
    value: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Compare {
    Is,
    Below,
    UpTo,
    From,
    Above,
}

impl Query {
    fn of(text: &str) -> Self {
        let mut all = vec![Vec::new()];
        for word in words(text) {
            match word.as_str() {
                "AND" | "(" | ")" => {}
                "OR" => all.push(Vec::new()),
                word => all.last_mut().into_iter().for_each(|group| group.push(Condition::of(word))),
            }
        }
        Self(all)
    }

    fn takes(&self, order: &Order) -> bool {
        self.0.iter().any(|group| group.iter().all(|condition| condition.holds(order) != condition.not))
    }
}

/// Words, and what stands between quotes as one.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in text.chars() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None, c) if c.is_whitespace() => words.push(String::new()),
            (_, c) => words.last_mut().into_iter().for_each(|word| word.push(c)),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

impl Condition {
    fn of(word: &str) -> Self {
        let (not, word) = word.strip_prefix('-').map_or((false, word), |rest| (true, rest));
        let word = word.trim_matches(['(', ')']);
        let Some((field, value)) = word.split_once(':') else {
            return Self { not, field: None, compare: Compare::Is, value: word.to_lowercase() };
        };
        let signs = [(">=", Compare::From), ("<=", Compare::UpTo), (">", Compare::Above), ("<", Compare::Below)];
        let signed = signs.into_iter().find_map(|(sign, compare)| Some((compare, value.strip_prefix(sign)?)));
        let (compare, value) = signed.unwrap_or((Compare::Is, value));
        Self { not, field: Some(field.to_owned()), compare, value: value.to_owned() }
    }

    fn holds(&self, order: &Order) -> bool {
        let Some(field) = &self.field else { return free_text(order, &self.value) };
        let is = |text: &str| text.eq_ignore_ascii_case(&self.value);
        match field.as_str() {
            "updated_at" => self.dated(order.updated),
            "created_at" | "processed_at" => self.dated(order.created),
            "id" => self.ordered(order.id.cmp(&self.value.parse().unwrap_or(0))),
            "name" => order.number.to_string() == self.value.trim_start_matches('#'),
            "email" => order.buyer.email.as_deref().is_some_and(is),
            "tag" => order.tags.iter().any(|tag| is(tag)),
            "status" => match self.value.to_lowercase().as_str() {
                "open" | "not_closed" => order.cancelled.is_none(),
                "cancelled" => order.cancelled.is_some(),
                "closed" => false,
                _ => true,
            },
            "fulfillment_status" => match self.value.to_lowercase().as_str() {
                "shipped" | "fulfilled" => order.state() == State::Shipped,
                "unshipped" | "unfulfilled" => order.fulfillments.is_empty(),
                "any" => true,
                _ => false,
            },
            "financial_status" => is(if order.paid { "paid" } else { "pending" }),
            // Shopify leaves out a condition on a field that it does not know.
            _ => !self.not,
        }
    }

    fn dated(&self, at: Time) -> bool {
        let civil = || read_civil(&self.value).and_then(|at| Time::from_paris(&at.to_string()).ok());
        let Some(wanted) = read_zoned(&self.value).or_else(civil) else { return false };
        self.ordered(at.cmp(&wanted))
    }

    fn ordered(&self, order: Ordering) -> bool {
        match self.compare {
            Compare::Is => order.is_eq(),
            Compare::Below => order.is_lt(),
            Compare::UpTo => order.is_le(),
            Compare::From => order.is_ge(),
            Compare::Above => order.is_gt(),
        }
    }
}

fn free_text(order: &Order, text: &str) -> bool {
    let buyer = &order.buyer;
    let parts = [&buyer.first_name, &buyer.last_name, &buyer.email, &buyer.city];
    text == "*"
        || order.number.to_string() == text.trim_start_matches('#')
        || parts.into_iter().flatten().any(|part| part.to_lowercase().contains(text))
}
