//! The support desk's doors and its queue: what is taken in, what is refused, and what people can do.

mod support;

use hmac::{Hmac, KeyInit, Mac};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use server::{DeskSecret, DeskSettings, ServerSettings};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::time::Duration;
use store::{NewApiKey, Scope, TicketFilter, TicketWhole};
use support::{Answer, KEY, OTHER_KEY, World};

const DESK_KEY: &str = "tk_of_the_desk";
const CHATWOOT: &str = "whsec-chatwoot";
const ZAMMAD: &str = "zammad-token";

async fn world() -> World {
    let desk = DeskSettings {
        chatwoot_secret: Some(DeskSecret::new(CHATWOOT)),
        zammad_secret: Some(DeskSecret::new(ZAMMAD)),
        form: true,
    };
    let world = World::with(ServerSettings { desk, ..ServerSettings::default() }).await;
    let key = NewApiKey {
        digest: Sha256::digest(DESK_KEY).into(),
        merchant: "two".parse().expect("an id"),
        name: "desk".into(),
        scopes: Scope::Support.into(),
        at: clock::Time::from_unix_ms(0),
        expires_at: None,
    };
    world.store.add_api_key(key).await.expect("a key");
    world
}

async fn desk(world: &World, method: Method, path: &str, body: Option<Value>) -> Answer {
    let bearer = format!("Bearer {DESK_KEY}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    world.send(method, path, &headers, body.map(|body| body.to_string()).unwrap_or_default()).await
}

async fn mail(world: &World, bytes: impl Into<Vec<u8>>) -> Answer {
    let bearer = format!("Bearer {DESK_KEY}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "message/rfc822")];
    world.send(Method::POST, "/v1/tickets/mail", &headers, bytes.into()).await
}

async fn kept(world: &World, answer: &Answer) -> TicketWhole {
    let id = answer.json()["id"].as_str().unwrap_or_else(|| panic!("{}", answer.text())).to_owned();
    world.store.ticket(&id, None).await.expect("read").expect("a ticket")
}

async fn count(world: &World) -> usize {
    world.store.tickets(TicketFilter::default(), 1_000).await.expect("read").len()
}

fn plain(headers: &str, body: &str) -> String {
    format!(
        "From: Anne <anne@mail.example>\r\nTo: help@tournee.example\r\nMessage-ID: <1@mail.example>\r\n{headers}\r\n{body}\r\n"
    )
}

#[tokio::test]
async fn a_ticket_of_a_shop_is_taken_once_and_read_by_that_shop_alone() {
    let world = world().await;
    let body = json!({"subject": "Étiquette", "text": "Où en est A-1 ?", "reference": "r1"});
    let first = world.post("/v1/tickets", &[], &body).await;
    assert_eq!((first.status, &first.json()["outcome"]), (StatusCode::CREATED, &json!("new")));
    let again = world.post("/v1/tickets", &[], &body).await;
    assert_eq!((again.status, &again.json()["id"]), (StatusCode::OK, &first.json()["id"]));
    let path = format!("/v1/tickets/{}", first.json()["id"].as_str().expect("an id"));
    let own = world.get(&path).await.json();
    assert_eq!((&own["state"], &own["messages"][0]["text"]), (&json!("new"), &json!("Où en est A-1 ?")));
    assert_eq!(own["log"], json!([]), "what people do is theirs");
    let other = format!("Bearer {OTHER_KEY}");
    let others = world.send(Method::GET, &path, &[("authorization", other.as_str())], "").await;
    assert_eq!((others.status, others.problem().as_str()), (StatusCode::NOT_FOUND, "no-such-ticket"));
    for (bad, kind) in [
        (json!({}), "missing-field"),
        (json!({"text": " "}), "invalid-field"),
        (json!({"text": "a", "reference": ""}), "invalid-field"),
        (json!({"text": "a", "x": 1}), "unknown-field"),
    ] {
        assert_eq!(world.post("/v1/tickets", &[], &bad).await.problem(), kind, "{bad}");
    }
    assert_eq!(count(&world).await, 1);
}

#[tokio::test]
async fn the_queue_is_for_those_who_work_there() {
    let world = world().await;
    for path in ["/v1/tickets", "/v1/tickets/T0/files/1"] {
        assert_eq!(world.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let bearer = format!("Bearer {KEY}");
    let by_shop = world.send(Method::POST, "/v1/tickets/mail", &[("authorization", &bearer)], plain("", "a")).await;
    assert_eq!(by_shop.status, StatusCode::FORBIDDEN);
    assert_eq!(world.post("/v1/tickets/T0/acts", &[], &json!({"act": "take"})).await.status, StatusCode::FORBIDDEN);
    assert_eq!(count(&world).await, 0);
}

#[tokio::test]
async fn a_mail_is_kept_once_with_its_attachments() {
    let world = world().await;
    let text = "From: =?utf-8?q?Ann=C3=A9?= <anne@mail.example>\r\nMessage-ID: <1@mail.example>\r\n\
        Subject: =?utf-8?q?=C3=89tiquette?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
        --b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
        O=C3=B9 est A-1 ?\r\n--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"../a.pdf\"\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n--b--\r\n";
    let first = mail(&world, text).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text());
    let again = mail(&world, text).await;
    assert_eq!((again.status, &again.json()["outcome"]), (StatusCode::OK, &json!("known")));
    let whole = kept(&world, &first).await;
    assert_eq!(
        (whole.ticket.subject.as_str(), whole.ticket.address.as_deref()),
        ("Étiquette", Some("anne@mail.example"))
    );
    assert_eq!(whole.messages[0].text.body.trim(), "Où est A-1 ?");
    assert_eq!(whole.files, [(1, "a.pdf".to_owned(), "application/pdf".to_owned())]);
    let file = desk(&world, Method::GET, &format!("/v1/tickets/{}/files/1", whole.ticket.id), None).await;
    assert_eq!((file.status, &file.body[..]), (StatusCode::OK, &b"%PDF"[..]));
    assert_eq!(file.header("content-disposition"), "attachment");
    assert_eq!((count(&world).await, world.store.ticket_counts().await.expect("counts")[0].1), (1, 1));
}

#[tokio::test]
async fn a_mail_of_25_mib_is_refused_before_it_is_read() {
    let world = world().await;
    let bearer = format!("Bearer {DESK_KEY}");
    let length = (25 << 20).to_string();
    let headers = [("authorization", bearer.as_str()), ("content-length", length.as_str())];
    // A body that nobody may ask for: asked, it would never end.
    let body = axum::body::Body::new(Never);
    let told = world.send(Method::POST, "/v1/tickets/mail", &headers, body).await;
    assert_eq!((told.status, told.problem().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large"));
    let unsaid = mail(&world, vec![b'a'; (10 << 20) + 1]).await;
    assert_eq!(unsaid.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(count(&world).await, 0);
}

struct Never;

impl http_body::Body for Never {
    type Data = bytes::Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<bytes::Bytes>, std::io::Error>>> {
        panic!("the body was asked for")
    }
}

#[tokio::test]
async fn html_alone_becomes_text_and_nothing_of_it_acts() {
    let world = world().await;
    let html = "<html><head><style>p{color:red}</style><title>x</title></head><body><script>alert(1)</script>\
        <p>O&ugrave; est <b>A-1</b>&nbsp;?</p><img src=x onerror=alert(2)><template>hidden</template></body></html>";
    let answer =
        mail(&world, plain("Subject: <script>alert(3)</script>\r\nContent-Type: text/html; charset=utf-8\r\n", html))
            .await;
    let whole = kept(&world, &answer).await;
    let text = &whole.messages[0].text.body;
    assert!(text.contains("Où est A-1"), "{text}");
    for gone in ["alert(1)", "color:red", "onerror", "hidden", "<p>"] {
        assert!(!text.contains(gone), "{text}");
    }
    // The API tells it as JSON, and the page puts it in as text.
    let told = desk(&world, Method::GET, &format!("/v1/tickets/{}", whole.ticket.id), None).await;
    assert_eq!(told.header("content-type"), "application/json");
    assert_eq!(told.json()["subject"], "<script>alert(3)</script>");
    let page = world.send(Method::GET, "/desk", &[], "").await;
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"), "{policy}");
}

#[tokio::test]
async fn nothing_of_a_mail_gets_into_a_header() {
    let world = world().await;
    let subject = "Subject: =?utf-8?q?Hello=0D=0ABcc=3A_victim@mail.example?=\r\n";
    let whole = kept(&world, &mail(&world, plain(subject, "A-1 ?")).await).await;
    assert_eq!(whole.ticket.subject, "Hello Bcc: victim@mail.example");
    for from in ["\"a\r\n b\" <=?utf-8?q?x=0D=0A@mail.example?=>", "<a@mail.example\tBcc:b@mail.example>", "nobody", ""]
    {
        let text = format!("From: {from}\r\nSubject: s\r\n\r\nA-1 ?\r\n");
        let whole = kept(&world, &mail(&world, text).await).await;
        let address = whole.ticket.address.unwrap_or_default();
        assert!(!address.contains(['\r', '\n', ' ', '\t', ':']), "{from}: {address}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_goes_to_a_person_with_what_could_be() {
    let world = world().await;
    let deep = (0..400).fold(String::new(), |inner, n| {
        format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n{inner}\r\n--b{n}--\r\n")
    });
    let headers = "X-A: b\r\n".repeat(5_000);
    let nested = (0..6).fold("From: a@b.example\r\n\r\nhello".to_owned(), |inner, _| {
        format!("From: a@b.example\r\nContent-Type: message/rfc822\r\n\r\n{inner}")
    });
    for (what, bytes) in [
        ("no mail at all", b"\xff\xfe\x00garbage".to_vec()),
        ("deep", format!("From: a@b.example\r\n{deep}").into_bytes()),
        ("headers", format!("From: a@b.example\r\n{headers}\r\nhello").into_bytes()),
        ("nested mails", nested.into_bytes()),
        ("cut", b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Ty".to_vec()),
        ("empty", Vec::new()),
    ] {
        let answer = mail(&world, bytes).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{what}: {}", answer.text());
    }
    let open = world.store.new_tickets(100).await.expect("read");
    assert_eq!(open.len(), 6);
    assert!(
        open.iter().all(|one| one.is_unreadable),
        "{:?}",
        open.iter().map(|one| one.is_unreadable).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn what_programs_write_is_marked_so() {
    let world = world().await;
    for (nth, header) in [
        "Auto-Submitted: auto-replied",
        "Precedence: bulk",
        "List-Id: <a.example>",
        "Return-Path: <>",
        "X-Auto-Response-Suppress: All",
        "Content-Type: multipart/report; boundary=b",
    ]
    .into_iter()
    .enumerate()
    {
        let text = format!("From: anne@mail.example\r\nMessage-ID: <{nth}@m.example>\r\n{header}\r\n\r\nA-1 ?\r\n");
        assert_eq!(mail(&world, text).await.status, StatusCode::CREATED);
    }
    let open = world.store.new_tickets(100).await.expect("read");
    assert_eq!((open.len(), open.iter().filter(|one| one.is_automatic).count()), (6, 6));
}

#[tokio::test]
async fn a_reply_goes_on_with_its_ticket_only_from_the_same_address() {
    let world = world().await;
    let first = mail(&world, plain("Subject: A-1\r\n", "Où est A-1 ?")).await;
    let id = first.json()["id"].as_str().expect("an id").to_owned();
    let reply = |from: &str, n: u32| {
        format!(
            "From: {from}\r\nMessage-ID: <r{n}@m.example>\r\nIn-Reply-To: <{id}-2@tournee.example>\r\nSubject: Re: A-1\r\n\r\nEt ?\r\n"
        )
    };
    let same = mail(&world, reply("Anne <ANNE@mail.example>", 1)).await;
    assert_eq!((&same.json()["outcome"], same.json()["id"].as_str()), (&json!("added"), Some(id.as_str())));
    let other = mail(&world, reply("zoe@mail.example", 2)).await;
    assert_eq!(other.json()["outcome"], "new");
}

fn chatwoot(id: u64) -> Value {
    json!({
        "event": "message_created", "id": id, "content": "Where is A-1?", "message_type": "incoming", "private": false,
        "account": {"id": 3, "name": "a"}, "inbox": {"id": 1}, "sender": {"id": 9, "email": "anne@mail.example"},
        "conversation": {"id": 12, "channel": "Channel::WebWidget", "meta": {"hmac_verified": false}},
    })
}

async fn from_chatwoot(world: &World, secret: &str, at_s: i64, body: &Value) -> Answer {
    let text = body.to_string();
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    let signed = mac.chain_update(format!("{at_s}.{text}")).finalize().into_bytes();
    let signature = format!("sha256={}", hex(&signed));
    let headers = [("x-chatwoot-signature", signature.as_str()), ("x-chatwoot-timestamp", &at_s.to_string())];
    world.send(Method::POST, "/v1/tickets/chatwoot", &headers, text).await
}

async fn from_zammad(world: &World, secret: &str, body: &Value) -> Answer {
    let text = body.to_string();
    let mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("a key");
    let signature = format!("sha1={}", hex(&mac.chain_update(&text).finalize().into_bytes()));
    world.send(Method::POST, "/v1/tickets/zammad", &[("x-hub-signature", signature.as_str())], text).await
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn help_desks_are_heard_when_they_sign_and_forgers_leave_nothing() {
    let world = world().await;
    let now_s = clock::Clock::now(&*world.clock).unix_ms() / 1_000;
    for (secret, at_s) in [("wrong", now_s), (CHATWOOT, now_s - 3_600), ("", now_s)] {
        let forged = from_chatwoot(&world, secret, at_s, &chatwoot(1)).await;
        assert_eq!((forged.status, forged.problem().as_str()), (StatusCode::UNAUTHORIZED, "wrong-signature"));
    }
    let bare = world.send(Method::POST, "/v1/tickets/chatwoot", &[], chatwoot(1).to_string()).await;
    assert_eq!(bare.status, StatusCode::UNAUTHORIZED);
    let event = json!({"ticket": {"id": 7, "title": "Colis", "customer": {"email": "anne@mail.example"}},
        "article": {"id": 70, "body": "<p>O&ugrave; est A-1&nbsp;?</p>", "content_type": "text/html", "sender": "Customer",
            "type": "email", "message_id": "<9@mail.example>", "internal": false}});
    assert_eq!(from_zammad(&world, "wrong", &event).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(count(&world).await, 0);

    let came = from_chatwoot(&world, CHATWOOT, now_s, &chatwoot(1)).await;
    assert_eq!((came.status, &came.json()["outcome"]), (StatusCode::OK, &json!("new")));
    assert_eq!(kept(&world, &came).await.ticket.address, None, "in a chat anybody types any address");
    assert_eq!(from_chatwoot(&world, CHATWOOT, now_s, &chatwoot(1)).await.json()["outcome"], "known");
    assert_eq!(from_chatwoot(&world, CHATWOOT, now_s, &chatwoot(2)).await.json()["outcome"], "added");
    let mut outgoing = chatwoot(3);
    outgoing["message_type"] = json!("outgoing");
    assert_eq!(from_chatwoot(&world, CHATWOOT, now_s, &outgoing).await.json()["outcome"], "nothing");

    let came = from_zammad(&world, ZAMMAD, &event).await;
    let whole = kept(&world, &came).await;
    assert_eq!((whole.ticket.address.as_deref(), whole.ticket.subject.as_str()), (Some("anne@mail.example"), "Colis"));
    assert!(whole.messages[0].text.body.contains("Où est A-1"));
    let mut by_agent = event.clone();
    by_agent["article"]["sender"] = json!("Agent");
    assert_eq!(from_zammad(&world, ZAMMAD, &by_agent).await.json()["outcome"], "nothing");
    assert_eq!(count(&world).await, 2);
}

async fn form(world: &World, fields: &[(&str, &str)]) -> Answer {
    let page = world.send(Method::GET, "/status/help?lang=en", &[], "").await.text();
    let made = page.split("name=\"made\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a time");
    world.clock.set(clock::Clock::now(&*world.clock).plus(Duration::from_secs(30)));
    let mut body = format!("made={made}");
    for (name, value) in fields {
        body.push_str(&format!("&{name}={}", value.replace(' ', "+").replace('@', "%40").replace('?', "%3F")));
    }
    world
        .send(Method::POST, "/status/help?lang=en", &[("content-type", "application/x-www-form-urlencoded")], body)
        .await
}

#[tokio::test]
async fn the_form_takes_a_question_from_people() {
    let world = world().await;
    let page = world.send(Method::GET, "/status/help", &[], "").await;
    assert!(page.text().contains("<html lang=\"fr\">") && !page.text().contains("<script"));
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    let good = [("mail", "anne@mail.example"), ("number", "4711"), ("question", "Where is it?")];
    let taken = form(&world, &good).await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.text());
    let all = world.store.tickets(TicketFilter::default(), 10).await.expect("read");
    assert_eq!(all.len(), 1);
    assert!(taken.text().contains(&all[0].id));
    assert!(form(&world, &good).await.text().contains(&all[0].id), "the same again is the same ticket");
    // A program: it fills in what nobody sees, or sends at once, or a page that was not made here.
    let trapped = [("mail", "bot@mail.example"), ("question", "Buy?"), ("website", "x")];
    assert_eq!(form(&world, &trapped).await.status, StatusCode::OK);
    let bare = "mail=bot%40mail.example&question=Buy&made=1.abc";
    assert_eq!(world.send(Method::POST, "/status/help", &[], bare).await.status, StatusCode::OK);
    for bad in [[("mail", "x"), ("question", "a")], [("mail", "a@b.example"), ("question", "")]] {
        assert_eq!(form(&world, &bad).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(count(&world).await, 1);
    let mut last = StatusCode::OK;
    for nth in 0..10 {
        let question = format!("Number {nth}?");
        last = form(&world, &[("mail", "anne@mail.example"), ("question", &question)]).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    let shown = form(&world, &[("mail", "\"><script>"), ("question", "<b>")]).await.text();
    assert!(!shown.contains("<script>") && !shown.contains("<b>"), "{shown}");
}

async fn with_people(world: &World, n: u32) -> String {
    let answer =
        mail(world, format!("From: p{n}@mail.example\r\nMessage-ID: <p{n}@m>\r\nSubject: A\r\n\r\nrefund\r\n")).await;
    let id = answer.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(
        desk(world, Method::POST, &format!("/v1/tickets/{id}/acts"), Some(json!({"act": "take"}))).await.status,
        200
    );
    id
}

#[tokio::test]
async fn people_take_hand_over_merge_answer_and_close() {
    let world = world().await;
    let (one, two, three) = (with_people(&world, 1).await, with_people(&world, 2).await, with_people(&world, 3).await);
    let act =
        async |id: &str, body: Value| desk(&world, Method::POST, &format!("/v1/tickets/{id}/acts"), Some(body)).await;
    let handed = act(&one, json!({"act": "hand_over", "note": "please call", "to": "key_x"})).await.json();
    assert_eq!((&handed["taken_by"], &handed["messages"][1]["kind"]), (&json!("key_x"), &json!("note")));
    assert_eq!(act(&two, json!({"act": "merge", "into": one})).await.json()["merged_into"], json!(one));
    let self_merge = act(&one, json!({"act": "merge", "into": one})).await;
    assert_eq!((self_merge.status, self_merge.problem().as_str()), (StatusCode::CONFLICT, "ticket-moved"));
    let answered = act(&one, json!({"act": "answer", "text": "Bonjour"})).await.json();
    assert_eq!((&answered["state"], &answered["messages"][2]["sending"]), (&json!("answered"), &json!("waiting")));
    assert_eq!(answered["messages"][2]["subject"], json!(format!("Re: A [{one}]")));
    assert_eq!(act(&one, json!({"act": "close"})).await.json()["state"], "closed");
    assert_eq!(act(&one, json!({"act": "close"})).await.status, StatusCode::CONFLICT);
    assert_eq!(act(&one, json!({"act": "reopen"})).await.json()["state"], "with_person");
    let whole = desk(&world, Method::GET, &format!("/v1/tickets/{one}"), None).await.json();
    let what: Vec<&str> =
        whole["log"].as_array().expect("a log").iter().filter_map(|one| one["what"].as_str()).collect();
    let merged = format!("{two} goes on here");
    let all = ["came by mail", "taken", "handed_over to key_x", &merged, "answered", "closed", "reopened"];
    assert_eq!(what, all, "{whole}");
    assert!(whole["log"][1]["by"].as_str().is_some_and(|by| by.starts_with("key_")));

    let bulk =
        desk(&world, Method::POST, "/v1/tickets/answers", Some(json!({"ids": [one, three], "text": "Bonjour"}))).await;
    assert_eq!(bulk.json()["answered"].as_array().map(Vec::len), Some(2), "{}", bulk.text());
    let again = desk(&world, Method::POST, "/v1/tickets/answers", Some(json!({"ids": [one], "text": "Bonjour"}))).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let list = desk(&world, Method::GET, "/v1/tickets?state=answered", None).await.json();
    assert_eq!(list["tickets"].as_array().map(Vec::len), Some(2));
    for (path, body) in [("/v1/tickets/T0/acts", json!({"act": "take"})), ("/v1/tickets/T0", json!(null))] {
        let method = if body.is_null() { Method::GET } else { Method::POST };
        assert_eq!(desk(&world, method, path, Some(body)).await.problem(), "no-such-ticket");
    }
    assert_eq!(desk(&world, Method::GET, "/v1/tickets?state=x", None).await.problem(), "bad-query");
}
