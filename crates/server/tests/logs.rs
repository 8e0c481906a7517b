//! The log tells route, status and time taken, and nothing of what was sent.

mod support;

use http::Method;
use std::{
    io,
    sync::{Arc, Mutex},
};
use support::{World, letter, shipment};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("lock").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn one_line_per_request_without_anything_private() {
    let lines = Lines::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(lines.clone()).with_ansi(false);
    let _until_the_end = tracing::subscriber::set_default(subscriber.finish());
    let world = World::new().await;
    let id = world.post("/v1/shipments", &[("idempotency-key", "secret-key")], &shipment()).await.id();
    world.get(&format!("/v1/shipments/{id}?token=secret")).await;
    let generate = carriers::colissimo::GENERATE;
    world.send(Method::POST, generate, &[("prefer", "wait=0")], letter("A1").to_string()).await;
    world.send(Method::GET, "/suivi/v2/idships/6A15984040331", &[("x-okapi-key", "secret")], String::new()).await;
    world.send(Method::GET, "/secret/path", &[], String::new()).await;

    let log = String::from_utf8(lines.0.lock().expect("lock").clone()).expect("text");
    for route in ["/v1/shipments", "/v1/shipments/{id}", generate, "/suivi/v2/idships/{ids}", "unmatched"] {
        assert!(log.lines().any(|l| l.contains(&format!("route=\"{route}\"")) && l.contains("duration_ms=")), "{log}");
    }
    for private in ["secret", "tk_", "hush", "Martin", "Lilas", "6A15984040331"] {
        assert!(!log.contains(private), "{private}: {log}");
    }
}
