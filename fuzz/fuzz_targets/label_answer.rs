//! Answers of `generateLabel` and `getLabel`: no panic; what is read and written again is the same; never a silent loss.
#![no_main]

use carriers::colissimo::{decode_label, decode_reprint, write_label};
use libfuzzer_sys::fuzz_target;

const UUID: &str = "3f0c1e52-8d1b-4f0e-9c9a-6a1598404033";

fuzz_target!(|data: &[u8]| {
    let exchange = fuzz::exchange(data);
    if let Ok(number) = "6A15984040331".parse() {
        let _ = decode_reprint(&exchange, &number);
    }
    let Ok(answer) = decode_label(&exchange) else { return };
    if answer.label.windows(UUID.len()).any(|w| w == UUID.as_bytes()) {
        return;
    }
    let (content_type, body) = write_label(&answer, answer.line_ends, UUID);
    let mut again = exchange;
    again.result = Ok(carriers::Response::new(200, content_type, body));
    let read = decode_label(&again).expect("what was written is read");
    assert_eq!((read.number, &read.label, &read.cn23), (answer.number, &answer.label, &answer.cn23));
});
