//! One connection for one message, to an address that was judged: opened, used, closed.

use super::{sender::Failure, target::Target};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, pki_types::ServerName};
use std::{convert::Infallible, future, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;

/// The largest head of an answer, in bytes.
const HEAD_BYTES_MAX: usize = 16 << 10;
/// Addresses of one host that are tried, at most.
const ADDRESSES_MAX: usize = 4;

/// Sends a request to the first of these addresses that takes the connection. Of the answer's body so many bytes are read
/// at most; a body that is longer, or breaks off, counts as none.
pub(crate) async fn exchange(
    target: &Target,
    addresses: &[SocketAddr],
    connect: Duration,
    tls: &Arc<ClientConfig>,
    request: Request<Full<Bytes>>,
    answer_bytes_max: usize,
) -> Result<Response<Bytes>, Failure> {
    let stream = connected(addresses, connect).await?;
    if !target.tls {
        return speak(stream, request, answer_bytes_max).await;
    }
    let name = ServerName::try_from(target.host.clone()).map_err(|_| Failure::Tls)?;
    let stream = TlsConnector::from(Arc::clone(tls)).connect(name, stream).await.map_err(|_| Failure::Tls)?;
    speak(stream, request, answer_bytes_max).await
}

async fn connected(addresses: &[SocketAddr], connect: Duration) -> Result<TcpStream, Failure> {
    for address in addresses.iter().take(ADDRESSES_MAX) {
        if let Ok(Ok(stream)) = timeout(connect, TcpStream::connect(address)).await {
            return Ok(stream);
        }
    }
    Err(Failure::NoConnection)
}

async fn speak<S>(stream: S, request: Request<Full<Bytes>>, answer_bytes_max: usize) -> Result<Response<Bytes>, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let handshake = http1::Builder::new().max_buf_size(HEAD_BYTES_MAX).handshake(TokioIo::new(stream));
    let (mut sender, connection) = handshake.await.map_err(|_| Failure::Cut)?;
    // Moves the bytes; when it has ended, what the answer has to say is in `sent` already.
    let moving = async {
        _ = connection.await;
        future::pending::<Infallible>().await
    };
    let asked = async {
        let answer = sender.send_request(request).await.map_err(|e| failure(&e))?;
        Ok(read(answer, answer_bytes_max).await)
    };
    tokio::select! {
        answer = asked => answer,
        never = moving => match never {},
    }
}

async fn read(answer: Response<Incoming>, bytes_max: usize) -> Response<Bytes> {
    let (head, body) = answer.into_parts();
    let body = match bytes_max {
        0 => Bytes::new(),
        _ => Limited::new(body, bytes_max).collect().await.map(|body| body.to_bytes()).unwrap_or_default(),
    };
    Response::from_parts(head, body)
}

fn failure(e: &hyper::Error) -> Failure {
    if e.is_parse() || e.is_parse_too_large() { Failure::NotHttp } else { Failure::Cut }
}
