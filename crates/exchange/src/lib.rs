//! One HTTP exchange with somebody else: the port, how far a call got, and the client that connects.
//!
//! What reaches the network goes through the port [`Transport`], which says of every call how far it got
//! ([`Reached`]), so that whoever asked can tell *not done* from *may have happened*. [`HttpTransport`] is the one that
//! connects. It repeats nothing and follows no redirect; what may be done again is for the caller to say.

pub mod http;
mod meter;
mod pool;
mod port;
mod probe;
mod way;

pub use self::{
    http::{BadTransport, HttpOptions, HttpTransport},
    port::{Broken, Exchange, OnSent, Reached, Request, Response, Transport},
    probe::{Probed, probe},
};
