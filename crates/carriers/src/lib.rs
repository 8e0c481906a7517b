//! One module per carrier: request bytes, answer bytes, error class; both ends of the protocol, no policy.
//!
//! Codecs are plain functions over bytes: no clock, no socket, no state. What reaches the network goes through
//! the port [`Transport`] of `exchange`, which says of every call how far it got ([`Reached`]); for announcements,
//! [`announce::SftpAnnouncer`] is the only thing here that connects. What went wrong is a [`CarrierError`], which says
//! whose fault it is and whether the call may be made again: *it may have happened* is a class of its own
//! ([`Retry::Unknown`]).

pub mod announce;
pub mod colissimo;
mod error;

pub use error::{Blame, CarrierError, Kind, Retry};
pub use exchange::{
    BadTransport, Broken, Exchange, HttpOptions, HttpTransport, OnSent, Reached, Request, Response, Transport, http,
};
