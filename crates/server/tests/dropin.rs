//! The carrier-compatible endpoints as an existing client sees them.

mod support;

use carriers::{
    Exchange, Reached, Response as Said,
    colissimo::{self, LabelAnswer, LineEnds, decode_label, write_label, write_refusal},
};
use clock::{Clock, Time};
use http::{Method, StatusCode};
use parcel::{Login, ShipmentId};
use serde_json::{Value, json};
use server::{DropInSettings, LineEndChoice, ServerSettings};
use std::time::Duration;
use support::{Answer, NUMBER, OTHER_NUMBER, World, letter};
use tokio::time::Instant;

const GENERATE: &str = colissimo::GENERATE;

async fn send(world: &World, path: &str, body: &Value) -> Answer {
    world.send(Method::POST, path, &[("content-type", "application/json")], body.to_string()).await
}

/// Sends without waiting for the carrier.
async fn hasty(world: &World, body: &Value) -> Answer {
    world.send(Method::POST, GENERATE, &[("prefer", "wait=0")], body.to_string()).await
}

/// The answer as the carrier's clients read it.
fn read(answer: &Answer) -> Result<LabelAnswer, String> {
    let said = Said::new(answer.status.as_u16(), answer.header("content-type"), answer.body.clone());
    decode_label(&Exchange { reached: Reached::FirstByte, kept: false, elapsed: Duration::ZERO, result: Ok(said) })
        .map_err(|e| e.code)
}

fn reference(answer: &Answer) -> ShipmentId {
    answer.header("x-tournee-shipment").parse().expect("a reference")
}

fn settings(change: impl FnOnce(&mut DropInSettings)) -> ServerSettings {
    let mut settings = ServerSettings::default();
    change(&mut settings.dropin);
    settings
}

#[tokio::test(start_paused = true)]
async fn a_client_that_the_carrier_keeps_waiting_is_told_to_come_back_and_gets_the_one_label() {
    let world = World::new().await;
    world.carrier.hangs();
    let begun = Instant::now();
    let first = send(&world, GENERATE, &letter("A1")).await;
    assert_eq!(begun.elapsed(), Duration::from_secs(9));
    assert_eq!((first.status, read(&first)), (StatusCode::BAD_REQUEST, Err("40015".into())));
    assert_eq!(first.header("retry-after"), "30");
    let id = reference(&first);
    assert!(first.text().contains(&format!("référence d'attente {id}")), "{}", first.text());

    world.claim().await;
    world.confirm(id, NUMBER).await;
    world.clock.set(Time::from_paris("2025-12-23T09:00:00").expect("a moment"));
    let mut tomorrow = letter("A1");
    tomorrow["letter"]["service"]["depositDate"] = json!("2025-12-23");
    let again = send(&world, GENERATE, &tomorrow).await;
    assert_eq!((again.status, reference(&again)), (StatusCode::OK, id), "another day's request of the same order");
    let label = read(&again).expect("a label");
    assert_eq!((label.number.as_str(), label.label.as_ref()), (NUMBER, &b"%PDF the label"[..]));
    assert_eq!(label.partner_number.as_deref(), Some("PARTNER"));
    let facts = world.store.facts(id).await.expect("facts");
    assert_eq!(facts.last().map(|s| s.fact.name()), Some("released"));
}

#[tokio::test(start_paused = true)]
async fn a_client_gets_its_label_as_soon_as_it_is_there() {
    let world = World::new().await;
    let begun = Instant::now();
    let body = letter("A1");
    let (answer, ()) = tokio::join!(send(&world, GENERATE, &body), async {
        tokio::task::yield_now().await;
        let claimed = world.store.claim(&[dispatch::Job::Submit], 1, 0, world.clock.now()).await.expect("claims");
        world.confirm(claimed[0].view.intent.id, NUMBER).await;
    });
    assert_eq!((answer.status, begun.elapsed()), (StatusCode::OK, Duration::ZERO));
    assert!(read(&answer).is_ok());
}

#[tokio::test]
async fn the_parcels_of_one_order_are_told_apart() {
    let world = World::new().await;
    let first = reference(&hasty(&world, &letter("A1")).await);
    let mut second = letter("A1");
    second["letter"]["parcel"]["weight"] = json!(2.5);
    assert_ne!(reference(&hasty(&world, &second).await), first);
    assert_eq!(reference(&hasty(&world, &letter("A1")).await), first);
    assert_ne!(reference(&hasty(&world, &letter("A2")).await), first);
}

#[tokio::test]
async fn without_order_or_reference_a_request_is_the_same_until_it_is_answered() {
    let world = World::new().await;
    let mut body = letter("");
    body["letter"]["service"].as_object_mut().expect("an object").remove("orderNumber");
    let first = reference(&hasty(&world, &body).await);
    assert_eq!(reference(&hasty(&world, &body).await), first);
    world.claim().await;
    world.confirm(first, NUMBER).await;
    assert_eq!(reference(&hasty(&world, &body).await), first, "confirmed, and handed out only now");
    assert_ne!(reference(&hasty(&world, &body).await), first);
}

#[tokio::test]
async fn another_password_sees_nothing() {
    let world = World::new().await;
    let first = reference(&hasty(&world, &letter("A1")).await);
    world.claim().await;
    world.confirm(first, NUMBER).await;
    let mut stranger = letter("A1");
    stranger["password"] = json!("guess");
    assert_ne!(reference(&hasty(&world, &stranger).await), first);
    let ask = |password: &str| {
        json!({"contractNumber": "964744", "password": password, "parcelNumber": NUMBER,
            "outputFormat": {"outputPrintingType": "PDF_10x15_300dpi"}})
    };
    assert_eq!(read(&send(&world, colissimo::GET_LABEL, &ask("guess")).await), Err("40015".into()));
    assert!(read(&send(&world, colissimo::GET_LABEL, &ask("hush")).await).is_ok(), "held, though nobody answers");
    let key =
        world.send(Method::POST, GENERATE, &[("apikey", "K"), ("prefer", "wait=0")], letter("A1").to_string()).await;
    assert_ne!(reference(&key), first);
}

#[tokio::test]
async fn accounts_that_may_not_enrol_are_refused_like_a_wrong_password() {
    let world = World::with(settings(|s| s.enrol = false)).await;
    for path in [GENERATE, colissimo::CHECK] {
        let answer = send(&world, path, &letter("A1")).await;
        assert_eq!((answer.status, read(&answer)), (StatusCode::BAD_REQUEST, Err("30000".into())), "{path}");
    }
    let world = World::with(settings(|s| s.accounts_count_max = 1)).await;
    assert_eq!(read(&hasty(&world, &letter("A1")).await), Err("40015".into()));
    let mut second = letter("A1");
    second["password"] = json!("other");
    assert_eq!(read(&hasty(&world, &second).await), Err("30000".into()), "no more accounts than were allowed");
    assert_eq!(read(&hasty(&world, &letter("A2")).await), Err("40015".into()), "the first goes on");
}

#[tokio::test]
async fn what_the_carrier_refuses_for_sure_is_refused_here() {
    let world = World::new().await;
    type Change = fn(&mut Value);
    let cases: [(Change, &str); 4] = [
        (|b| b["letter"]["service"]["depositDate"] = json!("2025-12-21"), "30002"),
        (|b| b["letter"]["parcel"]["weight"] = json!(31), "30301"),
        (|b| b["letter"]["service"]["productCode"] = json!("HD"), "30220"),
        (|b| drop(b.as_object_mut().and_then(|b| b.remove("password"))), "30000"),
    ];
    for (change, id) in cases {
        let mut body = letter("A1");
        change(&mut body);
        let answer = send(&world, GENERATE, &body).await;
        assert_eq!((answer.status, read(&answer)), (StatusCode::BAD_REQUEST, Err(id.into())), "{}", answer.text());
    }
    let garbage = world.send(Method::POST, GENERATE, &[], "{").await;
    assert_eq!(garbage.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(world.carrier.calls().is_empty());
}

#[tokio::test]
async fn the_carriers_refusal_is_passed_on_also_to_a_client_that_did_not_wait_for_it() {
    let world = World::new().await;
    for (order, code) in [("A1", "30221"), ("A2", "30000")] {
        let first = reference(&hasty(&world, &letter(order)).await);
        world.claim().await;
        world.reject(first, code).await;
        let again = hasty(&world, &letter(order)).await;
        assert_eq!(reference(&again), first, "{code}");
        assert_eq!((again.status, read(&again)), (StatusCode::BAD_REQUEST, Err(code.into())));
    }
}

#[tokio::test]
async fn an_order_that_is_in_hand_is_found_again_after_its_day() {
    let world = World::new().await;
    let first = reference(&hasty(&world, &letter("A1")).await);
    world.clock.set(Time::from_paris("2025-12-28T09:00:00").expect("a moment"));
    assert_eq!(reference(&hasty(&world, &letter("A1")).await), first);
    assert_eq!(read(&hasty(&world, &letter("A2")).await), Err("30002".into()), "a new one must name a day to come");
}

#[tokio::test]
async fn line_ends_are_as_the_client_needs_them() {
    let crlf = |answer: &Answer| answer.text().contains("\r\n");
    for (choice, path, is_crlf) in [
        (LineEndChoice::Crlf, "", true),
        (LineEndChoice::Lf, "", false),
        (LineEndChoice::Mirror, "", true),
        (LineEndChoice::Crlf, "/lf", false),
        (LineEndChoice::Lf, "/crlf", true),
    ] {
        let world = World::with(settings(|s| (s.line_ends, s.wait) = (choice, Duration::ZERO))).await;
        let id = reference(&send(&world, &format!("{path}{GENERATE}"), &letter("A1")).await);
        let early = send(&world, &format!("{path}{GENERATE}"), &letter("A1")).await;
        assert_eq!(crlf(&early), is_crlf, "{choice:?} {path}");
        world.claim().await;
        world.confirm(id, NUMBER).await;
        let label = send(&world, &format!("{path}{GENERATE}"), &letter("A1")).await;
        assert!(read(&label).is_ok());
        let mirrored = is_crlf && choice != LineEndChoice::Mirror;
        assert_eq!(crlf(&label), mirrored, "{choice:?} {path}: the carrier's answer had lf");
    }
}

#[tokio::test]
async fn another_format_is_printed_again_by_the_carrier() {
    let world = World::new().await;
    let id = reference(&hasty(&world, &letter("A1")).await);
    world.claim().await;
    world.confirm(id, NUMBER).await;
    let mut zpl = letter("A1");
    zpl["outputFormat"]["outputPrintingType"] = json!("ZPL_10x15_203dpi");
    let dark = hasty(&world, &zpl).await;
    assert_eq!((read(&dark), reference(&dark)), (Err("40015".into()), id));
    let (kind, body) = label_of(NUMBER, "^XA");
    world.carrier.will_say(200, &kind, body);
    let printed = hasty(&world, &zpl).await;
    assert_eq!(read(&printed).map(|l| l.label), Ok("^XA".into()));
    assert_eq!(world.carrier.calls()[1].path_and_query, colissimo::GET_LABEL);
}

fn label_of(number: &str, bytes: &'static str) -> (String, bytes::Bytes) {
    let answer = LabelAnswer {
        number: number.parse().expect("a number"),
        partner_number: None,
        pdf_url: None,
        label: bytes.into(),
        cn23: None,
        messages: Vec::new(),
        line_ends: LineEnds::Lf,
    };
    write_label(&answer, LineEnds::Lf, "1234")
}

#[tokio::test]
async fn a_label_that_we_do_not_hold_is_fetched_from_the_carrier() {
    let world = World::new().await;
    let ask = json!({"contractNumber": "964744", "password": "hush", "parcelNumber": OTHER_NUMBER,
        "outputFormat": {"outputPrintingType": "PDF_10x15_300dpi"}});
    let (kind, body) = label_of(OTHER_NUMBER, "%PDF theirs");
    world.carrier.will_say(200, &kind, body);
    let answer = send(&world, colissimo::GET_LABEL, &ask).await;
    assert_eq!(read(&answer).map(|l| l.label), Ok("%PDF theirs".into()));
    let (kind, body) = write_refusal("30321", "", LineEnds::Lf, "1234");
    world.carrier.will_say(400, &kind, body);
    assert_eq!(read(&send(&world, colissimo::GET_LABEL, &ask).await), Err("30321".into()));
}

#[tokio::test]
async fn a_label_that_was_given_up_is_not_printed_again() {
    let world = World::new().await;
    let id = reference(&hasty(&world, &letter("A1")).await);
    world.claim().await;
    world.confirm(id, NUMBER).await;
    world.record(id, dispatch::Fact::Voided, None).await;
    let ask = json!({"contractNumber": "964744", "password": "hush", "parcelNumber": NUMBER,
        "outputFormat": {"outputPrintingType": "PDF_10x15_300dpi"}});
    let answer = send(&world, colissimo::GET_LABEL, &ask).await;
    assert_eq!((read(&answer), world.carrier.calls().len()), (Err("30321".into()), 0));
    assert_ne!(reference(&hasty(&world, &letter("A1")).await), id, "the order asked again is a new shipment");
}

#[tokio::test]
async fn a_check_is_passed_on_and_makes_nothing() {
    let world = World::new().await;
    let (kind, body) = write_refusal("0", "", LineEnds::Crlf, "1234");
    world.carrier.will_say(200, &kind, body);
    let good = send(&world, colissimo::CHECK, &letter("A1")).await;
    assert_eq!(good.status, StatusCode::OK, "{}", good.text());
    let dark = send(&world, colissimo::CHECK, &letter("A1")).await;
    assert_eq!((dark.status, read(&dark)), (StatusCode::BAD_REQUEST, Err("40015".into())));
    assert_eq!(dark.header("x-tournee-shipment"), "");
    let counts = world.store.counts().await.expect("counts");
    assert_eq!(counts.by_state.iter().map(|(_, n)| n).sum::<u64>(), 0);
}

#[tokio::test]
async fn health_pages_say_what_the_carrier_says_and_ko_when_it_says_nothing() {
    let world = World::new().await;
    for page in colissimo::HEALTH_PAGES {
        world.carrier.will_say(200, "text/html", "<html>[OK]</html>");
        world.carrier.will_say(200, "text/html", "<html>[KO]</html>");
        for word in ["[OK]", "[KO]", "[KO]"] {
            let answer = world.send(Method::GET, page, &[], String::new()).await;
            assert!(answer.status == StatusCode::OK && answer.text().contains(word), "{page} {word}");
        }
    }
    world.carrier.will_say(200, "text/html", "<html>[OK]</html>");
    world.carrier.goes_dark();
    let dark = world.send(Method::GET, colissimo::HEALTH_PAGES[0], &[], String::new()).await;
    assert!(dark.text().contains("[KO]"));
}

#[tokio::test]
async fn endpoints_that_are_switched_off_are_not_there() {
    let world = World::with(settings(|s| s.enabled = false)).await;
    for path in [GENERATE, colissimo::CHECK, colissimo::GET_LABEL] {
        assert_eq!(send(&world, path, &letter("A1")).await.problem(), "no-such-path", "{path}");
    }
}

#[tokio::test]
async fn a_store_that_is_gone_is_unavailable_in_the_carriers_words() {
    let world = World::new().await;
    world.store.close().await.expect("closes");
    let answer = send(&world, GENERATE, &letter("A1")).await;
    assert_eq!((answer.status, read(&answer)), (StatusCode::BAD_REQUEST, Err("40015".into())));
    assert_eq!(answer.header("x-tournee-shipment"), "", "nothing was kept, so there is no reference");
}

#[tokio::test]
async fn an_account_is_known_by_its_whole_login() {
    let world = World::new().await;
    let id = reference(&hasty(&world, &letter("A1")).await);
    let claimed = world.store.claim(&[dispatch::Job::Submit], 1, 0, world.clock.now()).await.expect("claims");
    let mut account = claimed[0].account.clone();
    let restarted = World::over(world.store.clone(), ServerSettings::default());
    assert_eq!(reference(&hasty(&restarted, &letter("A1")).await), id, "known after a restart");

    account.login = Login::ApiKey("of somebody whose digest begins alike".into());
    world.store.upsert_account(account).await.expect("an account");
    let restarted = World::over(world.store.clone(), ServerSettings::default());
    assert_eq!(read(&hasty(&restarted, &letter("A1")).await), Err("30000".into()));
}

#[tokio::test(start_paused = true)]
async fn a_carrier_that_hangs_holds_up_nobody_else() {
    let world = World::new().await;
    world.carrier.hangs();
    let (body, other) = (letter("A1"), support::shipment());
    tokio::select! {
        biased;
        _ = send(&world, colissimo::CHECK, &body) => panic!("the carrier hangs"),
        _ = send(&world, GENERATE, &body) => panic!("it waits for the label"),
        answer = world.post("/v1/shipments", &[], &other) => {
            assert_eq!(answer.status, StatusCode::ACCEPTED);
        }
    }
}
