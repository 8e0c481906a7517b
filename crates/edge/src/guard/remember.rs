//! What is behind the door, with a memory: good answers are kept for when they cannot be had, and good keys vouch.

use super::{Core, Guard, stale, who::Vouched};
use crate::{Behind, Inbound, Outbound, Peer, door::StandsFor};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

/// What is behind, remembered by a guard.
pub struct Remember<B> {
    pub(super) behind: B,
    pub(super) guard: Guard,
}

impl<B: Behind> Behind for Remember<B> {
    fn here(&self) -> Self {
        Self { behind: self.behind.here(), guard: self.guard.clone() }
    }

    async fn work(&self, peer: Peer, request: Request<Inbound>) -> (Response<Outbound>, Option<Duration>) {
        let (from, core) = (peer.prefix(), self.guard.core());
        let (asked, body) = request.into_parts();
        let (key, anybodys) = (core.stale_key(&asked), core.is_anybodys(&asked));
        let (response, queued) = self.behind.work(peer, Request::from_parts(asked, body)).await;
        let vouched = response.extensions().get::<Vouched>().is_some();
        if vouched {
            core.vouchers.vouch(from, core.elapsed());
        }
        let Some(key) = key else { return (response, queued) };
        let is_gone = matches!(
            response.status(),
            StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
        );
        if is_gone && let Some(older) = core.stale.find(key, core.elapsed()) {
            let stands_for = StandsFor(response.status());
            let mut older = older.map(|body| Outbound::new(Full::new(body)));
            older.extensions_mut().insert(stands_for);
            return (older, queued);
        }
        if !anybodys || vouched {
            return (response, queued);
        }
        (kept(core, key, response), queued)
    }
}

/// The answer, which is kept when it has gone out whole.
fn kept(core: Arc<Core>, key: stale::Key, response: Response<Outbound>) -> Response<Outbound> {
    let fits = response.body().size_hint().lower() <= stale::ANSWER_BYTES_MAX as u64;
    if !fits || !stale::Stale::may_keep(key, response.status(), response.headers()) {
        return response;
    }
    let headers = response.headers().clone();
    response.map(|body| Outbound::new(Copied { body, copy: Some((core, key, headers, BytesMut::new())) }))
}

/// A body of which a copy is made as it goes by.
struct Copied {
    body: Outbound,
    copy: Option<(Arc<Core>, stale::Key, HeaderMap, BytesMut)>,
}

impl Body for Copied {
    type Data = Bytes;
    type Error = crate::body::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        match &frame {
            Some(Ok(frame)) => self.copy(frame),
            Some(Err(_)) => self.copy = None,
            None => {}
        }
        if frame.is_none() || self.body.is_end_stream() {
            self.keep();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Copied {
    fn copy(&mut self, frame: &Frame<Bytes>) {
        let Some((_, _, _, copy)) = &mut self.copy else { return };
        match frame.data_ref() {
            Some(data) if copy.len() + data.len() <= stale::ANSWER_BYTES_MAX => copy.extend_from_slice(data),
            Some(_) => self.copy = None,
            // Trailers are of this exchange.
            None => {}
        }
    }

    fn keep(&mut self) {
        if let Some((core, key, headers, copy)) = self.copy.take() {
            core.stale.keep(key, &headers, copy.freeze(), core.shield.is_overloaded(), core.elapsed());
        }
    }
}
