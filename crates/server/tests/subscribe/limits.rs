//! Floods, and what strangers write.

use super::{
    fake::{ask, get, post, world},
    support::World,
};
use clock::Clock;
use http::{Method, StatusCode};
use std::time::Duration;

fn pass(world: &World, s: u64) {
    world.clock.set(world.clock.now().plus(Duration::from_secs(s)));
}

#[tokio::test]
async fn a_flood_for_one_address_sends_few_messages() {
    let (world, fake) = world().await;
    let mut sent = 0;
    for minute in 0..240 {
        let answer = ask(&world, "channel=mail&mail=anne%40mail.example").await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "looks the same");
        sent += fake.sent().len();
        pass(&world, 60);
        assert!(sent <= 3, "after {minute} minutes");
    }
    assert_eq!(sent, 3);
}

#[tokio::test]
async fn a_flood_of_addresses_is_held_back() {
    let (world, fake) = world().await;
    let mut refused = 0;
    for n in 0..150 {
        let answer = ask(&world, &format!("channel=mail&mail=a{n}%40mail.example")).await;
        refused += usize::from(answer.status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert_eq!((refused, fake.sent().len()), (30, 120));
    pass(&world, 61);
    assert_eq!(ask(&world, "channel=mail&mail=z%40mail.example").await.status, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn what_strangers_write_stays_text() {
    let (world, fake) = world().await;
    let script = "%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%3E%3Cb%3E";
    for body in [
        format!("channel=mail&mail={script}"),
        format!("channel=sms&sms={script}"),
        format!("channel=webhook&webhook={script}"),
        format!("channel={script}&mail=a%40mail.example"),
        format!("channel=mail&mail=a%40mail.example&lang={script}"),
        format!("channel=mail&mail=a%40mail.example&digest={script}"),
        format!("channel=mail&mail=a%40mail.example&functions={script}"),
        "channel=mail&mail=a%40mail.example%0d%0aBcc%3A+b%40mail.example".to_owned(),
        "channel=mail&mail=a%40mail.example%2Cb%40mail.example".to_owned(),
        "channel=sms&sms=%2B33612345678%0d%0a".to_owned() + "1",
        "channel=webhook&webhook=http%3A%2F%2F127.0.0.1%2F".to_owned(),
        "channel=webhook&webhook=https%3A%2F%2F169.254.169.254%2F".to_owned(),
        "channel=web_push".to_owned(),
        "channel=mail&mail=a%40mail.example&digest=daily&digest_hour=24".to_owned(),
        "channel=mail&mail=a%40mail.example&quiet_from=22".to_owned(),
        "channel=mail&mail=a%40mail.example&quiet_from=-1&quiet_to=7".to_owned(),
        "channel=mail".to_owned(),
    ] {
        let answer = ask(&world, &body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        let text = answer.text();
        assert!(text.contains("role=\"alert\"") && !text.contains("<script>alert"), "{body}\n{text}");
        assert!(!text.contains("Lilas <b>"), "the name is text too");
    }
    let code = post(&world, "/status/code", &format!("number={script}&code={script}")).await;
    assert!(!code.text().contains("<script"), "{}", code.text());
    assert!(fake.sent().is_empty());
    let raw = world.send(Method::POST, "/status/subscriptions", &[], vec![0xff, 0, b'\n']).await;
    assert_eq!(raw.problem(), "media-type");
    let long = ask(&world, &format!("channel=mail&mail={}", "a".repeat(20_000))).await;
    assert_eq!(long.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn only_the_page_with_our_script_may_run_it() {
    let (world, _fake) = world().await;
    let form = get(&world, "/status/subscribe").await;
    let policy = form.header("content-security-policy").to_owned();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && policy.contains("script-src 'self'"));
    assert!(!policy.contains("unsafe"), "{policy}");
    for path in ["/status/code", "/status/confirm/x"] {
        assert!(!get(&world, path).await.header("content-security-policy").contains("script-src"), "{path}");
    }
    for path in ["/status/push.js", "/status/worker.js"] {
        let script = get(&world, path).await;
        assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
        assert!(!script.text().contains("innerHTML"));
    }
}

#[tokio::test]
async fn where_nobody_can_subscribe_that_is_said() {
    let world = World::new().await;
    let page = get(&world, "/status/subscribe?lang=en").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.text().contains("Nobody can subscribe"), "{}", page.text());
    let json = ("content-type", "application/json");
    let program = world.send(Method::POST, "/status/subscriptions", &[json], "{}").await;
    assert_eq!(program.problem(), "no-subscriptions");
    let receipt = world.send(Method::POST, "/v1/receipts/sms", &[json], "{}").await;
    assert_eq!(receipt.problem(), "no-subscriptions");
}
