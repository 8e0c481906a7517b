//! The carrier in simulated time: the same core as on the socket, without one.
//!
//! Time is tokio's: under a paused runtime a day passes as fast as the work in it can be done. A call takes what the
//! carrier's reply says and never longer than its deadline; chance is the carrier's alone, so that a run with one seed
//! is the same run every time.

use crate::carrier::{SharedCarrier, Wire};
use carriers::{
    Blame, Broken, CarrierError, Exchange, Kind, OnSent, Reached, Request, Response, Retry, Transport,
    announce::{Announcer, Delivery},
};
use clock::{Clock, Time};
use std::{future::Future, pin::Pin, time::Duration};
use tokio::time::{Instant, sleep, sleep_until};

/// How long a request takes to reach the carrier (assumed).
const SENDING: Duration = Duration::from_millis(5);

/// A clock that shows a start time and what has passed since on tokio's clock, paused or not.
#[derive(Clone, Copy, Debug)]
pub struct SimClock {
    start: Time,
    epoch: Instant,
}

impl SimClock {
    /// Shows this time now. Needs a tokio runtime around it.
    #[must_use]
    pub fn starting(start: Time) -> Self {
        Self { start, epoch: Instant::now() }
    }
}

impl Clock for SimClock {
    fn now(&self) -> Time {
        self.start.plus(self.epoch.elapsed())
    }
}

/// Calls a simulated carrier within this process.
#[derive(Clone, Debug)]
pub struct SimTransport<C> {
    carrier: SharedCarrier,
    clock: C,
}

impl<C: Clock> SimTransport<C> {
    /// A transport to this carrier, whose scenario runs by this clock.
    pub fn new(carrier: SharedCarrier, clock: C) -> Self {
        Self { carrier, clock }
    }

    async fn call(&self, request: Request, deadline: Duration, on_sent: OnSent) -> Exchange {
        let begun = Instant::now();
        let over = begun + deadline;
        let ended = |reached, result| Exchange { reached, kept: false, elapsed: begun.elapsed(), result };
        if deadline <= SENDING {
            sleep(deadline).await;
            return ended(Reached::Connected, Err(Broken::TimedOut));
        }
        sleep(SENDING).await;
        let reply = self.carrier.handle(self.clock.now(), &request);
        if reply.wire == Wire::Refused {
            return ended(Reached::Named, Err(Broken::NoConnection));
        }
        on_sent();
        let answers_at = Instant::now() + reply.delay;
        if reply.wire == Wire::NoAnswer || answers_at > over {
            // Whoever waits no longer does not hear the answer, however good it was.
            reply.made.iter().for_each(|number| self.carrier.answer_lost(number));
            sleep_until(over).await;
            return ended(Reached::WholeRequest, Err(Broken::TimedOut));
        }
        let mut gone = Gone { carrier: &self.carrier, owed: reply.made };
        sleep_until(answers_at).await;
        gone.owed = None;
        let (reached, result) = heard(reply.wire);
        ended(reached, result)
    }
}

impl<C: Clock> Announcer for SimTransport<C> {
    /// A file that is announced in this process is complete at once, or the carrier is dark and it is not there.
    fn deliver<'a>(&'a self, file_name: &'a str, bytes: &'a [u8]) -> Delivery<'a> {
        Box::pin(async move {
            sleep(SENDING).await;
            self.carrier.announce(self.clock.now(), file_name, bytes).map_err(|dark| {
                let again = Retry::After(Duration::from_secs(60));
                CarrierError::new(Kind::NoConnection, Blame::Them, again, "no_connection", dark.to_string())
            })
        })
    }
}

/// A client that is dropped while it waits does not hear the answer either.
struct Gone<'a> {
    carrier: &'a SharedCarrier,
    owed: Option<parcel::ParcelNumber>,
}

impl Drop for Gone<'_> {
    fn drop(&mut self) {
        self.owed.iter().for_each(|number| self.carrier.answer_lost(number));
    }
}

/// What a client makes of what happens on the connection.
fn heard(wire: Wire) -> (Reached, Result<Response, Broken>) {
    match wire {
        Wire::Answer(answer) => (Reached::FirstByte, Ok(answer)),
        Wire::Truncated { answer, keep } => {
            let body = answer.body.slice(..keep.min(answer.body.len()));
            (Reached::FirstByte, Err(Broken::AnswerCut(Box::new(Response { body, ..answer }))))
        }
        Wire::Reset => (Reached::WholeRequest, Err(Broken::Cut)),
        Wire::NoAnswer => (Reached::WholeRequest, Err(Broken::TimedOut)),
        Wire::Refused => (Reached::Named, Err(Broken::NoConnection)),
    }
}

impl<C: Clock> Transport for SimTransport<C> {
    fn exchange(
        &self,
        request: Request,
        deadline: Duration,
        on_sent: OnSent,
    ) -> Pin<Box<dyn Future<Output = Exchange> + Send + '_>> {
        Box::pin(self.call(request, deadline, on_sent))
    }
}

#[cfg(test)]
mod tests;
