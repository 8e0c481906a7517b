//! Text messages: by a gateway over HTTP, to numbers in their international form, counted in segments.
//!
//! SMPP is not spoken: the kept client for it (`rusmppc`) looks names up by a resolver of its own, so that the rules for
//! addresses would not hold for it. Its codec (`rusmpp`) has no such trait and could be built upon.

mod gateway;
mod number;
mod receipt;
mod text;

pub use gateway::{Gateway, Settings};
pub use number::{BadNumber, number};
pub use receipt::{BadReceipt, Receipt, read_receipts};
pub use text::{Encoding, Segments, plain, segments};
