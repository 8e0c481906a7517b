//! What programs do: subscribe webhooks and browsers, post receipts, bring bounces.

use super::{
    fake::{JSON, ask, get, link, receipts_secret, subscribed, world},
    sample::{self, Sample},
    support::{Answer, World},
};
use channels::{Report, webhook::Endpoint};
use http::{Method, StatusCode};
use notice::plan::{ChannelKind, End, Standing, State};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use standardwebhooks::Webhook;
use store::{ChannelRoom, MessageEnd, NewApiKey, Scope};

/// A public address, so that nothing is looked up.
const URL: &str = "https://93.184.215.14/incidents";

async fn wish(world: &World, body: &Value) -> Answer {
    world.send(Method::POST, "/status/subscriptions", &[JSON], body.to_string()).await
}

#[tokio::test]
async fn a_webhook_that_takes_the_ping_counts_and_is_told_its_secret_once() {
    let (world, fake) = world().await;
    let answer = wish(&world, &json!({"channel": "webhook", "address": URL, "lang": "en"})).await;
    assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::CREATED, "no-store"));
    let body = answer.json();
    let ping = fake.one();
    let endpoint: Endpoint = ping.to.parse().expect("an endpoint");
    assert_eq!((endpoint.url.as_str(), Some(endpoint.secret.as_str())), (URL, body["secret"].as_str()));
    let said: Value = serde_json::from_str(ping.json.as_deref().expect("JSON")).expect("JSON");
    assert_eq!(said["type"], "subscription.ping");
    let of = world.store.subscriptions_of(ChannelKind::Webhook, &ping.to).await.expect("read");
    assert_eq!(of.iter().map(|one| one.standing).collect::<Vec<_>>(), [Standing::Confirmed]);
    let page = get(&world, &link(body["manage_url"].as_str().expect("a link"), "/status/unsubscribe/")).await;
    assert!(page.status == StatusCode::OK && !page.text().contains("whsec_"), "{}", page.text());
}

#[tokio::test]
async fn a_webhook_that_does_not_is_refused_and_forgotten() {
    let (world, fake) = world().await;
    for report in [
        Report::NotNow { why: "the endpoint answered 500".into() },
        Report::Refused { why: "the endpoint answered 410".into() },
        Report::Unknown { why: "no answer in the time allowed".into() },
    ] {
        fake.will_report(Some(report));
        let answer = wish(&world, &json!({"channel": "webhook", "address": URL})).await;
        assert_eq!(answer.problem(), "url-refused", "{}", answer.text());
        let of = world.store.subscriptions_of(ChannelKind::Webhook, &fake.one().to).await.expect("read");
        assert!(of.is_empty());
    }
    let page = ask(&world, "channel=webhook&webhook=https%3A%2F%2F93.184.215.14%2Fincidents").await;
    assert!(page.text().contains("did not accept the test message"), "{}", page.text());
}

#[tokio::test]
async fn what_is_wrong_with_json_is_named() {
    let (world, fake) = world().await;
    for (body, problem) in [
        (json!({"channel": "webhook", "address": "http://shop.example/"}), "url-refused"),
        (json!({"channel": "webhook", "address": "https://10.0.0.1/"}), "url-refused"),
        (json!({"channel": "mail", "address": "nobody"}), "invalid-field"),
        (json!({"channel": "pigeon", "address": "a"}), "invalid-field"),
        (json!({"channel": "mail", "adress": "a"}), "unknown-field"),
        (json!({"channel": "web_push", "subscription": {"endpoint": "https://93.184.215.14/"}}), "invalid-field"),
    ] {
        let answer = wish(&world, &body).await;
        assert_eq!(answer.problem(), problem, "{body}");
        assert!(!answer.text().contains("nobody") && !answer.text().contains("10.0.0.1"), "{}", answer.text());
    }
    assert!(fake.sent().is_empty());
}

/// The keys of the example of RFC 8291.
fn browser(endpoint: &str) -> Value {
    json!({"channel": "web_push", "lang": "fr", "subscription": {
        "endpoint": endpoint, "expirationTime": null, "keys": {
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg"}}})
}

#[tokio::test]
async fn a_browser_counts_at_once_and_is_the_same_one_again() {
    let (world, fake) = world().await;
    let first = wish(&world, &browser("https://93.184.215.14/push/1")).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text());
    let again = wish(&world, &browser("https://93.184.215.14/push/1")).await;
    assert_eq!(first.json(), again.json());
    assert_eq!(world.store.subscribers_count().await.expect("read"), 1);
    let inner = wish(&world, &browser("https://192.168.1.1/push/1")).await;
    assert_eq!(inner.problem(), "url-refused");
    assert!(fake.sent().is_empty(), "nothing is asked");
}

async fn receipt(world: &World, secret: &str, body: &str) -> Answer {
    let at_s = clock::Clock::now(&*world.clock).unix_ms() / 1_000;
    let signature = Webhook::new(secret).expect("a secret").sign("cb_1", at_s, body.as_bytes()).expect("signed");
    let at = at_s.to_string();
    let headers =
        [JSON, ("webhook-id", "cb_1"), ("webhook-timestamp", at.as_str()), ("webhook-signature", signature.as_str())];
    world.send(Method::POST, "/v1/receipts/sms", &headers, body.to_owned()).await
}

#[tokio::test]
async fn receipts_are_taken_from_the_gateway_alone() {
    let (world, _fake) = world().await;
    let good = r#"[{"id":"g1","status":"delivered"},{"id":"g2","status":"failed"}]"#;
    assert_eq!(receipt(&world, receipts_secret().as_str(), good).await.status, StatusCode::NO_CONTENT);
    let other = channels::webhook::Secret::from_bytes(&[8; 32]);
    assert_eq!(receipt(&world, other.as_str(), good).await.problem(), "wrong-signature");
    assert_eq!(receipt(&world, receipts_secret().as_str(), "{}").await.problem(), "invalid-field");
    let unsigned = world.send(Method::POST, "/v1/receipts/sms", &[JSON], good).await;
    assert_eq!(unsigned.problem(), "wrong-signature");
}

/// A key of the mail server's own.
const DESK_KEY: &str = "tk_desk";

async fn mail(world: &World, action: &str, id: &str) -> Answer {
    let text = format!(
        "From: MAILER-DAEMON@mx.example\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nAction: {action}\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{id}@status.example>\r\n\r\n--b--\r\n"
    );
    let key = format!("Bearer {DESK_KEY}");
    world.send(Method::POST, "/v1/tickets/mail", &[("authorization", key.as_str())], text).await
}

/// A notice that the mail server took, and that waits for its receipt; its message's name.
async fn notice_under_way(world: &World) -> String {
    world.clock.set(sample::now());
    world.store.append_updates(&Sample::new("colissimo").updates).await.expect("appended");
    let room = ChannelRoom { channel: ChannelKind::Mail, first: 8, again: 8, down: false };
    let claimed = world.store.claim_notices(vec![room], sample::now()).await.expect("claimed");
    let out = claimed.outgoing.first().expect("a message");
    let end = MessageEnd { end: End::Accepted { receipt: true }, receipt: None, why: None, at: sample::now() };
    world.store.notice_ended(out, end).await.expect("written down");
    out.message.clone()
}

async fn accepted(world: &World) -> usize {
    let (all, _) = world.store.notices(0, 100).await.expect("read");
    all.iter().filter(|one| one.state == State::Accepted).count()
}

#[tokio::test]
async fn a_bounce_is_noted_at_its_notice_and_is_no_ticket() {
    let (world, fake) = world().await;
    let key = NewApiKey {
        digest: Sha256::digest(DESK_KEY).into(),
        merchant: "one".parse().expect("an id"),
        name: "mail".into(),
        scopes: Scope::Support.into(),
        at: clock::Time::from_unix_ms(0),
        expires_at: None,
    };
    world.store.add_api_key(key).await.expect("a key");
    subscribed(&world, &fake, "anne%40mail.example").await;
    let name = notice_under_way(&world).await;
    let waiting = accepted(&world).await;
    assert!(waiting > 0);
    for (action, id, left) in [("delayed", name.as_str(), waiting), ("failed", "other", waiting), ("failed", &name, 0)]
    {
        let answer = mail(&world, action, id).await;
        assert_eq!(
            (answer.status, &answer.json()["outcome"]),
            (StatusCode::OK, &json!("nothing")),
            "{}",
            answer.text()
        );
        assert_eq!(accepted(&world).await, left, "{action} {id}");
    }
    assert!(world.store.new_tickets(10).await.expect("read").is_empty());
}
