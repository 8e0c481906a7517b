//! The way to a host, step by step: its name, a connection. What comes after (TLS) is for whoever asked for the way.

use crate::Reached;
use http::Uri;
use hyper_util::{
    client::legacy::connect::{
        HttpConnector,
        dns::{GaiResolver, Name},
    },
    rt::TokioIo,
};
use std::{
    error::Error,
    future::Future,
    net::IpAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::net::TcpStream;
use tower_service::Service;

type Fails = Box<dyn Error + Send + Sync>;
type Later<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

/// How far a connection has come that is being made; it is kept when the making is broken off.
#[derive(Clone, Default)]
pub(crate) struct Progress(Arc<AtomicU8>);

const NAMED: u8 = 1;
const TAKEN: u8 = 2;

impl Progress {
    fn came_to(&self, step: u8) {
        self.0.fetch_max(step, Ordering::Relaxed);
    }

    /// The last step that was completed.
    pub(crate) fn reached(&self) -> Reached {
        match self.0.load(Ordering::Relaxed) {
            0 => Reached::Nothing,
            NAMED => Reached::Named,
            _ => Reached::Taken,
        }
    }
}

/// Makes one TCP connection and notes how far that comes.
#[derive(Clone)]
pub(crate) struct Way {
    tcp: HttpConnector<Names>,
    progress: Progress,
}

impl Way {
    pub(crate) fn new(to: &Uri, connect: Duration, progress: &Progress) -> Self {
        let names = Names { system: GaiResolver::new(), progress: progress.clone() };
        let mut tcp = HttpConnector::new_with_resolver(names);
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(connect));
        // Such a host needs no name service, and the connector asks none.
        if to.host().is_some_and(|host| host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()) {
            progress.came_to(NAMED);
        }
        Self { tcp, progress: progress.clone() }
    }
}

impl Service<Uri> for Way {
    type Response = TokioIo<TcpStream>;
    type Error = Fails;
    type Future = Later<Self::Response, Fails>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Fails>> {
        self.tcp.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let (connecting, progress) = (self.tcp.call(to), self.progress.clone());
        Box::pin(async move {
            let stream = connecting.await?;
            progress.came_to(TAKEN);
            Ok(stream)
        })
    }
}

/// The system's name service, with a note of its success.
#[derive(Clone)]
struct Names {
    system: GaiResolver,
    progress: Progress,
}

impl Service<Name> for Names {
    type Response = <GaiResolver as Service<Name>>::Response;
    type Error = <GaiResolver as Service<Name>>::Error;
    type Future = Later<Self::Response, Self::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.system.poll_ready(cx)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (finding, progress) = (self.system.call(name), self.progress.clone());
        Box::pin(async move {
            let found = finding.await?;
            progress.came_to(NAMED);
            Ok(found)
        })
    }
}
