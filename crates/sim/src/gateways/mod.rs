//! The other ends of the channels: gateways that take messages, lose them, answer late, and say so or not.

mod sms;

pub use sms::{Arrival, Manner, SmsGateway, Taken};
