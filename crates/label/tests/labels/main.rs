//! Local labels from outside: what their barcodes say, what cannot be printed, and what an independent reader makes of
//! the printed page.

mod barcodes;
mod read_back;
mod sample;
