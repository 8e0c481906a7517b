//! A merchant's shipments, page by page, the newest first.

use super::{answer::ShipmentList, read::page};
use crate::{
    auth::Signed,
    failure,
    problem::{Kind, Problem},
    refusals::{Always, BadQuery},
    state::Shared,
};
use axum::{
    Json,
    extract::{Query, State},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use clock::Time;
use dispatch::State as Stands;
use http::{Uri, header};
use jiff::{Timestamp, civil::Date};
use parcel::{Invalid, ShipmentId};
use serde::Deserialize;
use std::str::FromStr;
use store::{Cursor, Filter, Scope};
use utoipa::IntoParams;

/// Shipments on a page when nothing is asked.
const PAGE_COUNT: usize = 50;
/// The longest text that is looked for: a parcel's number or reference, or an order's number.
const QUERY_CHARS_MAX: usize = 30;
/// Shipments on a page, at most.
const PAGE_COUNT_MAX: usize = 200;

/// Which shipments are wanted.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only those in this state: waiting, in_flight, unknown, confirmed, rejected, human, question or void.
    state: Option<String>,
    /// true: only those of which it is known that the parcel is not, or may not be, where its buyer chose.
    mismatch: Option<String>,
    /// Only those of this order.
    order_number: Option<String>,
    /// Only those whose order number begins so, or whose parcel reference or parcel number is just this.
    q: Option<String>,
    /// Only those that the carrier gave this parcel number.
    parcel_number: Option<String>,
    /// Only those that this batch made or found.
    batch: Option<String>,
    /// Only those of this product.
    product: Option<String>,
    /// Only those accepted on this day (in Paris) or at this moment (RFC 3339), or later.
    created_from: Option<String>,
    /// Only those accepted on this day or before it, or before this moment.
    created_to: Option<String>,
    /// How many on a page, 1 to 200; 50 when absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
    /// Where the page begins: taken from `next` of the page before, and otherwise a secret of this server's.
    cursor: Option<String>,
}

/// List shipments
///
/// Your shipments, the newest first. A page can hold fewer than were asked for although there are more: go on as long
/// as there is a `next`.
#[utoipa::path(get, path = "/v1/shipments", tag = "shipments",
    params(ListQuery),
    responses((status = 200, description = "A page", body = ShipmentList,
            headers(("Link" = String, description = "rel=next: the next page; absent on the last"))),
        Always, BadQuery),
    security(("api_key" = [])))]
pub(crate) async fn list(State(app): State<Shared>, Signed(caller): Signed, uri: Uri) -> Result<Response, Problem> {
    caller.require(Scope::Read)?;
    let query = Query::<ListQuery>::try_from_uri(&uri).map_err(|_| unreadable())?.0;
    let (filter, after, limit) = query.parse()?;
    let found = app.store.list(&caller.merchant, filter, after, limit).await.map_err(failure::of_store)?;
    let next = found.next.map(|cursor| query.next_path(cursor));
    let link = next.as_ref().map(|path| [(header::LINK, format!("<{path}>; rel=\"next\""))]);
    let page = Json(page(&found.items, next));
    Ok(match link {
        Some(link) => (link, page).into_response(),
        None => page.into_response(),
    })
}

impl ListQuery {
    fn parse(&self) -> Result<(Filter, Option<Cursor>, usize), Problem> {
        let state = self.state.as_deref().map(state).transpose()?;
        let filter = Filter {
            state,
            mismatched: self.mismatch.as_deref().map(mismatched).transpose()?.unwrap_or_default(),
            order_number: parsed(self.order_number.as_deref())?,
            query: self.q.as_deref().map(looked_for).transpose()?,
            parcel_number: parsed(self.parcel_number.as_deref())?,
            batch: parsed(self.batch.as_deref())?,
            product: parsed(self.product.as_deref())?,
            created_from: self.created_from.as_deref().map(|text| moment("created_from", text, false)).transpose()?,
            created_to: self.created_to.as_deref().map(|text| moment("created_to", text, true)).transpose()?,
            ..Filter::default()
        };
        let after = self.cursor.as_deref().map(read_cursor).transpose()?;
        Ok((filter, after, limit(self.limit.as_deref())?))
    }

    /// The path of the page after this place, with the same wishes.
    fn next_path(&self, after: Cursor) -> String {
        let mut path = format!("/v1/shipments?cursor={}", write_cursor(after));
        let wishes = [
            ("state", &self.state),
            ("mismatch", &self.mismatch),
            ("order_number", &self.order_number),
            ("q", &self.q),
            ("parcel_number", &self.parcel_number),
            ("batch", &self.batch),
            ("product", &self.product),
            ("created_from", &self.created_from),
            ("created_to", &self.created_to),
            ("limit", &self.limit),
        ];
        for (name, value) in wishes {
            if let Some(value) = value {
                path.push_str(&format!("&{name}={}", escape(value)));
            }
        }
        path
    }
}

fn unreadable() -> Problem {
    let known =
        "state, mismatch, order_number, q, parcel_number, batch, product, created_from, created_to, limit and cursor";
    Problem::new(Kind::BadQuery, format!("The query takes {known}, each at most once."))
}

/// A value of the query as the field of a shipment that it is.
fn parsed<T: FromStr<Err = Invalid>>(text: Option<&str>) -> Result<Option<T>, Problem> {
    let wrong = |e: Invalid| Problem::new(Kind::BadQuery, format!("{e}.")).field(e.field);
    text.map(str::parse).transpose().map_err(wrong)
}

/// What is looked for.
fn looked_for(text: &str) -> Result<String, Problem> {
    let wrong = || Problem::new(Kind::BadQuery, format!("q has 1 to {QUERY_CHARS_MAX} characters.")).field("q");
    let text = text.trim();
    if (1..=QUERY_CHARS_MAX).contains(&text.chars().count()) { Ok(text.to_owned()) } else { Err(wrong()) }
}

/// A moment, or the start of a day in Paris; of a day that is the last one wanted, its end.
fn moment(field: &str, text: &str, last: bool) -> Result<Time, Problem> {
    let day = || {
        let day: Date = text.parse().ok().filter(|_| text.len() == 10)?;
        let day = if last { day.tomorrow().ok()? } else { day };
        Time::from_paris(&format!("{day}T00:00:00")).ok()
    };
    let time = || Some(Time::from_unix_ms(text.parse::<Timestamp>().ok()?.as_millisecond()));
    day().or_else(time).ok_or_else(|| {
        let detail = format!("{field} is a day such as 2025-12-22 or a moment such as 2025-12-22T06:24:00Z.");
        Problem::new(Kind::BadQuery, detail).field(field)
    })
}

fn state(text: &str) -> Result<Stands, Problem> {
    serde_json::from_value(text.into()).map_err(|_| {
        let known = "waiting, in_flight, unknown, confirmed, rejected, human, question or void";
        Problem::new(Kind::BadQuery, format!("state is one of {known}.")).field("state")
    })
}

fn mismatched(text: &str) -> Result<bool, Problem> {
    text.parse().map_err(|_| Problem::new(Kind::BadQuery, "mismatch is true or false.").field("mismatch"))
}

fn limit(text: Option<&str>) -> Result<usize, Problem> {
    let Some(text) = text else { return Ok(PAGE_COUNT) };
    let limit = text.parse().ok().filter(|n| (1..=PAGE_COUNT_MAX).contains(n));
    let wrong =
        || Problem::new(Kind::BadQuery, format!("limit is a number from 1 to {PAGE_COUNT_MAX}.")).field("limit");
    limit.ok_or_else(wrong)
}

fn write_cursor(cursor: Cursor) -> String {
    URL_SAFE_NO_PAD.encode(cursor.0.as_bytes())
}

fn read_cursor(text: &str) -> Result<Cursor, Problem> {
    let wrong = || Problem::new(Kind::BadQuery, "cursor is taken whole from next of the page before.").field("cursor");
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong())?;
    Ok(Cursor(ShipmentId::from_bytes(bytes.try_into().map_err(|_| wrong())?)))
}

/// Percent-escapes everything but letters, digits and a few signs that are plain everywhere.
pub(super) fn escape(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    let one = |b: u8| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") };
    text.bytes().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_keeps_the_wishes() {
        let query = ListQuery { order_number: Some("A/1 é".into()), limit: Some("7".into()), ..ListQuery::default() };
        let id = ShipmentId::from_bytes([7; 16]);
        let path = query.next_path(Cursor(id));
        let uri: Uri = path.parse().expect("a path");
        let back = Query::<ListQuery>::try_from_uri(&uri).expect("a query").0;
        assert_eq!(back.order_number.as_deref(), Some("A/1 é"));
        assert_eq!(back.limit.as_deref(), Some("7"));
        let cursor = read_cursor(back.cursor.as_deref().unwrap_or_default());
        assert_eq!(cursor.map(|c| c.0).map_err(|p| p.kind()), Ok(id));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for query in ["limit=0", "limit=201", "limit=x", "state=done", "cursor=!", "cursor=AAAA", "order_number="] {
            let uri: Uri = format!("/?{query}").parse().expect("a path");
            let read = Query::<ListQuery>::try_from_uri(&uri).expect("a query").0;
            assert!(read.parse().is_err(), "{query}");
        }
    }
}
