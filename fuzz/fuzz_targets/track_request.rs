//! Requests for tracks: no panic; ids that are taken are letters and digits.
#![no_main]

use carriers::colissimo::read_track;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &str| {
    let (ids, query) = data.split_once('?').unwrap_or((data, ""));
    if let Ok(read) = read_track(ids, Some(query)) {
        assert!(!read.ids.is_empty() && read.ids.iter().all(|id| id.bytes().all(|b| b.is_ascii_alphanumeric())));
    }
});
