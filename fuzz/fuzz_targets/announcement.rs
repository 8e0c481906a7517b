//! Announcement files: no panic, and what was read is written as something that reads back the same.
#![no_main]

use carriers::colissimo::edi;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(announcement) = edi::read(data) {
        let parcels = announcement.parcels.iter().map(edi::as_announced).collect();
        let said = edi::Announcement { parcels, ..announcement };
        let bytes = edi::write(&said).expect("what was read can be written");
        assert_eq!(edi::read(&bytes), Ok(said));
    }
});
