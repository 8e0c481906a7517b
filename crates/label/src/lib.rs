//! Pure: label geometry, barcodes, PDF and ZPL; number ranges, their blocks, splits and forecasts.
//!
//! A local label is printed by the shop itself, from the numbers that its contract gave it, while the carrier's service
//! cannot be reached, and announced to the carrier afterwards. What is absent: any way to give a number out twice, and any
//! number outside the range.

mod allocator;
mod bars;
mod forecast;
mod layout;
mod local;
mod metrics;
mod page;
mod pdf;
mod range;
mod take_over;
mod text;
mod zpl;

pub use allocator::{Allocator, Block};
pub use forecast::{Forecast, WARNING_DAYS, forecast};
pub use local::{CannotPrint, LocalLabel, formats, render};
pub use range::Range;
pub use take_over::{TakeOver, take_over};
