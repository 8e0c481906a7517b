//! The service behind the shield, simulated: so many requests at once, each taking so long, the others waiting in order.
//!
//! As a real one, it does not notice that whoever asked has given up: what has reached it is worked on in its turn.

use crate::{
    background::Background,
    loopback::Loopback,
    mark::{self, Kind, Marks},
    parcels::Parcels,
};
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use std::{
    convert::Infallible,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{net::TcpListener, sync::Semaphore};

/// Set on every answer that the origin made, so that a refusal is told from an answer.
pub(crate) const MADE_HERE: &str = "x-rehearsal-origin";
/// Requests that may wait for a slot; more are refused by 503.
const WAITING_MAX: u64 = 50_000;
const BODY_BYTES_MAX: usize = 64 * 1024;
/// A legal page of usual size.
const LEGAL_BYTES: usize = 16 * 1024;

/// How much the origin can do.
#[derive(Clone, Copy, Debug)]
pub struct Capacity {
    /// Requests worked on at once.
    pub slots: usize,
    /// How long one takes.
    pub service: Duration,
}

impl Default for Capacity {
    /// 16 slots of 20 ms: 800 requests a second.
    fn default() -> Self {
        Self { slots: 16, service: Duration::from_millis(20) }
    }
}

impl Capacity {
    /// Requests a second.
    pub fn per_s(&self) -> f64 {
        self.slots as f64 / self.service.as_secs_f64()
    }
}

/// A running origin, on a thread of its own; it ends with this.
pub struct Origin {
    address: Loopback,
    shared: Arc<Shared>,
    _background: Background,
}

struct Shared {
    marks: Marks,
    parcels: Parcels,
    service: Duration,
    slots: Semaphore,
    waiting: AtomicU64,
    reached: [AtomicU64; Kind::ALL.len()],
}

/// How many requests of each kind have reached the origin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reached([u64; Kind::ALL.len()]);

impl Reached {
    /// Of this kind.
    pub fn of(&self, kind: Kind) -> u64 {
        self.0[kind.index()]
    }

    /// What has come since then.
    #[must_use]
    pub fn since(&self, then: &Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i].saturating_sub(then.0[i])))
    }
}

impl Origin {
    /// Starts one on this port of 127.0.0.1 (0 for whichever is free), for a rehearsal with this seed.
    ///
    /// # Errors
    /// When no socket or thread is to be had.
    pub fn start(capacity: Capacity, seed: u64, port: u16) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            marks: Marks::new(seed),
            parcels: Parcels::new(seed),
            service: capacity.service,
            slots: Semaphore::new(capacity.slots),
            waiting: AtomicU64::new(0),
            reached: Default::default(),
        });
        #[expect(clippy::disallowed_methods, reason = "the simulated origin, on loopback")]
        let listener = std::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
        listener.set_nonblocking(true)?;
        let address = Loopback::port(listener.local_addr()?.port());
        let inside = Arc::clone(&shared);
        let background = Background::start("origin", move || accept(listener, inside))?;
        Ok(Self { address, shared, _background: background })
    }

    /// Where it listens, in HTTP/1.1 and HTTP/2.
    pub fn address(&self) -> Loopback {
        self.address
    }

    /// What has reached it so far.
    pub fn reached(&self) -> Reached {
        Reached(std::array::from_fn(|i| self.shared.reached[i].load(Ordering::Relaxed)))
    }
}

#[expect(clippy::disallowed_methods, reason = "a connection of the simulated origin, which ends with its runtime")]
async fn accept(listener: std::net::TcpListener, shared: Arc<Shared>) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    loop {
        // Out of descriptors: those that are closed in the meantime make room.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let shared = Arc::clone(&shared);
                async move { Ok::<_, Infallible>(take(shared, request).await) }
            });
            let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// Takes a request in: reads it, counts it, works on it in its turn.
async fn take(shared: Arc<Shared>, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, BODY_BYTES_MAX).collect().await else {
        return answer(StatusCode::BAD_REQUEST, "text/plain", "no body");
    };
    let mark = parts.headers.get(mark::HEADER).and_then(|value| value.to_str().ok());
    if let Some(kind) = mark.and_then(|mark| shared.marks.read(mark)) {
        shared.reached[kind.index()].fetch_add(1, Ordering::Relaxed);
    }
    let inside = Arc::clone(&shared);
    #[expect(clippy::disallowed_methods, reason = "the work goes on when whoever asked has left")]
    let done = tokio::spawn(async move { inside.work().await }).await;
    match done {
        Ok(true) => respond(&shared, &Request::from_parts(parts, body.to_bytes())),
        _ => answer(StatusCode::SERVICE_UNAVAILABLE, "text/plain", "too many wait"),
    }
}

impl Shared {
    /// Waits for a slot and works; false when too many wait.
    async fn work(&self) -> bool {
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= WAITING_MAX {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return false;
        }
        let slot = self.slots.acquire().await;
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        tokio::time::sleep(self.service).await;
        slot.is_ok()
    }
}

fn respond(shared: &Shared, request: &Request<Bytes>) -> Response<Full<Bytes>> {
    let path = request.uri().path();
    let query = request.uri().query().unwrap_or_default();
    let body = String::from_utf8_lossy(request.body());
    match (request.method(), path) {
        (&Method::GET, "/" | "/legal" | "/privacy" | "/agencies") => kept(legal(path)),
        (&Method::GET | &Method::POST, "/search") => {
            answer(StatusCode::OK, "text/html", format!("<p>Search: {query}</p>"))
        }
        (&Method::GET, "/track") => track(shared, query.strip_prefix("number=").unwrap_or_default()),
        (&Method::GET, "/status.atom") => kept(answer(StatusCode::OK, "application/atom+xml", FEED)),
        (&Method::GET, "/v1/health") => answer(StatusCode::OK, "application/json", r#"{"status":"well"}"#),
        (&Method::POST, "/v1/labels") => {
            answer(StatusCode::CREATED, "application/json", format!(r#"{{"made":{body}}}"#))
        }
        (&Method::POST, "/v1/scans") => {
            answer(StatusCode::ACCEPTED, "application/json", format!(r#"{{"seen":{body}}}"#))
        }
        (&Method::POST, "/account/register") => {
            answer(StatusCode::OK, "text/html", format!("<p>Registered: {body}</p>"))
        }
        (&Method::POST, "/account/code" | "/account/login") => answer(StatusCode::FORBIDDEN, "text/html", "<p>No.</p>"),
        (&Method::GET, path) => track(shared, path.strip_prefix("/track/").unwrap_or_default()),
        _ => answer(StatusCode::NOT_FOUND, "text/plain", "not found"),
    }
}

const FEED: &str = r#"<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Status</title></feed>"#;

fn track(shared: &Shared, number: &str) -> Response<Full<Bytes>> {
    if shared.parcels.exists(number) {
        answer(StatusCode::OK, "text/html", format!("<p>Parcel {number}: on its way</p>"))
    } else {
        answer(StatusCode::NOT_FOUND, "text/html", "<p>No such parcel</p>")
    }
}

/// A page that is the same for everybody.
fn legal(path: &str) -> Response<Full<Bytes>> {
    let mut page = format!("<h1>Page {path}</h1>");
    while page.len() < LEGAL_BYTES {
        page.push_str("<p>The sender is liable for the content of the parcel as the general terms say.</p>");
    }
    answer(StatusCode::OK, "text/html", page)
}

/// May be kept by whoever stands in between, for a minute.
fn kept(mut response: Response<Full<Bytes>>) -> Response<Full<Bytes>> {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60"));
    response
}

fn answer(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(MADE_HERE, HeaderValue::from_static("1"));
    response
}
