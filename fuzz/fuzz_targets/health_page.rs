//! Health pages: no panic.
#![no_main]

use carriers::colissimo::decode_health;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = decode_health(&fuzz::exchange(data));
});
