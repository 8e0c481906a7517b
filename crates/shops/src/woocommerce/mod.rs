//! WooCommerce, REST v3: orders in pages by their change, numbers and status out, webhooks looked after.

mod hooks;
mod oauth;
mod order;
mod requests;

pub(crate) use hooks::read_webhook;

use crate::{
    Blame, Cursor, OrderPage, Pushed, Reading, Retry, Shipped, ShopError, ShopOrder, Subscription, Topic,
    client::Unread,
    fields::Fields,
    wire::{self, Answer, Effect, Wire, not_the_protocol},
};
use clock::{Clock, Time};
use exchange::Request;
use oauth::Door;
use order::{NUMBER, meta};
use serde_json::Value;
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// Orders on a page; a hundred is the most that the platform gives.
const PAGE_COUNT: usize = 50;
/// Statuses from which no order goes on to be completed.
const ENDED: [&str; 5] = ["completed", "cancelled", "refunded", "failed", "trash"];
/// Webhooks on a page.
const HOOKS_COUNT: usize = 100;
/// Pages of webhooks that are looked at.
const HOOK_PAGES_MAX: u32 = 10;

/// One WooCommerce shop.
pub(crate) struct Shop {
    door: Door,
    requests_made: AtomicU64,
}

/// What every call needs.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) wire: &'a Wire,
    pub(crate) reading: &'a Reading,
    pub(crate) clock: &'a dyn Clock,
}

impl Shop {
    pub(crate) fn new(base: &http::Uri, key: String, secret: String) -> Self {
        Self { door: Door::new(base, key, secret), requests_made: AtomicU64::new(0) }
    }

    /// Pages follow the orders' changes, not their places: an order that is changed while we read would move to the end
    /// and shift every other, so that one would be missed.
    pub(crate) async fn orders_since(&self, at: Context<'_>, cursor: &Cursor) -> Result<OrderPage, ShopError> {
        let page = cursor.skip + 1;
        let asked = requests::orders(cursor.since, page, PAGE_COUNT);
        let Answer { value, response } = self.ask(at, asked).await?;
        let rows = value.as_array().ok_or_else(|| not_the_protocol().of(Effect::Reads))?;
        let (mut orders, mut unread) = (Vec::new(), Vec::new());
        for row in rows {
            match order::read(Fields::new(row), at.reading) {
                Ok(order) => orders.push(order),
                Err(why) => unread.push(Unread { id: Fields::new(row).text("id"), why }),
            }
        }
        let pages = response.headers.get("x-wp-totalpages").and_then(|v| v.to_str().ok()?.trim().parse::<u32>().ok());
        let linked = response.headers.get_all(http::header::LINK).iter().any(|v| v.as_bytes().windows(4).any(is_next));
        let more = !rows.is_empty() && pages.map_or(linked || rows.len() >= PAGE_COUNT, |pages| pages > page);
        let newest = orders.iter().map(|order| order.updated_at).max();
        Ok(OrderPage { orders, unread, next: more.then(|| after(cursor, newest)) })
    }

    pub(crate) async fn order(&self, at: Context<'_>, id: &str) -> Result<Option<ShopOrder>, ShopError> {
        let Some(found) = self.raw_order(at, id).await? else { return Ok(None) };
        order::read(Fields::new(&found), at.reading).map(Some).map_err(|why| crate::client::unreadable(&why))
    }

    async fn raw_order(&self, at: Context<'_>, id: &str) -> Result<Option<Value>, ShopError> {
        match self.ask(at, requests::order(&wire::numeric(id)?)).await {
            Ok(answer) if answer.value.is_object() => Ok(Some(answer.value)),
            Ok(_) => Err(not_the_protocol().of(Effect::Reads)),
            Err(error) if error.code.ends_with("_invalid_id") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The note goes first and the number last: the number is the mark by which we see that all is done, so a push that
    /// broke off in between is taken up where it stopped.
    pub(crate) async fn push(&self, at: Context<'_>, shipped: &Shipped) -> Result<Pushed, ShopError> {
        let id = wire::numeric(&shipped.order_id)?;
        let found = self.raw_order(at, &id).await?.ok_or_else(crate::client::no_such_order)?;
        let found = Fields::new(&found);
        let has_number = shipped.holds(meta(found, NUMBER).as_deref())?;
        let status = found.text("status").unwrap_or_default();
        let to_complete = shipped.mark_shipped && !ENDED.contains(&status.as_str());
        if has_number && !to_complete {
            return Ok(Pushed::AlreadyThere);
        }
        if !has_number {
            self.note(at, &id, shipped).await?;
        }
        self.tell(at, requests::shipped(&id, shipped, to_complete)).await?;
        Ok(Pushed::Done)
    }

    /// A note to the buyer, unless one with this number is there.
    async fn note(&self, at: Context<'_>, id: &str, shipped: &Shipped) -> Result<(), ShopError> {
        let notes = self.ask(at, requests::notes(id)).await?;
        let number = shipped.parcel_number.as_str();
        let told =
            |note: Fields<'_>| note.flag("customer_note") && note.text("note").is_some_and(|n| n.contains(number));
        if !Fields::new(&notes.value).parts().into_iter().any(told) {
            self.tell(at, requests::note(id, shipped)).await?;
        }
        Ok(())
    }

    pub(crate) async fn subscriptions(&self, at: Context<'_>) -> Result<Vec<Subscription>, ShopError> {
        let mut found = Vec::new();
        for page in 1..=HOOK_PAGES_MAX {
            let answer = self.ask(at, requests::webhooks(page, HOOKS_COUNT)).await?;
            let rows = Fields::new(&answer.value).parts();
            found.extend(rows.iter().filter_map(|row| hooks::subscription(*row)));
            if rows.len() < HOOKS_COUNT {
                break;
            }
        }
        Ok(found)
    }

    pub(crate) async fn subscribe(
        &self,
        at: Context<'_>,
        topic: &Topic,
        url: &str,
        secret: &str,
    ) -> Result<Subscription, ShopError> {
        let name = hooks::topic_name(topic).ok_or_else(crate::client::no_such_topic)?;
        let answer = self.tell(at, requests::subscribe(name, url, secret)).await?;
        hooks::subscription(Fields::new(&answer.value)).ok_or_else(not_the_protocol)
    }

    /// Sets it active and signed with this secret, which may be done again without harm.
    pub(crate) async fn enable(&self, at: Context<'_>, id: &str, secret: &str) -> Result<(), ShopError> {
        match self.tell(at, requests::enable(&wire::numeric(id)?, secret)).await {
            Ok(_) => Ok(()),
            Err(error) if error.code.ends_with("_invalid_id") || error.code == "not_found" => {
                Err(crate::client::no_such_subscription())
            }
            Err(error) => Err(error.of(Effect::Reads)),
        }
    }

    async fn ask(&self, at: Context<'_>, request: Request) -> Result<Answer, ShopError> {
        at.wire.json(self.signed(at.clock.now(), request), Effect::Reads, words).await.map_err(explained)
    }

    async fn tell(&self, at: Context<'_>, request: Request) -> Result<Answer, ShopError> {
        at.wire.json(self.signed(at.clock.now(), request), Effect::Writes, words).await.map_err(explained)
    }

    fn signed(&self, now: Time, request: Request) -> Request {
        self.door.open(request, now, self.requests_made.fetch_add(1, Ordering::Relaxed))
    }
}

/// Where the next page begins: at the newest change of this one, or at the next page where a whole page was changed in
/// one second.
fn after(cursor: &Cursor, newest: Option<Time>) -> Cursor {
    match newest {
        Some(newest) if newest.since(cursor.since) >= Duration::from_secs(1) => Cursor::since(newest),
        _ => Cursor { skip: cursor.skip + 1, ..cursor.clone() },
    }
}

fn is_next(letters: &[u8]) -> bool {
    letters.eq_ignore_ascii_case(b"next")
}

/// `{"code":"woocommerce_rest_cannot_view","message":…,"data":{"status":401,"params":{…}}}`.
fn words(value: &Value) -> Option<(String, String)> {
    let value = Fields::new(value);
    let own = wire::code(value.text("code"))?;
    let params = match value.at("data").at("params").keys().as_slice() {
        [] => String::new(),
        names => format!("wrong: {}", names.join(", ")),
    };
    Some((own, params))
}

/// A key that is good and still refused is, over plain http, most often a clock that is wrong on either side.
fn explained(error: ShopError) -> ShopError {
    if error.code == "woocommerce_rest_authentication_error" {
        let message = "the shop does not take our signature: check the key and its secret, the shop's address (the very \
                       one that it calls itself by), and that the clocks on both sides are right to a quarter of an hour";
        return ShopError::new(Blame::Us, Retry::Never, error.code, message);
    }
    error
}
