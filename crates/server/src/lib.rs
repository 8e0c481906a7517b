//! What is served: the API, the carrier-compatible endpoints, pages, health, metrics; wire types live here.
//!
//! [`app`] is the whole of it without a socket: a simulation calls it request by request in its own time. [`behind`]
//! puts it behind the door of `edge`, which bounds connections, heads and bodies, and [`guard`] says who may enter. What a handler needs from the rest of
//! the house comes in through [`AppState`]; wire types never leave this crate.
//!
//! Nothing here calls a carrier for a label: that is the runner's work. A handler that waits holds a watch of the
//! store and nothing else, so a carrier that hangs holds up nobody but those who wait for it.

mod api;
mod auth;
mod body;
mod carrier;
mod choose;
mod cors;
mod desk;
mod docs;
mod dropin;
mod failure;
mod fingerprint;
mod flood;
mod lang;
mod listen;
mod metrics;
mod numbers;
mod observe;
mod openapi;
mod ops;
mod picker;
mod points;
mod problem;
mod rate;
mod refusals;
mod router;
mod settings;
mod sheet;
mod shop_hooks;
mod state;
mod status;
mod subscribe;
mod wait;

pub use api::health::{CarrierHealth, EvidenceAnswer, FunctionAnswer, HealthAnswer, MinuteAnswer};
pub use carrier::{BoxFuture, Carrier, LocalLabel, PickupFound, Points};
pub use desk::{DeskSecret, DeskSettings};
pub use dropin::enrolled_id;
pub use listen::{KnownKeys, behind, guard, own};
pub use metrics::exposed;
pub use numbers::KnownNumbers;
pub use openapi::openapi_json;
pub use router::app;
pub use settings::{DropInSettings, LineEndChoice, ServerSettings};
pub use state::{AppState, Random, SharedRegistry, SharedWatch};
pub use status::StatusPages;
pub use subscribe::Subscribing;
