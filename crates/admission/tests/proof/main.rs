//! What the shield can prove or measure: tokens, questions, receipts, hellos, shapes and the innocents.

mod hello;
mod innocents;
mod known;
mod ladder;
mod receipt;
mod shape;
mod signature;
mod token;
mod traffic;

use admission::{Key, Keys};
use clock::Time;

fn keys(id: u8) -> Keys {
    Keys::new(key(id))
}

fn key(id: u8) -> Key {
    Key::new(id, &[id; 32])
}

/// A moment of the day of the attack, and so many milliseconds.
fn at(ms: i64) -> Time {
    Time::from_unix_ms(1_766_380_000_000 + ms)
}
