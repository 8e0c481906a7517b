//! Bodies on their way in and out, and who is waited for meanwhile.

use crate::{
    Cut, Limits, Pass,
    seat::{Held, Seat},
};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, combinators::UnsyncBoxBody};
use hyper::body::Incoming;
use std::{
    collections::VecDeque,
    error::Error,
    fmt,
    future::poll_fn,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, Sleep},
};

pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// The body of a request, as it comes. It fails when it comes slower than it must: only the time counts in which its
/// reader waited for the client.
pub struct Inbound {
    body: Incoming,
    seat: Arc<Seat>,
    pace: Pace,
    ends: Option<Instant>,
    waiting: Option<(Instant, Held, Pin<Box<Sleep>>)>,
    ahead: Ahead,
}

/// The part of a body that came before its request is let in.
#[derive(Default)]
struct Ahead {
    frames: VecDeque<Frame<Bytes>>,
    bytes: usize,
    /// The room that they take; none where there is nothing.
    room: Option<OwnedSemaphorePermit>,
}

/// So much of a body is read before its request is let in: an order, a search, a form. A client that lets its body drip
/// holds no place meanwhile.
const AHEAD_BYTES_MAX: usize = 64 << 10;
/// Of all bodies together. Beyond it a request is let in without its body.
const ALL_AHEAD_BYTES_MAX: usize = 64 << 20;

/// The room for what is read ahead, in bytes.
pub(crate) fn room() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(ALL_AHEAD_BYTES_MAX))
}

/// What a body may still be waited for.
#[derive(Clone, Copy, Debug)]
struct Pace {
    credit: Duration,
    most: Duration,
    in_all: Duration,
    bytes_per_s: u32,
}

impl Pace {
    fn earns(&mut self, bytes: usize) {
        let earned = Duration::from_secs_f64(bytes as f64 / f64::from(self.bytes_per_s.max(1)));
        self.credit = self.credit.saturating_add(earned).min(self.most);
    }
}

/// A body that came too slowly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooSlow;

impl fmt::Display for TooSlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body of the request came too slowly")
    }
}

impl Error for TooSlow {}

impl Inbound {
    pub(crate) fn new(body: Incoming, seat: Arc<Seat>, limits: &Limits) -> Self {
        let most = Duration::from_millis(limits.stall_ms_max);
        let in_all = Duration::from_millis(limits.body_ms_max);
        let pace = Pace { credit: most, most, in_all, bytes_per_s: limits.body_bytes_per_s_min };
        Self { body, seat, pace, ends: None, waiting: None, ahead: Ahead::default() }
    }

    /// Waits for the body, or for as much of it as there is room for.
    ///
    /// # Errors
    /// It came too slowly ([`TooSlow`]), or the client broke it off.
    pub(crate) async fn read_ahead(&mut self, room: &Arc<Semaphore>) -> Result<(), BoxError> {
        while self.ahead.bytes < AHEAD_BYTES_MAX && !self.body.is_end_stream() {
            let Some(frame) = poll_fn(|context| self.poll_client(context)).await else { break };
            let frame = frame?;
            let bytes = frame.data_ref().map_or(0, Bytes::len);
            self.ahead.frames.push_back(frame);
            self.ahead.bytes += bytes;
            let taken = Arc::clone(room).try_acquire_many_owned(u32::try_from(bytes).unwrap_or(u32::MAX));
            match (taken, &mut self.ahead.room) {
                (Ok(more), Some(room)) => room.merge(more),
                (Ok(first), none) => *none = Some(first),
                (Err(_), _) => break,
            }
        }
        Ok(())
    }

    /// What comes of the client next.
    fn poll_client(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) else { return self.wait(context) };
        if let Some((since, _, _)) = self.waiting.take() {
            self.pace.credit = self.pace.credit.saturating_sub(since.elapsed());
        }
        if let Some(Ok(frame)) = &frame {
            let bytes = frame.data_ref().map_or(0, Bytes::len);
            self.pace.earns(bytes);
        }
        Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
    }

    fn wait(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.waiting.is_none() {
            let now = Instant::now();
            let ends = *self.ends.get_or_insert(now + self.pace.in_all);
            let until = ends.min(now + self.pace.credit);
            self.waiting = Some((now, Held::receiving(&self.seat), Box::pin(tokio::time::sleep_until(until))));
        }
        if let Some((_, _, sleep)) = &mut self.waiting {
            ready!(sleep.as_mut().poll(context));
        }
        self.waiting = None;
        self.seat.counts().cut(Cut::SlowBody);
        Poll::Ready(Some(Err(Box::new(TooSlow))))
    }
}

impl fmt::Debug for Inbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbound").field("body", &self.body).finish_non_exhaustive()
    }
}

impl Body for Inbound {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Some(frame) = self.ahead.frames.pop_front() else { return self.poll_client(context) };
        self.ahead.bytes -= frame.data_ref().map_or(0, Bytes::len);
        if self.ahead.frames.is_empty() {
            self.ahead.room = None;
        }
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.ahead.frames.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (mut hint, ahead) = (self.body.size_hint(), self.ahead.bytes as u64);
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper + ahead);
        }
        hint.set_lower(hint.lower() + ahead);
        hint
    }
}

/// The body of an answer that somebody made.
pub struct Outbound(UnsyncBoxBody<Bytes, BoxError>);

impl Outbound {
    /// The body.
    pub fn new<B>(body: B) -> Self
    where
        B: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        Self(body.map_err(Into::into).boxed_unsync())
    }

    /// The body, with a pass that is kept until it has been handed over.
    pub(crate) fn held(self, pass: impl Pass, work: Held, seat: &Arc<Seat>, h2: bool) -> Self {
        let (seat, unread) = (Arc::clone(seat), Some(Held::unread(seat)));
        Self(UnsyncBoxBody::new(HeldBody { body: self, unread, seat, h2, _pass: (pass, work) }))
    }
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Outbound")
    }
}

impl Body for Outbound {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Pin::new(&mut self.0).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

/// Says whether the client or the work is waited for: a body that isn't polled is one whose earlier part isn't taken.
struct HeldBody<P> {
    body: Outbound,
    unread: Option<Held>,
    seat: Arc<Seat>,
    h2: bool,
    _pass: (P, Held),
}

impl<P> Unpin for HeldBody<P> {}

impl<P: Send> Body for HeldBody<P> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.unread = None;
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        self.unread = Some(Held::unread(&self.seat));
        Poll::Ready(frame.map(|frame| {
            frame.map(|frame| if self.h2 { frame.map_data(|data| until_taken(data, &self.seat)) } else { frame })
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

struct Untaken(Bytes, #[expect(dead_code, reason = "it is dropped with the bytes, which is what it is for")] Held);

impl AsRef<[u8]> for Untaken {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// The bytes, which count as unread until HTTP/2 has let go of them: its windows are the client's to open.
pub(crate) fn until_taken(data: Bytes, seat: &Arc<Seat>) -> Bytes {
    if data.is_empty() { data } else { Bytes::from_owner(Untaken(data, Held::unread(seat))) }
}
