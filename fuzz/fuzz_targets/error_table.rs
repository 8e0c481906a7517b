//! Look-ups in the table of error ids: no panic, and a class for every id.
#![no_main]

use carriers::colissimo::{class_of, error_text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|id: &str| {
    let _ = (error_text(id), class_of(id));
});
