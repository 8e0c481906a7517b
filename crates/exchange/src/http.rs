//! The transport over HTTP/1.1, with TLS where the base says `https`.
//!
//! Holds a pool of connections and no task. A call takes or makes a connection, owns it until the last byte of the
//! answer, and gives it back; it is never repeated here, whatever happens to it. A call that runs out of time
//! or is dropped closes its connection.

use crate::{
    Broken, Exchange, OnSent, Request, Response, Transport,
    meter::Meter,
    pool::{Connection, Pool},
    way::{Progress, Way},
};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Uri, header, uri::Scheme};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper_rustls::HttpsConnector;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use std::{future::Future, pin::Pin, sync::Arc, time::Duration};
use tokio::time::{Instant, timeout};
use tower_service::Service;

/// The largest answer that is read unless the options say otherwise, in bytes: many times the largest label.
pub const ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;

const USER_AGENT: &str = concat!("tournee/", env!("CARGO_PKG_VERSION"));

/// How the transport connects and what it keeps.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// Time allowed to connect, TLS included.
    pub connect: Duration,
    /// Connections kept open while nobody uses them.
    pub idle_max: usize,
    /// How long a connection is kept open while nobody uses it.
    pub idle_for: Duration,
    /// Largest body of an answer, in bytes.
    pub body_bytes_max: usize,
    /// Certificates (PEM) trusted beside those of the public authorities, for a host behind one's own.
    pub roots_pem: Option<String>,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            idle_max: 64,
            idle_for: Duration::from_secs(20),
            body_bytes_max: ANSWER_BYTES_MAX,
            roots_pem: None,
        }
    }
}

/// Why no transport could be made from the configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTransport {
    /// The base is not an address that can be called.
    #[error("address to call: give scheme and host, without credentials, for example https://shop.example.com")]
    Base,
    /// The PEM text holds no certificate, or a broken one.
    #[error("extra certificate authorities: {0}; give one or more certificates in PEM form")]
    Roots(String),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}

/// Calls one host. Follows no redirect: credentials go to the host that was configured and to no other.
pub struct HttpTransport {
    base: Uri,
    host: HeaderValue,
    prefix: String,
    tls: Arc<ClientConfig>,
    pool: Pool,
    options: HttpOptions,
}

/// What a call leaves behind wherever it is when its time runs out.
#[derive(Default)]
struct Trail {
    way: Progress,
    kept: bool,
    meter: Option<Meter>,
    answer: Option<PartialAnswer>,
}

struct PartialAnswer {
    head: Response,
    body: BytesMut,
}

impl HttpTransport {
    /// A transport to the host of `base` (scheme, host, optional port), whose path, if any, goes before every path.
    ///
    /// # Errors
    /// When the base has no host or a scheme other than `http` and `https`, or the extra certificates are unreadable.
    pub fn new(base: Uri, options: HttpOptions) -> Result<Self, BadTransport> {
        let known = [Some(&Scheme::HTTP), Some(&Scheme::HTTPS)].contains(&base.scheme());
        let authority = base.authority().filter(|a| known && !a.host().is_empty() && !a.as_str().contains('@'));
        let host =
            HeaderValue::from_str(authority.ok_or(BadTransport::Base)?.as_str()).map_err(|_| BadTransport::Base)?;
        let prefix = base.path().trim_end_matches('/').to_owned();
        let tls = Arc::new(tls(&options)?);
        let pool = Pool::new(options.idle_max, options.idle_for);
        Ok(Self { base, host, prefix, tls, pool, options })
    }

    async fn call(&self, request: Request, on_sent: OnSent, trail: &mut Trail) -> Result<Response, Broken> {
        let body_bytes = request.body.len();
        let message = self.message(request).ok_or(Broken::NoConnection)?;
        let kept = self.pool.take().await;
        trail.kept = kept.is_some();
        let mut connection = match kept {
            Some(kept) => kept,
            None => self.connect(&trail.way).await.ok_or(Broken::NoConnection)?,
        };
        connection.meter().start(body_bytes, on_sent);
        trail.meter = Some(connection.meter().clone());
        let (parts, body) = connection.send(message).await.map_err(|_| Broken::Cut)?.into_parts();
        let head = head_of(parts.status.as_u16(), parts.headers);
        let hint = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        if hint > self.options.body_bytes_max {
            return Err(Broken::TooLarge);
        }
        let answer = trail.answer.insert(PartialAnswer { head, body: BytesMut::with_capacity(hint) });
        connection.drive(read_body(body, &mut answer.body, self.options.body_bytes_max)).await?;
        self.pool.keep(connection).await;
        trail.answer.take().map(PartialAnswer::into_response).ok_or(Broken::Cut)
    }

    /// The request as HTTP has it; `None` when a header or the path holds characters that HTTP has no room for.
    fn message(&self, request: Request) -> Option<http::Request<Full<Bytes>>> {
        let mut message = http::Request::builder()
            .method(request.method)
            .uri(format!("{}{}", self.prefix, request.path_and_query))
            .header(header::HOST, &self.host)
            .header(header::USER_AGENT, USER_AGENT);
        for (name, value) in request.headers {
            message = message.header(name, value);
        }
        message.body(Full::new(request.body)).ok()
    }

    async fn connect(&self, progress: &Progress) -> Option<Connection> {
        let way = Way::new(&self.base, self.options.connect, progress);
        let mut connector = HttpsConnector::from((way, Arc::clone(&self.tls)));
        let attempt = timeout(self.options.connect, connector.call(self.base.clone()));
        let stream = attempt.await.ok()?.ok()?;
        Connection::over(stream).await.ok()
    }
}

impl Transport for HttpTransport {
    fn exchange(
        &self,
        request: Request,
        deadline: Duration,
        on_sent: OnSent,
    ) -> Pin<Box<dyn Future<Output = Exchange> + Send + '_>> {
        Box::pin(async move {
            let start = Instant::now();
            let mut trail = Trail::default();
            let outcome = timeout(deadline, self.call(request, on_sent, &mut trail)).await;
            let result = outcome.unwrap_or(Err(Broken::TimedOut));
            let reached = trail.meter.as_ref().map_or_else(|| trail.way.reached(), Meter::reached);
            Exchange {
                reached,
                kept: trail.kept,
                elapsed: start.elapsed(),
                result: result.map_err(|why| trail.broken(why)),
            }
        })
    }
}

impl Trail {
    /// Adds to a break what had come of the answer.
    fn broken(self, why: Broken) -> Broken {
        match (why, self.answer) {
            (Broken::Cut | Broken::TimedOut, Some(answer)) => Broken::AnswerCut(Box::new(answer.into_response())),
            (why, _) => why,
        }
    }
}

impl PartialAnswer {
    fn into_response(self) -> Response {
        Response { body: self.body.freeze(), ..self.head }
    }
}

async fn read_body(mut body: Incoming, into: &mut BytesMut, bytes_max: usize) -> Result<(), Broken> {
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Broken::Cut)?.into_data() else { continue };
        if into.len() + data.len() > bytes_max {
            return Err(Broken::TooLarge);
        }
        into.extend_from_slice(&data);
    }
    Ok(())
}

fn head_of(status: u16, headers: HeaderMap) -> Response {
    let text = |name| headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok()).unwrap_or_default();
    let retry_after = text(header::RETRY_AFTER).trim().parse().ok().map(Duration::from_secs);
    let content_type = text(header::CONTENT_TYPE).to_owned();
    Response { status, content_type, retry_after, headers, body: Bytes::new() }
}

fn tls(options: &HttpOptions) -> Result<ClientConfig, BadTransport> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| BadTransport::Tls(e.to_string()))?
        .with_root_certificates(roots(options.roots_pem.as_deref())?)
        .with_no_client_auth())
}

fn roots(extra_pem: Option<&str>) -> Result<RootCertStore, BadTransport> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let Some(pem) = extra_pem else { return Ok(roots) };
    let before = roots.len();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|e| BadTransport::Roots(e.to_string()))?;
        roots.add(certificate).map_err(|e| BadTransport::Roots(e.to_string()))?;
    }
    if roots.len() == before {
        return Err(BadTransport::Roots("no certificate in the text".to_owned()));
    }
    Ok(roots)
}
