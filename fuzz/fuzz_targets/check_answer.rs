//! Answers of `checkGenerateLabel`: no panic, and never *unknown*.
#![no_main]

use carriers::{Retry, colissimo::decode_check};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let answer = decode_check(&fuzz::exchange(data));
    assert!(answer.is_ok() || answer.is_err_and(|e| e.retry != Retry::Unknown));
});
