//! HTTP.
use crate::{Exchange, OnSent, Request, Transport};
use std::{future::Future, pin::Pin, time::Duration};
/// Options
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
    /// Certificates (PEM) trusted beside those of the public authorities.
    pub roots_pem: Option<String>,
}
/// Transport
pub struct HttpTransport;
/// Why no transport could be made.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadTransport(String);
impl HttpTransport {
    /// base: scheme, host, optional port and path prefix
    pub fn new(_base: http::Uri, _options: HttpOptions) -> Result<Self, BadTransport> { Ok(Self) }
}
impl Transport for HttpTransport {
    fn exchange(&self, _request: Request, _deadline: Duration, _on_sent: OnSent) -> Pin<Box<dyn Future<Output = Exchange> + Send + '_>> {
        Box::pin(std::future::pending())
    }
}
