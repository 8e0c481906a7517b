//! The port: one call to somebody else, and how far it got.
//!
//! Plain data and one trait. Bodies are shared slices of bytes, so that a label is not copied on its way through.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method};
use std::{fmt, future::Future, pin::Pin, time::Duration};

/// A request. `Debug` shows neither headers nor body: they hold credentials and addresses.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Path from the root of the host, with the query if there is one.
    pub path_and_query: String,
    /// Headers beside those of the connection (`host`, `content-length`, `user-agent`).
    pub headers: Vec<(HeaderName, String)>,
    /// The body; empty for none.
    pub body: Bytes,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path_and_query.split('?').next().unwrap_or_default();
        write!(f, "Request({} {path}, {} bytes)", self.method, self.body.len())
    }
}

/// A whole answer. `Debug` shows its shape alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// `content-type` as it came; empty when there was none.
    pub content_type: String,
    /// `retry-after`, when it was given in seconds.
    pub retry_after: Option<Duration>,
    /// All headers as they came.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Response {
    /// An answer of which nothing but status, `content-type` and body is told.
    pub fn new(status: u16, content_type: impl Into<String>, body: impl Into<Bytes>) -> Self {
        let (content_type, body) = (content_type.into(), body.into());
        Self { status, content_type, retry_after: None, headers: HeaderMap::new(), body }
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Response({}, {:?}, {} bytes)", self.status, self.content_type, self.body.len())
    }
}

/// How far a call got, in order: each includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reached {
    /// No connection was made: not even the host's name was found.
    Nothing,
    /// The host's name has an address, and no connection was made to it.
    Named,
    /// The other side took the connection, and TLS was not agreed upon.
    Taken,
    /// There was a connection (with TLS, if any), and nothing of the request was written to it.
    Connected,
    /// Some bytes of the request were written, not the last one: the other side cannot have read a request.
    PartOfRequest,
    /// The last byte of the request was handed to the network: the other side may have acted on it.
    WholeRequest,
    /// At least one byte of an answer came.
    FirstByte,
}

/// Why there is no whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// No connection could be made.
    NoConnection,
    /// The connection broke before the head of an answer had come.
    Cut,
    /// The connection broke, or time ran out, in the middle of an answer: here is what had come of it.
    AnswerCut(Box<Response>),
    /// No answer in the time allowed.
    TimedOut,
    /// The answer is larger than the transport reads ([`crate::HttpOptions::body_bytes_max`]).
    TooLarge,
}

/// One call: how far it got, how long it took, what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// How far the call got.
    pub reached: Reached,
    /// Whether it went over a connection that an earlier call had left. That this one stood proves nothing of the way
    /// there now.
    pub kept: bool,
    /// From the call to its end.
    pub elapsed: Duration,
    /// The whole answer, or why there is none.
    pub result: Result<Response, Broken>,
}

/// Called once, when the last byte of the request has been handed to the network; never called when it was not.
pub type OnSent = Box<dyn FnOnce() + Send>;

/// Something that carries a request there and its answer back.
pub trait Transport: Send + Sync + 'static {
    /// Makes one call, in at most `deadline` from first to last, and never makes it twice.
    fn exchange(
        &self,
        request: Request,
        deadline: Duration,
        on_sent: OnSent,
    ) -> Pin<Box<dyn Future<Output = Exchange> + Send + '_>>;
}
