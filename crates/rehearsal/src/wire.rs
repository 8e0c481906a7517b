//! One connection to the door, in HTTP/1.1 or HTTP/2, plain or in TLS, from an address of this machine.

use crate::loopback::Loopback;
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{ClientConfig, pki_types::ServerName};
use std::{net::Ipv4Addr, sync::Arc};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpSocket, TcpStream},
};
use tokio_rustls::TlsConnector;

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What is rehearsed against.
#[derive(Clone, Debug)]
pub struct Door {
    /// Where it speaks HTTP/1.1.
    pub http1: Loopback,
    /// Where it speaks HTTP/2, with prior knowledge when plain; nowhere when it does not.
    pub http2: Option<Loopback>,
    /// TLS, if it speaks it: whom to believe.
    pub tls: Option<Arc<ClientConfig>>,
}

/// The name in `Host` and in the ClientHello.
pub(crate) const HOST: &str = "localhost";

/// How one asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    One,
    Two,
}

/// A connection that is open.
pub(crate) enum Connection {
    One(http1::SendRequest<Full<Bytes>>),
    Two(http2::SendRequest<Full<Bytes>>),
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Door {
    /// Connects from this address (from whichever, for an IPv6 door).
    pub(crate) async fn connect(&self, from: Ipv4Addr, protocol: Protocol) -> Result<Connection, Failure> {
        let to = if protocol == Protocol::Two { self.http2.unwrap_or(self.http1) } else { self.http1 };
        let stream = dial(to, from).await?;
        let Some(tls) = &self.tls else { return shake(stream, protocol).await };
        let mut tls = ClientConfig::clone(tls);
        tls.alpn_protocols = vec![if protocol == Protocol::Two { b"h2".to_vec() } else { b"http/1.1".to_vec() }];
        let stream = TlsConnector::from(Arc::new(tls)).connect(ServerName::try_from(HOST)?, stream).await?;
        shake(stream, protocol).await
    }

    /// What stands before the path in a target: HTTP/2 has scheme and host there.
    pub(crate) fn base(&self, protocol: Protocol) -> &'static str {
        match (protocol, &self.tls) {
            (Protocol::One, _) => "",
            (Protocol::Two, None) => "http://localhost",
            (Protocol::Two, Some(_)) => "https://localhost",
        }
    }

    /// Whether it can be asked in this protocol.
    pub(crate) fn speaks(&self, protocol: Protocol) -> bool {
        protocol == Protocol::One || self.http2.is_some()
    }
}

/// A TCP connection from this address of ours.
pub(crate) async fn dial(to: Loopback, from: Ipv4Addr) -> std::io::Result<TcpStream> {
    let to = to.address();
    if to.is_ipv6() {
        return TcpStream::connect(to).await;
    }
    let socket = TcpSocket::new_v4()?;
    socket.set_nodelay(true)?;
    socket.bind((from, 0).into())?;
    socket.connect(to).await
}

#[expect(clippy::disallowed_methods, reason = "a connection of the generator, which ends with its runtime")]
async fn shake<S>(stream: S, protocol: Protocol) -> Result<Connection, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let stream = TokioIo::new(stream);
    Ok(match protocol {
        Protocol::One => {
            let (sender, connection) = http1::handshake(stream).await?;
            tokio::spawn(connection);
            Connection::One(sender)
        }
        Protocol::Two => {
            let (sender, connection) = http2::handshake(TokioExecutor::new(), stream).await?;
            tokio::spawn(connection);
            Connection::Two(sender)
        }
    })
}

impl Answer {
    /// Whether the connection may be asked again.
    pub(crate) fn keeps_open(&self) -> bool {
        let says = self.headers.get(header::CONNECTION).and_then(|value| value.to_str().ok());
        !says.is_some_and(|says| says.eq_ignore_ascii_case("close"))
    }
}

impl Connection {
    /// Asks, and reads the whole answer.
    pub(crate) async fn ask(&mut self, request: Request<Full<Bytes>>) -> Result<Answer, Failure> {
        let answer = match self {
            Self::One(sender) => {
                sender.ready().await?;
                sender.send_request(request).await?
            }
            Self::Two(sender) => {
                sender.ready().await?;
                sender.send_request(request).await?
            }
        };
        let (parts, body) = answer.into_parts();
        Ok(Answer { status: parts.status, headers: parts.headers, body: body.collect().await?.to_bytes() })
    }

    pub(crate) fn protocol(&self) -> Protocol {
        match self {
            Self::One(_) => Protocol::One,
            Self::Two(_) => Protocol::Two,
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        match self {
            Self::One(sender) => !sender.is_closed(),
            Self::Two(sender) => !sender.is_closed(),
        }
    }
}
