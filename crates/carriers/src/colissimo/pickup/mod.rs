//! Colissimo's pickup points: the search near an address and the look-up of one point, both ends of three doors.
//!
//! REST (JSON), SOAP and plain GET carry the same fields; each is read into one [`PickupCall`] by one set of rules, and
//! each answer is written from one [`PickupAnswer`]. The client asks by REST alone. Hours are kept as the texts they
//! are; a point of a kind or network that is new here stays as it came.

mod decode;
mod encode;
mod read;
mod rules;
mod write;

pub use decode::decode_pickup;
pub use encode::encode_pickup;
pub use read::{read_pickup_get, read_pickup_json, read_pickup_soap};
pub use rules::pickup_text;
pub use write::{pickup_wsdl, write_pickup_json, write_pickup_soap};

use jiff::civil::Date;
use parcel::{Country, Login, PickupPointId, PointKind};
use std::fmt;

/// Where the two operations are by REST; the operation's name is appended.
pub const PICKUP_REST: &str = "/pointretrait-ws-cxf/rest/v2/pointretrait/";
/// Where they are by SOAP (POST) and by plain GET (the operation's name behind a slash).
pub const PICKUP_SOAP: &str = "/pointretrait-ws-cxf/PointRetraitServiceWS/2.0";
/// The namespace of the SOAP twin.
pub const PICKUP_NAMESPACE: &str = "http://v2.pointretrait.geopost.com/";
/// Most points in one answer.
pub const PICKUP_POINTS_MAX: usize = 20;

/// The two operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PickupOperation {
    /// `findRDVPointRetraitAcheminement`: points near an address.
    Search,
    /// `findPointRetraitAcheminementByID`: one point.
    ById,
}

impl PickupOperation {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Search, Self::ById];

    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Search => "findRDVPointRetraitAcheminement",
            Self::ById => "findPointRetraitAcheminementByID",
        }
    }

    /// The operation of this name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| operation.name() == name)
    }
}

/// A call. `Debug` shows its operation alone.
#[derive(Clone, PartialEq, Eq)]
pub struct PickupCall {
    /// The credentials.
    pub login: Login,
    /// What is asked.
    pub ask: PickupAsk,
}

/// What is asked.
#[derive(Clone, PartialEq, Eq)]
pub enum PickupAsk {
    /// Points near an address.
    Search(PickupSearch),
    /// One point.
    ById(PickupById),
}

impl PickupCall {
    /// Its operation.
    pub fn operation(&self) -> PickupOperation {
        match self.ask {
            PickupAsk::Search(_) => PickupOperation::Search,
            PickupAsk::ById(_) => PickupOperation::ById,
        }
    }
}

impl fmt::Debug for PickupCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PickupCall({:?}, …)", self.operation())
    }
}

/// A search near an address.
#[derive(Clone, PartialEq, Eq)]
pub struct PickupSearch {
    /// Number and street.
    pub address: Option<String>,
    /// The postal code; five digits in France.
    pub postal_code: String,
    /// The city.
    pub city: String,
    /// The country.
    pub country: Country,
    /// The parcel's weight in grams, 1 to 99,999.
    pub weight_g: Option<u32>,
    /// The day on which the parcel is handed over.
    pub shipping_date: Date,
    /// Whether shops are wanted beside post offices (`filterRelay` 1).
    pub with_shops: bool,
    /// Whether points abroad are wanted (`optionInter` 1).
    pub international: bool,
    /// The caller's own id of the call, given back.
    pub request_id: Option<String>,
    /// The language, for example `FR`.
    pub lang: Option<String>,
}

/// A look-up of one point.
#[derive(Clone, PartialEq, Eq)]
pub struct PickupById {
    /// The point.
    pub id: PickupPointId,
    /// The day on which the parcel is handed over.
    pub date: Date,
    /// The parcel's weight in grams.
    pub weight_g: Option<u32>,
    /// The network, for example `R01`.
    pub network: Option<String>,
    /// Whether shops count (`filterRelay` 1).
    pub with_shops: bool,
    /// The language.
    pub lang: Option<String>,
}

/// Why a call is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct PickupRefusal {
    /// The service's own error id: 101 to 146 a field, 201 the credentials, 300 and 301 no point, 1000 a failure.
    pub code: u16,
    /// In French, without any value of the call.
    pub message: String,
}

/// An answer in the service's protocol.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PickupAnswer {
    /// 0 good, 300 and 301 no point; nothing else is an answer.
    pub code: u16,
    /// The text that goes with it.
    pub message: String,
    /// How exactly the address was found, in the service's scale (`qualiteReponse`).
    pub quality: Option<String>,
    /// The caller's own id of the call.
    pub request_id: Option<String>,
    /// The points, nearest first, at most [`PICKUP_POINTS_MAX`].
    pub points: Vec<PickupPoint>,
}

/// A time during which a point is shut (`listeConges`), in milliseconds since 1970, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closure {
    /// From when.
    pub from_ms: i64,
    /// Until when.
    pub until_ms: i64,
}

/// One point.
#[derive(Clone, Debug, PartialEq)]
pub struct PickupPoint {
    /// Its id.
    pub id: PickupPointId,
    /// Its name.
    pub name: String,
    /// Three lines of its address, empty where there is none.
    pub address: [String; 3],
    /// Its postal code.
    pub postal_code: String,
    /// Its city.
    pub city: String,
    /// Its country, two letters.
    pub country: String,
    /// Degrees north; `None` where the service does not say.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// Metres from the address that was asked for.
    pub distance_m: Option<u32>,
    /// What kind of place it is.
    pub kind: PointKind,
    /// The network, for example `R01`.
    pub network: String,
    /// Hours from Monday to Sunday, as texts (`09:00-12:00 14:00-18:30`; `00:00-00:00` is shut).
    pub hours: [String; 7],
    /// When it is shut for longer.
    pub closures: Vec<Closure>,
    /// Whether it is shut during the whole time of holding.
    pub closed: bool,
    /// Whether it is shut during a part of it.
    pub partly_closed: bool,
    /// The heaviest parcel that it takes, grams.
    pub weight_max_g: Option<u32>,
    /// Whether it can be entered with reduced mobility.
    pub accessible: bool,
    /// Its language.
    pub language: String,
    /// Sorting: `distributionSort`, `lotAcheminement`, `versionPlanTri`.
    pub sorting: [String; 3],
}

/// The days as they end the names of the fields of hours, in order.
const DAYS: [&str; 7] = ["Lundi", "Mardi", "Mercredi", "Jeudi", "Vendredi", "Samedi", "Dimanche"];
/// The names of the fields of sorting, in order.
const SORTING: [&str; 3] = ["distributionSort", "lotAcheminement", "versionPlanTri"];
