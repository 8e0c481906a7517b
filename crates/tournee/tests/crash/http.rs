//! A plain client: one connection, one request, one answer, or nothing where the connection broke.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use tokio::net::TcpStream;

/// Asks; nothing when the server went away before its answer was whole.
pub(crate) async fn ask(addr: SocketAddr, request: Request<Full<Bytes>>) -> Option<Response<Bytes>> {
    let stream = TcpStream::connect(addr).await.ok()?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
    // Owns the sender: with its end the connection ends too.
    let exchange = async move {
        let (head, body) = sender.send_request(request).await.ok()?.into_parts();
        Some(Response::from_parts(head, body.collect().await.ok()?.to_bytes()))
    };
    tokio::join!(exchange, connection).0
}
