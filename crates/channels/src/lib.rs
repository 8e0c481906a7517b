//! One module per channel: send one message, report one result; webhooks signed and kept from inner addresses.

mod message;
pub mod webhook;

pub use message::{BoxFuture, Channel, Message, Report};
