//! The door: the only listener; bounds on every connection, TLS, admission before any work, the way to a service or an upstream.
//!
//! A connection is accepted by one thread per core, which has its own socket and its own small runtime. It is given a
//! place in a table of fixed size; who holds one without a request under way is the first to lose it when places are
//! short. Each request passes the [`Door`]: what is in memory is answered at once, what may enter goes on to what is
//! [`Behind`] (a service in this process, which runs on another runtime, or an upstream), all else is refused.

mod behind;
mod body;
mod connection;
mod counts;
mod door;
mod frames;
mod guard;
mod hop;
mod limits;
mod listen;
mod places;
mod problem;
mod seat;
mod serve;
mod strict;
mod tls;
mod upstream;
mod watched;

pub use behind::{Behind, InProcess};
pub use body::{Inbound, Outbound, TooSlow};
pub use counts::{Counts, Cut, Metrics, Refused};
pub use door::{Admitted, Answer, Door, Open, Pass, Peeked, Peer, Told};
pub use guard::{
    Ahead, Chance, Existence, Guard, GuardPass, GuardSettings, HuntSettings, KeyList, KeySettings, Known, Makings,
    NumbersSettings, Order, Remember, Vouched, Who, id_of, key_shown, takes_gzip,
};
pub use hop::{HopHeader, Hops};
pub use limits::{Limits, TlsFiles};
pub use listen::{Listener, Settings, bind, serve};
pub use tls::Certificates;
pub use upstream::{Trouble, Upstream, UpstreamSettings};
