//! Requests of `getLabel`: no panic.
#![no_main]

use carriers::colissimo::read_get_label;
use http::HeaderMap;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = read_get_label(&HeaderMap::new(), data);
});
