//! A gateway for text messages on a socket: takes JSON, as `channels::sms::Gateway` writes it, and posts receipts back.
//!
//! A message that comes again under the same `Idempotency-Key` is the same message, as gateways have it. Receipts are posted
//! by one task, one after the other, signed as Standard Webhooks are; what is due later waits by tokio's clock, so that a
//! test with a paused clock drives it.

use crate::wire::WireError;
use channels::webhook::{Message, Options, Secret, Sender};
use clock::Clock;
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use serde::Deserialize;
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::{Instant, sleep_until},
};

/// Connections held at once, at most; more wait to be accepted.
const CONNECTIONS_MAX: usize = 1_024;
/// The largest request, in bytes.
const REQUEST_BYTES_MAX: usize = 64 << 10;
/// Receipts that wait to be posted, at most; one more is lost, as at any gateway.
const RECEIPTS_WAITING_MAX: usize = 100_000;
/// How long one receipt may take to be posted.
const POST_TIME_MAX: Duration = Duration::from_secs(5);

/// How the gateway behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Manner {
    /// It takes what comes.
    #[default]
    Well,
    /// It answers 503 and takes nothing.
    Busy,
    /// It answers 422: it does not know the number.
    Refuses,
    /// It takes the message, and answers only after so long.
    Slow(Duration),
    /// It takes the message, and cuts the connection without an answer.
    TakesAndCuts,
    /// It takes the message, and breaks: 500.
    TakesAndBreaks,
    /// It cuts the connection and takes nothing.
    Cuts,
}

/// What becomes of a message that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It arrives, and the receipt is posted after so long.
    Delivered(Duration),
    /// It never does, and the receipt says so after so long.
    Failed(Duration),
    /// It arrives, and the receipt is lost.
    ReceiptLost,
}

/// A message that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The gateway's name for it.
    pub name: String,
    /// The sender's id.
    pub id: String,
    /// The number it goes to.
    pub to: String,
    /// Whom it is from.
    pub from: String,
    /// Its text.
    pub text: String,
    /// How often it came.
    pub times: u32,
    /// What becomes of it.
    pub arrival: Arrival,
}

#[derive(Deserialize)]
struct Posted {
    id: String,
    from: String,
    to: String,
    text: String,
}

struct Callback {
    url: String,
    secret: Secret,
}

struct Receipt {
    name: String,
    delivered: bool,
    due: Instant,
}

struct Inner {
    manner: Manner,
    arrival: Arrival,
    token: Option<String>,
    callback: Option<Callback>,
    taken: Vec<Taken>,
}

/// A running gateway. Dropping it ends it and cuts its connections.
pub struct SmsGateway {
    addr: SocketAddr,
    inner: Arc<Mutex<Inner>>,
    _stop: oneshot::Sender<()>,
    _running: JoinSet<()>,
}

impl SmsGateway {
    /// Listens on this loopback address, port 0 for any free one. It behaves well and its messages arrive at once.
    ///
    /// # Errors
    /// When the address is not on the loopback interface, or cannot be listened on.
    #[expect(
        clippy::disallowed_methods,
        reason = "the simulation binds for its gateways, on the loopback interface only"
    )]
    pub async fn start(addr: SocketAddr, clock: Arc<dyn Clock>) -> Result<Self, WireError> {
        if !addr.ip().is_loopback() {
            return Err(WireError::NotLoopback(addr));
        }
        let cannot = |source| WireError::Bind { addr, source };
        let listener = TcpListener::bind(addr).await.map_err(cannot)?;
        let addr = listener.local_addr().map_err(cannot)?;
        let inner = Arc::new(Mutex::new(Inner {
            manner: Manner::Well,
            arrival: Arrival::Delivered(Duration::ZERO),
            token: None,
            callback: None,
            taken: Vec::new(),
        }));
        let (receipts, waiting) = mpsc::channel(RECEIPTS_WAITING_MAX);
        let (stop, stopped) = oneshot::channel();
        let mut running = JoinSet::new();
        running.spawn(serve(listener, Arc::clone(&inner), receipts, stopped));
        running.spawn(post_receipts(Arc::clone(&inner), waiting, clock));
        Ok(Self { addr, inner, _stop: stop, _running: running })
    }

    /// Where messages are posted.
    pub fn url(&self) -> String {
        format!("http://{}/messages", self.addr)
    }

    /// From now on it behaves so.
    pub fn behaves(&self, manner: Manner) {
        self.with(|inner| inner.manner = manner);
    }

    /// What becomes of messages from now on.
    pub fn arrives(&self, arrival: Arrival) {
        self.with(|inner| inner.arrival = arrival);
    }

    /// From now on only requests with this bearer token are served.
    pub fn wants_token(&self, token: &str) {
        self.with(|inner| inner.token = Some(token.to_owned()));
    }

    /// From now on receipts are posted there, signed with this.
    pub fn calls_back(&self, url: &str, secret: Secret) {
        self.with(|inner| inner.callback = Some(Callback { url: url.to_owned(), secret }));
    }

    /// What it has taken, the first one first.
    pub fn taken(&self) -> Vec<Taken> {
        self.with(|inner| inner.taken.clone())
    }

    fn with<T>(&self, what: impl FnOnce(&mut Inner) -> T) -> T {
        locked(&self.inner, what)
    }
}

fn locked<T>(inner: &Mutex<Inner>, what: impl FnOnce(&mut Inner) -> T) -> T {
    what(&mut inner.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Accepts until told to stop; then the set of connections is dropped, which cuts them.
async fn serve(
    listener: TcpListener,
    inner: Arc<Mutex<Inner>>,
    receipts: mpsc::Sender<Receipt>,
    mut stopped: oneshot::Receiver<()>,
) {
    let mut connections = JoinSet::new();
    loop {
        let room = connections.len() < CONNECTIONS_MAX;
        tokio::select! {
            _ = &mut stopped => break,
            Some(_) = connections.join_next() => {}
            Ok((stream, _)) = listener.accept(), if room => {
                connections.spawn(connection(stream, Arc::clone(&inner), receipts.clone()));
            }
        }
    }
    connections.shutdown().await;
}

async fn connection(stream: TcpStream, inner: Arc<Mutex<Inner>>, receipts: mpsc::Sender<Receipt>) {
    // Without this a small answer may wait for the client's acknowledgement; failing to set it only costs time.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| exchange(request, Arc::clone(&inner), receipts.clone()));
    // A connection that breaks is the client's business.
    let _ = http1::Builder::new().serve_connection(hyper_util::rt::TokioIo::new(stream), service).await;
}

/// Ends the connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("cut")]
struct Cut;

type Answer = Response<Full<bytes::Bytes>>;

async fn exchange(
    request: Request<Incoming>,
    inner: Arc<Mutex<Inner>>,
    receipts: mpsc::Sender<Receipt>,
) -> Result<Answer, Cut> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, REQUEST_BYTES_MAX).collect().await.map_err(|_| Cut)?.to_bytes();
    let manner = locked(&inner, |inner| inner.manner);
    let bearer = head.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let known = locked(&inner, |inner| inner.token.is_none() || inner.token.as_deref() == bearer);
    match manner {
        _ if !known => return Ok(answer(StatusCode::UNAUTHORIZED, "{}")),
        Manner::Cuts => return Err(Cut),
        Manner::Busy => return Ok(answer(StatusCode::SERVICE_UNAVAILABLE, "{}")),
        _ => {}
    }
    let Ok(posted) = serde_json::from_slice::<Posted>(&body) else { return Ok(answer(StatusCode::BAD_REQUEST, "{}")) };
    if manner == Manner::Refuses {
        return Ok(answer(StatusCode::UNPROCESSABLE_ENTITY, "{}"));
    }
    let name = take(&inner, posted, &receipts);
    match manner {
        Manner::TakesAndCuts => return Err(Cut),
        Manner::TakesAndBreaks => return Ok(answer(StatusCode::INTERNAL_SERVER_ERROR, "{}")),
        Manner::Slow(time) => sleep_until(Instant::now() + time).await,
        _ => {}
    }
    Ok(answer(StatusCode::ACCEPTED, &serde_json::json!({ "id": name }).to_string()))
}

/// Takes a message, or knows it again, and says its name.
fn take(inner: &Mutex<Inner>, posted: Posted, receipts: &mpsc::Sender<Receipt>) -> String {
    locked(inner, |inner| {
        if let Some(again) = inner.taken.iter_mut().find(|taken| taken.id == posted.id) {
            again.times += 1;
            return again.name.clone();
        }
        let name = format!("gw-{}", inner.taken.len() + 1);
        let arrival = inner.arrival;
        let receipt = match arrival {
            Arrival::Delivered(after) => Some((true, after)),
            Arrival::Failed(after) => Some((false, after)),
            Arrival::ReceiptLost => None,
        };
        if let Some((delivered, after)) = receipt.filter(|_| inner.callback.is_some()) {
            // Where there is no room it is lost, as at any gateway.
            _ = receipts.try_send(Receipt { name: name.clone(), delivered, due: Instant::now() + after });
        }
        let Posted { id, from, to, text } = posted;
        inner.taken.push(Taken { name: name.clone(), id, to, from, text, times: 1, arrival });
        name
    })
}

/// Posts receipts in the order in which their messages came, each no sooner than it is due.
async fn post_receipts(inner: Arc<Mutex<Inner>>, mut waiting: mpsc::Receiver<Receipt>, clock: Arc<dyn Clock>) {
    let options = Options { allow_private: true, timeout: POST_TIME_MAX, roots_pem: None };
    let Ok(sender) = Sender::new(options) else { return };
    while let Some(receipt) = waiting.recv().await {
        sleep_until(receipt.due).await;
        let to = locked(&inner, |inner| inner.callback.as_ref().map(|to| (to.url.clone(), to.secret.clone())));
        let Some((url, secret)) = to else { continue };
        let status = if receipt.delivered { "delivered" } else { "failed" };
        let body = serde_json::json!({ "id": receipt.name, "status": status }).to_string();
        let at_s = clock.now().unix_ms().div_euclid(1_000);
        let message = Message { url, id: receipt.name, at_s, body: body.into(), secrets: vec![secret] };
        // Posted once: a receipt that nobody takes is lost.
        sender.send(&message).await;
    }
}

fn answer(status: StatusCode, body: &str) -> Answer {
    let mut answer = Response::new(Full::new(bytes::Bytes::copy_from_slice(body.as_bytes())));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    answer
}
