//! One module per channel: send one message, report one result; webhooks signed and kept from inner addresses.
//!
//! No channel retries, queues or remembers: that is done by whoever keeps the messages. What is reported never holds an
//! address, a number or a secret, and neither does what the other side wrote, since that often repeats them.

pub mod chatwoot;
mod helpdesk;
pub mod mail;
mod message;
pub mod sms;
pub mod webhook;
pub mod webpush;
pub mod zammad;

pub use message::{BoxFuture, Channel, Message, Now, Report};
