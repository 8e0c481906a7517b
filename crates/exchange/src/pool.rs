//! Connections kept open between calls, each driven by the call that uses it.
//!
//! No task stands behind a connection: whoever holds it polls it, and dropping it closes it. So a call owns its
//! connection from its first byte to the last of its answer, and one that nobody holds does nothing. What is idle
//! for too long or has been closed by the other side is thrown away when somebody next looks.

use crate::meter::{Meter, Metered};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::{
    body::Incoming,
    client::conn::http1::{self, SendRequest},
};
use hyper_rustls::MaybeHttpsStream;
use hyper_util::rt::TokioIo;
use std::{
    collections::VecDeque,
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};
use tokio::{net::TcpStream, time::Instant};

/// A stream to the other side, with TLS where the base says so.
pub(crate) type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;
type Io = TokioIo<Metered<TokioIo<Stream>>>;
type Driver = http1::Connection<Io, Full<Bytes>>;

/// One connection and its meter.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    /// `None` once the connection is closed. Dropping the driver is what fails a request that still waits for it.
    driver: Option<Pin<Box<Driver>>>,
    meter: Meter,
}

impl Connection {
    /// Speaks HTTP/1.1 over a stream that is connected.
    pub(crate) async fn over(stream: Stream) -> Result<Self, hyper::Error> {
        let meter = Meter::new();
        let io = TokioIo::new(Metered::new(TokioIo::new(stream), meter.clone()));
        let (sender, driver) = http1::handshake(io).await?;
        Ok(Self { sender, driver: Some(Box::pin(driver)), meter })
    }

    /// The count of what this connection carries.
    pub(crate) fn meter(&self) -> &Meter {
        &self.meter
    }

    /// Sends one request and waits for the head of its answer.
    pub(crate) async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, hyper::Error> {
        let answer = self.sender.send_request(request);
        self.drive(answer).await
    }

    /// Waits for `work`, moving this connection's bytes meanwhile.
    pub(crate) async fn drive<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        poll_fn(|cx| {
            if let Poll::Ready(done) = work.as_mut().poll(cx) {
                return Poll::Ready(done);
            }
            self.turn(cx);
            work.as_mut().poll(cx)
        })
        .await
    }

    /// Whether the connection can carry another call, as far as can be known without a call.
    pub(crate) async fn is_usable(&mut self) -> bool {
        poll_fn(|cx| {
            self.turn(cx);
            Poll::Ready(self.driver.is_some() && self.sender.is_ready())
        })
        .await
    }

    fn turn(&mut self, cx: &mut Context<'_>) {
        let closed = self.driver.as_mut().is_some_and(|driver| driver.as_mut().poll(cx).is_ready());
        if closed {
            self.driver = None;
        }
    }
}

/// The connections that nobody uses now, most lately used last.
pub(crate) struct Pool {
    idle: Mutex<VecDeque<Idle>>,
    idle_max: usize,
    idle_for: Duration,
}

struct Idle {
    connection: Connection,
    since: Instant,
}

impl Pool {
    pub(crate) fn new(idle_max: usize, idle_for: Duration) -> Self {
        Self { idle: Mutex::new(VecDeque::new()), idle_max, idle_for }
    }

    /// The connection used last that is still good, if there is one.
    pub(crate) async fn take(&self) -> Option<Connection> {
        while let Some(mut connection) = self.pop() {
            if connection.is_usable().await {
                return Some(connection);
            }
        }
        None
    }

    /// Keeps a connection for the next call if it can carry one.
    pub(crate) async fn keep(&self, mut connection: Connection) {
        if !connection.is_usable().await {
            return;
        }
        let mut idle = self.lock();
        idle.push_back(Idle { connection, since: Instant::now() });
        while idle.len() > self.idle_max {
            idle.pop_front();
        }
    }

    fn pop(&self) -> Option<Connection> {
        let mut idle = self.lock();
        let oldest_kept = Instant::now().checked_sub(self.idle_for);
        idle.retain(|i| oldest_kept.is_none_or(|oldest| i.since >= oldest));
        idle.pop_back().map(|i| i.connection)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
