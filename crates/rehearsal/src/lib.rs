//! The rehearsal: a seeded flood with the innocent beside it, to loopback alone, and what came of them on one page.
//!
//! Three threads: the [`Origin`], a simulated service of known capacity that counts what reaches it; the flood, after
//! archived attacks; and the innocent, who come beside it as on any day. Between them stands whatever is rehearsed: nothing,
//! a peer, or our shield. Nothing here sends anywhere but to a [`Loopback`] address, and nothing without a [`Bounded`]
//! number and time.

mod background;
mod bounded;
mod client;
mod crowd;
mod dice;
mod flood;
mod loopback;
mod mark;
mod origin;
mod parcels;
mod rehearse;
mod report;
mod shape;
mod slow;
mod tally;
mod tls;
mod wire;
mod wish;

pub use bounded::{Bounded, Connections, Requests, Seconds, Sources, TooMuch};
pub use crowd::{Crowd, Keys};
pub use flood::Flood;
pub use loopback::{Loopback, NotLoopback};
pub use mark::Kind;
pub use origin::{Capacity, Origin, Reached};
pub use rehearse::{Moment, Outcome, Plan, rehearse};
pub use report::Report;
pub use tally::{Fared, Flooded};
pub use tls::{Handshakes, Shaken, believing};
pub use wire::Door;
