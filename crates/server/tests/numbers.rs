//! Which numbers the door knows: nothing until all are in, none missed that was given out, and what comes of it in an overload.

mod support;

use admission::{Class, Key, Keys, Kind};
use clock::{SystemClock, Time};
use dispatch::{By, Fact, Via};
use edge::{Existence, GuardSettings, Who};
use parcel::{LabelFormat, Letter, Login, ParcelNumber, Product, ShipmentId};
use server::KnownNumbers;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use store::{Account, LabelBytes, Merchant, NewIntent, NewPickup, Options, SealingKey, Store};
use support::{KEY, NUMBER, OKAPI, OTHER_NUMBER, World, door};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
};

const LABELS_COUNT: u64 = 300;

fn numbers() -> Arc<KnownNumbers> {
    Arc::new(KnownNumbers::new(Arc::new(|bytes: &mut [u8]| bytes.fill(3))))
}

fn number(serial: u64) -> ParcelNumber {
    ParcelNumber::from_serial("6A", serial).expect("a number")
}

#[tokio::test]
async fn nothing_is_said_until_all_are_in() {
    let world = World::new().await;
    let id = world.ship("CMD-1").await;
    world.claim().await;
    world.confirm(id, NUMBER).await;
    let known = numbers();
    assert_eq!((known.parcel(NUMBER), known.parcel(OTHER_NUMBER)), (Existence::Unsure, Existence::Unsure));
    assert!(!known.are_sure());
    assert_eq!(known.gather(&world.store).await.expect("gathered"), 1);
    assert!(known.are_sure());
    for (written, existence) in [
        (NUMBER, Existence::Exists),
        ("6a%201598.4040%20331", Existence::Exists),
        ("6A15984040331,6a15984040331", Existence::Exists),
        ("6A15984040331%2C6A15984040331", Existence::Exists),
        (OTHER_NUMBER, Existence::Not),
        ("6M17554710224,6M17554710224", Existence::Not),
        ("6A15984040332", Existence::Not),
        ("12345678901", Existence::Not),
        ("", Existence::Not),
        ("6A15984040331,6M17554710224", Existence::Unsure),
    ] {
        assert_eq!(known.parcel(written), existence, "{written}");
    }
    assert_eq!(known.parcel(&[NUMBER; 10].join(",")), Existence::Exists);
    assert_eq!(known.parcel(&[NUMBER; 11].join(",")), Existence::Unsure, "no more than the carrier answers");
}

async fn shop(dir: &std::path::Path) -> Store {
    let store = Store::open(Options::dir(dir, SealingKey::from_bytes([7; 32]))).expect("a store");
    let merchant = Merchant { id: "shop".parse().expect("an id"), name: "Shop".into() };
    let login = Login::Contract { number: "964744".into(), password: "hush".into() };
    let account = Account {
        id: "account".into(),
        merchant: merchant.id.clone(),
        carrier: "colissimo".into(),
        login,
        okapi_key: None,
    };
    store.add_merchant(merchant, [1; 32], account, Time::from_unix_ms(0)).await.expect("a merchant");
    store
}

/// Has a label made, from the request to the number.
async fn make(store: &Store, serial: u64) {
    let (at, today) = (Time::from_unix_ms(1_766_381_040_000), "2025-12-22".parse().expect("a day"));
    let mut chance = [0; 10];
    chance[..8].copy_from_slice(&serial.to_be_bytes());
    let id = ShipmentId::new(1_766_381_040_000, chance);
    let shipment = parcel::Shipment {
        order_number: None,
        parcel_ref: None,
        parcel_number: None,
        product: Product::Dom,
        mode: parcel::DeliveryMode::Home,
        deposit_date: today,
        weight: parcel::Weight::from_grams(500).expect("a weight"),
        format: LabelFormat::PDF_10X15,
        letter: Letter::AsWritten(Box::new(serde_json::json!({}))),
    };
    let new = NewIntent {
        id,
        merchant: "shop".parse().expect("an id"),
        account: "account".into(),
        shipment,
        via: Via::Api,
        key: None,
        pickup: NewPickup::default(),
        at,
    };
    store.accept(new).await.expect("accepted");
    let claimed = Fact::Claimed { attempt: 1, deposit_date: today, number: None };
    store.record(id, vec![claimed], at, None).await.expect("claimed");
    let label = LabelBytes { label: "%PDF".into(), cn23: None, answer_json: "{}".into() };
    let confirmed = Fact::Confirmed {
        attempt: 1,
        number: number(serial),
        partner_number: None,
        format: LabelFormat::PDF_10X15,
        by: By::Answer,
    };
    store.record(id, vec![confirmed], at, Some(label)).await.expect("confirmed");
}

/// Labels are made, all numbers are gathered again and again, and whoever reads a number asks for it: whichever comes first,
/// none that can be known by anybody is denied.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_number_that_was_just_made_is_never_denied() {
    let dir = tempfile::tempdir().expect("a directory");
    let (store, known, done) = (shop(dir.path()).await, numbers(), AtomicBool::new(false));
    known.gather(&store).await.expect("gathered");
    let makes = async |from: u64| {
        for serial in from..from + LABELS_COUNT {
            make(&store, serial).await;
            assert_eq!(known.parcel(number(serial).as_str()), Existence::Exists, "{serial} was made");
        }
    };
    let gathers = async {
        let mut times = 0;
        while !done.load(Ordering::SeqCst) {
            known.gather(&store).await.expect("gathered");
            times += 1;
        }
        times
    };
    let reads = async {
        let mut seen = 0;
        while !done.load(Ordering::SeqCst) {
            for number in store.numbers_after(None, 10_000).await.expect("read") {
                assert_ne!(known.parcel(number.as_str()), Existence::Not, "{} can be read", number.as_str());
                seen += 1;
            }
        }
        seen
    };
    let made = async {
        tokio::join!(makes(0), makes(100_000), makes(200_000));
        done.store(true, Ordering::SeqCst);
    };
    let ((), times, seen) = tokio::join!(made, gathers, reads);
    assert!(times > 3 && seen > LABELS_COUNT, "{times} times gathered, {seen} read");
    assert_eq!(known.parcel(number(99_999).as_str()), Existence::Not);
    store.close().await.expect("closed");
}

/// The heads of answers to so many requests for this number, from one address.
async fn asked(address: SocketAddr, number: &str, from: &str, times: usize) -> Vec<String> {
    let mut heads = Vec::new();
    for _ in 0..times {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        let request = format!(
            "GET /suivi/v2/idships/{number} HTTP/1.1\r\nhost: h\r\nx-okapi-key: {OKAPI}\r\nx-forwarded-for: {from}\r\n\
             connection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut text = String::new();
        stream.read_to_string(&mut text).await.expect("an answer");
        heads.push(text.split("\r\n\r\n").next().unwrap_or_default().to_lowercase());
    }
    heads
}

fn refused(heads: &[String]) -> usize {
    heads.iter().filter(|head| head.contains("tournee-receipt: ")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn in_an_overload_parcels_of_ours_come_first_and_others_are_the_carriers_to_know() {
    let world = World::new().await;
    let id = world.ship("CMD-1").await;
    world.claim().await;
    world.confirm(id, NUMBER).await;
    let known = numbers();
    known.gather(&world.store).await.expect("gathered");
    // One place, which the API takes here, and whoever waits for it makes an overload.
    let mut settings = server::own(&GuardSettings::default());
    let admission = &mut settings.admission;
    (admission.places_min, admission.places_start, admission.places_max) = (1, 1, 1);
    (admission.reserve_percent, admission.calm_s, admission.wait.unknown_ms) = (0, 3_600, 60_000);
    for resource in admission.resources.iter_mut().filter(|resource| resource.name == "api") {
        resource.kind = Kind::Label;
    }
    let guard = server::guard(
        settings.clone(),
        Keys::new(Key::new(1, &[7; 32])),
        (Arc::clone(&world.known), known),
        world.status.clone(),
        Arc::new(SystemClock),
        Arc::new(|bytes| bytes.fill(7)),
    )
    .expect("good settings");
    let listener = door::bind();
    let address = listener.local_addr();
    let (stop, stopped) = oneshot::channel::<()>();
    let serve = guard.serve(listener, server::behind(world.app.clone()), Arc::default(), async {
        stopped.await.ok();
    });
    let client = async {
        world.carrier.hangs();
        let mut held = Vec::new();
        for _ in 0..2 {
            let mut stream = TcpStream::connect(address).await.expect("a connection");
            let path = "/v1/pickup-points?postal_code=75001&city=Paris&country=FR&weight_g=500";
            let request = format!("GET {path} HTTP/1.1\r\nhost: h\r\nauthorization: Bearer {KEY}\r\n\r\n");
            stream.write_all(request.as_bytes()).await.expect("sent");
            held.push(stream);
        }
        while !guard.counts().gate.overloaded {
            tokio::task::yield_now().await;
        }
        world.carrier.hangs_no_more();
        let ours = asked(address, NUMBER, "198.51.100.1", 25).await;
        let others = asked(address, OTHER_NUMBER, "203.0.113.1", 25).await;
        let wrong = asked(address, "6A15984040332", "192.0.2.1", 1).await;
        assert_eq!((refused(&ours), refused(&others), refused(&wrong)), (0, 5, 0), "{others:?}");
        assert!(others.iter().filter(|head| head.contains("tournee-receipt: ")).all(|head| head.contains(" 429 ")));
        let arrived = guard.counts().arrived;
        assert_eq!(arrived[Class::Parcel.index()], 25);
        assert!(arrived[Class::Unknown.index()] >= 26);
        assert!(world.carrier.calls().len() >= 46, "what is not ours is asked of the carrier");
        drop((held, stop));
    };
    let (served, ()) = tokio::join!(serve, client);
    served.expect("it serves");
}
