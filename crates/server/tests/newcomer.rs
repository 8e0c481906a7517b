//! Every mistake that a newcomer makes gets words that say what to do, in one form.

mod support;

use axum::body::Body;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use server::ServerSettings;
use std::time::Duration;
use support::{KEY, World, shipment};

type Change = fn(&mut Value);

/// Changes one thing in a good shipment and gives what it is answered: kind of problem, field, a part of the detail.
async fn check(world: &World, change: Change, kind: &str, field: Option<&str>, says: &str) {
    let mut body = shipment();
    change(&mut body);
    let answer = world.post("/v1/shipments", &[], &body).await;
    let problem = answer.json();
    assert_eq!(answer.problem(), kind, "{problem}");
    assert_eq!(problem["field"].as_str(), field, "{problem}");
    assert!(problem["detail"].as_str().is_some_and(|d| d.contains(says)), "{problem}");
}

#[tokio::test]
async fn fields_that_are_wrong_are_named() {
    let world = World::new().await;
    let cases: [(Change, &str, Option<&str>, &str); 21] = [
        (|b| b["wieght_g"] = json!(1), "unknown-field", Some("wieght_g"), "`weight_g`"),
        (|b| b["sender"]["strete"] = json!(""), "unknown-field", Some("sender.strete"), "`street`"),
        (|b| drop(b.as_object_mut().and_then(|b| b.remove("product"))), "missing-field", Some("product"), "add it"),
        (|b| drop(b.as_object_mut().and_then(|b| b.remove("addressee"))), "missing-field", Some("addressee"), "add it"),
        (|b| b["addressee"]["city"] = json!(" "), "missing-field", Some("addressee.city"), "the city's name"),
        (|b| b["weight_g"] = json!("1250"), "invalid-field", Some("weight_g"), "a whole number"),
        (|b| b["weight_g"] = json!(1.25), "invalid-field", Some("weight_g"), "a whole number"),
        (|b| b["weight_g"] = json!(-5), "invalid-field", Some("weight_g"), "a whole number"),
        (|b| b["weight_g"] = json!(9), "invalid-field", Some("weight_g"), "between 10 and 30000"),
        (|b| b["weight_g"] = json!(30_001), "invalid-field", Some("weight_g"), "between 10 and 30000"),
        (|b| b["product"] = json!("EXPRESS"), "invalid-field", Some("product"), "DOM, DOS, HD"),
        (
            |b| b["deposit_date"] = json!("2025-12-21"),
            "invalid-field",
            Some("deposit_date"),
            "in Paris it is 2025-12-22",
        ),
        (|b| b["deposit_date"] = json!("22/12/2025"), "invalid-field", Some("deposit_date"), "YYYY-MM-DD"),
        (|b| b["product"] = json!("HD"), "invalid-field", Some("pickup_point"), "give its six-character id"),
        (|b| b["pickup_point"] = json!("006254"), "invalid-field", Some("pickup_point"), "leave the pickup point out"),
        (|b| b["pickup_point"] = json!("6254"), "invalid-field", Some("pickup_point"), "six digits"),
        (
            |b| (b["product"], b["pickup_point"]) = (json!("HD"), json!("006254")),
            "invalid-field",
            Some("addressee.mobile"),
            "HD needs it",
        ),
        (
            |b| b["addressee"]["postal_code"] = json!("7502"),
            "invalid-field",
            Some("addressee.postal_code"),
            "five digits",
        ),
        (|b| b["parcel_number"] = json!("6C12345678910"), "invalid-field", Some("parcel_number"), "check digit"),
        (|b| b["label_format"] = json!("PDF"), "invalid-field", Some("label_format"), "PDF_10x15_300dpi"),
        (|b| b["order_number"] = json!("x".repeat(31)), "invalid-field", Some("order_number"), "1 to 30"),
    ];
    for (change, kind, field, says) in cases {
        check(&world, change, kind, field, says).await;
    }
    assert_eq!(world.get("/v1/shipments").await.json()["shipments"], json!([]), "nothing was accepted");
}

/// A request that is wrong before its fields are, and what it is answered: status, kind, a part of the detail.
type Case<'a> = (Method, &'a str, Vec<(&'a str, &'a str)>, &'a str, u16, &'a str, &'a str);

#[tokio::test]
async fn requests_that_are_wrong_are_explained() {
    let world = World::new().await;
    let bearer = format!("Bearer {KEY}");
    let (sign, as_json) = (("authorization", bearer.as_str()), ("content-type", "application/json"));
    let as_form = ("content-type", "application/x-www-form-urlencoded");
    let good = shipment().to_string();
    let large = "x".repeat((1 << 20) + 1);
    let cases: Vec<Case<'_>> = vec![
        (
            Method::POST,
            "/v1/shipments",
            vec![sign, as_json],
            "{\n \"product\": ,",
            400,
            "bad-json",
            "line 2, column 13",
        ),
        (Method::POST, "/v1/shipments", vec![sign, as_json], "", 400, "bad-json", "empty"),
        (Method::POST, "/v1/shipments", vec![sign, as_json], "[]", 422, "invalid-field", "an object in braces"),
        (Method::POST, "/v1/shipments", vec![as_json], &good, 401, "key-missing", "Authorization: Bearer tk_"),
        (
            Method::POST,
            "/v1/shipments",
            vec![("authorization", "Basic x"), as_json],
            &good,
            401,
            "key-missing",
            "Bearer",
        ),
        (
            Method::POST,
            "/v1/shipments",
            vec![("authorization", "Bearer tk_no"), as_json],
            &good,
            401,
            "key-unknown",
            "key",
        ),
        (
            Method::POST,
            "/v1/shipments",
            vec![("authorization", "Bearer sk"), as_json],
            &good,
            401,
            "key-unknown",
            "tk_",
        ),
        (Method::POST, "/v1/shipments", vec![sign, as_form], &good, 415, "media-type", "application/json"),
        (Method::POST, "/v1/shipments", vec![sign, as_json], &large, 413, "body-too-large", "1048576"),
        (
            Method::POST,
            "/v1/shipments",
            vec![sign, as_json, ("prefer", "wait=61")],
            &good,
            400,
            "bad-header",
            "0 to 60",
        ),
        (Method::POST, "/v1/shipments", vec![sign, ("idempotency-key", "")], &good, 400, "bad-header", "1 to 255"),
        (Method::PUT, "/v1/shipments", vec![sign], "", 405, "wrong-method", "PUT"),
        (Method::GET, "/v1/shipment", vec![sign], "", 404, "no-such-path", "/docs"),
        (Method::POST, "/shipments", vec![sign], "", 404, "no-such-path", "under /v1"),
        (Method::GET, "/v1/shipments/", vec![sign], "", 404, "no-such-path", "slash"),
        (Method::GET, "/v1/shipments/7", vec![sign], "", 404, "no-such-shipment", "id"),
        (Method::GET, "/v1/shipments?limit=0", vec![sign], "", 400, "bad-query", "1 to 200"),
        (Method::GET, "/v1/shipments?stat=x", vec![sign], "", 400, "bad-query", "state"),
        (Method::GET, "/v1/shipments?cursor=x", vec![sign], "", 400, "bad-query", "next"),
        (Method::POST, "/ws/sls-ws/SlsServiceWSRest/2.0/getLabel", vec![], "{}", 404, "no-such-path", "/lf"),
    ];
    for (method, path, headers, body, status, kind, says) in cases {
        let answer = world.send(method, path, &headers, body.to_owned()).await;
        assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (status, kind), "{path}: {}", answer.text());
        assert!(answer.text().contains(says), "{path}: {}", answer.text());
    }
}

#[tokio::test]
async fn headers_help_programs() {
    let world = World::new().await;
    let unsigned = world.send(Method::GET, "/v1/shipments", &[], Body::empty()).await;
    assert!(unsigned.header("www-authenticate").starts_with("Bearer"));
    let wrong = world.send(Method::DELETE, "/v1/shipments", &[], Body::empty()).await;
    let mut allowed: Vec<_> = wrong.header("allow").split(',').collect();
    allowed.sort_unstable();
    assert_eq!(allowed, ["GET", "HEAD", "POST"]);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_drips_is_not_waited_for() {
    let world = World::with(ServerSettings { body_time_max: Duration::from_secs(3), ..Default::default() }).await;
    let never = Body::new(Dripping);
    let begun = tokio::time::Instant::now();
    let answer = world.send(Method::POST, "/v1/shipments", &[("authorization", &format!("Bearer {KEY}"))], never).await;
    assert_eq!(answer.problem(), "slow-body");
    assert_eq!(begun.elapsed().as_secs(), 3);
}

/// A body of which nothing ever comes.
struct Dripping;

impl http_body::Body for Dripping {
    type Data = bytes::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Self::Data>, Self::Error>>> {
        std::task::Poll::Pending
    }
}

#[tokio::test]
async fn a_store_that_is_gone_is_said_so() {
    let world = World::new().await;
    world.store.close().await.expect("closes");
    let answer = world.post("/v1/shipments", &[], &shipment()).await;
    assert_eq!(answer.problem(), "store-unavailable");
    assert_eq!(answer.header("retry-after"), "5");
    let ready = world.get("/readyz").await;
    assert_eq!((ready.status, ready.problem().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "store-unavailable"));
    assert_eq!(world.get("/healthz").await.status, StatusCode::OK, "the process is there all the same");
    assert_eq!(world.get("/metrics").await.status, StatusCode::OK);
}
