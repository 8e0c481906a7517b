use super::*;
use crate::{
    carrier::{Carrier, Options},
    merchants::merchants,
    orders::orders,
    scenario::{Baseline, Function, Manner, Phase, Scenario},
};
use carriers::colissimo;
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

const DEADLINE: Duration = Duration::from_secs(30);

fn start() -> Time {
    Time::from_paris("2025-12-22T10:00:00").expect("a moment")
}

fn world(manner: Option<Manner>, latency: Duration) -> (SharedCarrier, SimTransport<SimClock>) {
    let mut scenario = Scenario::calm(start(), Baseline { latency, ..Baseline::default() });
    scenario.phases.extend(manner.map(|manner| Phase {
        at: start(),
        functions: vec![Function::Label],
        latency_factor: 1.0,
        error_rate: 1.0,
        alternate: None,
        dark: false,
        dark_as: [manner].into(),
    }));
    let carrier = SharedCarrier::new(Carrier::new(Arc::new(scenario), Options::default()));
    (carrier.clone(), SimTransport::new(carrier, SimClock::starting(start())))
}

fn generate() -> Request {
    let day = Scenario::builtin_day().expect("the built-in scenario");
    let order = orders(3, 400, &day).into_iter().find(|o| o.at >= start()).expect("an order");
    order.drop_in(&merchants()[order.merchant])
}

async fn call(transport: &dyn Transport, deadline: Duration) -> (Exchange, u32) {
    let sent = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&sent);
    let on_sent = Box::new(move || counter.store(1, Ordering::SeqCst));
    let exchange = transport.exchange(generate(), deadline, on_sent).await;
    (exchange, sent.load(Ordering::SeqCst))
}

#[tokio::test(start_paused = true)]
async fn an_answer_takes_its_time() {
    let (carrier, transport) = world(None, Duration::from_secs(1));
    let (exchange, sent) = call(&transport, DEADLINE).await;
    assert!(colissimo::decode_label(&exchange).is_ok());
    assert!(exchange.elapsed >= Duration::from_millis(500) && exchange.elapsed <= Duration::from_secs(6));
    assert_eq!((exchange.reached, sent), (Reached::FirstByte, 1));
    assert!(carrier.read(|book| book.entries().iter().all(|e| !e.lost)));
}

#[tokio::test(start_paused = true)]
async fn each_failure_is_seen_as_on_a_socket() {
    for (manner, reached, result) in [
        (Manner::NoAnswer, Reached::WholeRequest, Err(Broken::TimedOut)),
        (Manner::Reset, Reached::WholeRequest, Err(Broken::Cut)),
        (Manner::Refused, Reached::Named, Err(Broken::NoConnection)),
        (Manner::Html503, Reached::FirstByte, Ok(503)),
        (Manner::Html200, Reached::FirstByte, Ok(200)),
        (Manner::Empty, Reached::FirstByte, Ok(200)),
    ] {
        let (_, transport) = world(Some(manner), Duration::from_millis(50));
        let (exchange, sent) = call(&transport, DEADLINE).await;
        assert_eq!(exchange.result.map(|answer| answer.status), result, "{manner:?}");
        assert_eq!((exchange.reached, sent), (reached, u32::from(reached >= Reached::WholeRequest)), "{manner:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_cut_off_comes_with_what_had_come() {
    let (_, transport) = world(Some(Manner::Truncated), Duration::from_millis(50));
    let (exchange, _) = call(&transport, DEADLINE).await;
    assert!(matches!(exchange.result, Err(Broken::AnswerCut(ref piece)) if !piece.body.is_empty()));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_is_kept_and_the_late_label_is_lost() {
    let (carrier, transport) = world(None, Duration::from_secs(100));
    let (exchange, sent) = call(&transport, DEADLINE).await;
    assert_eq!((exchange.elapsed, exchange.reached, sent), (DEADLINE, Reached::WholeRequest, 1));
    assert_eq!(exchange.result, Err(Broken::TimedOut));
    assert_eq!(carrier.read(|book| book.entries().iter().filter(|e| e.lost).count()), 1);
    let (exchange, sent) = call(&transport, Duration::from_millis(1)).await;
    assert_eq!((exchange.reached, sent), (Reached::Connected, 0));
    assert_eq!(carrier.read(|book| book.entries().len()), 1);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_goes_does_not_hear() {
    let (carrier, transport) = world(None, Duration::from_secs(10));
    let gone = tokio::time::timeout(Duration::from_secs(1), call(&transport, DEADLINE)).await;
    assert!(gone.is_err());
    assert_eq!(carrier.read(|book| book.entries().iter().filter(|e| e.lost).count()), 1);
}

#[tokio::test(start_paused = true)]
async fn the_clock_follows_the_runtime() {
    let clock = SimClock::starting(start());
    tokio::time::advance(Duration::from_secs(90)).await;
    assert_eq!(clock.now(), start().plus(Duration::from_secs(90)));
}
