//! The strings of both barcodes against the carrier's published examples, and what cannot be printed.

use crate::sample::Sample;
use label::{CannotPrint, LocalLabel, formats, render, take_over};
use parcel::{Address, AddressFields, Cents, ColissimoNumber, LabelFormat, Weight};
use proptest::prelude::*;

#[test]
fn the_published_take_over_barcode() {
    let sample = Sample::published();
    let code = take_over(&sample.label()).expect("a code");
    assert_eq!(
        (code.as_str(), code.to_string().as_str()),
        ("9L1722409000010860000037", "9L1 72240 900001 0860 000037")
    );
}

/// The same client and place as in a public client's tests: 12.34 kg, a number whose link is 9, check digit 7.
#[test]
fn another_published_take_over_barcode() {
    let mut sample = Sample::published();
    sample.number = ColissimoNumber::from_serial("8L", 123_456_789).expect("a number");
    sample.weight = Weight::from_grams(12_340).expect("a weight");
    let code = take_over(&sample.label()).expect("a code");
    assert_eq!(code.to_string(), "8L1 72240 900001 1234 000097");
}

fn code(change: impl FnOnce(&mut Sample)) -> Result<String, CannotPrint> {
    let mut sample = Sample::published();
    change(&mut sample);
    take_over(&sample.label()).map(|code| code.as_str()[14..].to_owned())
}

#[test]
fn weight_insurance_and_machines_have_their_places() {
    let weighing = |grams| code(|s| s.weight = Weight::from_grams(grams).expect("a weight"));
    let insured = |cents| code(|s| s.insurance = Some(Cents(cents)));
    let place = |code: Result<String, _>, from: usize, to: usize| code.map(|code| code[from..to].to_owned());
    for (grams, decagrams) in [(10, "0001"), (11, "0002"), (8_600, "0860"), (8_601, "0861"), (30_000, "3000")] {
        assert_eq!(place(weighing(grams), 0, 4).as_deref(), Ok(decagrams));
    }
    for (cents, level) in [(0, "00"), (1, "01"), (15_000, "01"), (15_001, "02"), (150_000, "10")] {
        assert_eq!(place(insured(cents), 4, 6).as_deref(), Ok(level));
    }
    assert_eq!(insured(150_001), Err(CannotPrint::InsuredTooHigh));
    assert_eq!(place(code(|s| s.non_machinable = true), 6, 7).as_deref(), Ok("1"));
}

fn to(country: &str, postal_code: &str) -> Result<String, CannotPrint> {
    let fields = AddressFields {
        last_name: Some("X".into()),
        street: Some("1 rue X".into()),
        city: Some("X".into()),
        postal_code: Some(postal_code.into()),
        country: Some(country.into()),
        ..AddressFields::default()
    };
    code(|s| s.addressee = Address::parse(fields).expect("an address"))
}

#[test]
fn only_within_france() {
    assert!(to("FR", "97400").is_ok() && to("MC", "98000").is_ok());
    for (country, postal_code) in [("BE", "1000"), ("DE", "10115"), ("MC", "9800A")] {
        assert!(matches!(to(country, postal_code), Err(CannotPrint::Abroad(c)) if c.as_str() == country));
    }
}

#[test]
fn other_formats_are_refused_with_those_there_are() {
    let sample = Sample::published();
    for format in LabelFormat::all().filter(|format| !formats().contains(format)) {
        let refusal = render(&sample.label(), format).expect_err("no such print").to_string();
        assert!(refusal.contains(format.as_str()), "{refusal}");
        assert!(refusal.contains("PDF_10x15_300dpi, ZPL_10x15_203dpi, ZPL_10x15_300dpi"), "{refusal}");
    }
}

fn zpl(label: &LocalLabel<'_>) -> String {
    String::from_utf8(render(label, LabelFormat::ZPL_10X15_203DPI).expect("a print")).expect("text")
}

#[test]
fn the_barcodes_change_set_where_the_carrier_says() {
    let zpl = zpl(&Sample::published().label());
    for field in ["^FD>:9L0>50000000130^FS", "^FD>:9L>51722409000010860000037^FS"] {
        assert!(zpl.contains(field), "{zpl}");
    }
}

proptest! {
    /// Whatever a text holds, each field stays one field and every byte is plain.
    #[test]
    fn no_text_is_taken_for_a_command(text in any::<String>()) {
        let mut sample = Sample::published();
        let plain = zpl(&sample.label());
        sample.site = format!("{text}x");
        let odd = zpl(&sample.label());
        let commands = |zpl: &str| zpl.matches(['^', '~']).count();
        prop_assert_eq!(commands(&odd), commands(&plain));
        prop_assert!(odd.bytes().all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte)));
    }
}
