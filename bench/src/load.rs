//! The generator: so many keep-alive connections to a loopback address, each with one request after the other.

use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{net::TcpStream, task::JoinSet, time::Instant};

use crate::gateway::API_KEY;

/// One connection.
pub(crate) struct Connection(SendRequest<Full<Bytes>>);

type Failure = Box<dyn std::error::Error + Send + Sync>;

impl Connection {
    /// Connects to an address of this machine and to no other.
    pub(crate) async fn open(addr: SocketAddr) -> Result<Self, Failure> {
        if !addr.ip().is_loopback() {
            return Err("the generator sends to loopback addresses only".into());
        }
        let stream = TcpStream::connect(addr).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        #[expect(clippy::disallowed_methods, reason = "a connection of the generator")]
        tokio::spawn(connection);
        Ok(Self(sender))
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<(StatusCode, Bytes), Failure> {
        self.0.ready().await?;
        let (parts, body) = self.0.send_request(request).await?.into_parts();
        Ok((parts.status, body.collect().await?.to_bytes()))
    }
}

/// A request for a label with this order number; `wait` seconds for it to be made.
pub(crate) fn order(n: u64, wait: u32) -> Result<Request<Full<Bytes>>, http::Error> {
    let body = body(n).to_string();
    Request::post("/v1/shipments")
        .header(header::HOST, "localhost")
        .header(header::AUTHORIZATION, format!("Bearer {API_KEY}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header("idempotency-key", format!("bench-{n}"))
        .header("prefer", format!("wait={wait}"))
        .body(Full::from(body))
}

/// The order with this number.
pub(crate) fn body(n: u64) -> serde_json::Value {
    let address = |name: &str| {
        serde_json::json!({"last_name": name, "street": "12 rue des Lilas", "postal_code": "63000",
        "city": "Clermont-Ferrand", "country": "FR"})
    };
    serde_json::json!({"order_number": format!("B-{n:09}"), "product": "DOM", "deposit_date": "2099-01-04", "weight_g": 750,
        "sender": address("Expéditeur"), "addressee": address("Destinataire")})
}

/// A request to see one shipment.
pub(crate) fn see(id: &str) -> Result<Request<Full<Bytes>>, http::Error> {
    Request::get(format!("/v1/shipments/{id}"))
        .header(header::HOST, "localhost")
        .header(header::AUTHORIZATION, format!("Bearer {API_KEY}"))
        .body(Full::default())
}

/// Sends `n` orders over so many connections; gives how long each took, shortest first.
pub(crate) async fn orders(
    addr: SocketAddr,
    connections: u32,
    n: u64,
    wait: u32,
    expected: StatusCode,
) -> Result<Vec<Duration>, Failure> {
    let next = Arc::new(AtomicU64::new(0));
    let mut all = JoinSet::new();
    for _ in 0..connections {
        let next = Arc::clone(&next);
        all.spawn(async move {
            let mut connection = Connection::open(addr).await?;
            let mut took = Vec::new();
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                if place >= n {
                    return Ok::<_, Failure>(took);
                }
                let began = Instant::now();
                let (status, body) = connection.send(order(place, wait)?).await?;
                if status != expected {
                    return Err(format!("{status} instead of {expected}: {}", String::from_utf8_lossy(&body)).into());
                }
                took.push(began.elapsed());
            }
        });
    }
    let mut took = Vec::new();
    while let Some(connection) = all.join_next().await {
        took.extend(connection??);
    }
    took.sort_unstable();
    Ok(took)
}
