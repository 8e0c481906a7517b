//! The pickup searches: the service's rules, over the made-up points of [`crate::places`].
//!
//! At most twenty points, the nearest first, none that does not take the parcel's weight. A point that is shut for good
//! answers 300, one that never was 301.

use super::failure::response;
use crate::places::{self, Point, Spot};
use carriers::{
    Response,
    colissimo::{
        envelope,
        pickup::{
            self, Closure, PICKUP_POINTS_MAX, PICKUP_REST, PICKUP_SOAP, PickupAnswer, PickupAsk, PickupById,
            PickupCall, PickupOperation, PickupPoint, PickupRefusal, PickupSearch, pickup_text,
        },
    },
};
use http::HeaderMap;
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use parcel::{Country, PointKind};

/// How far from the address a point may be (assumed).
const METRES_MAX: u32 = 40_000;
/// The heaviest parcel of a shop and of a post office, grams (assumed).
const SHOP_GRAMS_MAX: u32 = 20_000;
const OFFICE_GRAMS_MAX: u32 = 30_000;

/// By which door a call comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door<'a> {
    /// REST.
    Json(PickupOperation),
    /// Plain GET, with its query.
    Get(PickupOperation, &'a str),
    /// SOAP.
    Soap,
}

impl<'a> Door<'a> {
    /// The door of this path.
    pub(super) fn of(path: &str, query: Option<&'a str>) -> Option<Self> {
        if let Some(name) = path.strip_prefix(PICKUP_REST) {
            return PickupOperation::of(name).map(Self::Json);
        }
        match path.strip_prefix(PICKUP_SOAP)? {
            "" => Some(Self::Soap),
            rest => PickupOperation::of(rest.strip_prefix('/')?).map(|o| Self::Get(o, query.unwrap_or_default())),
        }
    }

    /// Whether a call by this door is a GET.
    pub(super) fn is_get(self) -> bool {
        matches!(self, Self::Get(..))
    }
}

/// Answers a call; `admit` says whether its credentials are known.
pub(super) fn serve(door: Door<'_>, headers: &HeaderMap, body: &[u8], admit: impl Fn(&PickupCall) -> bool) -> Response {
    let (operation, call) = match door {
        Door::Json(operation) => (operation, pickup::read_pickup_json(operation, headers, body)),
        Door::Get(operation, query) => (operation, pickup::read_pickup_get(operation, headers, query)),
        Door::Soap => match pickup::read_pickup_soap(headers, body) {
            Ok(read) => read,
            Err(fault) => return response(500, envelope::CONTENT_TYPE, envelope::write_fault(fault.code, &fault.text)),
        },
    };
    let admitted = call.and_then(|call| if admit(&call) { Ok(call) } else { Err(refusal(201)) });
    answer(door, operation, admitted.as_ref().map(find).as_ref().map_err(|e| *e))
}

/// The service's own word that it is not available.
pub(super) fn unavailable(door: Door<'_>) -> Response {
    let operation = match door {
        Door::Json(operation) | Door::Get(operation, _) => operation,
        Door::Soap => PickupOperation::Search,
    };
    answer(door, operation, Err(&refusal(1000)))
}

fn answer(door: Door<'_>, operation: PickupOperation, result: Result<&PickupAnswer, &PickupRefusal>) -> Response {
    match door {
        Door::Json(_) => response(200, "application/json", pickup::write_pickup_json(operation, result)),
        Door::Get(..) | Door::Soap => {
            response(200, envelope::CONTENT_TYPE, pickup::write_pickup_soap(operation, result))
        }
    }
}

fn refusal(code: u16) -> PickupRefusal {
    PickupRefusal { code, message: pickup_text(code).to_owned() }
}

fn find(call: &PickupCall) -> PickupAnswer {
    match &call.ask {
        PickupAsk::Search(search) => near(search),
        PickupAsk::ById(one) => by_id(one),
    }
}

fn found(code: u16, points: Vec<PickupPoint>, request_id: Option<String>) -> PickupAnswer {
    PickupAnswer { code, message: pickup_text(code).into(), quality: Some("2".into()), request_id, points }
}

fn near(search: &PickupSearch) -> PickupAnswer {
    let request_id = search.request_id.clone();
    let here = (search.country == Country::FR).then(|| places::position(&search.postal_code)).flatten();
    let Some(here) = here else { return found(301, Vec::new(), request_id) };
    let grams = search.weight_g.unwrap_or(1);
    let mut spots: Vec<(u32, Spot)> = places::spots()
        .filter(|spot| search.with_shops || !spot.is_shop)
        .filter(|spot| grams <= grams_max(spot))
        .map(|spot| (places::metres(here, spot.position), spot))
        .filter(|(metres, _)| *metres <= METRES_MAX)
        .collect();
    spots.sort_by_key(|(metres, spot)| (*metres, spot.id));
    spots.truncate(PICKUP_POINTS_MAX);
    let code = if spots.is_empty() { 300 } else { 0 };
    found(
        code,
        spots.into_iter().map(|(metres, spot)| point(&spot, Some(metres), search.shipping_date)).collect(),
        request_id,
    )
}

fn by_id(asked: &PickupById) -> PickupAnswer {
    let spot = places::spot(asked.id).filter(|_| places::point(asked.id) == Point::Open);
    match (spot, places::point(asked.id)) {
        (Some(spot), _) if asked.weight_g.unwrap_or(1) <= grams_max(&spot) => {
            found(0, vec![point(&spot, None, asked.date)], None)
        }
        (_, Point::Unknown) => found(301, Vec::new(), None),
        _ => found(300, Vec::new(), None),
    }
}

fn grams_max(spot: &Spot) -> u32 {
    if spot.is_shop { SHOP_GRAMS_MAX } else { OFFICE_GRAMS_MAX }
}

fn point(spot: &Spot, distance_m: Option<u32>, from: Date) -> PickupPoint {
    let (name, kind, network, open) = if spot.is_shop {
        ("RELAIS FICTIF", PointKind::Shop, "R03", "08:30-12:30 14:00-19:30")
    } else {
        ("BUREAU DE POSTE FICTIF", PointKind::PostOffice, "R01", "09:00-12:00 14:00-18:00")
    };
    let closures: Vec<Closure> = closure(spot, from).into_iter().collect();
    PickupPoint {
        id: spot.id,
        name: format!("{name} {}", spot.commune.name.to_uppercase()),
        address: ["1 PLACE DE LA SIMULATION".into(), String::new(), String::new()],
        postal_code: spot.commune.postal_code.into(),
        city: spot.commune.name.to_uppercase(),
        country: "FR".into(),
        latitude: Some(spot.position.0),
        longitude: Some(spot.position.1),
        distance_m,
        kind,
        network: network.into(),
        hours: std::array::from_fn(|day| if day == 6 { "00:00-00:00" } else { open }.into()),
        closed: false,
        partly_closed: !closures.is_empty(),
        closures,
        weight_max_g: Some(grams_max(spot)),
        accessible: !spot.is_shop,
        language: "FR".into(),
        sorting: std::array::from_fn(|_| String::new()),
    }
}

/// Every seventh point is shut for three days from the day after (assumed).
fn closure(spot: &Spot, from: Date) -> Option<Closure> {
    let shut = spot.id.as_str().bytes().map(u32::from).sum::<u32>() % 7 == 0;
    let midnight = |date: Date| date.to_zoned(TimeZone::get("Europe/Paris").ok()?).ok().map(|z| z.timestamp());
    let (first, last) = (from.saturating_add(1.day()), from.saturating_add(4.days()));
    let moments = shut.then(|| midnight(first).zip(midnight(last))).flatten()?;
    Some(Closure { from_ms: moments.0.as_millisecond(), until_ms: moments.1.as_millisecond() })
}
