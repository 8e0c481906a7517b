//! The simulated carrier on a socket: HTTP/1.1 on the loopback interface, and nothing else.
//!
//! Enacts each [`Wire`] as a client would meet it: answers, silence, resets, answers cut in the middle. One task accepts;
//! each connection has a task of its own, in a set that ends with the server. The carrier itself is locked for one
//! decision at a time, never over a wait.

mod line;
mod script;
#[cfg(test)]
mod tests;

use crate::carrier::{Reply, SharedCarrier, Wire};
use carriers::{Request, Response};
use clock::Clock;
use http::{HeaderValue, header};
use http_body_util::{BodyExt, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use line::{Line, Tap};
use script::Script;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinSet,
};

/// The largest request that is read, in bytes.
pub const REQUEST_BYTES_MAX: usize = 1024 * 1024;
/// Connections held at once, at most; more wait to be accepted.
pub const CONNECTIONS_MAX: usize = 8_192;
/// How long a call that is never answered is held, where its client does not go by itself.
pub const SILENCE_MAX: Duration = Duration::from_secs(600);

/// How far an exchange has come, for tests that kill a client at that very moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExchangePhase {
    /// The head of the request has come.
    RequestHead,
    /// The whole request has come; nothing was done yet.
    RequestRead,
    /// The label stands in the carrier's book; no byte of the answer has left.
    LabelMade,
    /// About half of the answer has been handed to the network.
    HalfAnswered,
    /// The whole answer has been handed to the network.
    Answered,
}

/// Told of every phase of every exchange, on the server's own threads, before the exchange goes on.
pub type OnExchange = Arc<dyn Fn(ExchangePhase) + Send + Sync>;

/// What a server needs.
#[derive(Clone)]
pub struct Setup {
    /// The carrier.
    pub carrier: SharedCarrier,
    /// The scenario's clock.
    pub clock: Arc<dyn Clock>,
    /// Who is told of the phases of each exchange.
    pub on_exchange: Option<OnExchange>,
}

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// The address is not on this machine's loopback interface.
    #[error("{0} is not a loopback address; a simulation only listens on 127.0.0.0/8 and [::1]")]
    NotLoopback(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot listen on {addr}: {source}; choose another port, or 0 for any free one")]
    Bind {
        /// The address.
        addr: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// A running server. Dropping it ends it and cuts its connections.
pub struct WireServer {
    addr: SocketAddr,
    carrier: SharedCarrier,
    stop: Option<oneshot::Sender<()>>,
    running: JoinSet<()>,
}

impl WireServer {
    /// Listens on this loopback address; port 0 takes any free one.
    ///
    /// # Errors
    /// When the address is not on the loopback interface, or cannot be listened on.
    #[expect(
        clippy::disallowed_methods,
        reason = "the simulation binds for its carriers, on the loopback interface only"
    )]
    pub async fn start(addr: SocketAddr, setup: Setup) -> Result<Self, WireError> {
        if !addr.ip().is_loopback() {
            return Err(WireError::NotLoopback(addr));
        }
        let cannot = |source| WireError::Bind { addr, source };
        let listener = TcpListener::bind(addr).await.map_err(cannot)?;
        let addr = listener.local_addr().map_err(cannot)?;
        let (stop, stopped) = oneshot::channel();
        let carrier = setup.carrier.clone();
        let mut running = JoinSet::new();
        running.spawn(serve(listener, Arc::new(setup), stopped));
        Ok(Self { addr, carrier, stop: Some(stop), running })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.addr
    }

    /// The carrier, with its book.
    pub fn carrier(&self) -> &SharedCarrier {
        &self.carrier
    }

    /// Stops listening, cuts every connection, and returns when that is done.
    pub async fn shutdown(mut self) {
        drop(self.stop.take());
        while self.running.join_next().await.is_some() {}
    }
}

/// Accepts until told to stop; then the set of connections is dropped, which cuts them.
async fn serve(listener: TcpListener, setup: Arc<Setup>, mut stopped: oneshot::Receiver<()>) {
    let mut connections = JoinSet::new();
    loop {
        let room = connections.len() < CONNECTIONS_MAX;
        tokio::select! {
            _ = &mut stopped => break,
            Some(_) = connections.join_next() => {}
            Ok((stream, _)) = listener.accept(), if room => {
                connections.spawn(connection(stream, Arc::clone(&setup)));
            }
        }
    }
    connections.shutdown().await;
}

async fn connection(stream: TcpStream, setup: Arc<Setup>) {
    // Without this a small answer may wait for the client's acknowledgement; failing to set it only costs time.
    let _ = stream.set_nodelay(true);
    let line = Arc::new(Line::new(setup.carrier.clone(), setup.on_exchange.clone()));
    let tap = Tap::new(stream, Arc::clone(&line));
    let service = service_fn(|request| exchange(request, Arc::clone(&setup), Arc::clone(&line)));
    // A connection that breaks is the client's business or the very thing that was simulated.
    let _ = http1::Builder::new().serve_connection(tap, service).await;
}

/// Why an exchange ends without an answer: the connection closes, or is reset where the line says so.
#[derive(Debug, thiserror::Error)]
#[error("the connection ends here")]
struct Ends;

async fn exchange(
    request: http::Request<Incoming>,
    setup: Arc<Setup>,
    line: Arc<Line>,
) -> Result<http::Response<Script>, Ends> {
    line.tell(ExchangePhase::RequestHead);
    let request = read(request).await?;
    line.tell(ExchangePhase::RequestRead);
    let Reply { delay, wire, made } = setup.carrier.handle(setup.clock.now(), &request);
    line.owes(made);
    if made.is_some() {
        line.tell(ExchangePhase::LabelMade);
    }
    tokio::time::sleep(delay).await;
    match wire {
        Wire::Answer(answer) => Ok(respond(&answer, Script::whole(&answer.body, &line))),
        Wire::Truncated { answer, keep } => Ok(respond(&answer, Script::cut(&answer.body, keep, &line))),
        Wire::Refused | Wire::Reset => {
            line.reset();
            Err(Ends)
        }
        Wire::NoAnswer => {
            tokio::time::sleep(SILENCE_MAX).await;
            line.reset();
            Err(Ends)
        }
    }
}

async fn read(request: http::Request<Incoming>) -> Result<Request, Ends> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, REQUEST_BYTES_MAX).collect().await.map_err(|_| Ends)?.to_bytes();
    let headers = head.headers.iter().filter_map(|(name, value)| Some((name.clone(), value.to_str().ok()?.to_owned())));
    Ok(Request {
        method: head.method,
        path_and_query: head.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned(),
        headers: headers.collect(),
        body,
    })
}

fn respond(answer: &Response, script: Script) -> http::Response<Script> {
    let mut response = http::Response::new(script);
    *response.status_mut() = http::StatusCode::from_u16(answer.status).unwrap_or_default();
    let headers = response.headers_mut();
    if let Some(content_type) = HeaderValue::from_str(&answer.content_type).ok().filter(|v| !v.is_empty()) {
        headers.insert(header::CONTENT_TYPE, content_type);
    }
    if let Some(wait) = answer.retry_after {
        headers.insert(header::RETRY_AFTER, wait.as_secs().into());
    }
    response
}
