//! Requests of `generateLabel`: no panic; what is taken can be sent on and is taken again.
#![no_main]

use carriers::colissimo::{encode_generate, read_generate};
use http::HeaderMap;
use libfuzzer_sys::fuzz_target;
use parcel::Login;

fuzz_target!(|data: &[u8]| {
    let today = jiff::civil::date(2025, 12, 22);
    let Ok(read) = read_generate(&HeaderMap::new(), data, today) else { return };
    let login = read.login.unwrap_or(Login::Contract { number: "1".into(), password: "p".into() });
    let sent = encode_generate(&read.shipment, &login, read.shipment.deposit_date, read.shipment.format);
    let headers = sent.headers.iter().filter_map(|(k, v)| Some((k.clone(), v.parse().ok()?))).collect();
    let again = read_generate(&headers, &sent.body, today).expect("what was taken is taken again");
    assert_eq!((again.shipment.product, again.shipment.mode), (read.shipment.product, read.shipment.mode));
});
