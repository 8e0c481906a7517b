//! One pickup point, as the carrier told of it, and what we know about its being there still.

use crate::{Hours, Position};
use clock::Time;
use parcel::{PickupPointId, PointKind};
use serde::{Deserialize, Serialize};

/// A time during which a point is shut beside its week (`listeConges`): from the first moment to before the second.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Closure {
    /// From when.
    pub from: Time,
    /// Until when; open again at this moment.
    pub until: Time,
}

/// One point, as the carrier told of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Point {
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
    /// Where it stands; `None` where the carrier does not say, and then no search finds it.
    pub position: Option<Position>,
    /// What kind of place it is.
    pub kind: PointKind,
    /// The network, for example `R01`.
    pub network: String,
    /// Its week.
    pub hours: Hours,
    /// When it is shut for longer.
    pub closures: Vec<Closure>,
    /// Whether it is shut during the whole time of holding (`congesTotal`).
    pub closed: bool,
    /// Whether it is shut during a part of it (`congesPartiel`).
    pub partly_closed: bool,
    /// The heaviest parcel that it takes, grams; `None` where the carrier does not say.
    pub weight_max_g: Option<u32>,
    /// Whether it can be entered with reduced mobility.
    pub accessible: bool,
    /// Its language.
    pub language: String,
    /// Sorting: `distributionSort`, `lotAcheminement`, `versionPlanTri`.
    pub sorting: [String; 3],
}

/// Whether a point is there still.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The last answer that had to hold it did.
    Listed,
    /// Missing from an answer that had to hold it: not offered, not yet accused.
    Unlisted {
        /// The first such answer since it was seen last.
        since: Time,
    },
    /// The carrier said so: by the point's id (300, 301), or by refusing a label to it (3040x).
    Gone {
        /// When.
        since: Time,
    },
}

/// A point with what is known about its being there still.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Known {
    /// The point, as last told.
    pub point: Point,
    /// When the carrier last told of it.
    pub seen_at: Time,
    /// Whether it is there still.
    pub standing: Standing,
}
