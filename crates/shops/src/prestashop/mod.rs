//! PrestaShop, web service: orders by their change, the parcel's number and the order's state out.
//!
//! An order only names its address, customer, country, carrier and state; what they say is asked for the whole page at
//! once. The platform sends no webhooks.
//!
//! The pickup point that the buyer chose is kept by Colissimo's module in a table of its own, which the web service does
//! not show. What can be read of it: the module gives the order an address whose alias says so (and holds a number of
//! its own table, not the carrier's id). So the id is taken from the address's field `other`, from the end of its
//! company, or from the field that the shop's settings name; where the alias says that a point was chosen and its id is
//! nowhere, the order says `pickup_unread`.

mod order;
mod read;
mod write;

use crate::{
    Blame, Cursor, OrderPage, Pushed, Reading, Retry, Shipped, ShopError, ShopOrder,
    client::{Unread, no_such_order, unreadable},
    fields::Fields,
    times,
    wire::{self, Effect, Wire, encoded},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderName, Method, header};
use jiff::tz::TimeZone;
use order::Around;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Orders on a page; whole orders with their lines, some ten kilobytes each.
const PAGE_COUNT: usize = 50;
/// Ids in one filter, which stands in the address of the request.
const IDS_COUNT_MAX: usize = 100;
/// Later than any change: the upper end of the range of changes, which must have one.
const END_OF_TIME: &str = "2999-12-31 23:59:59";
/// The state in which a new installation marks an order as sent (`PS_OS_SHIPPING`).
const SHIPPED_STATE: &str = "4";

/// Rows of a resource by one of their fields.
type Rows = BTreeMap<String, Value>;

/// One PrestaShop shop.
pub(crate) struct Shop {
    login: String,
}

impl Shop {
    pub(crate) fn new(key: &str) -> Self {
        Self { login: format!("Basic {}", STANDARD.encode(format!("{key}:"))) }
    }

    /// Pages follow the orders' changes, not their places, as with WooCommerce. Where they stand is kept as the shop
    /// writes it: by its own clocks, which show an hour twice in autumn.
    pub(crate) async fn orders_since(
        &self,
        wire: &Wire,
        reading: &Reading,
        cursor: &Cursor,
    ) -> Result<OrderPage, ShopError> {
        let zone = zone(reading)?;
        let from = cursor.token.clone().unwrap_or_else(|| times::local_not_after(cursor.since, &zone));
        let query = format!(
            "filter[date_upd]={}&date=1&sort={}&limit={},{PAGE_COUNT}",
            encoded(&format!("[{from},{END_OF_TIME}]")),
            encoded("[date_upd_ASC,id_ASC]"),
            cursor.skip,
        );
        let found = self.list(wire, "orders", &query).await?;
        let around = self.around(wire, &found).await?;
        let (mut orders, mut unread) = (Vec::new(), Vec::new());
        for row in &found {
            match order::read(Fields::new(row), &around, reading, &zone) {
                Ok(order) => orders.push(order),
                Err(why) => unread.push(Unread { id: Fields::new(row).text("id"), why }),
            }
        }
        let last = found.last().and_then(|row| Fields::new(row).text("date_upd"));
        let next = (found.len() >= PAGE_COUNT).then(|| after(cursor, from, last));
        Ok(OrderPage { orders, unread, next })
    }

    pub(crate) async fn order(&self, wire: &Wire, reading: &Reading, id: &str) -> Result<Option<ShopOrder>, ShopError> {
        let zone = zone(reading)?;
        let found = self.by_ids(wire, "orders", "id", [wire::numeric(id)?].into()).await?;
        let Some(row) = found.get(id) else { return Ok(None) };
        let around = self.around(wire, std::slice::from_ref(row)).await?;
        order::read(Fields::new(row), &around, reading, &zone).map(Some).map_err(|why| unreadable(&why))
    }

    /// The number goes first and the state last; each is looked at before it is written.
    pub(crate) async fn push(&self, wire: &Wire, shipped: &Shipped) -> Result<Pushed, ShopError> {
        let id = wire::numeric(&shipped.order_id)?;
        let found = self.by_ids(wire, "orders", "id", [id.clone()].into()).await?;
        let order = Fields::new(found.get(&id).ok_or_else(no_such_order)?);
        let carriers = self.by_ids(wire, "order_carriers", "id_order", [id.clone()].into()).await?;
        let row = carriers.get(&id).ok_or_else(no_order_carrier)?;
        let mut done = Pushed::AlreadyThere;
        if !shipped.holds(Fields::new(row).text("tracking_number").as_deref())? {
            let row_id = Fields::new(row).text("id").ok_or_else(no_order_carrier)?;
            let body = write::with_number(row, shipped.parcel_number.as_str());
            self.send(wire, Method::PUT, format!("order_carriers/{}", wire::numeric(&row_id)?), body).await?;
            done = Pushed::Done;
        }
        let states = if shipped.mark_shipped { self.states(wire).await? } else { Rows::new() };
        if shipped.mark_shipped && !order::is_ended(order, &states) {
            let body = write::history(&id, order::shipped_state(&states).unwrap_or(SHIPPED_STATE));
            self.send(wire, Method::POST, "order_histories?sendemail=1".to_owned(), body).await?;
            done = Pushed::Done;
        }
        Ok(done)
    }

    /// What these orders only name.
    async fn around(&self, wire: &Wire, orders: &[Value]) -> Result<Around, ShopError> {
        if orders.is_empty() {
            return Ok(Around::default());
        }
        let ids = |rows: &[Value], name: &str| -> BTreeSet<String> {
            rows.iter()
                .filter_map(|row| wire::numeric(&Fields::new(row).text(name)?).ok())
                .filter(|id| id != "0")
                .collect()
        };
        let addresses = self.by_ids(wire, "addresses", "id", ids(orders, "id_address_delivery")).await?;
        let rows: Vec<_> = addresses.values().cloned().collect();
        Ok(Around {
            countries: self.by_ids(wire, "countries", "id", ids(&rows, "id_country")).await?,
            customers: self.by_ids(wire, "customers", "id", ids(orders, "id_customer")).await?,
            parcels: self.by_ids(wire, "order_carriers", "id_order", ids(orders, "id")).await?,
            carriers: optional(self.by_ids(wire, "carriers", "id", ids(orders, "id_carrier")).await)?,
            states: self.states(wire).await?,
            addresses,
        })
    }

    /// The order's states; without the right to read them those of a new installation are meant.
    async fn states(&self, wire: &Wire) -> Result<Rows, ShopError> {
        optional(self.list(wire, "order_states", "").await.map(|rows| by(rows, "id")))
    }

    async fn by_ids(&self, wire: &Wire, resource: &str, field: &str, ids: BTreeSet<String>) -> Result<Rows, ShopError> {
        let ids: Vec<_> = ids.into_iter().collect();
        let mut found = Rows::new();
        for some in ids.chunks(IDS_COUNT_MAX) {
            let filter = format!("filter[{field}]={}&sort=%5Bid_ASC%5D", encoded(&format!("[{}]", some.join("|"))));
            found.extend(by(self.list(wire, resource, &filter).await?, field));
        }
        Ok(found)
    }

    async fn list(&self, wire: &Wire, resource: &str, query: &str) -> Result<Vec<Value>, ShopError> {
        let and = if query.is_empty() { "" } else { "&" };
        let path = format!("/api/{resource}?display=full&output_format=JSON{and}{query}");
        let request = wire::request(Method::GET, path, self.headers(), None);
        let response = wire.call(request, Effect::Reads, read::words).await?;
        read::rows(&response.body, resource).ok_or_else(|| wire::not_the_protocol().of(Effect::Reads))
    }

    async fn send(&self, wire: &Wire, method: Method, path: String, body: String) -> Result<(), ShopError> {
        let body = Some(("text/xml; charset=utf-8", Bytes::from(body)));
        let request = wire::request(method, format!("/api/{path}"), self.headers(), body);
        wire.call(request, Effect::Writes, read::words).await.map(drop)
    }

    fn headers(&self) -> Vec<(HeaderName, String)> {
        vec![(header::AUTHORIZATION, self.login.clone())]
    }
}

/// Where the next page begins: at the last change of this one, or further on in the same second.
fn after(cursor: &Cursor, from: String, last: Option<String>) -> Cursor {
    match last.filter(|last| *last > from) {
        Some(last) => Cursor { since: cursor.since, skip: 0, token: Some(last) },
        None => {
            let count = u32::try_from(PAGE_COUNT).unwrap_or(u32::MAX);
            Cursor { since: cursor.since, skip: cursor.skip.saturating_add(count), token: Some(from) }
        }
    }
}

/// Rows by this field; of several with the same, the last.
fn by(rows: Vec<Value>, field: &str) -> Rows {
    rows.into_iter().filter_map(|row| Some((Fields::new(&row).text(field)?, row))).collect()
}

/// A resource that we can do without when the key has no right to it.
fn optional(found: Result<Rows, ShopError>) -> Result<Rows, ShopError> {
    match found {
        Err(error) if error.retry == Retry::Never => Ok(Rows::new()),
        found => found,
    }
}

fn zone(reading: &Reading) -> Result<TimeZone, ShopError> {
    TimeZone::get(&reading.time_zone).map_err(|_| {
        let message = "the shop's time zone is not known; write one such as Europe/Paris";
        ShopError::new(Blame::Us, Retry::Never, "time_zone", message)
    })
}

fn no_order_carrier() -> ShopError {
    let message = "the order has no carrier in the shop (order_carriers), so there is no place for a number";
    ShopError::new(Blame::Caller, Retry::Never, "no_order_carrier", message)
}
