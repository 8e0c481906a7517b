//! One module per channel: send one message, report one result; webhooks signed and kept from inner addresses.

pub mod chatwoot;
mod helpdesk;
mod message;
pub mod webhook;
pub mod zammad;

pub use message::{BoxFuture, Channel, Message, Report};
