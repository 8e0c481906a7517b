//! Webhooks: one signed POST to an address that a stranger chose, and what came of it.
//!
//! The signature is that of Standard Webhooks (<https://www.standardwebhooks.com>). Where the address may lead is held to
//! [`Target`] and to the rules of public addresses each time anew: the name is looked up here, every address it has is
//! judged, and the connection goes to an address that was judged and to no other. Nothing is kept between two messages.

mod address;
mod connection;
mod event;
mod notices;
mod secret;
mod sender;
mod target;

pub use address::{Reach, reach};
pub use event::{Event, ShipmentData, event_id, place_of_event};
pub(crate) use notices::unanswered;
pub use notices::{BadEndpoint, Endpoint, Notices};
pub use secret::{BadSecret, Secret};
pub use sender::{BadSender, BoxFuture, Failure, Message, Options, Report, Resolve, Sender, SystemResolver};
pub use target::{Refused, Target, URL_CHARS_MAX};
