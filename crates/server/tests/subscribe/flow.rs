//! What people do: ask, confirm by a link or a code, change, end.

use super::{
    fake::{ask, get, link, post, subscribed, world},
    support::World,
};
use channels::Report;
use http::{Method, StatusCode};
use notice::{
    Lang,
    plan::{ChannelKind, Digest, Quiet, Standing},
};
use watch::Function;

async fn standing(world: &World, channel: ChannelKind, address: &str) -> Vec<Standing> {
    let of = world.store.subscriptions_of(channel, address).await.expect("read");
    of.iter().map(|one| one.standing).collect()
}

#[tokio::test]
async fn a_mail_is_confirmed_by_a_button_and_not_by_following_its_link() {
    let (world, fake) = world().await;
    let asked = ask(&world, "channel=mail&mail=Anne%40mail.example&lang=fr").await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.text());
    assert!(!asked.text().contains("mail.example") && !asked.text().contains("/status/unsubscribe/"));
    let message = fake.one();
    assert_eq!((message.to.as_str(), message.lang), ("Anne@mail.example", "fr"));
    assert!(message.subject.starts_with("Confirmez"), "{}", message.subject);
    let path = link(&message.text, "/status/confirm/");
    for _ in 0..2 {
        let page = get(&world, &path).await;
        assert_eq!((page.status, page.header("cache-control")), (StatusCode::OK, "no-store"));
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert_eq!(standing(&world, ChannelKind::Mail, "anne@mail.example").await, [Standing::Unconfirmed]);
    }
    let done = post(&world, &path, "").await;
    assert_eq!(done.status, StatusCode::OK);
    assert_eq!(standing(&world, ChannelKind::Mail, "anne@mail.example").await, [Standing::Confirmed]);
    assert_eq!(post(&world, &path, "").await.status, StatusCode::OK, "once more changes nothing");
}

#[tokio::test]
async fn nobody_learns_who_is_subscribed() {
    let (world, fake) = world().await;
    let ends = subscribed(&world, &fake, "anne%40mail.example").await;
    let known = ask(&world, "channel=mail&mail=anne%40mail.example").await;
    let word = fake.one();
    assert!(!word.text.contains("/status/confirm/") && word.text.contains(&ends), "{}", word.text);
    let unknown = ask(&world, "channel=mail&mail=zoe%40mail.example").await;
    fake.one();
    let enough = ask(&world, "channel=mail&mail=zoe%40mail.example").await;
    assert!(fake.sent().is_empty(), "asked a moment ago");
    for other in [&unknown, &enough] {
        assert_eq!((known.status, &known.headers, known.text()), (other.status, &other.headers, other.text()));
    }
}

#[tokio::test]
async fn what_could_not_be_sent_is_said_and_not_kept() {
    let (world, fake) = world().await;
    for (nth, report) in [Report::NotNow { why: "down".into() }, Report::Refused { why: "no such mailbox".into() }]
        .into_iter()
        .enumerate()
    {
        fake.will_report(Some(report));
        let answer = ask(&world, &format!("channel=mail&mail=a{nth}%40mail.example")).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer.text().contains("could not be sent"), "{}", answer.text());
        assert!(standing(&world, ChannelKind::Mail, &format!("a{nth}@mail.example")).await.is_empty());
    }
    let dead = link(&fake.sent()[0].text, "/status/confirm/");
    assert_eq!(post(&world, &dead, "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_failed_word_to_who_is_subscribed_ends_nothing() {
    let (world, fake) = world().await;
    subscribed(&world, &fake, "anne%40mail.example").await;
    fake.will_report(Some(Report::NotNow { why: "down".into() }));
    assert_eq!(ask(&world, "channel=mail&mail=anne%40mail.example").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(standing(&world, ChannelKind::Mail, "anne@mail.example").await, [Standing::Confirmed]);
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_hangs_is_waited_for_ten_seconds() {
    let (world, fake) = world().await;
    fake.will_report(None);
    let begun = tokio::time::Instant::now();
    assert_eq!(ask(&world, "channel=mail&mail=a%40mail.example").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(begun.elapsed().as_secs(), 10);
    assert!(standing(&world, ChannelKind::Mail, "a@mail.example").await.is_empty());
}

#[tokio::test]
async fn a_number_is_confirmed_by_its_code() {
    let (world, fake) = world().await;
    let asked = ask(&world, "channel=sms&sms=06+12+34+56+78").await;
    assert_eq!(asked.status, StatusCode::ACCEPTED);
    assert!(asked.text().contains("action=\"/status/code"), "{}", asked.text());
    let message = fake.one();
    assert_eq!(message.to, "+33612345678");
    let digits = |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
    let code = message.text.split([' ', '.']).find(digits).expect("a code").to_owned();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let refused = post(&world, "/status/code", &format!("number=0612345678&code={wrong}")).await;
    let unknown = post(&world, "/status/code", &format!("number=0612345679&code={code}")).await;
    assert_eq!((refused.status, unknown.status), (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::UNPROCESSABLE_ENTITY));
    assert_eq!(refused.text().replace("0612345678", ""), unknown.text().replace("0612345679", ""));
    let done = post(&world, "/status/code", &format!("number=%2B33+6+12+34+56+78&code={code}")).await;
    assert_eq!(done.status, StatusCode::OK);
    assert_eq!(standing(&world, ChannelKind::Sms, "+33612345678").await, [Standing::Confirmed]);
}

#[tokio::test]
async fn after_five_wrong_codes_none_is_right() {
    let (world, fake) = world().await;
    ask(&world, "channel=sms&sms=0612345678").await;
    let text = fake.one().text;
    let digits = |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
    let code = text.split([' ', '.']).find(digits).expect("a code").to_owned();
    for _ in 0..5 {
        post(&world, "/status/code", "number=0612345678&code=x").await;
    }
    let late = post(&world, "/status/code", &format!("number=0612345678&code={code}")).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn one_click_ends_it_and_looking_does_not() {
    let (world, fake) = world().await;
    let multipart = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
    for (nth, (kind, body)) in [
        ("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"),
        ("multipart/form-data; boundary=b", multipart),
        ("application/x-www-form-urlencoded", "end=yes"),
    ]
    .into_iter()
    .enumerate()
    {
        let path = subscribed(&world, &fake, &format!("a{nth}%40mail.example")).await;
        let address = format!("a{nth}@mail.example");
        assert_eq!(get(&world, &path).await.status, StatusCode::OK);
        assert_eq!(standing(&world, ChannelKind::Mail, &address).await, [Standing::Confirmed]);
        for _ in 0..2 {
            let ended = world.send(Method::POST, &path, &[("content-type", kind)], body).await;
            assert_eq!(ended.status, StatusCode::OK);
            assert!(standing(&world, ChannelKind::Mail, &address).await.is_empty(), "{body}");
        }
        assert!(get(&world, &format!("{path}?lang=en")).await.text().contains("Subscription ended"));
    }
}

#[tokio::test]
async fn wishes_are_changed_on_the_page() {
    let (world, fake) = world().await;
    let path = subscribed(&world, &fake, "anne%40mail.example&digest=daily&digest_hour=7").await;
    let body = "lang=en&digest=hourly&digest_hour=8&quiet_from=22&quiet_to=7&functions=label&functions=tracking";
    let changed = post(&world, &format!("{path}?lang=en"), body).await;
    assert_eq!(changed.status, StatusCode::OK);
    assert!(changed.text().contains("It is saved"), "{}", changed.text());
    let one = world.store.subscriptions_of(ChannelKind::Mail, "anne@mail.example").await.expect("read").remove(0);
    assert_eq!((one.lang, one.digest), (Lang::English, Digest::Hourly));
    assert_eq!(one.quiet, Some(Quiet { from_hour: 22, to_hour: 7, through: vec![] }));
    assert_eq!(one.wants.functions, [Function::Label, Function::Tracking]);
    let refused = post(&world, &path, "quiet_from=22").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let after = world.store.subscriptions_of(ChannelKind::Mail, "anne@mail.example").await.expect("read").remove(0);
    assert_eq!(after.quiet, one.quiet);
}

#[tokio::test]
async fn a_made_up_token_does_nothing() {
    let (world, fake) = world().await;
    let path = subscribed(&world, &fake, "anne%40mail.example").await;
    let (begin, last) = path.split_at(path.len() - 1);
    let forged = format!("{begin}{}", if last == "A" { "B" } else { "A" });
    // A confirming token is no leaving token, and the other way round.
    let swapped = path.replace("/unsubscribe/", "/confirm/");
    for bad in [
        forged.as_str(),
        "/status/unsubscribe/x",
        "/status/unsubscribe/%0d%0aSet-Cookie:x",
        "/status/confirm/x.0.y",
        &swapped,
    ] {
        let answer = post(&world, bad, "List-Unsubscribe=One-Click").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{bad}");
    }
    assert_eq!(standing(&world, ChannelKind::Mail, "anne@mail.example").await, [Standing::Confirmed]);
}
