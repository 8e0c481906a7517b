//! A simulated shop on a socket: HTTP/1.1 on the loopback interface, and nothing else.
//!
//! One task accepts, one carries webhooks (the courier); each connection has a task of its own, in a set that ends
//! with the server. The shop is locked for one decision at a time, never over a wait.

use super::{SharedShop, Shop, courier};
use crate::wire::{REQUEST_BYTES_MAX, WireError};
use carriers::{Request, Response};
use clock::{Clock, Time};
use http::{HeaderValue, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use std::{net::SocketAddr, sync::Arc};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinSet,
};

/// Connections held at once, at most; more wait to be accepted.
const CONNECTIONS_MAX: usize = 1_024;

/// A running shop. Dropping it ends it and cuts its connections.
pub struct ShopServer {
    addr: SocketAddr,
    shop: SharedShop,
    stop: Option<oneshot::Sender<()>>,
    running: JoinSet<()>,
}

impl ShopServer {
    /// Listens on this loopback address, port 0 for any free one, and opens the shop that `open` makes for the address:
    /// a shop must know the one by which it is called.
    ///
    /// # Errors
    /// When the address is not on the loopback interface, or cannot be listened on.
    #[expect(
        clippy::disallowed_methods,
        reason = "the simulation binds for its carriers and shops, on the loopback interface only"
    )]
    pub async fn start(
        addr: SocketAddr,
        clock: Arc<dyn Clock>,
        open: impl FnOnce(SocketAddr) -> Shop,
    ) -> Result<Self, WireError> {
        if !addr.ip().is_loopback() {
            return Err(WireError::NotLoopback(addr));
        }
        let cannot = |source| WireError::Bind { addr, source };
        let listener = TcpListener::bind(addr).await.map_err(cannot)?;
        let addr = listener.local_addr().map_err(cannot)?;
        let shop = SharedShop::new(open(addr));
        let (stop, stopped) = oneshot::channel();
        let mut running = JoinSet::new();
        running.spawn(serve(listener, shop.clone(), Arc::clone(&clock), stopped));
        running.spawn(courier::carry(shop.clone(), clock));
        Ok(Self { addr, shop, stop: Some(stop), running })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.addr
    }

    /// The shop.
    pub fn shop(&self) -> &SharedShop {
        &self.shop
    }

    /// Stops listening and carrying, cuts every connection, and returns when that is done.
    pub async fn shutdown(mut self) {
        drop(self.stop.take());
        self.running.shutdown().await;
    }
}

/// Accepts until told to stop; then the set of connections is dropped, which cuts them.
async fn serve(listener: TcpListener, shop: SharedShop, clock: Arc<dyn Clock>, mut stopped: oneshot::Receiver<()>) {
    let mut connections = JoinSet::new();
    loop {
        let room = connections.len() < CONNECTIONS_MAX;
        tokio::select! {
            _ = &mut stopped => break,
            Some(_) = connections.join_next() => {}
            Ok((stream, _)) = listener.accept(), if room => {
                connections.spawn(connection(stream, shop.clone(), Arc::clone(&clock)));
            }
        }
    }
    connections.shutdown().await;
}

async fn connection(stream: TcpStream, shop: SharedShop, clock: Arc<dyn Clock>) {
    // Without this a small answer may wait for the client's acknowledgement; failing to set it only costs time.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| exchange(request, shop.clone(), clock.now()));
    // A connection that breaks is the client's business.
    let _ = http1::Builder::new().serve_connection(hyper_util::rt::TokioIo::new(stream), service).await;
}

/// The request is larger than any shop reads; the connection ends.
#[derive(Debug, thiserror::Error)]
#[error("the request is too large")]
struct TooLarge;

async fn exchange(
    request: http::Request<Incoming>,
    shop: SharedShop,
    now: Time,
) -> Result<http::Response<Full<bytes::Bytes>>, TooLarge> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, REQUEST_BYTES_MAX).collect().await.map_err(|_| TooLarge)?.to_bytes();
    let headers = head.headers.iter().filter_map(|(name, value)| Some((name.clone(), value.to_str().ok()?.to_owned())));
    let request = Request {
        method: head.method,
        path_and_query: head.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned(),
        headers: headers.collect(),
        body,
    };
    Ok(respond(shop.handle(now, &request)))
}

fn respond(answer: Response) -> http::Response<Full<bytes::Bytes>> {
    let mut response = http::Response::new(Full::new(answer.body));
    *response.status_mut() = http::StatusCode::from_u16(answer.status).unwrap_or_default();
    *response.headers_mut() = answer.headers;
    if let Some(content_type) = HeaderValue::from_str(&answer.content_type).ok().filter(|value| !value.is_empty()) {
        response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    }
    response
}
