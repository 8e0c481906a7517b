//! Pickup points as this API tells them.

use clock::Time;
use jiff::civil::Weekday;
use parcel::PointKind;
use pickup::{Closure, Day, Known, Point, Span, Standing};
use serde::Serialize;
use utoipa::ToSchema;

/// Pickup points near a place, the nearest first.
#[derive(Serialize, ToSchema)]
#[schema(as = PickupPoints)]
pub(crate) struct PointsAnswer {
    /// carrier: it said so within the last ten minutes. directory: it does not answer; the points as they were last known.
    #[schema(example = "directory")]
    pub(super) source: &'static str,
    /// When the carrier said the oldest part of this, RFC 3339; null where there is nothing.
    #[schema(format = DateTime)]
    pub(super) as_of: Option<String>,
    /// Where it is measured from.
    pub(super) near: Option<Near>,
    /// The points.
    pub(super) points: Vec<PointAnswer>,
}

/// A place on the map.
#[derive(Serialize, ToSchema)]
pub(crate) struct Near {
    /// Degrees north.
    #[schema(example = 48.867)]
    pub(super) latitude: f64,
    /// Degrees east.
    #[schema(example = 2.344)]
    pub(super) longitude: f64,
    /// The commune there, or the nearest.
    #[schema(example = "Paris")]
    pub(super) place: Option<String>,
    /// Its postal code.
    #[schema(example = "75002")]
    pub(super) postal_code: Option<String>,
    /// How far that commune's middle is, metres: far at sea.
    pub(super) place_distance_m: Option<u32>,
}

/// A pickup point.
#[derive(Serialize, ToSchema)]
#[schema(as = PickupPoint)]
pub(crate) struct PointAnswer {
    /// Its id at the carrier, six characters.
    #[schema(example = "750021")]
    id: String,
    /// Its name.
    name: String,
    /// post_office, shop, or the carrier's own code of another kind.
    #[schema(example = "post_office")]
    kind: String,
    /// The lines of its address.
    address: Vec<String>,
    /// Its postal code.
    postal_code: String,
    /// Its city.
    city: String,
    /// Its country, two letters.
    country: String,
    /// Degrees north, where known.
    latitude: Option<f64>,
    /// Degrees east.
    longitude: Option<f64>,
    /// How far it is, metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    distance_m: Option<u32>,
    /// Its opening hours.
    hours: Week,
    /// Whether it is open now; null where its hours are not known.
    open_now: Option<bool>,
    /// When it opens next, RFC 3339; null while it is open, or where that is not known.
    #[schema(format = DateTime)]
    opens_at: Option<String>,
    /// When it is shut for longer.
    closures: Vec<ClosureAnswer>,
    /// Whether it is shut during a part of the time for which parcels are held: a parcel then waits.
    partly_closed: bool,
    /// The heaviest parcel that it takes, grams; null where that is not known.
    weight_max_g: Option<u32>,
    /// Whether it can be entered with reduced mobility.
    accessible: bool,
    /// When the carrier last told of it, RFC 3339.
    #[schema(format = DateTime)]
    seen_at: String,
    /// How long ago that is, seconds.
    age_s: u64,
}

/// A pickup point with how it stands.
#[derive(Serialize, ToSchema)]
#[schema(as = OnePickupPoint)]
pub(crate) struct OneAnswer {
    /// The point, as the carrier last told of it.
    #[serde(flatten)]
    pub(super) point: PointAnswer,
    /// listed; unlisted: it was missing where the carrier had to list it, and is not offered; gone: the carrier said so.
    #[schema(example = "listed")]
    pub(super) standing: &'static str,
    /// Since when it stands so, RFC 3339; null while it is listed.
    #[schema(format = DateTime)]
    pub(super) since: Option<String>,
    /// carrier: it said so within the last ten minutes. directory: it does not answer; the point as it was last known.
    pub(super) source: &'static str,
}

/// A week of opening hours; a day without any is shut, null is not known.
#[derive(Serialize, ToSchema)]
pub(crate) struct Week {
    #[schema(example = json!(["09:00-12:00", "14:00-18:30"]))]
    monday: Option<Vec<String>>,
    tuesday: Option<Vec<String>>,
    wednesday: Option<Vec<String>>,
    thursday: Option<Vec<String>>,
    friday: Option<Vec<String>>,
    saturday: Option<Vec<String>>,
    sunday: Option<Vec<String>>,
}

/// A time during which a point is shut.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClosureAnswer {
    /// From when, RFC 3339.
    #[schema(format = DateTime)]
    from: String,
    /// Until when.
    #[schema(format = DateTime)]
    until: String,
}

impl PointAnswer {
    /// A point as it is known now, so far away.
    pub(super) fn of(known: &Known, distance_m: Option<u32>, now: Time) -> Self {
        let point = &known.point;
        Self {
            id: point.id.to_string(),
            name: point.name.clone(),
            kind: kind(&point.kind),
            address: point.address.iter().filter(|line| !line.is_empty()).cloned().collect(),
            postal_code: point.postal_code.clone(),
            city: point.city.clone(),
            country: point.country.clone(),
            latitude: point.position.map(|position| position.latitude()),
            longitude: point.position.map(|position| position.longitude()),
            distance_m,
            hours: Week::of(point),
            open_now: point.is_open_at(now),
            opens_at: point.opens_next(now).map(|at| at.to_string()),
            closures: point.closures.iter().map(ClosureAnswer::from).collect(),
            partly_closed: point.partly_closed,
            weight_max_g: point.weight_max_g,
            accessible: point.accessible,
            seen_at: known.seen_at.to_string(),
            age_s: now.since(known.seen_at).as_secs(),
        }
    }
}

/// How a point stands, and since when.
pub(super) fn standing(standing: Standing) -> (&'static str, Option<Time>) {
    match standing {
        Standing::Listed => ("listed", None),
        Standing::Unlisted { since } => ("unlisted", Some(since)),
        Standing::Gone { since } => ("gone", Some(since)),
    }
}

fn kind(kind: &PointKind) -> String {
    match kind {
        PointKind::PostOffice => "post_office".to_owned(),
        PointKind::Shop => "shop".to_owned(),
        PointKind::Other(code) => code.clone(),
    }
}

impl Week {
    fn of(point: &Point) -> Self {
        let day = |weekday| day(point.hours.on(weekday));
        Self {
            monday: day(Weekday::Monday),
            tuesday: day(Weekday::Tuesday),
            wednesday: day(Weekday::Wednesday),
            thursday: day(Weekday::Thursday),
            friday: day(Weekday::Friday),
            saturday: day(Weekday::Saturday),
            sunday: day(Weekday::Sunday),
        }
    }
}

fn day(day: &Day) -> Option<Vec<String>> {
    Some(day.spans()?.iter().map(Span::text).collect())
}

impl From<&Closure> for ClosureAnswer {
    fn from(closure: &Closure) -> Self {
        Self { from: closure.from.to_string(), until: closure.until.to_string() }
    }
}
