//! Answers into help desks, against a server on this machine that writes down what it is asked.

use channels::{
    Channel, Message, Report,
    chatwoot::Chatwoot,
    webhook::{Options, Sender},
    zammad::Zammad,
};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::mpsc,
    time::timeout,
};

const PATIENCE: Duration = Duration::from_secs(30);

/// What was asked: the head and the body.
type Asked = (String, Value);

/// A help desk that answers with this status.
#[expect(clippy::disallowed_methods, reason = "the test is the help desk")]
async fn help_desk(status: u16) -> (String, mpsc::Receiver<Asked>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let (tell, asked) = mpsc::channel(10);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = Vec::new();
            let (head, body) = loop {
                stream.read_buf(&mut bytes).await.expect("read");
                let text = String::from_utf8(bytes.clone()).expect("text");
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let length =
                    head.to_lowercase().split("content-length: ").nth(1).map_or(0, |rest| {
                        rest.lines().next().and_then(|length| length.trim().parse().ok()).unwrap_or(0)
                    });
                if body.len() >= length {
                    break (head.to_owned(), body.to_owned());
                }
            };
            stream.write_all(format!("HTTP/1.1 {status} X\r\n\r\n").as_bytes()).await.expect("answered");
            let body = serde_json::from_str(&body).unwrap_or(Value::Null);
            if tell.send((head, body)).await.is_err() {
                return;
            }
        }
    });
    (url, asked)
}

fn sender() -> Sender {
    Sender::new(Options { allow_private: true, timeout: PATIENCE, ..Options::default() }).expect("a sender")
}

fn message(to: &str) -> Message {
    Message {
        id: "T0123456789-2".into(),
        to: to.into(),
        lang: "fr",
        subject: "Re: Colis [T0123456789]".into(),
        text: "Bonjour,\nvoici l’état.".into(),
        json: None,
        unsubscribe_url: None,
        in_reply_to: None,
        useful_for: PATIENCE,
    }
}

async fn asked(receiver: &mut mpsc::Receiver<Asked>) -> Asked {
    timeout(PATIENCE, receiver.recv()).await.expect("in time").expect("asked")
}

#[tokio::test]
async fn an_answer_becomes_an_outgoing_message_of_the_conversation() {
    let (url, mut heard) = help_desk(200).await;
    let chatwoot = Chatwoot::new(sender(), &url, "secret-token");
    assert_eq!(chatwoot.send(&message("3/12")).await, Report::Accepted { receipt: None });
    let (head, body) = asked(&mut heard).await;
    assert!(head.starts_with("POST /api/v1/accounts/3/conversations/12/messages HTTP/1.1"), "{head}");
    assert!(head.to_lowercase().contains("api_access_token: secret-token"));
    assert_eq!(body, json!({"content": "Bonjour,\nvoici l’état.", "message_type": "outgoing", "private": false}));
    assert_eq!(chatwoot.canary().await, Report::Accepted { receipt: None });
    assert!(asked(&mut heard).await.0.starts_with("GET /api/v1/profile"));
    for bad in ["", "3", "3/x", "3/12/../..", "-1/2"] {
        assert!(matches!(chatwoot.send(&message(bad)).await, Report::Refused { .. }), "{bad}");
    }
}

#[tokio::test]
async fn an_answer_becomes_an_article_of_the_ticket() {
    let (url, mut heard) = help_desk(201).await;
    let zammad = Zammad::new(sender(), &url, "secret-token");
    assert_eq!(zammad.send(&message("7 anne@mail.example")).await, Report::Accepted { receipt: None });
    let (head, body) = asked(&mut heard).await;
    assert!(head.starts_with("POST /api/v1/ticket_articles") && head.contains("Token token=secret-token"), "{head}");
    assert_eq!(
        (&body["ticket_id"], &body["type"], &body["to"]),
        (&json!(7), &json!("email"), &json!("anne@mail.example"))
    );
    assert_eq!(zammad.send(&message("7")).await, Report::Accepted { receipt: None });
    let (_, body) = asked(&mut heard).await;
    assert_eq!((&body["type"], body.get("to")), (&json!("note"), None));
    assert!(matches!(zammad.send(&message("x")).await, Report::Refused { .. }));
}

#[tokio::test]
async fn an_error_of_the_other_side_is_told_for_what_it_is() {
    for (status, is) in [(404, "refused"), (429, "not now"), (401, "not now"), (500, "unknown")] {
        let (url, _heard) = help_desk(status).await;
        let report = Chatwoot::new(sender(), &url, "t").send(&message("3/12")).await;
        let told = match report {
            Report::Refused { .. } => "refused",
            Report::NotNow { .. } => "not now",
            Report::Unknown { .. } => "unknown",
            _ => "taken",
        };
        assert_eq!(told, is, "{status}");
    }
    let nobody = Chatwoot::new(sender(), "http://127.0.0.1:9/", "t").send(&message("3/12")).await;
    assert!(matches!(nobody, Report::NotNow { .. }), "{nobody:?}");
}
