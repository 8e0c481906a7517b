//! The pickup searches: the service's rules, over the points of the [`Register`].
//!
//! At most twenty points, the nearest first, none that does not take the parcel's weight. A point that is shut for good
//! answers 300, one that never was 301.

use super::failure::response;
use crate::{
    places::{self, Point, Spot},
    register::Register,
};
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
use clock::Time;
use http::HeaderMap;
use jiff::civil::Date;
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
pub(super) fn serve(
    register: &Register,
    now: Time,
    door: Door<'_>,
    headers: &HeaderMap,
    body: &[u8],
    admit: impl Fn(&PickupCall) -> bool,
) -> Response {
    let (operation, call) = match door {
        Door::Json(operation) => (operation, pickup::read_pickup_json(operation, headers, body)),
        Door::Get(operation, query) => (operation, pickup::read_pickup_get(operation, headers, query)),
        Door::Soap => match pickup::read_pickup_soap(headers, body) {
            Ok(read) => read,
            Err(fault) => return response(500, envelope::CONTENT_TYPE, envelope::write_fault(fault.code, &fault.text)),
        },
    };
    let admitted = call.and_then(|call| if admit(&call) { Ok(call) } else { Err(refusal(201)) });
    let found = admitted.map(|call| Counter { register, now }.find(&call));
    answer(door, operation, found.as_ref())
}

/// Every open point at this moment, as the service writes it.
pub fn every_point(register: &Register, now: Time) -> Vec<PickupPoint> {
    let counter = Counter { register, now };
    register.spots(now).map(|spot| counter.point(&spot, None, now.paris_date())).collect()
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

/// The counter at which a call is answered: the points as they are now.
struct Counter<'a> {
    register: &'a Register,
    now: Time,
}

impl Counter<'_> {
    fn find(&self, call: &PickupCall) -> PickupAnswer {
        match &call.ask {
            PickupAsk::Search(search) => self.near(search),
            PickupAsk::ById(one) => self.by_id(one),
        }
    }

    fn near(&self, search: &PickupSearch) -> PickupAnswer {
        let request_id = search.request_id.clone();
        let here = (search.country == Country::FR).then(|| places::position(&search.postal_code)).flatten();
        let Some(here) = here else { return found(301, Vec::new(), request_id) };
        let grams = search.weight_g.unwrap_or(1);
        let fits = |spot: &Spot| (search.with_shops || !spot.is_shop) && grams <= grams_max(spot);
        let near = |spot: Spot| Some((places::metres_within(here, spot.position, METRES_MAX)?, spot));
        let mut spots: Vec<(u32, Spot)> = self.register.places().filter(fits).filter_map(near).collect();
        spots.sort_by_key(|(metres, spot)| (*metres, spot.id));
        // Whether one is open is asked of the nearest alone: it costs most.
        let open = spots.into_iter().filter(|(_, spot)| self.register.is_open(spot, self.now));
        let spots: Vec<(u32, Spot)> = open.take(PICKUP_POINTS_MAX).collect();
        let code = if spots.is_empty() { 300 } else { 0 };
        let points = spots.iter().map(|(metres, spot)| self.point(spot, Some(*metres), search.shipping_date)).collect();
        found(code, points, request_id)
    }

    fn by_id(&self, asked: &PickupById) -> PickupAnswer {
        match (self.register.spot(asked.id, self.now), self.register.point(asked.id, self.now)) {
            (Some(spot), _) if asked.weight_g.unwrap_or(1) <= grams_max(&spot) => {
                found(0, vec![self.point(&spot, None, asked.date)], None)
            }
            (_, Point::Unknown) => found(301, Vec::new(), None),
            _ => found(300, Vec::new(), None),
        }
    }

    fn point(&self, spot: &Spot, distance_m: Option<u32>, asked: Date) -> PickupPoint {
        let (name, kind, network) = if spot.is_shop {
            ("RELAIS FICTIF", PointKind::Shop, "R03")
        } else {
            ("BUREAU DE POSTE FICTIF", PointKind::PostOffice, "R01")
        };
        let away = self.register.away(spot, self.now, asked);
        let closures = away.map(|(from, until)| Closure { from_ms: from.unix_ms(), until_ms: until.unix_ms() });
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
            hours: self.register.hours(spot, self.now),
            closed: false,
            partly_closed: closures.is_some(),
            closures: closures.into_iter().collect(),
            weight_max_g: Some(grams_max(spot)),
            accessible: !spot.is_shop,
            language: "FR".into(),
            sorting: std::array::from_fn(|_| String::new()),
        }
    }
}

fn found(code: u16, points: Vec<PickupPoint>, request_id: Option<String>) -> PickupAnswer {
    PickupAnswer { code, message: pickup_text(code).into(), quality: Some("2".into()), request_id, points }
}

fn grams_max(spot: &Spot) -> u32 {
    if spot.is_shop { SHOP_GRAMS_MAX } else { OFFICE_GRAMS_MAX }
}
