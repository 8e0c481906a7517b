//! SOAP envelopes: no panic, whatever the bytes.
#![no_main]

use carriers::colissimo::envelope;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(read) = envelope::read(data) {
        let _ = envelope::fault_of(&read);
    }
});
