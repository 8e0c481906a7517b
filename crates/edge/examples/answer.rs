//! A door that answers every request from memory, for measurements: `answer ADDRESS [certificate key]`.

use bytes::Bytes;
use edge::{Admitted, Answer, Certificates, Door, InProcess, Limits, Peeked, Peer, Settings, TlsFiles, bind, serve};
use http::{Response, request::Parts};
use http_body_util::Full;
use std::{convert::Infallible, sync::Arc};
use tokio::runtime::Handle;

struct Memory;

impl Door for Memory {
    type Pass = ();
    type Turn = Infallible;

    fn hello(&self, _: &[u8]) -> Peeked {
        Peeked::default()
    }

    fn handshake(&self, _: admission::Prefix, _: &Peeked) -> bool {
        true
    }

    fn ahead(&self, _: &Peer, asked: &Parts) -> Option<Answer> {
        (asked.uri.path() != "/work").then(|| Response::new(Full::new(Bytes::from_static(&[b'm'; 1_024]))))
    }

    fn admit(&self, _: &Peer, _: &Parts) -> Admitted<(), Infallible> {
        Admitted::Go(())
    }

    async fn called(&self, turn: Infallible, _: &Peer, _: &Parts) -> Result<(), Answer> {
        match turn {}
    }
}

#[derive(Clone)]
struct Hello;

impl tower_service::Service<http::Request<edge::Inbound>> for Hello {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Infallible>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: http::Request<edge::Inbound>) -> Self::Future {
        std::future::ready(Ok(Response::new(Full::new(Bytes::from_static(&[b'm'; 1_024])))))
    }
}

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, files @ ..] = &arguments[..] else { return Err(std::io::Error::other("an address is missing")) };
    let limits = Limits::default();
    let certificates = match files {
        [certificate, key] => {
            let files = TlsFiles { certificate: certificate.into(), key: key.into() };
            Some(Arc::new(Certificates::read(vec![files]).map_err(std::io::Error::other)?))
        }
        _ => None,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let address = address.parse().map_err(std::io::Error::other)?;
        let listener = bind(address, 0, &limits)?;
        let behind = InProcess::new(Hello, Handle::current());
        let settings = Settings { limits, certificates, ..Settings::default() };
        serve(listener, Arc::new(Memory), behind, settings, std::future::pending()).await
    })
}
