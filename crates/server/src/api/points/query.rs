//! What is asked of the pickup points: read strictly, each mistake with its field and what to do.

use crate::problem::{Kind, Problem};
use axum::extract::Query as Parts;
use carriers::colissimo::pickup::PickupSearch;
use clock::Time;
use http::Uri;
use jiff::{ToSpan, civil::Date};
use parcel::{Country, PointKind};
use pickup::{
    COUNT_MAX, COUNT_USUAL, METRES_USUAL, Need, Position,
    places::{self, Place},
};
use serde::Deserialize;
use utoipa::IntoParams;

/// The heaviest parcel, grams.
const GRAMS_MAX: u32 = 30_000;
/// The longest city and address, characters.
const TEXT_CHARS_MAX: usize = 200;
const CODE_CHARS_MAX: usize = 10;
/// How far ahead a shipping date may be, days.
const AHEAD_DAYS_MAX: i32 = 366;
/// Places that are offered in place of one that is not known.
const OFFERED_COUNT_MAX: usize = 5;

/// Where points are wanted, and which.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PointsQuery {
    /// The postal code of the place; with `city`.
    postal_code: Option<String>,
    /// The city; may be left out in France.
    city: Option<String>,
    /// Number and street: the carrier then measures from there.
    address: Option<String>,
    /// The country, two letters; FR when absent.
    country: Option<String>,
    /// Degrees north, in the place of a postal code; with `longitude`.
    latitude: Option<String>,
    /// Degrees east.
    longitude: Option<String>,
    /// Only points that take a parcel of so many grams, 1 to 30000.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 30000)]
    weight_g: Option<String>,
    /// The day on which the parcel is handed over, as 2025-12-22; today in Paris when absent.
    #[param(value_type = Option<String>, format = Date)]
    date: Option<String>,
    /// Only post offices (post_office) or only shops (shop).
    kind: Option<String>,
    /// true: only points that can be entered with reduced mobility.
    accessible: Option<String>,
    /// true: only points that are open now.
    open_now: Option<String>,
    /// How many points at most, 1 to 50; 20 when absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 50)]
    limit: Option<String>,
}

/// Where points are wanted.
#[derive(Debug)]
pub(super) enum Where {
    /// At a place in the map, and the commune that is nearest, however far.
    At(Position, Option<Place>),
    /// In a commune of France.
    In(Country, Place),
    /// In a place of another country, as it was written.
    Abroad(Country, String, String),
}

/// What is asked.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) place: Where,
    pub(super) need: Need,
    pub(super) limit: usize,
    address: Option<String>,
}

/// Reads the query.
pub(super) fn read(uri: &Uri, now: Time) -> Result<Wanted, Problem> {
    let query = Parts::<PointsQuery>::try_from_uri(uri).map_err(|_| unreadable())?.0;
    let (open_now, accessible) = (flag("open_now", &query.open_now)?, flag("accessible", &query.accessible)?);
    let need = Need {
        weight_g: query.weight_g.as_deref().map(weight).transpose()?,
        accessible,
        open_at: open_now.then_some(now),
        kind: query.kind.as_deref().map(kind).transpose()?,
        ..Need::on(query.date.as_deref().map_or(Ok(now.paris_date()), |text| date(text, now.paris_date()))?)
    };
    let limit = query.limit.as_deref().map_or(Ok(COUNT_USUAL), limit)?;
    Ok(Wanted { place: query.place()?, need, limit, address: text("address", query.address, TEXT_CHARS_MAX)? })
}

impl Wanted {
    /// Where it is measured from, where that is known beforehand.
    pub(super) fn near(&self) -> Option<Position> {
        match &self.place {
            Where::At(position, _) => Some(*position),
            Where::In(_, place) => Some(place.position),
            Where::Abroad(..) => None,
        }
    }

    /// The same of a point that fits, whatever is wished beside.
    pub(super) fn without_wishes(&self) -> Need {
        Need { weight_g: self.need.weight_g, ..Need::on(self.need.date) }
    }

    /// The carrier's search that brings the place up to date; none far from every commune.
    pub(super) fn search(&self) -> Option<PickupSearch> {
        let (country, postal_code, city) = match &self.place {
            Where::At(position, Some(place)) if position.metres_to(place.position) <= METRES_USUAL => {
                (Country::FR, place.postal_code.to_owned(), place.name.to_owned())
            }
            Where::At(..) => return None,
            Where::In(country, place) => (*country, place.postal_code.to_owned(), place.name.to_owned()),
            Where::Abroad(country, postal_code, city) => (*country, postal_code.clone(), city.clone()),
        };
        Some(PickupSearch {
            address: self.address.clone(),
            international: country != Country::FR,
            postal_code,
            city,
            country,
            weight_g: None,
            shipping_date: self.need.date,
            with_shops: self.need.kind != Some(PointKind::PostOffice),
            request_id: None,
            lang: None,
        })
    }
}

impl PointsQuery {
    fn place(&self) -> Result<Where, Problem> {
        match (&self.latitude, &self.longitude) {
            (Some(north), Some(east)) => {
                let (north, east) = (degrees("latitude", north)?, degrees("longitude", east)?);
                let position = Position::new(north, east).map_err(|e| bad(&e.field, format!("{e}.")))?;
                Ok(Where::At(position, places::nearest(position)))
            }
            (Some(_), None) => Err(bad("longitude", "latitude comes with longitude; add it.")),
            (None, Some(_)) => Err(bad("latitude", "longitude comes with latitude; add it.")),
            (None, None) => self.named(),
        }
    }

    fn named(&self) -> Result<Where, Problem> {
        let country = self.country.as_deref().map_or(Ok(Country::FR), country)?;
        let code = text("postal_code", self.postal_code.clone(), CODE_CHARS_MAX)?;
        let city = text("city", self.city.clone(), TEXT_CHARS_MAX)?;
        let Some(code) = code else {
            return Err(bad("postal_code", "Give postal_code and city, or latitude and longitude."));
        };
        if let Some(place) = places::find(country, &code, city.as_deref().unwrap_or_default()) {
            return Ok(Where::In(country, place));
        }
        if country == Country::FR {
            return Err(unknown_place(&code, city.as_deref()));
        }
        let city = city.ok_or_else(|| bad("city", "city is needed outside France; add it."))?;
        Ok(Where::Abroad(country, code, city))
    }
}

fn bad(field: &str, detail: impl Into<String>) -> Problem {
    Problem::new(Kind::BadQuery, detail).field(field)
}

fn unreadable() -> Problem {
    let known = "postal_code, city, address, country, latitude, longitude, weight_g, date, kind, accessible, open_now \
                 and limit";
    Problem::new(Kind::BadQuery, format!("The query takes {known}, each at most once."))
}

/// No commune has this postal code, and no city of this name is in its department: those that come nearest are named.
fn unknown_place(code: &str, city: Option<&str>) -> Problem {
    let digits: String = code.chars().take_while(char::is_ascii_digit).collect();
    let by_city = city.map(|city| places::complete(city, OFFERED_COUNT_MAX)).unwrap_or_default();
    let by_code = || (2..digits.len()).rev().find_map(|length| some_places(&digits[..length]));
    let near = if by_city.is_empty() { by_code().unwrap_or_default() } else { by_city };
    let near: Vec<String> = near.iter().map(|place| format!("{} {}", place.postal_code, place.name)).collect();
    let offer = match near.as_slice() {
        [] => "Check both, for example postal_code=75002 and city=Paris.".to_owned(),
        near => format!("Did you mean one of these: {}?", near.join(", ")),
    };
    let field = if city.is_some() { "city" } else { "postal_code" };
    Problem::new(Kind::UnknownPlace, format!("No place in France has this postal code. {offer}")).field(field)
}

fn some_places(begin: &str) -> Option<Vec<Place>> {
    Some(places::complete(begin, OFFERED_COUNT_MAX)).filter(|found| !found.is_empty())
}

fn country(text: &str) -> Result<Country, Problem> {
    let known = text.parse::<Country>().ok().filter(Country::is_assigned);
    known.ok_or_else(|| {
        bad("country", "no country is written so: give its two upper-case letters (ISO 3166-1), for example FR.")
    })
}

fn text(field: &str, text: Option<String>, chars_max: usize) -> Result<Option<String>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(bad(field, format!("{field} is empty; give it, or leave it out.")));
    }
    if trimmed.chars().count() > chars_max || trimmed.chars().any(char::is_control) {
        return Err(bad(field, format!("{field} is one line of at most {chars_max} characters.")));
    }
    Ok(Some(trimmed.to_owned()))
}

fn degrees(field: &str, text: &str) -> Result<f64, Problem> {
    let number = text.parse().ok().filter(|degrees: &f64| degrees.is_finite());
    number.ok_or_else(|| bad(field, format!("{field} is a number of degrees with a decimal point, for example 48.87.")))
}

fn weight(text: &str) -> Result<u32, Problem> {
    let grams = text.parse().ok().filter(|grams| (1..=GRAMS_MAX).contains(grams));
    let wrong = || bad("weight_g", format!("weight_g is a whole number of grams from 1 to {GRAMS_MAX} (30 kg)."));
    grams.ok_or_else(wrong)
}

fn date(text: &str, today: Date) -> Result<Date, Problem> {
    let date: Option<Date> = text.parse().ok().filter(|_| text.len() == 10);
    let date = date.ok_or_else(|| bad("date", "date is a day such as 2025-12-22."))?;
    if date < today {
        return Err(bad("date", format!("date is past; it is {today} in Paris.")));
    }
    if date > today.saturating_add(AHEAD_DAYS_MAX.days()) {
        return Err(bad("date", format!("date is further ahead than {AHEAD_DAYS_MAX} days.")));
    }
    Ok(date)
}

fn kind(text: &str) -> Result<PointKind, Problem> {
    match text {
        "post_office" => Ok(PointKind::PostOffice),
        "shop" => Ok(PointKind::Shop),
        _ => Err(bad("kind", "kind is post_office or shop.")),
    }
}

fn flag(field: &str, text: &Option<String>) -> Result<bool, Problem> {
    match text.as_deref() {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(bad(field, format!("{field} is true or false."))),
    }
}

fn limit(text: &str) -> Result<usize, Problem> {
    let limit = text.parse().ok().filter(|n| (1..=COUNT_MAX).contains(n));
    limit.ok_or_else(|| bad("limit", format!("limit is a number from 1 to {COUNT_MAX}.")))
}
