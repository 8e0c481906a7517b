//! Answers of Suivi: no panic, and never *unknown*.
#![no_main]

use carriers::{Retry, colissimo::decode_track};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let answer = decode_track(&fuzz::exchange(data));
    assert!(answer.is_ok() || answer.is_err_and(|e| e.retry != Retry::Unknown));
});
