//! The service of one connection: what was rendered ahead is answered at once, all else goes to the router.
//!
//! The forms of the status page pass no middleware: no log line, no route to be matched, nothing boxed. It is what lets one
//! machine tell a whole country that its parcels are late.

use super::StatusPages;
use axum::{Router, body::Body};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{Either, Full};
use hyper::{body::Incoming, service::Service};
use std::{
    convert::Infallible,
    future::{Future, Ready, ready},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tower::ServiceExt;

type Sent = Response<Either<Full<Bytes>, Body>>;
type Routed = Pin<Box<dyn Future<Output = Result<Sent, Infallible>> + Send>>;

/// The router behind the forms of the status page.
#[derive(Clone)]
pub(crate) struct Ahead {
    status: Arc<StatusPages>,
    app: Router,
}

impl Ahead {
    pub(crate) fn new(status: Arc<StatusPages>, app: Router) -> Self {
        Self { status, app }
    }
}

impl Service<Request<Incoming>> for Ahead {
    type Response = Sent;
    type Error = Infallible;
    type Future = Answering;

    fn call(&self, request: Request<Incoming>) -> Answering {
        if let Some(form) = self.status.answer(request.method(), request.uri(), request.headers()) {
            return Answering::Ahead(ready(Ok(form.map(Either::Left))));
        }
        let app = self.app.clone();
        Answering::Routed(Box::pin(async move { Ok(app.oneshot(request).await?.map(Either::Right)) }))
    }
}

/// An answer that is there already, or on its way.
pub(crate) enum Answering {
    Ahead(Ready<Result<Sent, Infallible>>),
    Routed(Routed),
}

impl Future for Answering {
    type Output = Result<Sent, Infallible>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            Self::Ahead(ready) => Pin::new(ready).poll(context),
            Self::Routed(routed) => routed.as_mut().poll(context),
        }
    }
}
