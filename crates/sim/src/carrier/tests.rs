use super::*;
use crate::{
    merchants::merchants,
    orders::{SimOrder, orders},
    scenario::{Baseline, Manner, Phase},
};
use carriers::{Exchange, Reached, Retry};
use parcel::{LabelFormat, Letter, Login, PickupPointId, Product, Shipment};
use proptest::prelude::*;

const NOON: &str = "2025-12-22T12:00:00";

fn noon() -> Time {
    Time::from_paris(NOON).expect("a moment")
}

fn calm() -> Arc<Scenario> {
    Arc::new(Scenario::calm(noon(), Baseline::default()))
}

/// From noon on every label call fails in this manner; half of them were carried out.
fn failing(manner: Manner) -> Arc<Scenario> {
    let mut scenario = Scenario::calm(noon(), Baseline::default());
    scenario.phases.push(Phase {
        at: noon(),
        functions: vec![Function::Label, Function::Tracking, Function::Health],
        latency_factor: 1.0,
        error_rate: 1.0,
        alternate: None,
        dark: false,
        dark_as: [manner].into(),
    });
    Arc::new(scenario)
}

fn carrier(scenario: Arc<Scenario>) -> Carrier {
    let options = Options { seed: 42, contracts: Contracts::of(&merchants()), ..Options::default() };
    Carrier::new(scenario, options)
}

/// Orders whose deposit date is not past at noon.
fn wanted(count: usize) -> Vec<SimOrder> {
    let day = Scenario::builtin_day().expect("the built-in scenario");
    orders(9, count * 8, &day).into_iter().filter(|o| o.at >= noon()).take(count).collect()
}

fn order(pick: impl Fn(&SimOrder) -> bool) -> SimOrder {
    wanted(100).into_iter().find(|o| pick(o)).expect("such an order")
}

fn home() -> SimOrder {
    order(|o| o.pickup().is_none() && o.shipment.parcel_number.is_none())
}

fn generate(order: &SimOrder) -> Request {
    order.drop_in(&merchants()[order.merchant])
}

fn exchange(wire: &Wire) -> Exchange {
    let result = match wire {
        Wire::Answer(answer) => Ok(answer.clone()),
        Wire::Truncated { answer, keep } => {
            let heard = Response { body: answer.body.slice(..*keep), ..answer.clone() };
            Err(carriers::Broken::AnswerCut(Box::new(heard)))
        }
        _ => Err(carriers::Broken::TimedOut),
    };
    Exchange { reached: Reached::FirstByte, kept: false, elapsed: Duration::ZERO, result }
}

/// The error id of the answer to a `generateLabel` of this order, or `made`.
fn said(carrier: &mut Carrier, order: &SimOrder) -> String {
    let reply = carrier.handle(noon(), &generate(order));
    match colissimo::decode_label(&exchange(&reply.wire)) {
        Ok(_) => "made".into(),
        Err(error) => error.code,
    }
}

#[test]
fn a_label_is_made_and_stands_in_the_book() {
    let (mut carrier, order) = (carrier(calm()), order(|o| o.pickup().is_some() && o.shipment.parcel_number.is_none()));
    let reply = carrier.handle(noon(), &generate(&order));
    let label = colissimo::decode_label(&exchange(&reply.wire)).expect("a label");
    assert_eq!(reply.made, Some(label.number));
    assert_eq!(Some(label.number.prefix()), colissimo::series(&order.shipment).map(parcel::Series::prefix));
    assert!(label.partner_number.is_some_and(|n| n.len() == 28));
    assert!(label.label.len() > 100);
    let entry = carrier.book().get(&label.number).expect("an entry");
    assert_eq!((&entry.order_number, &entry.parcel_ref), (&order.shipment.order_number, &order.shipment.parcel_ref));
    assert_eq!((&entry.mode, &entry.product), (&order.shipment.mode, &order.shipment.product));
    assert_eq!((entry.weight, entry.made_at, entry.lost), (order.shipment.weight, noon(), false));
}

#[test]
fn every_order_of_the_day_gets_its_label() {
    let mut carrier = carrier(calm());
    let all = wanted(200);
    for order in &all {
        assert_eq!(said(&mut carrier, order), "made", "{:?} {:?}", order.shipment, order.via);
    }
    assert_eq!(carrier.book().entries().len(), all.len());
    assert_eq!(carrier.book().calls().total(Call::Generate), all.len() as u64);
}

#[test]
fn the_rules_of_the_carrier_are_kept() {
    let mut carrier = carrier(calm());
    let changed = |change: fn(&mut SimOrder)| {
        let mut changed = order(|o| o.pickup().is_some() && o.shipment.parcel_number.is_none());
        change(&mut changed);
        changed
    };
    let to = |order: &mut SimOrder, id: &str| {
        let point: PickupPointId = id.parse().expect("an id");
        order.shipment.mode = parcel::DeliveryMode::PickupPoint(point);
    };
    assert_eq!(said(&mut carrier, &changed(|_| {})), "made");
    let mut shut = changed(|_| {});
    to(&mut shut, "750023");
    assert_eq!(said(&mut carrier, &shut), "30401");
    let mut nowhere = changed(|_| {});
    to(&mut nowhere, "999991");
    assert_eq!(said(&mut carrier, &nowhere), "30401");
    assert_eq!(
        said(&mut carrier, &changed(|o| o.shipment.deposit_date = "2025-12-21".parse().expect("a day"))),
        "30002"
    );
    let number = |o: &mut SimOrder| o.shipment.parcel_number = Some("6M17554710224".parse().expect("a number"));
    assert_eq!(said(&mut carrier, &changed(number)), "30703");
    assert_eq!(carrier.book().entries().len(), 1);
}

#[test]
fn only_contracts_are_served() {
    let (mut carrier, order) = (carrier(calm()), home());
    let mut stranger = merchants().remove(0);
    let mut said = |login: Login| {
        stranger.login = login;
        let reply = carrier.handle(noon(), &order.drop_in(&stranger));
        let Wire::Answer(answer) = &reply.wire else { panic!("an answer") };
        (answer.status, colissimo::decode_label(&exchange(&reply.wire)).expect_err("a refusal"))
    };
    let (status, error) = said(Login::Contract { number: "900001".into(), password: "guess".into() });
    assert_eq!((status, error.code.as_str()), (400, "30000"));
    let (status, error) = said(Login::ApiKey("guess".into()));
    assert_eq!((status, error.retry), (401, Retry::Never));
}

#[test]
fn a_number_that_was_chosen_is_not_taken_twice() {
    let mut carrier = carrier(calm());
    let chosen = order(|o| o.shipment.parcel_number.is_some());
    assert_eq!(said(&mut carrier, &chosen), "made");
    assert_eq!(said(&mut carrier, &chosen), "30702");
    let number = chosen.shipment.parcel_number.expect("a number");
    assert!(carrier.book().get(&number).is_some_and(|entry| entry.chosen));
    let later = Time::from_paris("2027-02-01T12:00:00").expect("a moment");
    let mut again = chosen;
    again.shipment.deposit_date = later.paris_date();
    assert_eq!(carrier.handle(later, &generate(&again)).made, Some(number), "thirteen months later it is free");
}

#[test]
fn numbers_of_a_contract_follow_each_other() {
    let mut carrier = carrier(calm());
    let one = home();
    let numbers: Vec<u64> =
        (0..5).filter_map(|_| carrier.handle(noon(), &generate(&one)).made).map(|n| n.serial()).collect();
    assert_eq!(numbers.len(), 5);
    assert!(numbers.windows(2).all(|w| w[1] == w[0] + 1));
    let digests: Vec<[u8; 16]> = carrier.book().entries().iter().map(|e| e.digest).collect();
    assert!(digests.windows(2).all(|w| w[0] == w[1]), "the book shows that it was one request five times");
}

#[test]
fn a_range_that_is_used_up_says_so() {
    let one = home();
    let contract = Contract { range_numbers: 1, ..Contract::new(merchants()[one.merchant].login.clone()) };
    let options = Options { contracts: Contracts::Only(vec![contract]), ..Options::default() };
    let mut carrier = Carrier::new(calm(), options);
    assert_eq!(said(&mut carrier, &one), "made");
    assert_eq!(said(&mut carrier, &one), "40014");
}

#[test]
fn a_check_allocates_nothing() {
    let (mut carrier, one) = (carrier(calm()), home());
    let login = &merchants()[one.merchant].login;
    let check = |shipment: &Shipment| colissimo::encode_check(shipment, login, shipment.deposit_date, shipment.format);
    let good = carrier.handle(noon(), &check(&one.shipment));
    assert_eq!(colissimo::decode_check(&exchange(&good.wire)), Ok(()));
    let mut bad = one.shipment.clone();
    bad.product = Product::Other("XYZ".into());
    let bad = carrier.handle(noon(), &check(&bad));
    assert!(colissimo::decode_check(&exchange(&bad.wire)).is_err());
    assert!(carrier.book().entries().is_empty() && good.made.is_none());
}

#[test]
fn a_reprint_is_for_its_own_contract() {
    let (mut carrier, one) = (carrier(calm()), home());
    let number = carrier.handle(noon(), &generate(&one)).made.expect("a label");
    let format: LabelFormat = "ZPL_10x15_203dpi".parse().expect("a format");
    let mut reprint = |login: &Login| {
        let reply = carrier.handle(noon(), &colissimo::encode_get_label(&number, login, format));
        colissimo::decode_reprint(&exchange(&reply.wire), &number).map(|a| (a.number, a.label.starts_with(b"^XA")))
    };
    let all = merchants();
    assert_eq!(reprint(&all[one.merchant].login), Ok((number, true)));
    let other = reprint(&all[(one.merchant + 1) % all.len()].login).expect_err("a refusal");
    assert_eq!(other.code, "30801");
}

#[test]
fn tracking_gives_the_order_number_back() {
    let (mut carrier, one) = (carrier(calm()), home());
    let number = carrier.handle(noon(), &generate(&one)).made.expect("a label");
    let ask = |ids: &[String], key: &str| colissimo::encode_track(ids, key, "fr_FR");
    let mut track = |at: Time, request: Request| colissimo::decode_track(&exchange(&carrier.handle(at, &request).wire));
    let later = noon().plus(Duration::from_secs(60));
    let ids = [number.to_string(), "6A15984040331".to_owned()];
    let found = track(later, ask(&ids, "key")).expect("tracks");
    assert_eq!(found.len(), 2);
    let known = found[0].result.as_ref().expect("a track");
    assert_eq!(known.order_number.as_deref(), one.shipment.order_number.as_ref().map(|n| n.as_str()));
    assert_eq!((&known.status, known.is_final), (&parcel::Status::Declared, false));
    assert_eq!(found[1].result.as_ref().map_err(|e| e.code).err(), Some(404));
    let soon = track(noon(), ask(&ids[..1], "key")).expect("tracks");
    assert_eq!(soon[0].result.as_ref().map_err(|e| e.code).err(), Some(404), "tracking lags behind");
    assert!(track(later, ask(&ids[..1], "")).is_err());
}

#[test]
fn the_book_and_tracking_agree() {
    let mut carrier = carrier(calm());
    for order in wanted(60) {
        carrier.handle(noon(), &generate(&order));
    }
    let later = noon().plus(Duration::from_secs(3_600));
    let entries = carrier.book().entries().to_vec();
    for few in entries.chunks(10) {
        let ids: Vec<String> = few.iter().map(|e| e.number.to_string()).collect();
        let reply = carrier.handle(later, &colissimo::encode_track(&ids, "key", "fr_FR"));
        let tracks = colissimo::decode_track(&exchange(&reply.wire)).expect("tracks");
        let told: Vec<Option<String>> =
            tracks.into_iter().filter_map(|t| t.result.ok()).map(|t| t.order_number).collect();
        let written: Vec<Option<String>> = few.iter().map(|e| e.order_number.as_ref().map(|n| n.to_string())).collect();
        assert_eq!(told, written);
    }
}

#[test]
fn the_health_pages_say_ok() {
    let mut carrier = carrier(calm());
    for page in colissimo::HEALTH_PAGES {
        let reply = carrier.handle(noon(), &colissimo::encode_health(page));
        assert_eq!(colissimo::decode_health(&exchange(&reply.wire)), Some(true), "{page}");
    }
    let mut unwell = self::carrier(failing(Manner::Unavailable));
    let reply = unwell.handle(noon(), &colissimo::encode_health(colissimo::HEALTH_PAGES[0]));
    assert_eq!(colissimo::decode_health(&exchange(&reply.wire)), Some(false));
}

#[test]
fn what_is_not_offered_is_not_found() {
    let mut carrier = carrier(calm());
    let mut status = |method: http::Method, path: &str| {
        let request = Request { method, path_and_query: path.into(), headers: Vec::new(), body: bytes::Bytes::new() };
        match carrier.handle(noon(), &request).wire {
            Wire::Answer(answer) => answer.status,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(status(http::Method::GET, "/"), 404);
    assert_eq!(status(http::Method::GET, colissimo::GENERATE), 405);
    assert_eq!(status(http::Method::POST, colissimo::HEALTH_PAGES[0]), 405);
    assert_eq!(status(http::Method::POST, colissimo::GENERATE), 422);
}

#[test]
fn a_failure_shows_as_it_should_and_its_label_stands_in_the_book() {
    for (manner, never_worked) in [
        (Manner::NoAnswer, false),
        (Manner::Reset, false),
        (Manner::Html503, false),
        (Manner::Html200, false),
        (Manner::Truncated, false),
        (Manner::Empty, false),
        (Manner::Gateway500, false),
        (Manner::Unavailable, true),
        (Manner::TooMany, true),
        (Manner::Refused, true),
    ] {
        let (mut carrier, one) = (carrier(failing(manner)), home());
        let replies: Vec<Reply> = (0..60).map(|_| carrier.handle(noon(), &generate(&one))).collect();
        let made = replies.iter().filter(|r| r.made.is_some()).count();
        assert_eq!(carrier.book().entries().len(), made, "{manner:?}");
        assert!(carrier.book().entries().iter().all(|e| e.lost), "{manner:?}");
        assert_eq!(made == 0, never_worked, "{manner:?}: {made} labels");
        for reply in &replies {
            let Wire::Answer(_) = &reply.wire else { continue };
            let error = colissimo::decode_label(&exchange(&reply.wire)).expect_err("no label");
            let safe = matches!(error.retry, Retry::After(_));
            assert_eq!(safe, never_worked, "{manner:?} reads as {error:?}");
        }
    }
}

#[test]
fn a_truncated_answer_is_never_whole() {
    let thermal = |o: &SimOrder| o.shipment.format.as_str().starts_with("ZPL") && o.shipment.parcel_number.is_none();
    let (mut carrier, one) = (carrier(failing(Manner::Truncated)), order(thermal));
    for _ in 0..60 {
        let reply = carrier.handle(noon(), &generate(&one));
        let Wire::Truncated { answer, keep } = &reply.wire else { panic!("truncated") };
        assert!((1..answer.body.len()).contains(keep));
        match colissimo::decode_label(&exchange(&reply.wire)) {
            // Only the end of the envelope was cut: the label itself is there whole.
            Ok(heard) => assert!(Some(heard.number) == reply.made && heard.label.ends_with(b"^XZ\n")),
            Err(error) => assert!(error.number.is_none() || error.number == reply.made),
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let day = Arc::new(Scenario::builtin_day().expect("the built-in scenario"));
    let run = |seed: u64| {
        let mut carrier = Carrier::new(Arc::clone(&day), Options { seed, ..Options::default() });
        let replies = wanted(150).iter().map(|o| carrier.handle(o.at, &generate(o))).collect::<Vec<_>>();
        (replies, carrier.book().entries().to_vec())
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7).0, run(8).0);
}

#[test]
fn lines_end_as_the_option_says() {
    for (line_ends, crlf) in [(LineEnds::Crlf, true), (LineEnds::Lf, false)] {
        let mut carrier = Carrier::new(calm(), Options { line_ends, ..Options::default() });
        let reply = carrier.handle(noon(), &generate(&home()));
        let Wire::Answer(answer) = &reply.wire else { panic!("an answer") };
        assert_eq!(answer.body.windows(2).take(400).any(|w| w == b"\r\n"), crlf);
        assert_eq!(colissimo::decode_label(&exchange(&reply.wire)).map(|l| l.line_ends), Ok(line_ends));
    }
}

#[test]
fn what_was_made_and_not_heard_of_is_marked() {
    let (mut carrier, one) = (carrier(calm()), home());
    let number = carrier.handle(noon(), &generate(&one)).made.expect("a label");
    carrier.answer_lost(&number);
    assert!(carrier.book().get(&number).is_some_and(|e| e.lost));
    assert!(matches!(one.shipment.letter, Letter::Parts(_)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_make_it_panic(
        path in prop::sample::select(vec![colissimo::GENERATE, colissimo::CHECK, colissimo::GET_LABEL, colissimo::SUIVI]),
        tail in "\\PC{0,40}",
        post: bool,
        body in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let mut carrier = carrier(calm());
        let method = if post { http::Method::POST } else { http::Method::GET };
        let tail = if path == colissimo::SUIVI { tail } else { String::new() };
        let headers = vec![(http::HeaderName::from_static("x-okapi-key"), "key".to_owned())];
        let reply = carrier.handle(noon(), &Request { method, path_and_query: format!("{path}{tail}"), headers, body: body.into() });
        prop_assert!(reply.made.is_none() && carrier.book().entries().is_empty());
    }

    #[test]
    fn whatever_the_weather_the_book_has_each_number_once(seed: u64) {
        let day = Arc::new(Scenario::builtin_day().expect("the built-in scenario"));
        let options = Options { seed, contracts: Contracts::of(&merchants()), ..Options::default() };
        let mut carrier = Carrier::new(Arc::clone(&day), options);
        let mut made = Vec::new();
        for order in orders(seed, 40, &day) {
            // Asked three times, as an impatient shop does.
            made.extend((0..3).filter_map(|_| carrier.handle(order.at, &generate(&order)).made));
        }
        let written: Vec<ParcelNumber> = carrier.book().entries().iter().map(|e| e.number).collect();
        prop_assert_eq!(&written, &made);
        made.sort();
        made.dedup();
        prop_assert_eq!(made.len(), written.len());
    }
}
