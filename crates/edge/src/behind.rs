//! What is behind the door: a service in this process, on a runtime of its own.

use crate::{Inbound, Outbound, Peer, problem};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::Body;
use std::{convert::Infallible, error::Error, time::Duration};
use tokio::{runtime::Handle, task::JoinHandle, time::Instant};
use tower_service::Service;

/// Who works on the requests that were let in.
pub trait Behind: Send + Sync + 'static {
    /// The same, for one thread of the door.
    fn here(&self) -> Self;

    /// Answers a request, and says how long it waited before the work began, where that is known. Dropping the future
    /// ends the work.
    fn work(
        &self,
        peer: Peer,
        request: Request<Inbound>,
    ) -> impl Future<Output = (Response<Outbound>, Option<Duration>)> + Send;
}

/// A service of this process. It runs on the runtime it is given, so that the threads of the door answer and refuse while
/// the work is slow. The request carries its [`Peer`] as an extension.
#[derive(Clone, Debug)]
pub struct InProcess<S> {
    service: S,
    runtime: Handle,
}

impl<S> InProcess<S> {
    /// The service, to be run there.
    pub const fn new(service: S, runtime: Handle) -> Self {
        Self { service, runtime }
    }
}

/// Ends the work when whoever waits for it goes away.
struct Working<T>(JoinHandle<T>);

impl<T> Drop for Working<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<S, B> Behind for InProcess<S>
where
    S: Service<Request<Inbound>, Response = Response<B>, Error = Infallible, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static,
    B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
{
    fn here(&self) -> Self {
        self.clone()
    }

    async fn work(&self, peer: Peer, mut request: Request<Inbound>) -> (Response<Outbound>, Option<Duration>) {
        request.extensions_mut().insert(peer);
        let mut service = self.service.clone();
        let asked = Instant::now();
        let work = async move {
            let queued = asked.elapsed();
            if let Err(never) = std::future::poll_fn(|context| service.poll_ready(context)).await {
                match never {}
            }
            match service.call(request).await {
                Ok(response) => (response, queued),
                Err(never) => match never {},
            }
        };
        let mut working = Working(self.runtime.spawn(work));
        match (&mut working.0).await {
            Ok((response, queued)) => (response.map(Outbound::new), Some(queued)),
            Err(e) => {
                tracing::error!(error = %e, "the work on a request ended without an answer");
                let said = problem::answer(StatusCode::INTERNAL_SERVER_ERROR, "The work on this request failed.", None);
                (said.map(Outbound::new), None)
            }
        }
    }
}
