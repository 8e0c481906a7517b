//! Webhooks of shops, in: the signature first, then one write to the disk, then 2xx. Nothing else is waited for.
//!
//! A shop that is not answered 2xx in a few seconds, a few times, stops telling. So whatever is signed as it should be is
//! taken in, also what cannot be read: that is kept for a person, and the shop is asked for its order.

use crate::{
    body, failure,
    problem::{Kind, Problem},
    refusals::NotHeard,
    state::{App, Shared},
};
use axum::{
    Extension, Json,
    extract::{FromRequestParts, RawPathParams, Request, State},
};
use bytes::Bytes;
use clock::Time;
use http::{HeaderMap, request::Parts};
use serde::Serialize;
use sha2::{Digest, Sha256};
use shops::{Incoming, Platform, Reading, ShopSettings, Topic, WebhookRefusal, read_webhook};
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use store::{Came, Folded, Heard, SeenOrder, ShopEvent};
use utoipa::ToSchema;
use zeroize::Zeroizing;

/// Shops kept in memory, at most; more begin anew.
const DOORS_COUNT_MAX: usize = 10_000;
/// The longest id of an event that is kept as it is, in bytes.
const EVENT_BYTES_MAX: usize = 128;
/// What the webhooks of a shop that is not there are held to: they take as long as others, and are never good.
const NOBODYS_SECRET: &[u8] = b"the secret of no shop at all, which nothing was ever signed with";
/// What a webhook changed where nobody can say that it was signed, or it said nothing new.
const NOTHING: &str = "nothing";

/// What is needed to hear a shop.
struct Door {
    platform: Platform,
    secret: Zeroizing<Vec<u8>>,
    reading: Reading,
}

/// Shops that were found a moment ago; each is taken at its word for as long as an API key is.
pub(crate) struct Doors {
    time: Duration,
    found: RwLock<HashMap<String, (Arc<Door>, Time)>>,
}

impl Doors {
    /// Doors that are believed for so long.
    pub(crate) fn new(time: Duration) -> Self {
        Self { time, found: RwLock::default() }
    }

    fn get(&self, shop: &str, now: Time) -> Option<Arc<Door>> {
        let found = self.found.read().unwrap_or_else(PoisonError::into_inner);
        let (door, at) = found.get(shop)?;
        (now >= *at && now.since(*at) < self.time).then(|| Arc::clone(door))
    }

    fn put(&self, shop: &str, door: &Arc<Door>, now: Time) {
        let mut found = self.found.write().unwrap_or_else(PoisonError::into_inner);
        if found.len() >= DOORS_COUNT_MAX {
            found.clear();
        }
        found.insert(shop.to_owned(), (Arc::clone(door), now));
    }
}

async fn door(app: &App, shop: &str, now: Time) -> Result<Option<Arc<Door>>, Problem> {
    if let Some(door) = app.doors.get(shop, now) {
        return Ok(Some(door));
    }
    let Some(found) = app.store.shop(shop).await.map_err(failure::of_store)? else { return Ok(None) };
    let Ok(platform) = found.platform.parse() else { return Ok(None) };
    let secrets = app.store.shop_secrets(shop).await.map_err(failure::of_store)?;
    let secret = secrets.and_then(|secrets| secrets.webhook).unwrap_or_default().into_bytes();
    let settings: ShopSettings =
        serde_json::from_str(&found.settings).map_err(|_| failure::defect("a shop's settings cannot be read"))?;
    let door = Arc::new(Door { platform, secret: Zeroizing::new(secret), reading: settings.reading });
    app.doors.put(shop, &door, now);
    Ok(Some(door))
}

/// The platform and the shop in the path.
pub(crate) struct ShopPath {
    platform: Platform,
    shop: String,
}

impl FromRequestParts<Shared> for ShopPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, app).await;
        let params = params.map_err(|_| Problem::new(Kind::NoSuchPath, "The path is not written in UTF-8."))?;
        let part = |name: &str| params.iter().find(|(part, _)| *part == name).map(|(_, text)| text.to_owned());
        let platform = part("platform").and_then(|text| text.parse().ok());
        let (platform, shop) = platform.zip(part("shop")).ok_or_else(failure::no_shop)?;
        Ok(Self { platform, shop })
    }
}

/// What became of a webhook.
#[derive(Serialize, ToSchema)]
#[schema(as = ShopWebhookTaken)]
pub(crate) struct HeardAnswer {
    /// folded, known (it changed nothing), nothing (it tells of no order) or kept_for_a_person.
    outcome: &'static str,
}

/// Take a webhook of a shop
///
/// Takes in what a shop's platform sends: signed by the platform, so there is no API key. Answered when it is on disk, and
/// never later for anybody's sake. The same event again changes nothing.
#[utoipa::path(post, path = "/hooks/{platform}/{shop}", tag = "shops",
    operation_id = "shop_webhook",
    params(("platform" = String, Path, description = "woocommerce or shopify"),
        ("shop" = String, Path, description = "The shop's id")),
    request_body(description = "As the platform sends it", content((serde_json::Value = "application/json"))),
    responses((status = 200, description = "Taken in", body = HeardAnswer), NotHeard))]
pub(crate) async fn hear(
    State(app): State<Shared>,
    ShopPath { platform, shop }: ShopPath,
    request: Request,
) -> Result<(Option<Extension<edge::Vouched>>, Json<HeardAnswer>), Problem> {
    let taken = take(&app, platform, &shop, request).await;
    let outcome = match &taken {
        Ok(outcome) => outcome,
        Err(problem) => problem.kind().slug(),
    };
    app.metrics.heard(platform.code(), outcome);
    // It was signed with the shop's secret, unless it was a ping: where it comes from is no stranger to the door.
    taken.map(|outcome| ((outcome != NOTHING).then_some(Extension(edge::Vouched)), Json(HeardAnswer { outcome })))
}

async fn take(app: &App, platform: Platform, shop: &str, request: Request) -> Result<&'static str, Problem> {
    let (head, body) = request.into_parts();
    let bytes = body::read_or_drain(app.settings.shop_hook_bytes_max, body, &app.settings).await?;
    let now = app.now();
    let door = door(app, shop, now).await?.filter(|door| door.platform == platform);
    let incoming = read(door.as_deref(), platform, &head.headers, &bytes)?;
    if incoming.as_ref().is_some_and(|incoming| incoming.topic == Topic::Ping) {
        // Nobody signed it: it may be answered and must leave nothing behind.
        return Ok(NOTHING);
    }
    let event = event(shop, incoming, &bytes, now);
    let heard = app.store.shop_event(event).await.map_err(failure::of_store)?;
    Ok(told(shop, heard))
}

/// Reads the webhook; nothing where it is signed well and is no JSON.
fn read(
    door: Option<&Door>,
    platform: Platform,
    headers: &HeaderMap,
    bytes: &Bytes,
) -> Result<Option<Incoming>, Problem> {
    let reading = Reading::default();
    let (secret, reading) = door.map_or((NOBODYS_SECRET, &reading), |door| (&door.secret, &door.reading));
    let read = read_webhook(platform, secret, reading, headers, bytes);
    if door.is_none() {
        return Err(failure::no_shop());
    }
    match read {
        Ok(incoming) => Ok(Some(incoming)),
        Err(WebhookRefusal::Body) => Ok(None),
        Err(e @ WebhookRefusal::NoWebhooks) => Err(Problem::new(Kind::NoSuchShop, sentence(&e))),
        Err(e @ (WebhookRefusal::Signature | WebhookRefusal::Header(_))) => {
            Err(Problem::new(Kind::WrongSignature, sentence(&e)))
        }
    }
}

fn sentence(e: &WebhookRefusal) -> String {
    let text = e.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

fn event(shop: &str, incoming: Option<Incoming>, bytes: &Bytes, at: Time) -> ShopEvent {
    let unread = |order_id, why: &str| Came::Unread { order_id, why: why.to_owned(), body: bytes.to_vec() };
    let Some(Incoming { event_id, topic, order, order_id }) = incoming else {
        let what = unread(None, "the body is no JSON object");
        return ShopEvent { shop: shop.to_owned(), event: event_key("", bytes), what, at };
    };
    let text = order.as_ref().map(serde_json::to_string);
    let seen = text.map(|text| text.ok().and_then(|json| SeenOrder::read(json).ok()));
    let what = match (topic, seen, order_id) {
        (_, Some(Some(seen)), _) => Came::Order(Box::new(seen)),
        (Topic::OrderDeleted, None, Some(order_id)) => Came::Deleted { order_id },
        (Topic::OrderCreated | Topic::OrderUpdated | Topic::OrderDeleted, _, order_id) => {
            unread(order_id, "the order could not be read; the shop is asked for it")
        }
        (_, Some(None), order_id) => unread(order_id, "the order could not be written down"),
        (Topic::Ping | Topic::Other(_), None, _) => Came::Nothing,
    };
    ShopEvent { shop: shop.to_owned(), event: event_key(&event_id, bytes), what, at }
}

/// One event's name with a digest of what it says: platforms have one name for two messages of the same moment, and the
/// name itself is not signed.
fn event_key(event_id: &str, bytes: &Bytes) -> String {
    let digest: String = Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let name: String = event_id.chars().take(EVENT_BYTES_MAX).collect();
    format!("{name}/{digest}")
}

fn told(shop: &str, heard: Heard) -> &'static str {
    match heard {
        Heard::Folded(Folded::New | Folded::Newer) => "folded",
        Heard::Folded(Folded::Same | Folded::Older) | Heard::Replayed => "known",
        Heard::Nothing => NOTHING,
        Heard::Unread => {
            tracing::warn!(shop, "a webhook of a shop could not be read; it is kept for a person");
            "kept_for_a_person"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_messages_under_one_name_are_two_events() {
        let key = |name: &str, body: &'static [u8]| event_key(name, &Bytes::from_static(body));
        assert_eq!(key("e1", b"a"), key("e1", b"a"));
        assert_ne!(key("e1", b"a"), key("e1", b"b"));
        assert!(key(&"é".repeat(1_000), b"a").len() < 300);
    }
}
