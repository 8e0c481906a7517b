//! One module per channel: send one message, report one result; webhooks signed and kept from inner addresses.

pub mod webhook;
