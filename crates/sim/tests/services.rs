//! The simulated carrier's services beside labels: announcements that show in tracking, and pickup searches.

use carriers::{
    Exchange, Reached, Request, Response,
    announce::Announcer,
    colissimo::{
        self,
        edi::{self, AnnouncedParcel, Announcement},
        pickup::{
            PICKUP_SOAP, PickupAnswer, PickupAsk, PickupById, PickupCall, PickupSearch, decode_pickup, encode_pickup,
        },
    },
};
use clock::{ManualClock, Time};
use jiff::civil::date;
use label::Range;
use parcel::{
    Address, AddressFields, ColissimoNumber, Country, Login, ParcelNumber, PointKind, Product, Status, Weight,
};
use sim::{
    carrier::{Carrier, Offence, Options, SharedCarrier, Wire},
    invariants::announced_once,
    scenario::{Baseline, Function, Phase, Scenario},
    transport::SimTransport,
};
use std::{sync::Arc, time::Duration};

fn noon() -> Time {
    Time::from_paris("2025-12-22T12:00:00").expect("a moment")
}

fn later(minutes: u64) -> Time {
    noon().plus(Duration::from_secs(60 * minutes))
}

fn carrier(options: Options) -> Carrier {
    Carrier::new(Arc::new(Scenario::calm(noon(), Baseline::default())), options)
}

fn login() -> Login {
    Login::ApiKey("any".into())
}

fn number(serial: u64) -> ColissimoNumber {
    ColissimoNumber::from_serial("9L", serial).expect("a number")
}

fn file(bordereau: u32, serials: &[u64]) -> Vec<u8> {
    let addressee = Address::parse(AddressFields {
        last_name: Some("Martin".into()),
        street: Some("1 rue du Port".into()),
        postal_code: Some("29190".into()),
        city: Some("Brest".into()),
        ..AddressFields::default()
    });
    let parcel = AnnouncedParcel {
        number: number(0),
        product: Product::Dom,
        weight: Weight::from_grams(500).expect("a weight"),
        addressee: addressee.expect("an address"),
        pickup_point: None,
        order_number: Some("CMD-7".parse().expect("an order number")),
        parcel_ref: None,
        insurance: None,
        non_machinable: false,
        instructions: None,
    };
    let moment = date(2025, 12, 22).at(12, 0, 0, 0);
    let parcels = serials.iter().map(|serial| AnnouncedParcel { number: number(*serial), ..parcel.clone() }).collect();
    let client = "964744".parse().expect("a client");
    let slip = Announcement {
        bordereau,
        client,
        handed_over: moment,
        issued: moment,
        site: "1".into(),
        site_name: "site".into(),
        parcels,
    };
    edi::write(&slip).expect("a file")
}

fn heard(carrier: &mut Carrier, now: Time, request: &Request) -> Exchange {
    let Wire::Answer(answer) = carrier.handle(now, request).wire else { panic!("an answer is due") };
    Exchange { reached: Reached::FirstByte, kept: false, elapsed: Duration::ZERO, result: Ok(answer) }
}

fn timeline(carrier: &mut Carrier, now: Time, serial: u64) -> Option<Status> {
    let number = ParcelNumber::from(number(serial));
    let exchange = heard(carrier, now, &colissimo::encode_timeline(&number, &login(), "fr_FR"));
    let track = colissimo::decode_timeline(&exchange, &number).expect("an answer").result.ok()?;
    assert!(colissimo::is_integrated(&track) && track.order_number.as_deref() == Some("CMD-7"));
    Some(track.status)
}

fn suivi(carrier: &mut Carrier, now: Time, serial: u64) -> Option<String> {
    let request = colissimo::encode_track(&[number(serial).to_string()], "okapi", "fr_FR");
    let tracked = colissimo::decode_track(&heard(carrier, now, &request)).expect("an answer");
    Some(tracked.first()?.result.as_ref().ok()?.events.first()?.code.clone())
}

#[test]
fn an_announced_parcel_shows_in_both_trackings_after_a_while() {
    let mut carrier = carrier(Options::default());
    carrier.announce(noon(), "964744.20251222.120000_001", &file(1, &[1, 2])).expect("taken");
    assert_eq!((timeline(&mut carrier, later(9), 1), suivi(&mut carrier, later(9), 1)), (None, None));
    assert_eq!(timeline(&mut carrier, later(10), 1), Some(Status::Declared));
    assert_eq!(suivi(&mut carrier, later(10), 2).as_deref(), Some("DR1"));
    assert_eq!(timeline(&mut carrier, later(10), 3), None);
    assert_eq!(announced_once(carrier.book().announcements()), []);
}

#[test]
fn what_should_never_be_announced_is_named() {
    let range = Range::new(number(1), number(10)).expect("a range");
    let mut carrier = carrier(Options { local_ranges: Some(vec![range]), ..Options::default() });
    let mut take = |name: &str, bytes: &[u8]| carrier.announce(noon(), name, bytes).expect("taken");
    take("a", &file(1, &[1, 2]));
    take("a", &file(1, &[1, 2]));
    take("b", &file(2, &[2, 11]));
    take("c", b"BBB001;broken");
    let offences: Vec<Offence> =
        carrier.book().announcements().offences().iter().map(|(offence, _)| *offence).collect();
    assert_eq!(offences, [Offence::Twice, Offence::OutsideRange, Offence::Unreadable]);
    assert_eq!(
        (carrier.book().announcements().parcels().len(), announced_once(carrier.book().announcements()).len()),
        (3, 3)
    );
    assert!(carrier.book().is_in_use(&number(1).into(), later(1).paris_date()), "its number cannot be made any more");
}

#[tokio::test(start_paused = true)]
async fn no_file_arrives_in_the_dark() {
    let mut scenario = Scenario::calm(noon(), Baseline::default());
    scenario.phases.push(Phase {
        at: noon(),
        functions: vec![Function::Orders],
        latency_factor: 1.0,
        error_rate: 0.0,
        alternate: None,
        dark: true,
        dark_as: Arc::new([]),
    });
    let carrier = SharedCarrier::new(Carrier::new(Arc::new(scenario), Options::default()));
    let announcer = SimTransport::new(carrier.clone(), ManualClock::at(noon()));
    assert!(announcer.deliver("a", &file(1, &[1])).await.is_err());
    assert_eq!(carrier.read(|book| book.announcements().parcels().len()), 0);
}

fn search(postal_code: &str, weight_g: u32, with_shops: bool) -> Request {
    encode_pickup(&PickupCall {
        login: login(),
        ask: PickupAsk::Search(PickupSearch {
            address: None,
            postal_code: postal_code.into(),
            city: "Brest".into(),
            country: Country::FR,
            weight_g: Some(weight_g),
            shipping_date: date(2025, 12, 22),
            with_shops,
            international: false,
            request_id: Some("r-9".into()),
            lang: None,
        }),
    })
}

fn points(request: &Request) -> PickupAnswer {
    decode_pickup(&heard(&mut carrier(Options::default()), noon(), request)).expect("an answer")
}

#[test]
fn the_nearest_points_come_first_and_take_the_weight() {
    let found = points(&search("29190", 1_000, true));
    assert_eq!((found.code, found.points.len(), found.request_id.as_deref()), (0, 20, Some("r-9")));
    assert!(found.points.windows(2).all(|pair| pair[0].distance_m <= pair[1].distance_m));
    assert_eq!(found.points[0].postal_code, "29190");
    assert!(found.points.iter().any(|p| p.kind == PointKind::Shop));
    let heavy = points(&search("29190", 25_000, true));
    assert!(heavy.points.iter().all(|p| p.weight_max_g >= Some(25_000)) && !heavy.points.is_empty());
    let offices = points(&search("29190", 1_000, false));
    assert!(offices.points.iter().all(|p| p.kind == PointKind::PostOffice));
    assert_eq!(points(&search("29190", 40_000, true)).code, 300);
    assert_eq!(points(&search("99999", 1_000, true)).code, 301);
}

#[test]
fn one_point_is_found_by_its_id_unless_it_shut() {
    let ask = |id: &str| {
        let one = PickupById {
            id: id.parse().expect("an id"),
            date: date(2025, 12, 22),
            weight_g: None,
            network: None,
            with_shops: true,
            lang: None,
        };
        points(&encode_pickup(&PickupCall { login: login(), ask: PickupAsk::ById(one) }))
    };
    let open = ask("750022");
    assert_eq!((open.code, open.points[0].id.as_str()), (0, "750022"));
    assert_eq!((ask("750023").code, ask("A12345").code), (300, 301));
}

#[test]
fn the_other_doors_lead_to_the_same_points() {
    let query = "apikey=k&zipCode=29190&city=Brest&countryCode=FR&shippingDate=22/12/2025&weight=1000&requestId=r-9";
    let get = Request {
        method: http::Method::GET,
        path_and_query: format!("{PICKUP_SOAP}/findRDVPointRetraitAcheminement?{query}"),
        headers: Vec::new(),
        body: bytes::Bytes::new(),
    };
    assert_eq!(points(&get), points(&search("29190", 1_000, true)));
    let nothing = Request { path_and_query: format!("{PICKUP_SOAP}/nothing"), ..get };
    let exchange = heard(&mut carrier(Options::default()), noon(), &nothing);
    assert!(matches!(exchange.result, Ok(Response { status: 404, .. })));
}
