use super::*;
use crate::{
    carrier::{Carrier, Options},
    merchants::merchants,
    orders::orders,
    scenario::{Baseline, Function, Manner, Phase, Scenario},
};
use carriers::{Broken, Exchange, HttpOptions, HttpTransport, Reached, Transport, colissimo};
use clock::{ManualClock, Time};
use std::sync::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const ANY: &str = "127.0.0.1:0";
const DEADLINE: Duration = Duration::from_secs(5);

fn noon() -> Time {
    Time::from_paris("2025-12-22T12:00:00").expect("a moment")
}

async fn server(manner: Option<Manner>, worked: f64, on_exchange: Option<OnExchange>) -> WireServer {
    let quick = Baseline { latency: Duration::from_millis(1), worked_share_slow: worked, ..Baseline::default() };
    let mut scenario = Scenario::calm(noon(), quick);
    scenario.phases.extend(manner.map(|manner| Phase {
        at: noon(),
        functions: vec![Function::Label],
        latency_factor: 1.0,
        error_rate: 1.0,
        alternate: None,
        dark: false,
        dark_as: [manner].into(),
    }));
    let carrier = SharedCarrier::new(Carrier::new(Arc::new(scenario), Options::default()));
    let setup = Setup { carrier, clock: Arc::new(ManualClock::at(noon())), on_exchange };
    WireServer::start(ANY.parse().expect("an address"), setup).await.expect("a server")
}

fn generate() -> Request {
    let day = Scenario::builtin_day().expect("the built-in scenario");
    let order = orders(3, 400, &day).into_iter().find(|o| o.at >= noon()).expect("an order");
    order.drop_in(&merchants()[order.merchant])
}

fn transport(server: &WireServer) -> HttpTransport {
    let base = format!("http://{}", server.local_addr()).parse().expect("a base");
    HttpTransport::new(base, HttpOptions::default()).expect("a transport")
}

async fn call(server: &WireServer, deadline: Duration) -> Exchange {
    transport(server).exchange(generate(), deadline, Box::new(|| {})).await
}

#[tokio::test]
async fn a_label_comes_over_the_socket() {
    let server = server(None, 0.5, None).await;
    let exchange = call(&server, DEADLINE).await;
    let label = colissimo::decode_label(&exchange).expect("a label");
    assert!(server.carrier().read(|book| book.get(&label.number).is_some_and(|e| !e.lost)));
    server.shutdown().await;
}

#[tokio::test]
async fn a_connection_serves_many_calls() {
    let server = server(None, 0.5, None).await;
    let transport = transport(&server);
    for _ in 0..20 {
        let exchange = transport.exchange(generate(), DEADLINE, Box::new(|| {})).await;
        assert!(colissimo::decode_label(&exchange).is_ok());
    }
    assert_eq!(server.carrier().read(|book| book.entries().len()), 20);
}

#[tokio::test]
async fn each_answer_that_is_no_label_comes_as_it_was_meant() {
    for (manner, status) in [
        (Manner::Html503, 503),
        (Manner::Html200, 200),
        (Manner::Empty, 200),
        (Manner::Gateway500, 500),
        (Manner::Unavailable, 500),
        (Manner::TooMany, 429),
    ] {
        let server = server(Some(manner), 0.0, None).await;
        let exchange = call(&server, DEADLINE).await;
        let answer = exchange.result.expect("an answer");
        assert_eq!((answer.status, exchange.reached), (status, Reached::FirstByte), "{manner:?}");
        assert_eq!(answer.retry_after.is_some(), manner == Manner::TooMany);
        assert_eq!(answer.content_type.starts_with("text/html"), matches!(manner, Manner::Html200 | Manner::Html503));
    }
}

#[tokio::test]
async fn a_reset_is_a_reset() {
    let server = server(Some(Manner::Reset), 1.0, None).await;
    let exchange = call(&server, DEADLINE).await;
    assert_eq!((exchange.reached, exchange.result), (Reached::WholeRequest, Err(Broken::Cut)));
    assert!(server.carrier().read(|book| book.entries().iter().all(|e| e.lost) && book.entries().len() == 1));
    let mut raw = TcpStream::connect(server.local_addr()).await.expect("a connection");
    let request = format!("GET {} HTTP/1.1\r\nhost: x\r\n\r\n", colissimo::GENERATE);
    raw.write_all(request.as_bytes()).await.expect("written");
    let kind = raw.read(&mut [0; 64]).await.map_err(|e| e.kind());
    assert_eq!(kind, Err(std::io::ErrorKind::ConnectionReset), "a reset, not a farewell");
}

#[tokio::test]
async fn silence_lasts_until_the_client_goes() {
    let server = server(Some(Manner::NoAnswer), 0.0, None).await;
    let exchange = call(&server, Duration::from_millis(200)).await;
    assert_eq!((exchange.reached, exchange.result), (Reached::WholeRequest, Err(Broken::TimedOut)));
}

#[tokio::test]
async fn a_truncated_answer_stops_in_the_middle() {
    let server = server(Some(Manner::Truncated), 1.0, None).await;
    let exchange = call(&server, DEADLINE).await;
    let Err(Broken::AnswerCut(piece)) = &exchange.result else { panic!("{:?}", exchange.result) };
    assert_eq!((piece.status, exchange.reached), (200, Reached::FirstByte));
    assert!(!piece.body.is_empty());
    let error = colissimo::decode_label(&exchange).expect_err("a piece");
    assert_eq!(error.retry, carriers::Retry::Unknown);
    assert_eq!(server.carrier().read(|book| book.entries().len()), 1);
}

#[tokio::test]
async fn phases_are_told_in_their_order() {
    let told: Arc<Mutex<Vec<ExchangePhase>>> = Arc::default();
    let (phases, waker) = (Arc::clone(&told), Arc::new(tokio::sync::Notify::new()));
    let done = Arc::clone(&waker);
    let hook: OnExchange = Arc::new(move |phase| {
        phases.lock().expect("not poisoned").push(phase);
        if phase == ExchangePhase::Answered {
            done.notify_one();
        }
    });
    let server = server(None, 0.5, Some(hook)).await;
    assert!(colissimo::decode_label(&call(&server, DEADLINE).await).is_ok());
    waker.notified().await;
    use ExchangePhase::{Answered, HalfAnswered, LabelMade, RequestHead, RequestRead};
    let told = told.lock().expect("not poisoned").clone();
    assert_eq!(told, [RequestHead, RequestRead, LabelMade, HalfAnswered, Answered]);
}

#[tokio::test]
async fn half_of_the_answer_has_left_when_half_is_told() {
    let (half, halved) = (Arc::new(tokio::sync::Notify::new()), Arc::new(Mutex::new(false)));
    let (tell, stop) = (Arc::clone(&half), Arc::clone(&halved));
    // The hook holds the server's thread, as a test that kills its client does: what has left by then has left.
    let hook: OnExchange = Arc::new(move |phase| {
        if phase == ExchangePhase::HalfAnswered {
            *stop.lock().expect("not poisoned") = true;
            tell.notify_one();
        }
    });
    let server = server(None, 0.5, Some(hook)).await;
    let exchange = call(&server, DEADLINE).await;
    half.notified().await;
    assert!(*halved.lock().expect("not poisoned"));
    assert!(colissimo::decode_label(&exchange).is_ok(), "an answer in two halves is whole");
}

#[tokio::test]
async fn a_client_that_went_is_noted_in_the_book() {
    let gone = Arc::new(tokio::sync::Notify::new());
    let made = Arc::clone(&gone);
    let hook: OnExchange = Arc::new(move |phase| {
        if phase == ExchangePhase::LabelMade {
            made.notify_one();
        }
    });
    let scenario = Scenario::calm(noon(), Baseline { latency: Duration::from_secs(60), ..Baseline::default() });
    let carrier = SharedCarrier::new(Carrier::new(Arc::new(scenario), Options::default()));
    let setup = Setup { carrier, clock: Arc::new(ManualClock::at(noon())), on_exchange: Some(hook) };
    let server = WireServer::start(ANY.parse().expect("an address"), setup).await.expect("a server");
    let carrier = server.carrier().clone();
    let client = transport(&server);
    tokio::select! {
        _ = client.exchange(generate(), DEADLINE, Box::new(|| {})) => panic!("no answer is due"),
        () = gone.notified() => {}
    }
    drop(client);
    server.shutdown().await;
    assert!(carrier.read(|book| book.entries().len() == 1 && book.entries()[0].lost));
}

#[tokio::test]
async fn only_the_loopback_interface_is_listened_on() {
    let scenario = Scenario::calm(noon(), Baseline::default());
    let carrier = SharedCarrier::new(Carrier::new(Arc::new(scenario), Options::default()));
    let setup = Setup { carrier, clock: Arc::new(ManualClock::at(noon())), on_exchange: None };
    for open in ["0.0.0.0:0", "192.0.2.1:80", "[::]:0"] {
        let refused = WireServer::start(open.parse().expect("an address"), setup.clone()).await.err();
        assert!(matches!(refused, Some(WireError::NotLoopback(_))), "{open}");
    }
    let first = WireServer::start(ANY.parse().expect("an address"), setup.clone()).await.expect("a server");
    let taken = WireServer::start(first.local_addr(), setup).await.err();
    assert!(matches!(taken, Some(WireError::Bind { .. })));
}

#[tokio::test]
async fn a_request_that_is_too_large_is_not_read() {
    let server = server(None, 0.5, None).await;
    let huge = Request { body: vec![b' '; REQUEST_BYTES_MAX + 1].into(), ..generate() };
    let exchange = transport(&server).exchange(huge, DEADLINE, Box::new(|| {})).await;
    assert!(exchange.result.is_err());
    assert_eq!(server.carrier().read(|book| book.calls().total(crate::carrier::Call::Generate)), 0);
}
