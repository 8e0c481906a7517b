//! The guard of a door over real sockets of this machine's loopback: whoever asks is served, or told plainly what to do.

#[path = "../door/support.rs"]
#[expect(dead_code, reason = "shared with the tests of the door alone")]
mod door;

mod browser;
mod chromium;
mod endurance;
mod house;
mod older;
mod operators;
mod people;
mod programs;
mod receipts;
mod troubles;
