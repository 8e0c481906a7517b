//! What is behind the door when it is another server: requests go on to it by HTTP/1.1, over connections that are kept.
//!
//! A request is written anew, from what was understood of it: one length or chunks, one host, no header that belongs to the
//! connection (RFC 9110 §7.6.1), and who asks in the words of this door alone.

use crate::{Answer, Behind, Inbound, Outbound, Peer, problem};
use admission::Unfit;
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri, Version,
    header::{
        CONNECTION, CONTENT_LENGTH, EXPECT, FORWARDED, HOST, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER,
        TRANSFER_ENCODING, UPGRADE, VIA,
    },
    uri::{Authority, PathAndQuery, Scheme},
};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, Error, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    net::IpAddr,
    path::PathBuf,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::{
    body::{BoxError, TooSlow},
    hop::X_FORWARDED_FOR,
};

const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const X_REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");
/// Headers of one connection, beside those that `Connection` names.
const OF_THE_CONNECTION: [HeaderName; 9] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// The server behind the door, and how long it is waited for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpstreamSettings {
    /// `http://host:port` or `https://host:port`, without a path.
    pub url: String,
    /// Who vouches for its certificate, in PEM. Without it those that browsers know.
    #[serde(default)]
    pub authority: Option<PathBuf>,
    /// Requests at once; beyond it the answer is 503. Admission keeps to far fewer.
    #[serde(default = "requests_count_max")]
    pub requests_count_max: u32,
    /// For a connection to it, in milliseconds.
    #[serde(default = "connect_ms_max")]
    pub connect_ms_max: u64,
    /// From the end of the request to the head of the answer, and between the parts of its body, in milliseconds. nginx
    /// waits 60 s too.
    #[serde(default = "answer_ms_max")]
    pub answer_ms_max: u64,
    /// A kept connection without a request, in milliseconds: below the 60 s and more at which servers close.
    #[serde(default = "idle_ms_max")]
    pub idle_ms_max: u64,
}

const fn requests_count_max() -> u32 {
    1_024
}

const fn connect_ms_max() -> u64 {
    3_000
}

const fn answer_ms_max() -> u64 {
    60_000
}

const fn idle_ms_max() -> u64 {
    30_000
}

impl UpstreamSettings {
    /// The defaults, for the server at this URL.
    pub fn at(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            authority: None,
            requests_count_max: requests_count_max(),
            connect_ms_max: connect_ms_max(),
            answer_ms_max: answer_ms_max(),
            idle_ms_max: idle_ms_max(),
        }
    }

    /// The server that the URL names.
    ///
    /// # Errors
    /// It names none: by its key, `upstream.url`.
    pub(crate) fn server(&self) -> Result<(Scheme, Authority), Unfit> {
        // A password in it is not said.
        let url = if self.url.contains('@') { "it".to_owned() } else { format!("`{}`", self.url) };
        let invalid = |why: &str| {
            let todo = "write http:// or https://, a host and, where it is another than usual, a port";
            Unfit::new("upstream.url", format!("{url} {why}; {todo}"))
        };
        let parts = self.url.parse::<Uri>().map_err(|e| invalid(&format!("is not a URL ({e})")))?.into_parts();
        let scheme = parts.scheme.filter(|scheme| *scheme == Scheme::HTTP || *scheme == Scheme::HTTPS);
        let scheme = scheme.ok_or_else(|| invalid("does not begin with http:// or https://"))?;
        let authority = parts.authority.ok_or_else(|| invalid("has no host"))?;
        if authority.as_str().contains('@') {
            return Err(invalid("has a name or a password in it, which are not passed on"));
        }
        if authority.as_str() != authority.host() && authority.port_u16().is_none() {
            return Err(invalid("has a port that is no number up to 65535"));
        }
        if parts.path_and_query.is_some_and(|path| path != "/") {
            return Err(invalid("has a path or a query, and requests keep their own"));
        }
        Ok((scheme, authority))
    }
}

/// Why there is no answer of the upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No connection to it (502).
    Unreachable,
    /// The connection broke, or the answer was none (502). The request may have been worked on.
    Broken,
    /// It did not answer in time (504). The request may have been worked on.
    Late,
    /// As many requests as may be are under way (503).
    Full,
    /// The client's body did not come, or not as it was announced (400, 408).
    Body {
        /// It came too slowly.
        slow: bool,
    },
    /// The client wants another protocol than HTTP (501).
    Upgrade,
}

impl Trouble {
    /// The status that says so.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Unreachable | Self::Broken => StatusCode::BAD_GATEWAY,
            Self::Late => StatusCode::GATEWAY_TIMEOUT,
            Self::Full => StatusCode::SERVICE_UNAVAILABLE,
            Self::Body { slow: true } => StatusCode::REQUEST_TIMEOUT,
            Self::Body { slow: false } => StatusCode::BAD_REQUEST,
            Self::Upgrade => StatusCode::NOT_IMPLEMENTED,
        }
    }

    const fn detail(self) -> &'static str {
        match self {
            Self::Unreachable => "The service behind this address can't be reached. Nothing was done.",
            Self::Broken => "The service behind this address gave no answer. The request may have been worked on.",
            Self::Late => {
                "The service behind this address did not answer in time. The request may have been worked on."
            }
            Self::Full => "As many requests as can be are being worked on. Nothing was done.",
            Self::Body { slow: true } => "The body of the request came too slowly.",
            Self::Body { slow: false } => "The body of the request did not come as it was announced.",
            Self::Upgrade => "WebSocket is not passed on here.",
        }
    }

    /// Whether the request may have been worked on.
    pub(crate) const fn may_be_done(self) -> bool {
        matches!(self, Self::Broken | Self::Late)
    }

    /// When a client may ask again.
    pub(crate) fn retry_after_s(self) -> Option<u32> {
        matches!(self, Self::Unreachable | Self::Late | Self::Full).then_some(5)
    }

    /// The problem, with a mark by which it is known as a trouble of the upstream.
    fn problem(self) -> Answer {
        let mut answer = problem::answer(self.status(), self.detail(), self.retry_after_s().map(u64::from));
        answer.extensions_mut().insert(self);
        answer
    }
}

type Pool = Client<HttpsConnector<HttpConnector>, Passed>;

/// The server behind the door.
#[derive(Clone)]
pub struct Upstream {
    pool: Pool,
    connector: HttpsConnector<HttpConnector>,
    scheme: Scheme,
    authority: Authority,
    settings: Arc<UpstreamSettings>,
    places: Arc<Semaphore>,
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Upstream {
    /// The server of these settings; nothing is connected yet.
    ///
    /// # Errors
    /// The URL is none of a server, or the authority can't be read: by its key, `upstream.url` or `upstream.authority`.
    pub fn new(settings: UpstreamSettings) -> Result<Self, Unfit> {
        let (scheme, authority) = settings.server()?;
        let connector = connector(&settings)?;
        let places = Arc::new(Semaphore::new(settings.requests_count_max as usize));
        let pool = pool(&settings, &connector);
        Ok(Self { pool, connector, scheme, authority, settings: Arc::new(settings), places })
    }

    async fn exchange(&self, peer: &Peer, request: Request<Inbound>) -> Result<Response<Outbound>, Trouble> {
        if wants_websocket(request.headers()) {
            return Err(Trouble::Upgrade);
        }
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Trouble::Full)?;
        let (sent, was_sent) = oneshot::channel();
        let (parts, body) = self.written_anew(peer, request).into_parts();
        let asked = self.pool.request(Request::from_parts(parts, Passed { body, sent: Some(sent) }));
        let answer_time = Duration::from_millis(self.settings.answer_ms_max);
        let late = async {
            // The sender is dropped with the body, which says the same.
            _ = was_sent.await;
            tokio::time::sleep(answer_time).await;
        };
        let mut answer = tokio::select! {
            answer = asked => answer.map_err(|e| trouble(&e))?,
            () = late => return Err(Trouble::Late),
        };
        if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
            return Err(Trouble::Broken);
        }
        *answer.version_mut() = Version::HTTP_11;
        drop_those_of_the_connection(answer.headers_mut());
        Ok(answer.map(|body| Outbound::new(Answered { body, time: answer_time, waiting: None, _place: place })))
    }

    fn written_anew(&self, peer: &Peer, request: Request<Inbound>) -> Request<Inbound> {
        let (mut parts, body) = request.into_parts();
        let host = match parts.uri.authority() {
            Some(authority) => HeaderValue::from_str(authority.as_str()).ok(),
            None => parts.headers.get(HOST).cloned(),
        };
        let proto = told_proto(peer, &parts.headers);
        let headers = &mut parts.headers;
        drop_those_of_the_connection(headers);
        // The length is written by what is known of the body, and 100-continue was this connection's.
        for name in [CONTENT_LENGTH, EXPECT, HOST, X_FORWARDED_HOST] {
            headers.remove(name);
        }
        tell_who_asks(headers, peer.client.ip(), proto, host.as_ref());
        if let Some(host) = host {
            headers.insert(HOST, host);
        }
        headers.append(
            VIA,
            HeaderValue::from_static(if parts.version == Version::HTTP_2 { "2 tournee" } else { "1.1 tournee" }),
        );
        let path = parts.uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
        let mut uri = http::uri::Parts::default();
        (uri.scheme, uri.authority, uri.path_and_query) =
            (Some(self.scheme.clone()), Some(self.authority.clone()), Some(path));
        parts.uri = Uri::from_parts(uri).unwrap_or_default();
        parts.version = Version::HTTP_11;
        parts.extensions.clear();
        Request::from_parts(parts, body)
    }
}

impl Behind for Upstream {
    /// The same with connections of its own, so that no thread waits for another's.
    fn here(&self) -> Self {
        Self { pool: pool(&self.settings, &self.connector), ..self.clone() }
    }

    async fn work(&self, peer: Peer, request: Request<Inbound>) -> (Response<Outbound>, Option<Duration>) {
        let answer = self.exchange(&peer, request).await;
        (answer.unwrap_or_else(|trouble| trouble.problem().map(Outbound::new)), None)
    }
}

fn connector(settings: &UpstreamSettings) -> Result<HttpsConnector<HttpConnector>, Unfit> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = &settings.authority {
        let unusable = |why: &dyn fmt::Display| {
            let todo = "give the file of a certificate authority, in PEM, that we may read";
            Unfit::new("upstream.authority", format!("{} can't be used: {why}; {todo}", path.display()))
        };
        roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(path).map_err(|e| unusable(&e))? {
            roots.add(certificate.map_err(|e| unusable(&e))?).map_err(|e| unusable(&e))?;
        }
        if roots.is_empty() {
            return Err(unusable(&"no certificate is in it"));
        }
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let versions = builder.with_safe_default_protocol_versions().map_err(|e| Unfit::new("upstream", e.to_string()))?;
    let tls = versions.with_root_certificates(roots).with_no_client_auth();
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_nodelay(true);
    http.set_connect_timeout(Some(Duration::from_millis(settings.connect_ms_max)));
    Ok(HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(http))
}

fn pool(settings: &UpstreamSettings, connector: &HttpsConnector<HttpConnector>) -> Pool {
    Client::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(Duration::from_millis(settings.idle_ms_max))
        .pool_max_idle_per_host(settings.requests_count_max as usize)
        .build(connector.clone())
}

fn trouble(error: &Error) -> Trouble {
    let mut source: Option<&dyn std::error::Error> = Some(error);
    while let Some(e) = source {
        if e.is::<TooSlow>() {
            return Trouble::Body { slow: true };
        }
        if e.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_user) {
            return Trouble::Body { slow: e.source().is_some_and(|e| e.is::<TooSlow>()) };
        }
        source = e.source();
    }
    tracing::warn!(error = %error, connect = error.is_connect(), "the upstream gave no answer");
    if error.is_connect() { Trouble::Unreachable } else { Trouble::Broken }
}

fn wants_websocket(headers: &HeaderMap) -> bool {
    let words = |value: &HeaderValue| value.to_str().unwrap_or_default().to_ascii_lowercase().contains("websocket");
    headers.get_all(UPGRADE).iter().any(words)
}

fn drop_those_of_the_connection(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&OF_THE_CONNECTION) {
        headers.remove(name);
    }
}

/// By what the client asked: a hop that is believed says it, else it is known here.
fn told_proto(peer: &Peer, headers: &HeaderMap) -> &'static str {
    let of_a_hop = headers.get(X_FORWARDED_PROTO).filter(|_| peer.client != peer.socket).map(HeaderValue::as_bytes);
    match (of_a_hop, peer.tls) {
        (Some(b"https"), _) | (_, true) => "https",
        _ => "http",
    }
}

fn tell_who_asks(headers: &mut HeaderMap, client: IpAddr, proto: &'static str, host: Option<&HeaderValue>) {
    let node = if client.is_ipv6() { format!("\"[{client}]\"") } else { client.to_string() };
    let forwarded = match host.and_then(|host| host.to_str().ok()).filter(|host| !host.contains(['"', '\\'])) {
        Some(host) => format!("for={node};proto={proto};host=\"{host}\""),
        None => format!("for={node};proto={proto}"),
    };
    // Addresses and a host that was a header are legal in a header.
    for (name, value) in
        [(FORWARDED, forwarded), (X_FORWARDED_FOR, client.to_string()), (X_REAL_IP, client.to_string())]
    {
        headers.remove(&name);
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    headers.insert(X_FORWARDED_PROTO, HeaderValue::from_static(proto));
    if let Some(host) = host {
        headers.insert(X_FORWARDED_HOST, host.clone());
    }
}

/// The body of a request on its way; says when it is over. Trailers stay here: nobody behind asked for them.
struct Passed {
    body: Inbound,
    sent: Option<oneshot::Sender<()>>,
}

impl Body for Passed {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(context));
        let frame = frame.filter(|frame| !frame.as_ref().is_ok_and(Frame::is_trailers));
        if frame.is_none() || self.body.is_end_stream() {
            self.sent = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of an answer on its way. It fails when its next part does not come in time.
struct Answered {
    body: Incoming,
    time: Duration,
    waiting: Option<Pin<Box<tokio::time::Sleep>>>,
    _place: OwnedSemaphorePermit,
}

impl Body for Answered {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            self.waiting = None;
            let frame = frame.filter(|frame| !frame.as_ref().is_ok_and(Frame::is_trailers));
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let time = self.time;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(time)));
        waiting.as_mut().poll(context).map(|()| Some(Err("the upstream stopped in the middle of its answer".into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
