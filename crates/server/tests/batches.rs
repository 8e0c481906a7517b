//! Batches: whatever is wrong with a file, every good row is taken in and every bad one has its line and its reason.

mod support;

use axum::body::Body;
use bytes::Bytes;
use http::{Method, StatusCode};
use http_body::Frame;
use proptest::prelude::*;
use serde_json::{Value, json};
use server::ServerSettings;
use std::{
    collections::VecDeque,
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use support::{Answer, KEY, OTHER_KEY, World, shipment};

const CSV: &str = "text/csv";
const HEADER: &str = "order_number,product,deposit_date,weight_g,sender.company,sender.street,sender.postal_code,sender.city,\
    last_name,street,postal_code,city";

/// A good row for this order.
fn row(order: &str) -> String {
    format!("{order},DOM,2025-12-22,1250,Les Lilas,1 rue du Port,29200,Brest,Martin,12 rue des Lilas,75020,Paris")
}

fn file(rows: &[String]) -> String {
    std::iter::once(HEADER.to_owned()).chain(rows.iter().cloned()).map(|line| line + "\n").collect()
}

async fn send(world: &World, path: &str, kind: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    let bearer = format!("Bearer {KEY}");
    let mut all = vec![("authorization", bearer.as_str()), ("content-type", kind)];
    all.extend_from_slice(headers);
    world.send(Method::POST, path, &all, body).await
}

async fn csv(world: &World, body: impl Into<Body>) -> Answer {
    send(world, "/v1/batches", CSV, &[], body).await
}

/// How many rows were accepted, known and refused.
fn counts(answer: &Answer) -> [u64; 3] {
    let batch = answer.json();
    ["accepted", "known", "refused"].map(|name| batch[name].as_u64().unwrap_or_else(|| panic!("{batch}")))
}

/// Line, code, field and column of every error.
fn errors(answer: &Answer) -> Vec<(u64, String, String, u64)> {
    let batch = answer.json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let one = |line: &Value| {
        let error = &line["error"];
        assert!(error["detail"].as_str().is_some_and(|d| d.len() > 15), "{line}");
        let column = error["column"].as_u64().unwrap_or_default();
        (line["line"].as_u64().expect("a line"), text(&error["code"]), text(&error["field"]), column)
    };
    batch["errors"].as_array().unwrap_or_else(|| panic!("{batch}")).iter().map(one).collect()
}

fn error(line: u64, code: &str, field: &str, column: u64) -> (u64, String, String, u64) {
    (line, code.into(), field.into(), column)
}

/// The order numbers of every shipment there is, in order.
async fn orders(world: &World) -> Vec<String> {
    let (mut orders, mut next) = (Vec::new(), Some("/v1/shipments?limit=200".to_owned()));
    while let Some(path) = next {
        let page = world.get(&path).await.json();
        let all = page["shipments"].as_array().expect("shipments").iter();
        orders.extend(all.map(|s| s["order_number"].as_str().expect("an order number").to_owned()));
        next = page["next"].as_str().map(str::to_owned);
    }
    orders.sort();
    orders
}

#[tokio::test]
async fn every_form_makes_the_same_shipments() {
    let one = |order: &str| {
        let mut one = shipment();
        one["order_number"] = json!(order);
        one
    };
    let list = json!([one("A"), one("B")]).to_string();
    let object = json!({"shipments": [one("A"), one("B")]}).to_string();
    let lines = format!("{}\n{}\n", one("A"), one("B"));
    let comma = file(&[row("A"), row("B")]);
    let (semicolon, tab) = (comma.replace(',', ";"), comma.replace(',', "\t"));
    for (kind, body) in [
        ("application/json", list),
        ("application/json", object),
        ("application/x-ndjson", lines),
        (CSV, comma.clone()),
        (CSV, semicolon),
        (CSV, tab),
        (CSV, format!("\u{FEFF}{comma}")),
        (CSV, comma.replace('\n', "\r\n")),
        (CSV, comma.replace('\n', "\r")),
        (CSV, comma.trim_end().to_owned()),
        (CSV, format!("{comma},,,,,,,,,,,\n")),
    ] {
        let world = World::new().await;
        world.post("/v1/shipments", &[], &one("A")).await;
        let answer = send(&world, "/v1/batches", kind, &[], body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert_eq!(counts(&answer), [1, 1, 0], "the first was there already, by what it says: {kind}");
        assert_eq!(answer.json()["state"], "complete");
        assert_eq!(orders(&world).await, ["A", "B"]);
    }
}

#[tokio::test]
async fn a_bad_row_is_named_and_harms_no_other() {
    let world = World::new().await;
    let good = row("A");
    let rows = [
        good.clone(),
        good.replace("1250", "9"),
        good.replace("1250", "heavy"),
        good.replace("75020", "750"),
        good.replace("Paris", "Pa\0ris"),
        "too,few".into(),
        format!("{good},more"),
        good.replace("Martin", "\"Martin"),
        good.replace("2025-12-22", "2025-12-21"),
        good.replace("A,", "\"\"\"A\"\"\","),
        good.replace("Martin", "\"Mar\ntin\""),
        row("B"),
    ];
    let answer = csv(&world, file(&rows)).await;
    assert_eq!(answer.status, StatusCode::MULTI_STATUS);
    let expected = [
        error(3, "invalid-field", "weight_g", 4),
        error(4, "invalid-field", "weight_g", 4),
        error(5, "invalid-field", "addressee.postal_code", 11),
        error(6, "bad-line", "addressee.city", 12),
        error(7, "bad-line", "", 0),
        error(8, "bad-line", "", 0),
        error(9, "bad-line", "", 0),
        error(10, "invalid-field", "deposit_date", 3),
        error(12, "bad-line", "", 0),
        error(13, "bad-line", "", 0),
    ];
    assert_eq!(errors(&answer), expected);
    assert_eq!(orders(&world).await, ["\"A\"", "A", "B"]);
    assert!(!answer.text().contains("Martin") && !answer.text().contains("heavy"), "what a row held is not repeated");
}

#[tokio::test]
async fn lines_are_those_of_the_file() {
    let world = World::new().await;
    let header = format!("{HEADER},note");
    let file = format!("{header}\r\n{},\"one\r\ntwo\n\nfour\"\r\n\r\n{},x\r\n{},\r\n", row("A"), row("é"), row("B"));
    let strict = csv(&world, file.clone()).await;
    assert_eq!((strict.status.as_u16(), strict.problem().as_str()), (422, "unknown-field"));
    assert_eq!(strict.json()["column"], 13);
    let answer = send(&world, "/v1/batches?ignore_unknown_columns=true", CSV, &[], file).await;
    assert_eq!(errors(&answer), [error(7, "invalid-field", "order_number", 1)]);
    assert_eq!(orders(&world).await, ["A", "B"]);
}

#[tokio::test]
async fn a_first_line_that_is_wrong_is_explained_and_nothing_is_taken_in() {
    let many = (0..1000).map(|n| format!("c{n}")).collect::<Vec<_>>().join(",");
    for (file, kind, says) in [
        (HEADER.replace("weight_g", "wieght_g"), "unknown-field", "did you mean weight_g"),
        (HEADER.replace("weight_g", "product"), "invalid-field", "Columns 2 and 4 are both product"),
        (HEADER.replace("weight_g,", ""), "missing-field", "weight_g"),
        (HEADER.replace(",city", ""), "missing-field", "addressee.city"),
        (many, "bad-line", "1000 columns; at most 200"),
        (row("A"), "bad-line", "names no column"),
        ("\u{0}\u{0}".into(), "bad-line", "names no column"),
    ] {
        let world = World::new().await;
        let answer = csv(&world, format!("{file}\n{}\n", row("A"))).await;
        assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (422, kind), "{}", answer.text());
        assert!(answer.text().contains(says) && !answer.text().contains("Martin"), "{}", answer.text());
        assert_eq!(orders(&world).await, [""; 0]);
    }
    let utf_16: Vec<u8> = b"\xFF\xFE".iter().copied().chain(HEADER.bytes().flat_map(|b| [b, 0])).collect();
    let answer = csv(&World::new().await, utf_16).await;
    assert!(answer.problem() == "bad-line" && answer.text().contains("in UTF-8"), "{}", answer.text());
}

#[tokio::test]
async fn nothing_is_said_to_be_nothing() {
    let world = World::new().await;
    let (header, blank) = (format!("{HEADER}\n"), " \n".repeat(200_000));
    for (kind, body) in [
        (CSV, ""),
        (CSV, "\r\n\r\n"),
        (CSV, header.as_str()),
        ("application/json", ""),
        ("application/json", "[]"),
        ("application/json", "{\"shipments\": []}"),
        ("application/x-ndjson", "\n\n"),
        ("application/x-ndjson", blank.as_str()),
    ] {
        let answer = send(&world, "/v1/batches", kind, &[], body.to_owned()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem().as_str()),
            (422, "empty-batch"),
            "{kind}, {} bytes",
            body.len()
        );
    }
}

#[tokio::test]
async fn letters_are_read_in_the_charset_that_is_said() {
    let accents = file(&[row("A").replace("Paris", "Orl\u{e9}ans"), row("B"), row("C").replace("Paris", "Al\u{e8}s")]);
    let latin: Vec<u8> = accents.chars().map(|c| u8::try_from(u32::from(c)).expect("a letter of Latin-1")).collect();
    let world = World::new().await;
    let answer = csv(&world, latin.clone()).await;
    assert_eq!(errors(&answer), [error(2, "bad-line", "", 0), error(4, "bad-line", "", 0)]);
    assert!(answer.text().contains("charset=windows-1252"), "{}", answer.text());
    assert_eq!(orders(&world).await, ["B"]);
    for charset in ["iso-8859-1", "windows-1252", "LATIN1"] {
        let world = World::new().await;
        let answer = send(&world, "/v1/batches", &format!("text/csv; charset={charset}"), &[], latin.clone()).await;
        assert_eq!(counts(&answer), [3, 0, 0], "{charset}");
    }
}

#[tokio::test]
async fn json_that_is_wrong_is_named_by_its_line() {
    let world = World::new().await;
    let good = shipment();
    let mut light = good.clone();
    light["weight_g"] = json!(1);
    let lines = format!("{good}\n\n{light}\n{{\"product\":\n[1]\n{{\"product\": 3}}\n");
    let answer = send(&world, "/v1/batches", "application/x-ndjson", &[], lines).await;
    let expected = [
        error(3, "invalid-field", "weight_g", 0),
        error(4, "bad-json", "", 11),
        error(5, "invalid-field", "", 0),
        error(6, "invalid-field", "product", 13),
    ];
    assert_eq!(errors(&answer), expected);
    assert!(answer.text().contains("line 6, column 13"), "{}", answer.text());
    let mut other = good.clone();
    other["order_number"] = json!("B");
    let list = format!("[\n{good},\n{{\"product\": 3}}, {other}\n, {{\"x\": \n");
    let answer = send(&world, "/v1/batches", "application/json", &[], list).await;
    assert_eq!(errors(&answer), [error(3, "invalid-field", "product", 13), error(4, "bad-line", "", 0)]);
    assert_eq!(orders(&world).await, ["B", "CMD-1"]);
    let answer = send(&world, "/v1/batches", "application/json", &[], "{\"orders\": []}").await;
    assert_eq!(answer.problem(), "invalid-field");
    let answer = send(&world, "/v1/batches", "text/plain", &[], "x").await;
    assert_eq!(answer.problem(), "media-type");
}

#[tokio::test]
async fn what_every_row_has_is_said_once() {
    let world = World::new().await;
    let defaults = json!({"sender": shipment()["sender"], "product": "DOM", "deposit_date": "2025-12-22"}).to_string();
    let header = [("batch-defaults", defaults.as_str())];
    let file = "order_number;poids_g;nom;rue;code_postal;ville;produit\nA;1250;Martin;12 rue des Lilas;75020;Paris;\n\
                B;800;Petit;3 rue Haute;69001;Lyon;DOS\n";
    let answer = send(&world, "/v1/batches", CSV, &header, file).await;
    assert_eq!(counts(&answer), [2, 0, 0], "{}", answer.text());
    let of = |order: &str| format!("/v1/shipments?order_number={order}");
    assert_eq!(world.get(&of("A")).await.json()["shipments"][0]["product"], "DOM");
    assert_eq!(world.get(&of("B")).await.json()["shipments"][0]["product"], "DOS", "a row's own field goes before");
    let mut bare = shipment();
    bare.as_object_mut().expect("an object").remove("sender");
    let answer = send(&world, "/v1/batches", "application/x-ndjson", &header, bare.to_string()).await;
    assert_eq!(counts(&answer), [1, 0, 0], "{}", answer.text());
    let answer = send(&world, "/v1/batches", CSV, &[("batch-defaults", "[1]")], file).await;
    assert_eq!(answer.problem(), "bad-header");
}

#[tokio::test]
async fn a_batch_with_a_key_can_be_sent_again_whole_or_corrected() {
    let world = World::new().await;
    let key = [("idempotency-key", "monday")];
    let bad = file(&[row("A"), row("B").replace("1250", "9"), row("C")]);
    let first = send(&world, "/v1/batches", CSV, &key, bad.clone()).await;
    assert_eq!(counts(&first), [2, 0, 1]);
    let again = send(&world, "/v1/batches", CSV, &key, bad).await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!((again.json()["id"].clone(), counts(&again)), (first.json()["id"].clone(), [2, 0, 1]), "as it was");
    let corrected = send(&world, "/v1/batches", CSV, &key, file(&[row("A"), row("B"), row("C")])).await;
    assert_eq!((corrected.status, counts(&corrected)), (StatusCode::OK, [3, 0, 0]));
    let changed = send(&world, "/v1/batches", CSV, &key, file(&[row("A"), row("D"), row("C")])).await;
    assert_eq!(errors(&changed), [error(3, "idempotency-key-reused", "Idempotency-Key", 0)]);
    assert_eq!(orders(&world).await, ["A", "B", "C"]);
    let next_day = world.clock.as_ref();
    next_day.set(clock::Time::from_paris("2025-12-23T06:00:00").expect("a moment"));
    let late = send(&world, "/v1/batches", CSV, &key, file(&[row("A"), row("B"), row("C")])).await;
    assert_eq!(counts(&late), [2, 1, 0], "yesterday's rows are found and not refused");
    let other = send(&world, "/v1/batches", CSV, &[("idempotency-key", "tuesday")], file(&[row("A")])).await;
    assert_eq!(errors(&other), [error(2, "invalid-field", "deposit_date", 3)]);
}

#[tokio::test]
async fn two_rows_that_say_the_same_are_two_only_under_a_key() {
    let same = file(&[row("A"), row("A")]);
    let world = World::new().await;
    assert_eq!(counts(&csv(&world, same.clone()).await), [1, 1, 0]);
    let world = World::new().await;
    let answer = send(&world, "/v1/batches", CSV, &[("idempotency-key", "k")], same).await;
    assert_eq!(counts(&answer), [2, 0, 0]);
}

#[tokio::test]
async fn a_dry_run_keeps_nothing() {
    let world = World::new().await;
    let answer =
        send(&world, "/v1/batches?dry_run=true", CSV, &[], file(&[row("A"), row("B").replace("DOM", "HD")])).await;
    assert_eq!((answer.status, counts(&answer)), (StatusCode::MULTI_STATUS, [1, 0, 1]));
    assert_eq!(errors(&answer), [error(3, "invalid-field", "pickup_point", 0)]);
    assert_eq!((&answer.json()["state"], answer.json().get("id")), (&json!("dry_run"), None));
    assert_eq!(orders(&world).await, [""; 0]);
    let wrong = send(&world, "/v1/batches?dry_run=perhaps", CSV, &[], file(&[row("A")])).await;
    assert_eq!(wrong.problem(), "bad-query");
}

#[tokio::test]
async fn a_batch_can_be_read_afterwards() {
    let world = World::new().await;
    let rows = [row("=1+1"), row("B").replace("1250", "9"), row("C"), row("D").replace("75020", "x")];
    let answer = csv(&world, file(&rows)).await;
    let id = answer.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(answer.header("location"), format!("/v1/batches/{id}"));
    world.claim().await;
    let batch = world.get(&format!("/v1/batches/{id}")).await.json();
    assert_eq!((&batch["rows"], &batch["shipments"]), (&json!(4), &json!({"in_flight": 2})));
    let lines = format!("/v1/batches/{id}/lines");
    let page = world.get(&format!("{lines}?limit=3")).await;
    let all = page.json();
    assert_eq!(all["lines"][0]["status"], "accepted");
    assert_eq!(all["lines"][1]["error"]["field"], "weight_g");
    assert_eq!(all["next"], format!("{lines}?after=3&limit=3"));
    assert_eq!(page.header("link"), format!("<{lines}?after=3&limit=3>; rel=\"next\""));
    let refused = world.get(&format!("{lines}?after=2&status=refused")).await.json();
    assert_eq!((refused["lines"].as_array().map(Vec::len), &refused["lines"][0]["row"]), (Some(1), &json!(4)));
    let bearer = format!("Bearer {KEY}");
    let headers = [("authorization", bearer.as_str()), ("accept", "text/csv")];
    let results = world.send(Method::GET, &lines, &headers, Body::empty()).await;
    assert!(results.header("content-type").starts_with("text/csv"));
    let text = results.text();
    let first: Vec<&str> = text.lines().nth(1).expect("a row").split(',').collect();
    assert_eq!((first[..3].to_vec(), first[4], first[6]), (vec!["1", "2", "accepted"], "'=1+1", "in_flight"));
    assert_eq!(text.lines().count(), 5);
    for bad in ["?limit=0", "?limit=1001", "?status=done", "?after=x", "?page=2"] {
        assert_eq!(world.get(&format!("{lines}{bad}")).await.problem(), "bad-query", "{bad}");
    }
    let other = format!("Bearer {OTHER_KEY}");
    for path in [format!("/v1/batches/{id}"), lines, "/v1/batches/7".into()] {
        let answer = world.send(Method::GET, &path, &[("authorization", &other)], Body::empty()).await;
        assert_eq!(answer.problem(), "no-such-batch", "another's: {path}");
    }
    let found = world.get(&format!("/v1/shipments?batch={id}")).await.json();
    assert_eq!(found["shipments"].as_array().map(Vec::len), Some(2));
    let columns = world.get("/v1/batches/columns").await.json();
    assert!(columns["columns"].as_array().is_some_and(|columns| columns.len() > 40), "{columns}");
}

/// A body that arrives in pieces, and may break off.
struct Pieces {
    left: VecDeque<Bytes>,
    then: Then,
}

#[derive(Clone, Copy, PartialEq)]
enum Then {
    Ends,
    Breaks,
    Hangs,
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        match (self.left.pop_front(), self.then) {
            (Some(piece), _) => Poll::Ready(Some(Ok(Frame::data(piece)))),
            (None, Then::Ends) => Poll::Ready(None),
            (None, Then::Breaks) => Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionReset.into()))),
            (None, Then::Hangs) => Poll::Pending,
        }
    }
}

fn pieces(text: &str, size: usize, then: Then) -> Body {
    let left = text.as_bytes().chunks(size).map(Bytes::copy_from_slice).collect();
    Body::new(Pieces { left, then })
}

#[tokio::test(start_paused = true)]
async fn what_was_whole_before_the_end_is_taken_in() {
    let all: Vec<_> = (0..10).map(|n| row(&format!("A{n}"))).collect();
    let whole = file(&all);
    let most = whole.len() as u64 - 10;
    for (settings, body, kind, taken) in [
        (
            ServerSettings { batch_bytes_max: most, ..ServerSettings::default() },
            pieces(&whole, 64, Then::Ends),
            "batch-too-large",
            9,
        ),
        (
            ServerSettings { batch_rows_max: 3, ..ServerSettings::default() },
            pieces(&whole, 64, Then::Ends),
            "batch-too-large",
            3,
        ),
        (ServerSettings::default(), pieces(&whole[..whole.len() - 1], 64, Then::Breaks), "bad-json", 9),
        (ServerSettings::default(), pieces(&whole[..whole.len() - 1], 64, Then::Hangs), "slow-body", 9),
    ] {
        let world = World::with(settings).await;
        let key = [("idempotency-key", "k")];
        let answer = send(&world, "/v1/batches", CSV, &key, body).await;
        assert_eq!(answer.problem(), kind, "{}", answer.text());
        let said = format!("The {taken} rows up to the one on line {} were read: {taken} accepted", taken + 1);
        assert!(answer.text().contains(&said), "{}", answer.text());
        let batch = format!("/v1/batches/{}", answer.json()["batch"].as_str().expect("the batch"));
        let state = if kind == "batch-too-large" { "too_large" } else { "broken_off" };
        assert_eq!(world.get(&batch).await.json()["state"], state);
        assert_eq!(orders(&world).await.len(), taken);
        let world = World::over(world.store.clone(), ServerSettings::default());
        let again = send(&world, "/v1/batches", CSV, &key, whole.clone()).await;
        assert_eq!((counts(&again), again.json()["state"].as_str()), ([10, 0, 0], Some("complete")));
        assert_eq!(orders(&world).await.len(), 10, "nothing twice");
    }
}

#[tokio::test]
async fn a_body_that_says_that_it_is_too_large_is_not_read() {
    let world = World::with(ServerSettings { batch_bytes_max: 100, ..ServerSettings::default() }).await;
    let whole = file(&[row("A")]);
    let answer = send(&world, "/v1/batches", CSV, &[("content-length", &whole.len().to_string())], whole).await;
    assert_eq!(answer.problem(), "batch-too-large");
    assert!(answer.text().contains("Nothing was read"), "{}", answer.text());
}

#[tokio::test]
async fn only_so_many_are_read_at_once() {
    let world =
        World::with(ServerSettings { body_time_max: Duration::from_secs(3600), ..ServerSettings::default() }).await;
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (app, body) = (world.app.clone(), pieces(HEADER, 64, Then::Hangs));
        let request = http::Request::post("/v1/batches").header("authorization", format!("Bearer {KEY}"));
        let request = request.header("content-type", CSV).body(body).expect("a request");
        waiting
            .spawn(async move { tower::ServiceExt::oneshot(app, request).await.map(drop).map_err(|e: Infallible| e) });
    }
    let mut answer = csv(&world, file(&[row("A")])).await;
    while answer.problem().is_empty() {
        tokio::task::yield_now().await;
        answer = csv(&world, file(&[row("A")])).await;
    }
    assert_eq!((answer.problem().as_str(), answer.header("retry-after")), ("batches-busy", "10"));
    drop(waiting);
}

/// How a row can be spoilt.
fn spoil(row: &str, how: u8, at: usize) -> String {
    let cells: Vec<&str> = row.split(',').collect();
    let at = at % cells.len();
    let with = |cell: String| {
        let mut cells: Vec<String> = cells.iter().map(|c| (*c).to_owned()).collect();
        cells[at] = cell;
        cells.join(",")
    };
    match how % 6 {
        0 => with(format!("\"{}", cells[at])),
        1 => with(format!("{}\0", cells[at])),
        2 => cells[..cells.len() - 1 - at.min(cells.len() - 2)].join(","),
        3 => with("x".repeat(200_000)),
        4 => with(format!("{},,x", cells[at])),
        _ => with(format!("\"a\" \"{}", cells[at])),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whichever_rows_are_spoilt_the_others_are_taken_in(
        spoilt in prop::collection::vec(prop::option::weighted(0.3, (0u8..6, 0usize..12)), 1..40),
        size in 1usize..5000,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let rows: Vec<_> = (0..spoilt.len()).map(|n| row(&format!("A{n:03}"))).collect();
        let sent: Vec<_> = rows.iter().zip(&spoilt).map(|(row, spoilt)| match spoilt {
            Some((how, at)) => spoil(row, *how, *at),
            None => row.clone(),
        }).collect();
        let good: Vec<_> = (0..).zip(&spoilt).filter(|(_, s)| s.is_none()).map(|(n, _)| format!("A{n:03}")).collect();
        runtime.block_on(async {
            let world = World::new().await;
            let answer = csv(&world, pieces(&file(&sent), size, Then::Ends)).await;
            let there = orders(&world).await;
            prop_assert!(good.iter().all(|order| there.contains(order)), "{}", answer.text());
            let refused: Vec<u64> = errors(&answer).into_iter().map(|(line, ..)| line).collect();
            prop_assert_eq!(there.len() + refused.len(), spoilt.len(), "one result a row: {}", answer.text());
            Ok(())
        })?;
    }
}
