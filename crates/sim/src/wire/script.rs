//! The body of an answer as a list of steps: send this, let it leave, tell somebody, cut the connection.

use super::{Ends, ExchangePhase, line::Line};
use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use std::{
    collections::VecDeque,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

enum Step {
    /// These bytes.
    Send(Bytes),
    /// The last bytes.
    SendLast(Bytes),
    /// Come back once what was sent has been flushed.
    Flush,
    /// Tell of this phase.
    Tell(ExchangePhase),
    /// End the connection with the body unfinished.
    Cut,
}

/// A body that plays its steps.
pub(super) struct Script {
    steps: VecDeque<Step>,
    length: u64,
    line: Arc<Line>,
}

impl Script {
    /// The whole body; in two halves when somebody watches.
    pub(super) fn whole(body: &Bytes, line: &Arc<Line>) -> Self {
        let middle = body.len() / 2;
        let steps = if body.is_empty() {
            line.hand_over();
            VecDeque::new()
        } else if line.is_watched() {
            let half = [Step::Send(body.slice(..middle)), Step::Flush, Step::Tell(ExchangePhase::HalfAnswered)];
            half.into_iter().chain([Step::SendLast(body.slice(middle..))]).collect()
        } else {
            [Step::SendLast(body.clone())].into()
        };
        Self { steps, length: body.len() as u64, line: Arc::clone(line) }
    }

    /// The first `keep` bytes of the body, then the end of the connection.
    pub(super) fn cut(body: &Bytes, keep: usize, line: &Arc<Line>) -> Self {
        let kept = body.slice(..keep.min(body.len().saturating_sub(1)));
        let steps = [Step::Send(kept), Step::Flush, Step::Tell(ExchangePhase::HalfAnswered), Step::Cut];
        Self { steps: steps.into(), length: body.len() as u64, line: Arc::clone(line) }
    }
}

impl Body for Script {
    type Data = Bytes;
    type Error = Ends;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Ends>>> {
        loop {
            match self.steps.pop_front() {
                Some(Step::Send(bytes)) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
                Some(Step::SendLast(bytes)) => {
                    self.line.hand_over();
                    return Poll::Ready(Some(Ok(Frame::data(bytes))));
                }
                Some(Step::Flush) => {
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Some(Step::Tell(phase)) => self.line.tell(phase),
                Some(Step::Cut) => return Poll::Ready(Some(Err(Ends))),
                None => return Poll::Ready(None),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.steps.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
