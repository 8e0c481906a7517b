//! The carrier of a world: the simulated one behind a front that speaks TLS, and that can be told to break.

use crate::{
    fault::{Door, Function, Manner},
    names::CARRIERS,
    net::CARRIER,
};
use bytes::Bytes;
use carriers::{Request, Response};
use clock::{Clock, SystemClock};
use http::{HeaderValue, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use rcgen::{CertificateParams, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use sim::carrier::{Reply, SharedCarrier, Wire};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

const PAGE: &[u8] = b"<!DOCTYPE html><html><body><h1>Service Unavailable</h1></body></html>";
const PLAIN: &[u8] = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// How the front behaves now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Conduct {
    pub(crate) door: Door,
    pub(crate) manners: [Manner; 3],
    /// Connections of an earlier round are closed when they are idle.
    pub(crate) round: u64,
}

impl Default for Conduct {
    fn default() -> Self {
        Self { door: Door::Open, manners: [Manner::Well; 3], round: 0 }
    }
}

/// The certificates of a front: its own, and two that are wrong.
pub(crate) struct Papers {
    good: TlsAcceptor,
    other_authority: TlsAcceptor,
    other_name: TlsAcceptor,
}

impl Papers {
    /// Makes them; gives with them the authority that is to be trusted.
    pub(crate) fn make() -> (Self, String) {
        let (ours, pem) = authority();
        let (stranger, _) = authority();
        let papers = Self {
            good: acceptor(&ours, CARRIERS),
            other_authority: acceptor(&stranger, CARRIERS),
            other_name: acceptor(&ours, "somebody.test"),
        };
        (papers, pem)
    }
}

fn authority() -> (Issuer<'static, KeyPair>, String) {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let pem = params.self_signed(&key).expect("a certificate").pem();
    (Issuer::new(params, key), pem)
}

fn acceptor(issuer: &Issuer<'_, KeyPair>, domain: &str) -> TlsAcceptor {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec![format!("*.{domain}")]).expect("a name");
    let certificate = params.signed_by(&key, issuer).expect("a certificate").der().clone();
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("protocols")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a server");
    TlsAcceptor::from(Arc::new(config))
}

/// What every connection shares.
pub(crate) struct Front {
    pub(crate) papers: Papers,
    pub(crate) carrier: SharedCarrier,
    pub(crate) conduct: watch::Receiver<Conduct>,
    /// For each function: the next request fails, and only that.
    pub(crate) stumbles: [AtomicBool; 3],
    /// How many connections are open.
    pub(crate) open: watch::Sender<usize>,
}

impl Front {
    /// Serves for ever.
    #[expect(clippy::disallowed_methods, reason = "the carrier of these tests, in a namespace of its own")]
    pub(crate) async fn serve(self: Arc<Self>) {
        let listener = TcpListener::bind(SocketAddr::from((CARRIER, 443))).await.expect("the carrier's port");
        let mut connections = JoinSet::new();
        loop {
            let Ok((stream, _)) = listener.accept().await else { continue };
            let front = Arc::clone(&self);
            front.open.send_modify(|open| *open += 1);
            connections.spawn(async move {
                Arc::clone(&front).connection(stream).await;
                front.open.send_modify(|open| *open -= 1);
            });
            while connections.try_join_next().is_some() {}
        }
    }

    async fn connection(self: Arc<Self>, mut stream: TcpStream) {
        let mut conduct = self.conduct.clone();
        let Conduct { door, round, .. } = *conduct.borrow_and_update();
        let acceptor = match door {
            Door::Open => &self.papers.good,
            Door::OtherAuthority => &self.papers.other_authority,
            Door::OtherName => &self.papers.other_name,
            Door::Plain => {
                let _ = stream.write_all(PLAIN).await;
                return;
            }
            Door::Closed => return,
            Door::Mute => std::future::pending().await,
        };
        // A client that does not like the certificate goes.
        let Ok(stream) = acceptor.accept(stream).await else { return };
        let service = service_fn(|request| Arc::clone(&self).exchange(request));
        let mut serving = std::pin::pin!(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        tokio::select! {
            _ = serving.as_mut() => return,
            _ = conduct.wait_for(|now| now.round != round) => serving.as_mut().graceful_shutdown(),
        }
        // How a connection ends is its client's business.
        let _ = serving.await;
    }

    async fn exchange(self: Arc<Self>, request: http::Request<Incoming>) -> Result<http::Response<Full<Bytes>>, Ends> {
        let request = read(request).await?;
        let function = Function::of(&request.path_and_query);
        let stumbles = self.stumbles[function as usize].swap(false, Ordering::Relaxed);
        let manner = if stumbles { Manner::Html503 } else { self.conduct.borrow().manners[function as usize] };
        match manner {
            Manner::Well => {}
            Manner::Html503 => return Ok(page(503)),
            Manner::Html200 => return Ok(page(200)),
            Manner::HangUp => return Err(Ends),
            Manner::Hang => return std::future::pending().await,
        }
        let Reply { delay, wire, .. } = self.carrier.handle(SystemClock.now(), &request);
        crate::world::pass(delay).await;
        match wire {
            Wire::Answer(answer) => Ok(respond(answer)),
            Wire::Truncated { .. } | Wire::NoAnswer | Wire::Refused | Wire::Reset => Err(Ends),
        }
    }
}

/// The exchange ends without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection ends here")]
struct Ends;

async fn read(request: http::Request<Incoming>) -> Result<Request, Ends> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Ends)?.to_bytes();
    let headers = head.headers.iter().filter_map(|(name, value)| Some((name.clone(), value.to_str().ok()?.to_owned())));
    let path_and_query = head.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    Ok(Request { method: head.method, path_and_query, headers: headers.collect(), body })
}

fn page(status: u16) -> http::Response<Full<Bytes>> {
    respond(Response::new(status, "text/html; charset=utf-8", PAGE))
}

fn respond(answer: Response) -> http::Response<Full<Bytes>> {
    let mut response = http::Response::new(Full::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).expect("a status");
    if let Ok(content_type) = HeaderValue::from_str(&answer.content_type) {
        response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    }
    response
}
