//! One connection, from its first byte to its end: PROXY header, TLS, which HTTP, then requests.

use crate::{
    Behind, Cut, Door, Limits, Peer, Refused,
    hop::{Proxied, proxied},
    places::Place,
    seat::Seat,
    serve::{House, Serve},
    watched::Watched,
};
use bytes::{Buf, BytesMut};
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::{ServerConfig, server::Acceptor};
use std::{
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::watch,
};
use tokio_rustls::LazyConfigAcceptor;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// The longest PROXY header that is read, in bytes: the addresses and what hops add to them.
const PROXY_BYTES_MAX: usize = 4 << 10;
/// What is kept of the first TLS records for whoever reads the ClientHello, in bytes. rustls takes no longer one.
const HELLO_BYTES_MAX: usize = 64 << 10;

/// A stream of which bytes were read early, and are read again.
struct Early {
    stream: TcpStream,
    early: BytesMut,
    /// A copy of what is read, while somebody wants it.
    copy: Option<Vec<u8>>,
}

impl Early {
    /// Reads more early bytes; false at the end.
    async fn more(&mut self) -> io::Result<bool> {
        Ok(self.stream.read_buf(&mut self.early).await? > 0)
    }
}

impl AsyncRead for Early {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        if self.early.is_empty() {
            std::task::ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        } else {
            let taken = self.early.len().min(buffer.remaining());
            buffer.put_slice(&self.early[..taken]);
            self.early.advance(taken);
        }
        if let Some(copy) = self.copy.as_mut().filter(|copy| copy.len() < HELLO_BYTES_MAX) {
            copy.extend_from_slice(&buffer.filled()[before..]);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Early {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// Serves a connection until it ends; the place is given back then.
pub(crate) async fn serve<D: Door, B: Behind>(
    stream: TcpStream,
    from: SocketAddr,
    house: Arc<House<D, B>>,
    tls: Option<Arc<ServerConfig>>,
    place: Place,
    mut stopping: watch::Receiver<()>,
) {
    let opening = async {
        let opened = open(stream, from, &house, tls, &place.seat).await;
        opened.inspect_err(|e| tracing::debug!(error = %e, "a connection did not get as far as a request"))
    };
    let opened = tokio::select! {
        opened = opening => opened,
        _ = stopping.changed() => return,
    };
    if let Ok((peer, trusted, h2, stream)) = opened {
        place.seat.head_restarts();
        let service = Serve { house: Arc::clone(&house), peer, trusted, seat: Arc::clone(&place.seat) };
        let ended = speak(stream, h2, service, &house.limits, &place.seat, stopping).await;
        if let Err(e) = ended {
            tracing::debug!(error = %e, "a connection ended badly");
        }
    }
}

enum Stream {
    Plain(Early),
    Tls(Box<tokio_rustls::server::TlsStream<Early>>),
}

/// Everything before HTTP: whose connection it is, and which HTTP it will be.
async fn open<D: Door, B: Behind>(
    stream: TcpStream,
    from: SocketAddr,
    house: &House<D, B>,
    tls: Option<Arc<ServerConfig>>,
    seat: &Seat,
) -> io::Result<(Peer, bool, bool, Stream)> {
    let trusted = house.hops.trusts(from.ip());
    let mut early = Early { stream, early: BytesMut::new(), copy: None };
    let mut peer = Peer { client: from, socket: from, tls: tls.is_some(), peeked: None };
    if trusted && house.hops.proxy_protocol {
        peer.client = proxy(&mut early, seat).await?.unwrap_or(from);
    }
    // A hop that speaks the PROXY protocol has said who it is; the client behind it may be a trusted hop in turn.
    let trusted = house.hops.trusts(peer.client.ip());
    match tls {
        None => {
            let h2 = prior_knowledge(&mut early).await?;
            Ok((peer, trusted, h2, Stream::Plain(early)))
        }
        Some(config) => {
            let stream = handshake(early, &mut peer, &*house.door, config, seat).await?;
            let h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
            Ok((peer, trusted, h2, Stream::Tls(Box::new(stream))))
        }
    }
}

async fn proxy(early: &mut Early, seat: &Seat) -> io::Result<Option<SocketAddr>> {
    loop {
        match proxied(&early.early) {
            Proxied::Said(bytes, client) => {
                early.early.advance(bytes);
                return Ok(client);
            }
            Proxied::More if early.early.len() < PROXY_BYTES_MAX && early.more().await? => {}
            Proxied::More | Proxied::Malformed => {
                seat.counts().cut(Cut::Proxy);
                return Err(io::Error::new(io::ErrorKind::InvalidData, "no PROXY header of a trusted hop"));
            }
        }
    }
}

/// Whether the client begins with HTTP/2 without being asked.
async fn prior_knowledge(early: &mut Early) -> io::Result<bool> {
    loop {
        let known = early.early.len().min(PREFACE.len());
        if early.early[..known] != PREFACE[..known] {
            return Ok(false);
        }
        if known == PREFACE.len() {
            return Ok(true);
        }
        if !early.more().await? {
            return Ok(false);
        }
    }
}

async fn handshake<D: Door>(
    mut early: Early,
    peer: &mut Peer,
    door: &D,
    config: Arc<ServerConfig>,
    seat: &Seat,
) -> io::Result<tokio_rustls::server::TlsStream<Early>> {
    let failed = |e| {
        seat.counts().cut(Cut::Handshake);
        e
    };
    early.copy = Some(Vec::with_capacity(1 << 10));
    let mut start = LazyConfigAcceptor::new(Acceptor::default(), early).await.map_err(failed)?;
    let wire = start.io.copy.take().unwrap_or_default();
    let peeked = door.hello(&wire);
    if !door.handshake(peer.prefix(), &peeked) {
        seat.counts().refused(Refused::HandshakeCredit);
        return Err(io::Error::new(io::ErrorKind::QuotaExceeded, "no credit for a handshake"));
    }
    peer.peeked = Some(Arc::new(peeked));
    let stream = start.into_stream(config).await.map_err(failed)?;
    seat.counts().handshake();
    Ok(stream)
}

async fn speak<D: Door, B: Behind>(
    stream: Stream,
    h2: bool,
    service: Serve<D, B>,
    limits: &Limits,
    seat: &Arc<Seat>,
    stopping: watch::Receiver<()>,
) -> hyper::Result<()> {
    match stream {
        Stream::Plain(early) => {
            http(Watched::new(early, Arc::clone(seat), h2, limits), h2, service, limits, stopping).await
        }
        Stream::Tls(tls) => http(Watched::new(tls, Arc::clone(seat), h2, limits), h2, service, limits, stopping).await,
    }
}

/// Lets a connection end after the requests under way, when the door is stopped or the connection is old.
macro_rules! until_told {
    ($serving:expr, $limits:expr, $stopping:expr) => {{
        let mut serving = pin!($serving);
        let age = Duration::from_millis($limits.age_ms_max);
        tokio::select! {
            ended = serving.as_mut() => ended,
            () = told($stopping, age) => {
                serving.as_mut().graceful_shutdown();
                serving.await
            }
        }
    }};
}

async fn told(mut stopping: watch::Receiver<()>, age: Duration) {
    tokio::select! {
        _ = stopping.changed() => {}
        () = tokio::time::sleep(age) => {}
    }
}

async fn http<S, D, B>(
    stream: Watched<S>,
    h2: bool,
    service: Serve<D, B>,
    limits: &Limits,
    stopping: watch::Receiver<()>,
) -> hyper::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    D: Door,
    B: Behind,
{
    let stream = TokioIo::new(stream);
    if h2 {
        until_told!(two(limits).serve_connection(stream, service), limits, stopping)
    } else {
        until_told!(one(limits).serve_connection(stream, service), limits, stopping)
    }
}

/// The deadline of a head is the sweep's, which sees the whole of it.
fn one(limits: &Limits) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.header_read_timeout(None)
        .max_buf_size((limits.head_bytes_max as usize).max(8 << 10))
        .max_headers(limits.head_fields_count_max as usize);
    http
}

fn two(limits: &Limits) -> http2::Builder<TokioExecutor> {
    let mut http = http2::Builder::new(TokioExecutor::new());
    http.timer(TokioTimer::new())
        .max_concurrent_streams(limits.h2_streams_count_max)
        .max_pending_accept_reset_streams(limits.h2_resets_count_max as usize)
        .max_local_error_reset_streams(limits.h2_resets_count_max as usize)
        .max_header_list_size(limits.head_bytes_max)
        .initial_stream_window_size(limits.h2_window_bytes)
        .initial_connection_window_size(limits.h2_window_bytes)
        .max_send_buf_size(limits.h2_unsent_bytes_max as usize);
    http
}
