//! Checkouts in a simulated day: every order that goes to a pickup point begins with a buyer who looks for one.
//!
//! Shops with Colissimo's module ask by the carrier's own protocol, the others by our API. The buyer takes the point that
//! the order names, which therefore has to be among those that are offered; and none may be offered that has shut.

use super::gateway::{Door, api_key};
use crate::{
    orders::SimOrder,
    places::Point,
    register::{Fate, Register},
    scenario::Scenario,
    transport::{SimClock, SimTransport},
};
use axum::body::Body;
use bytes::Bytes;
use carriers::{
    Exchange, Reached, Response, Transport,
    colissimo::pickup::{PickupAsk, PickupCall, PickupSearch, decode_pickup, encode_pickup},
};
use clock::{Clock, Time};
use dispatch::Via;
use http::{Request, StatusCode, header};
use parcel::{Country, DeliveryMode, Letter, Login, PickupPointId};
use serde::Serialize;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How long before the label is asked for the buyer stands at the checkout, at most, in seconds (assumed).
const BEFORE_S_MAX: u64 = 1_800;
/// How long a checkout without a gateway waits for the carrier (assumed: as Colissimo's module does).
const PATIENCE: Duration = Duration::from_secs(10);
/// How long after a point shut it may still be offered: an area that was answered a moment ago is not asked for again.
const KNOWN_LATE: Duration = Duration::from_secs(10 * 60);

/// What became of the checkouts of a day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Checkouts {
    /// Buyers who asked for pickup points.
    pub asked: u64,
    /// Those who were shown some.
    pub got_points: u64,
    /// Those of whom the answer came from the directory.
    pub from_the_directory: u64,
    /// Those who were not shown the point that they then wanted, though it was open.
    pub point_missing: u64,
    /// Points that had shut and were offered as fresh: in the carrier's own answer, or as seen a few minutes ago. What is
    /// offered as older says so, and nobody can know more.
    pub points_offered_that_had_shut: u64,
    /// The longest that a buyer waited for an answer, in milliseconds.
    pub waited_ms_max: u64,
    /// Of those who asked between the first phase and the lasting return: how many, and how many were shown points.
    pub asked_in_the_dark: u64,
    /// See `asked_in_the_dark`.
    pub got_points_in_the_dark: u64,
}

/// Counts checkouts.
pub(super) struct Counter {
    counts: Mutex<Checkouts>,
    dark: (Time, Time),
    register: Register,
}

/// What a buyer was shown.
struct Shown {
    points: Vec<PickupPointId>,
    /// Those of them that are the carrier's own word of a moment ago.
    fresh: Vec<PickupPointId>,
    from_the_directory: bool,
}

impl Shown {
    /// An answer that is from one and the same source throughout.
    fn whole(points: Vec<PickupPointId>, from_the_directory: bool) -> Self {
        let fresh = if from_the_directory { Vec::new() } else { points.clone() };
        Self { points, fresh, from_the_directory }
    }
}

impl Counter {
    pub(super) fn new(scenario: &Scenario, register: Register) -> Self {
        let dark = super::report::dark(scenario);
        Self { counts: Mutex::default(), dark, register }
    }

    pub(super) fn counts(&self) -> Checkouts {
        self.lock().clone()
    }

    fn note(&self, order: &SimOrder, at: Time, waited: Duration, shown: Option<Shown>) {
        let in_the_dark = (self.dark.0..self.dark.1).contains(&at);
        let shown = shown.filter(|shown| !shown.points.is_empty());
        let mut counts = self.lock();
        counts.asked += 1;
        counts.asked_in_the_dark += u64::from(in_the_dark);
        counts.waited_ms_max = counts.waited_ms_max.max(u64::try_from(waited.as_millis()).unwrap_or(u64::MAX));
        let Some(shown) = shown else { return };
        counts.got_points += 1;
        counts.got_points_in_the_dark += u64::from(in_the_dark);
        counts.from_the_directory += u64::from(shown.from_the_directory);
        let wanted = order.pickup().filter(|id| self.is_to_be_had(*id, at));
        counts.point_missing += u64::from(wanted.is_some_and(|id| !shown.points.contains(&id)));
        let shut = shown.fresh.iter().filter(|id| self.had_shut(**id, at));
        counts.points_offered_that_had_shut += shut.count() as u64;
    }

    fn is_to_be_had(&self, id: PickupPointId, at: Time) -> bool {
        is_to_be_had(&self.register, id, at)
    }

    /// Whether it had shut when the buyer asked, and not in the very minutes in which a fresh answer counts as one.
    fn had_shut(&self, id: PickupPointId, at: Time) -> bool {
        matches!(self.register.fate(id), Fate::Shuts(shut) if shut.plus(KNOWN_LATE) <= at)
    }

    fn lock(&self) -> MutexGuard<'_, Checkouts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a buyer who is shown everything could choose this point at this moment.
fn is_to_be_had(register: &Register, id: PickupPointId, at: Time) -> bool {
    let away = matches!(register.fate(id), Fate::Away { told, .. } if told <= at);
    register.point(id, at) == Point::Open && !away
}

/// When the buyer of an order stands at the checkout.
pub(super) fn moment(order: &SimOrder, place: usize, start: Time) -> Time {
    let before = 60 + (place as u64).wrapping_mul(7_919) % (BEFORE_S_MAX - 60);
    let at = Time::from_unix_ms(order.at.unix_ms() - i64::try_from(before * 1_000).unwrap_or(0));
    at.max(start)
}

/// Nobody chooses a point that is not there: whoever would have takes the post office.
pub(super) fn choose_what_is_there(orders: &mut [SimOrder], register: &Register, start: Time) {
    for (place, order) in orders.iter_mut().enumerate() {
        let Some(id) = order.pickup().filter(|id| !is_to_be_had(register, *id, moment(order, place, start))) else {
            continue;
        };
        if let Ok(office) = format!("{}1", &id.as_str()[..5]).parse() {
            order.shipment.mode = DeliveryMode::PickupPoint(office);
        }
    }
}

/// A buyer at the checkout of a shop behind the gateway.
pub(super) async fn ask(door: Door, order: &SimOrder, counter: &Counter) {
    let at = door.clock.now();
    let shown = match order.via {
        Via::DropIn => by_module(&door, order).await,
        Via::Api => by_api(&door, order).await,
    };
    counter.note(order, at, door.clock.now().since(at), shown);
}

/// A buyer at the checkout of a shop without one.
pub(super) async fn ask_the_carrier(
    transport: &SimTransport<SimClock>,
    clock: SimClock,
    login: &Login,
    order: &SimOrder,
    counter: &Counter,
) {
    let at = clock.now();
    let Some(call) = call(login, order, at) else { return };
    let exchange = transport.exchange(encode_pickup(&call), PATIENCE, Box::new(|| {})).await;
    let shown = decode_pickup(&exchange).ok();
    let shown = shown.map(|a| Shown::whole(a.points.iter().map(|p| p.id).collect(), false));
    counter.note(order, at, clock.now().since(at), shown);
}

/// Where the buyer lives: postal code and city.
fn home(order: &SimOrder) -> Option<(&str, &str)> {
    let Letter::Parts(parts) = &order.shipment.letter else { return None };
    Some((parts.addressee.postal_code(), parts.addressee.city()))
}

fn call(login: &Login, order: &SimOrder, at: Time) -> Option<PickupCall> {
    let (postal_code, city) = home(order)?;
    let search = PickupSearch {
        address: None,
        postal_code: postal_code.into(),
        city: city.into(),
        country: Country::FR,
        weight_g: Some(order.shipment.weight.grams()),
        shipping_date: order.shipment.deposit_date.max(at.paris_date()),
        with_shops: true,
        international: false,
        request_id: None,
        lang: None,
    };
    Some(PickupCall { login: login.clone(), ask: PickupAsk::Search(search) })
}

async fn by_module(door: &Door, order: &SimOrder) -> Option<Shown> {
    let call = call(&door.merchants.get(order.merchant)?.login, order, door.clock.now())?;
    let asked = encode_pickup(&call);
    let mut request = Request::builder().method(asked.method).uri(asked.path_and_query);
    for (name, value) in asked.headers {
        request = request.header(name, value);
    }
    let (status, source, body) = send(door, request.body(Body::from(asked.body)).ok()?).await;
    let result = Ok(Response::new(status.as_u16(), "application/json", body));
    let exchange = Exchange { reached: Reached::FirstByte, kept: false, elapsed: Duration::ZERO, result };
    let points = decode_pickup(&exchange).ok()?.points.iter().map(|point| point.id).collect();
    Some(Shown::whole(points, source.as_deref() == Some("directory")))
}

async fn by_api(door: &Door, order: &SimOrder) -> Option<Shown> {
    let (postal_code, city) = home(order)?;
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("postal_code", postal_code)
        .append_pair("city", city)
        .append_pair("weight_g", &order.shipment.weight.grams().to_string())
        .finish();
    let bearer = format!("Bearer {}", api_key(door.merchants.get(order.merchant)?));
    let request = Request::get(format!("/v1/pickup-points?{query}")).header(header::AUTHORIZATION, bearer);
    let (status, _, body) = send(door, request.body(Body::empty()).ok()?).await;
    if status != StatusCode::OK {
        return None;
    }
    let answer: serde_json::Value = serde_json::from_slice(&body).ok()?;
    let id = |point: &serde_json::Value| point.get("id")?.as_str()?.parse().ok();
    let is_fresh = |point: &&serde_json::Value| {
        point.get("age_s").and_then(serde_json::Value::as_u64).is_some_and(|age_s| age_s <= KNOWN_LATE.as_secs())
    };
    let points = answer.get("points")?.as_array()?;
    Some(Shown {
        points: points.iter().filter_map(id).collect(),
        fresh: points.iter().filter(is_fresh).filter_map(id).collect(),
        from_the_directory: answer.get("source")?.as_str() == Some("directory"),
    })
}

async fn send(door: &Door, request: Request<Body>) -> (StatusCode, Option<String>, Bytes) {
    let (parts, body) = door.send(request).await;
    let source = parts.headers.get("x-tournee-source").and_then(|value| value.to_str().ok()).map(str::to_owned);
    (parts.status, source, body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::orders::orders;

    #[test]
    fn buyers_choose_before_they_order_and_only_what_is_there() {
        let scenario = Scenario::builtin_day().expect("the day");
        let register = Register::changing(3, scenario.start, scenario.end);
        let mut all = orders(3, 2_000, &scenario);
        choose_what_is_there(&mut all, &register, scenario.start);
        let chosen = all.iter().enumerate().filter_map(|(place, order)| Some((place, order, order.pickup()?)));
        let mut away = 0;
        for (place, order, id) in chosen {
            let at = moment(order, place, scenario.start);
            assert!(at <= order.at && at >= scenario.start);
            away += u32::from(!is_to_be_had(&register, id, at));
            assert!(crate::places::spot(id).is_some());
        }
        assert!(away < 20, "only offices that are away are left: {away}");
    }
}
