//! Sends one message and says what came of it, within a bound of time.

use super::{
    address::{Reach, reach},
    connection,
    secret::Secret,
    target::{Refused, Target},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, header};
use http_body_util::Full;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP};
use std::{fmt, io, net::SocketAddr, pin::Pin, sync::Arc, time::Duration};
use tokio::time::{Instant, timeout};

const USER_AGENT: &str = concat!("Tournee-Webhooks/", env!("CARGO_PKG_VERSION"));
/// Which part of the whole time one connection may take to be made.
const CONNECT_SHARE: u32 = 3;

/// A boxed future, so that [`Resolve`] can be used as `dyn`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Looks a host up.
pub trait Resolve: Send + Sync + 'static {
    /// Every address of this host.
    fn resolve<'a>(&'a self, host: &'a str, port: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>>;
}

/// The system's own resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a str, port: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) })
    }
}

/// How messages are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long one message may take, from the look-up of the host to the head of the answer.
    pub timeout: Duration,
    /// Whether `http://`, any port, this machine and private networks may be called: for development.
    pub allow_private: bool,
    /// Certificates (PEM) to trust beside those of the public authorities.
    pub roots_pem: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(15), allow_private: false, roots_pem: None }
    }
}

/// One message.
#[derive(Clone, Debug)]
pub struct Message {
    /// Where it goes.
    pub url: String,
    /// What makes it recognisable when it comes again.
    pub id: String,
    /// When it is sent, in seconds since 1970: the receiver refuses a message that is some minutes old.
    pub at_s: i64,
    /// What it says, JSON.
    pub body: Bytes,
    /// What it is signed with: the newest secret, and those that still count beside it.
    pub secrets: Vec<Secret>,
}

/// What came of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The status of the answer, or why there was none.
    pub result: Result<u16, Failure>,
    /// The receiver's wish when to come back, if it said so in seconds.
    pub retry_after: Option<Duration>,
    /// How long it took.
    pub took: Duration,
}

impl Report {
    /// Whether the receiver has it (2xx).
    pub fn is_delivered(&self) -> bool {
        matches!(self.result, Ok(200..=299))
    }

    /// Whether the receiver says that it wants no more (410).
    pub fn is_gone(&self) -> bool {
        self.result == Ok(410)
    }
}

/// Why no answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The message may not go there. Nothing was sent.
    #[error("{0}")]
    Refused(#[from] Refused),
    /// No connection could be made.
    #[error("no connection could be made")]
    NoConnection,
    /// The certificate is not good for this host, or there is no TLS.
    #[error("no TLS connection could be made; check the certificate")]
    Tls,
    /// The connection broke before the answer.
    #[error("the connection broke before the answer")]
    Cut,
    /// What was answered is not HTTP.
    #[error("the answer is not HTTP")]
    NotHttp,
    /// No answer within the time allowed.
    #[error("no answer in the time allowed")]
    NoAnswer,
}

/// A sender that cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the certificates to trust cannot be read: {0}; give a file with certificates in PEM")]
pub struct BadSender(String);

/// Sends messages. Cheap to clone.
#[derive(Clone)]
pub struct Sender {
    options: Options,
    resolver: Arc<dyn Resolve>,
    tls: Arc<ClientConfig>,
}

impl Sender {
    /// A sender that looks hosts up with the system's resolver.
    ///
    /// # Errors
    /// [`BadSender`] when the certificates cannot be read.
    pub fn new(options: Options) -> Result<Self, BadSender> {
        Self::with_resolver(options, Arc::new(SystemResolver))
    }

    /// A sender that looks hosts up so.
    ///
    /// # Errors
    /// [`BadSender`] when the certificates cannot be read.
    pub fn with_resolver(options: Options, resolver: Arc<dyn Resolve>) -> Result<Self, BadSender> {
        let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|e| BadSender(e.to_string()))?
            .with_root_certificates(roots(options.roots_pem.as_deref())?)
            .with_no_client_auth();
        Ok(Self { options, resolver, tls: Arc::new(tls) })
    }

    /// Whether messages may go to this URL, as far as can be said now: a name may lead elsewhere later, and is looked
    /// up and judged again with each message.
    ///
    /// # Errors
    /// [`Refused`] with what to do.
    pub async fn check(&self, url: &str) -> Result<(), Refused> {
        let target = Target::parse(url, self.options.allow_private)?;
        let looked_up = timeout(self.options.timeout, self.addresses(&target)).await;
        looked_up.unwrap_or(Err(Refused::NoAddress)).map(drop)
    }

    /// Sends one message, once.
    pub async fn send(&self, message: &Message) -> Report {
        let begun = Instant::now();
        let answer = timeout(self.options.timeout, self.exchange(message)).await.unwrap_or(Err(Failure::NoAnswer));
        Report {
            retry_after: answer.as_ref().ok().and_then(retry_after),
            result: answer.map(|response| response.status().as_u16()),
            took: begun.elapsed(),
        }
    }

    /// Posts what another channel has to say, under the same rules and within the same time.
    pub(crate) async fn post(
        &self,
        url: &str,
        headers: HeaderMap,
        body: Bytes,
        answer_bytes_max: usize,
    ) -> Result<Response<Bytes>, Failure> {
        let posted = async {
            let target = Target::parse(url, self.options.allow_private)?;
            let mut request = request(&target).body(Full::new(body)).map_err(|_| Failure::Cut)?;
            request.headers_mut().extend(headers);
            self.reach(&target, request, answer_bytes_max).await
        };
        timeout(self.options.timeout, posted).await.unwrap_or(Err(Failure::NoAnswer))
    }

    async fn exchange(&self, message: &Message) -> Result<Response<Bytes>, Failure> {
        let target = Target::parse(&message.url, self.options.allow_private)?;
        let request = signed(message, &target).ok_or(Failure::Cut)?;
        self.reach(&target, request, 0).await
    }

    async fn reach(
        &self,
        target: &Target,
        request: Request<Full<Bytes>>,
        answer_bytes_max: usize,
    ) -> Result<Response<Bytes>, Failure> {
        let addresses = self.addresses(target).await?;
        let connect = self.options.timeout / CONNECT_SHARE;
        connection::exchange(target, &addresses, connect, &self.tls, request, answer_bytes_max).await
    }

    /// Sends one plain request with these headers, and no signature.
    pub(crate) async fn call(
        &self,
        method: Method,
        url: &str,
        headers: &[(&'static str, &str)],
        body: Bytes,
    ) -> Result<u16, Failure> {
        let exchanged = async {
            let target = Target::parse(url, self.options.allow_private)?;
            let mut request = request(&target).method(method);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let request = request.body(Full::new(body)).map_err(|_| Failure::Cut)?;
            self.reach(&target, request, 0).await
        };
        let answer = timeout(self.options.timeout, exchanged).await.unwrap_or(Err(Failure::NoAnswer));
        answer.map(|response| response.status().as_u16())
    }

    /// The addresses of a target, if every one of them may be called: a name with one inner address among its own is
    /// a name that was set up to get in.
    async fn addresses(&self, target: &Target) -> Result<Vec<SocketAddr>, Refused> {
        let found = match target.literal() {
            Some(address) => vec![SocketAddr::new(address, target.port)],
            None => self.resolver.resolve(&target.host, target.port).await.map_err(|_| Refused::NoAddress)?,
        };
        if found.is_empty() {
            return Err(Refused::NoAddress);
        }
        let good = |address: &SocketAddr| match reach(address.ip()) {
            Reach::Public => true,
            Reach::Private => self.options.allow_private,
            Reach::Nowhere => false,
        };
        if found.iter().all(good) { Ok(found) } else { Err(Refused::NotPublic) }
    }
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("options", &self.options).finish_non_exhaustive()
    }
}

fn roots(extra_pem: Option<&str>) -> Result<RootCertStore, BadSender> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let Some(pem) = extra_pem else { return Ok(roots) };
    let before = roots.len();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|e| BadSender(e.to_string()))?;
        roots.add(certificate).map_err(|e| BadSender(e.to_string()))?;
    }
    if roots.len() == before { Err(BadSender("no certificate in the text".to_owned())) } else { Ok(roots) }
}

fn request(target: &Target) -> http::request::Builder {
    Request::builder()
        .method(Method::POST)
        .uri(&target.path)
        .header(header::HOST, target.host_header())
        .header(header::USER_AGENT, USER_AGENT)
        .header(header::CONNECTION, "close")
}

/// The request with its three headers; none when a part of it cannot be written as HTTP.
fn signed(message: &Message, target: &Target) -> Option<Request<Full<Bytes>>> {
    let sign = |secret: &Secret| secret.sign(&message.id, message.at_s, &message.body);
    let signatures: Option<Vec<String>> = message.secrets.iter().map(sign).collect();
    request(target)
        .header(header::CONTENT_TYPE, "application/json")
        .header(HEADER_WEBHOOK_ID, &message.id)
        .header(HEADER_WEBHOOK_TIMESTAMP, message.at_s)
        .header(HEADER_WEBHOOK_SIGNATURE, signatures?.join(" "))
        .body(Full::new(message.body.clone()))
        .ok()
}

fn retry_after(response: &Response<Bytes>) -> Option<Duration> {
    let text = response.headers().get(header::RETRY_AFTER).map(HeaderValue::to_str)?.ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}
