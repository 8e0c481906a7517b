//! Text messages: by a gateway over HTTP or by SMPP, to numbers in their international form, counted in segments.

mod gateway;
mod number;
mod receipt;
mod text;

pub use gateway::{Gateway, Settings};
pub use number::{BadNumber, number};
pub use receipt::{BadReceipt, Receipt, read_receipts};
pub use text::{Encoding, Segments, plain, segments};
