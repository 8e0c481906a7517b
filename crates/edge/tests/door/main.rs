//! The door over real sockets of this machine's loopback.

mod bounds;
mod flood;
mod smuggling;
mod support;
mod tls;
mod ways;
