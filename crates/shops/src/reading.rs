//! How the orders of one shop are to be read: what differs from shop to shop and no answer says.

use serde::{Deserialize, Serialize};

/// How the orders of one shop are to be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reading {
    /// The name under which the shop's module keeps the id of the chosen pickup point (a key of order metadata or note
    /// attributes); it is looked for before the names that are known by default.
    pub pickup_field: Option<String>,
    /// The zone of the times that PrestaShop writes without one, for example `Europe/Paris`.
    pub time_zone: String,
}

impl Default for Reading {
    fn default() -> Self {
        Self { pickup_field: None, time_zone: "Europe/Paris".to_owned() }
    }
}
