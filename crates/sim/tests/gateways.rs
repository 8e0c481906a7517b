//! Text messages to the simulated gateway over a socket: what is made of each of its manners, and the receipts it posts.

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use channels::{
    Channel, Message, Report,
    sms::{Gateway, Receipt, Settings, read_receipts},
    webhook::Secret,
};
use clock::{Clock, SystemClock};
use sim::gateways::{Arrival, Manner, SmsGateway};
use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::{net::TcpListener, sync::mpsc, time::timeout};

const HERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

async fn gateway() -> SmsGateway {
    SmsGateway::start(HERE, Arc::new(SystemClock)).await.expect("a gateway")
}

fn channel(gateway: &SmsGateway) -> Gateway {
    let settings = Settings {
        url: gateway.url(),
        token: Some("hush".to_owned().into()),
        allow_private: true,
        timeout: Duration::from_secs(10),
        ..Settings::default()
    };
    Gateway::new(settings).expect("good settings")
}

fn message(id: &str) -> Message {
    Message {
        id: id.into(),
        to: "+33 6 12 34 56 78".into(),
        lang: "fr",
        subject: String::new(),
        text: "Colissimo\u{a0}: étiquettes en échec depuis 6\u{202f}h\u{202f}24.".into(),
        json: None,
        unsubscribe_url: None,
        in_reply_to: None,
        useful_for: Duration::from_secs(600),
    }
}

#[tokio::test]
async fn each_manner_is_told_apart_and_what_may_be_there_is_known_again() {
    let gateway = gateway().await;
    gateway.wants_token("hush");
    let channel = channel(&gateway);
    assert_eq!(channel.send(&message("m1")).await, Report::Accepted { receipt: Some("gw-1".into()) });
    let taken = gateway.taken().remove(0);
    assert_eq!((&*taken.to, &*taken.from), ("+33612345678", "Tournee"));
    assert_eq!(taken.text, "Colissimo : étiquettes en échec depuis 6 h 24.");
    for (manner, kind, takes) in [
        (Manner::Busy, "NotNow", false),
        (Manner::Refuses, "Refused", false),
        (Manner::Cuts, "Unknown", false),
        (Manner::TakesAndCuts, "Unknown", true),
        (Manner::TakesAndBreaks, "Unknown", true),
    ] {
        gateway.behaves(manner);
        let (before, id) = (gateway.taken().len(), format!("{manner:?}"));
        let report = format!("{:?}", channel.send(&message(&id)).await);
        assert!(report.starts_with(kind) && !report.contains("+33"), "{manner:?}: {report}");
        assert_eq!(gateway.taken().len() > before, takes, "{manner:?}");
        gateway.behaves(Manner::Well);
        assert!(matches!(channel.send(&message(&id)).await, Report::Accepted { .. }));
        let times = gateway.taken().iter().find(|taken| taken.id == id).map(|taken| taken.times);
        assert_eq!(times, Some(if takes { 2 } else { 1 }), "{manner:?}: the same message under the same name");
    }
    let quick = Settings {
        url: gateway.url(),
        allow_private: true,
        timeout: Duration::from_millis(200),
        ..Settings::default()
    };
    let quick = Gateway::new(Settings { token: Some("hush".to_owned().into()), ..quick }).expect("settings");
    gateway.behaves(Manner::Slow(Duration::from_secs(3_600)));
    assert!(matches!(quick.send(&message("slow")).await, Report::Unknown { .. }));
}

#[tokio::test]
async fn what_cannot_be_sent_is_not_and_the_canary_says_whether_it_is_there() {
    let gateway = gateway().await;
    let channel = channel(&gateway);
    assert_eq!(channel.canary().await, Report::Delivered);
    assert!(gateway.taken().is_empty(), "a canary is no message");
    for to in ["", "0", "+33612345678\r\nx: y", "jeanne@shop.example"] {
        let report = channel.send(&Message { to: to.into(), ..message("bad") }).await;
        assert!(matches!(report, Report::Refused { .. }), "{to:?}");
    }
    for text in [String::new(), "a".repeat(5 * 160), "📦".repeat(200)] {
        let report = channel.send(&Message { text, ..message("long") }).await;
        assert!(matches!(report, Report::NotNow { .. }));
    }
    let odd = channel.send(&Message { id: "a\r\nb".into(), ..message("") }).await;
    assert!(matches!(odd, Report::NotNow { .. }), "an id that is no header");
    assert!(gateway.taken().is_empty());
    gateway.behaves(Manner::Busy);
    assert!(matches!(channel.canary().await, Report::NotNow { .. }));
    gateway.wants_token("another");
    gateway.behaves(Manner::Well);
    assert!(matches!(channel.canary().await, Report::NotNow { .. }), "who is not known cannot send");
    assert!(matches!(channel.send(&message("m")).await, Report::NotNow { .. }), "which is not the number's fault");
    let url = gateway.url();
    drop(gateway);
    let gone = Gateway::new(Settings { url, allow_private: true, ..Settings::default() }).expect("settings");
    assert!(matches!(gone.canary().await, Report::NotNow { .. }));
    let strict = Gateway::new(Settings { url: "http://127.0.0.1:1/".into(), ..Settings::default() }).expect("settings");
    let report = strict.send(&message("m")).await;
    assert!(matches!(report, Report::NotNow { .. }), "an inner gateway only where it is allowed: {report:?}");
}

type Heard = (HeaderMap, Bytes);

#[expect(clippy::disallowed_methods, reason = "the test is the receiver of receipts")]
async fn receiver() -> (String, mpsc::Receiver<Heard>) {
    let (heard, hear) = mpsc::channel(16);
    let listener = TcpListener::bind(HERE).await.expect("a port");
    let url = format!("http://{}/v1/receipts/sms", listener.local_addr().expect("an address"));
    let take = |State(heard): State<mpsc::Sender<Heard>>, headers: HeaderMap, body: Bytes| async move {
        heard.send((headers, body)).await.expect("heard");
    };
    let app = Router::new().route("/v1/receipts/sms", post(take)).with_state(heard);
    tokio::spawn(async move { axum::serve(listener, app).await.expect("served") });
    (url, hear)
}

#[tokio::test]
async fn receipts_come_back_signed_unless_they_are_lost() {
    let gateway = gateway().await;
    let (url, mut hear) = receiver().await;
    let secret = Secret::from_bytes(&[7; 32]);
    gateway.calls_back(&url, secret.clone());
    let channel = channel(&gateway);
    for arrival in
        [Arrival::Delivered(Duration::ZERO), Arrival::ReceiptLost, Arrival::Failed(Duration::from_millis(20))]
    {
        gateway.arrives(arrival);
        assert!(matches!(channel.send(&message(&format!("{arrival:?}"))).await, Report::Accepted { .. }));
    }
    let now_s = SystemClock.now().unix_ms() / 1_000;
    for (name, delivered) in [("gw-1", true), ("gw-3", false)] {
        let (headers, body) = timeout(Duration::from_secs(20), hear.recv()).await.expect("in time").expect("a receipt");
        let read = read_receipts(&secret, &headers, &body, now_s);
        assert_eq!(read, Ok(vec![Receipt { name: name.into(), delivered }]));
    }
}
