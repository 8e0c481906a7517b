//! Opening hours are read as the carrier writes them, and what cannot be read is never guessed.

use jiff::civil::Weekday;
use pickup::{Day, Hours, Span};
use proptest::prelude::*;

#[track_caller]
fn open(text: &str, spans: &[(u16, u16)]) {
    let spans: Vec<Span> =
        spans.iter().map(|(from_min, until_min)| Span { from_min: *from_min, until_min: *until_min }).collect();
    let expected = if spans.is_empty() { Day::Shut } else { Day::Open(spans) };
    assert_eq!(Day::parse(text), expected, "{text:?}");
}

#[test]
fn the_carriers_texts_are_read() {
    open("09:00-12:00 14:00-18:30", &[(540, 720), (840, 1_110)]);
    open("08:00-20:00", &[(480, 1_200)]);
    open("  09:00 - 12:00   14:00-18:30 ", &[(540, 720), (840, 1_110)]);
    open("9:00-12:00", &[(540, 720)]);
    open("00:00-00:00", &[]);
    open("00:00-00:00 00:00-00:00", &[]);
    open("09:00-12:00 00:00-00:00", &[(540, 720)]);
    open("00:00-24:00", &[(0, 1_440)]);
    open("18:00-24:00", &[(1_080, 1_440)]);
    open("18:00-00:00", &[(1_080, 1_440)]);
    open("22:00-02:30", &[(1_320, 1_590)]);
    open("14:00-18:00 09:00-12:00", &[(540, 720), (840, 1_080)]);
}

#[test]
fn what_cannot_be_read_stays_as_it_came() {
    for text in [
        "",
        " ",
        "fermé",
        "09:00",
        "09:00-",
        "-12:00",
        "09:00-12:00 14:00",
        "09:60-12:00",
        "25:00-26:00",
        "24:00-25:00",
        "24:00-02:00",
        "09:00-09:00",
        "09h00-12h00",
        "09:00-12:00;14:00-18:00",
        "0900-1200",
        "+9:00-12:00",
        "09:00-12:00-14:00",
        "009:00-12:00",
        "09:0-12:00",
        "09:00–12:00",
        "٠٩:٠٠-١٢:٠٠",
    ] {
        assert_eq!(Day::parse(text), Day::Unknown(text.to_owned()), "{text:?}");
    }
    let nine = ["09:00-10:00"; 9].join(" ");
    assert_eq!(Day::parse(&nine), Day::Unknown(nine.clone()));
}

#[test]
fn a_day_that_cannot_be_read_spoils_no_other() {
    let hours = Hours::parse(["09:00-12:00", "?", "", "00:00-00:00", "09:00-12:00", "09:00-12:00", "00:00-00:00"]);
    assert_eq!(hours.on(Weekday::Monday).spans().map(<[Span]>::len), Some(1));
    assert_eq!(hours.on(Weekday::Tuesday).spans(), None);
    assert_eq!(hours.on(Weekday::Wednesday).spans(), None);
    assert_eq!(hours.on(Weekday::Thursday).spans(), Some(&[][..]));
    assert_eq!(hours.texts()[1], "?");
    assert_eq!(hours.on(Weekday::Sunday), &Day::Shut);
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[0-9:\\- ]{0,40}", "([0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9] ?){0,3}",]
}

proptest! {
    #[test]
    fn any_text_is_read_or_kept_and_written_again_it_means_the_same(days in prop::array::uniform7(texts())) {
        let hours = Hours::parse(days.each_ref().map(String::as_str));
        let again = hours.texts();
        prop_assert_eq!(&Hours::parse(again.each_ref().map(String::as_str)), &hours);
        for (day, text) in hours.days().iter().zip(&days) {
            match day {
                Day::Unknown(raw) => prop_assert_eq!(raw, text),
                Day::Shut => {}
                Day::Open(spans) => prop_assert!(
                    !spans.is_empty() && spans.iter().all(|s| s.from_min < 1_440 && s.from_min < s.until_min && s.until_min < 2_880)
                ),
            }
        }
        let json = serde_json::to_string(&hours).expect("json");
        prop_assert_eq!(serde_json::from_str::<Hours>(&json).expect("hours"), hours);
    }
}
