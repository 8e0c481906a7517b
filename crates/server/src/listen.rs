//! The socket: accepts within bounds, serves HTTP/1, and drains when it is told to stop.
//!
//! Bounds: connections at once (more wait in the kernel's queue and cost nothing here), the time for a request's head
//! (a drip of header bytes ends with it), the size of the head. Bodies have their bounds where they are read.

use crate::{
    settings::ServerSettings,
    status::{Ahead, StatusPages},
};
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
};

/// The largest head of a request, in bytes.
const HEAD_BYTES_MAX: usize = 64 << 10;
/// How long to let be after a connection could not be accepted, for want of file handles as a rule.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A bound socket. Requests wait in the kernel until [`serve`] is called.
#[derive(Debug)]
pub struct Listener(TcpListener);

impl Listener {
    /// The address that was bound, with the port that the system chose where 0 was asked.
    ///
    /// # Errors
    /// As the system says.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// Binds the address.
///
/// # Errors
/// Taken by another process, or not allowed; the message says the address and what to do.
#[expect(clippy::disallowed_methods, reason = "this is the one place that binds")]
pub async fn bind(address: SocketAddr) -> io::Result<Listener> {
    let advice = |kind| match kind {
        io::ErrorKind::AddrInUse => "another process listens there: stop it, or choose another port",
        io::ErrorKind::PermissionDenied => "this user may not: choose a port above 1023",
        _ => "check that the address is one of this machine's",
    };
    let bound = TcpListener::bind(address).await;
    bound
        .map(Listener)
        .map_err(|e| io::Error::new(e.kind(), format!("cannot listen on {address}: {e}; {}", advice(e.kind()))))
}

/// Serves until `shutdown` is ready, then lets requests under way end for as long as the settings give them. The forms of
/// the status page are answered ahead of the router.
pub async fn serve(
    listener: Listener,
    app: Router,
    status: Arc<StatusPages>,
    settings: &ServerSettings,
    shutdown: impl Future<Output = ()>,
) {
    let app = Ahead::new(status, app);
    let places = Arc::new(Semaphore::new(settings.connections_count_max));
    let (stop, stopping) = watch::channel(());
    let mut open = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        while open.try_join_next().is_some() {}
        tokio::select! {
            () = &mut shutdown => break,
            (stream, place) = next(&listener, &places) => {
                open.spawn(connection(stream, app.clone(), settings.header_time_max, stopping.clone(), place));
            }
        }
    }
    drop(listener);
    drop(stop);
    drain(open, settings.drain_time_max).await;
}

async fn next(listener: &Listener, places: &Arc<Semaphore>) -> (TcpStream, OwnedSemaphorePermit) {
    loop {
        let Ok(place) = Arc::clone(places).acquire_owned().await else { std::future::pending().await };
        match listener.0.accept().await {
            Ok((stream, _)) => return (stream, place),
            Err(e) => {
                tracing::warn!(error = %e, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn connection(
    stream: TcpStream,
    app: Ahead,
    header_time_max: Duration,
    mut stopping: watch::Receiver<()>,
    _place: OwnedSemaphorePermit,
) {
    if let Err(e) = stream.set_nodelay(true) {
        tracing::debug!(error = %e, "a connection could not be set to send at once");
    }
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(header_time_max).max_buf_size(HEAD_BYTES_MAX);
    let mut serving = pin!(http.serve_connection(TokioIo::new(stream), app));
    let ended = tokio::select! {
        ended = serving.as_mut() => ended,
        _ = stopping.changed() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(e) = ended {
        tracing::debug!(error = %e, "a connection ended badly");
    }
}

async fn drain(mut open: JoinSet<()>, most: Duration) {
    let all = async { while open.join_next().await.is_some() {} };
    if tokio::time::timeout(most, all).await.is_err() {
        tracing::warn!(connections = open.len(), "connections were cut because their requests did not end in time");
        open.abort_all();
    }
}
