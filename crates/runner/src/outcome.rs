//! What an exchange with the carrier means: the fact to write, and the sign of health in it.

use carriers::{Blame, CarrierError, Kind, Retry};
use dispatch::{Cause, Fact, Reject, Signal, Via};
use std::time::Duration;

/// The carrier's service itself did not work, whatever it means for the one who asked.
pub(crate) fn signal(error: &CarrierError) -> Signal {
    match error.blame {
        Blame::Them => Signal::Failed,
        Blame::Us | Blame::Caller => Signal::Answered,
    }
}

/// The facts that a failed attempt leaves.
pub(crate) fn facts(error: &CarrierError, attempt: u32, via: Via) -> Vec<Fact> {
    let not_done = |wait: Option<Duration>| Fact::NotDone { attempt, cause: cause(error), retry_after: wait };
    match (error.retry, error.blame, via) {
        (Retry::Unknown, ..) => vec![Fact::Unknown { attempt, cause: cause(error), number: error.number }],
        (Retry::After(wait), ..) => vec![not_done((wait > Duration::ZERO).then_some(wait))],
        // Our standing with the carrier is wrong (login, rights, range): the order itself may be good. Through the
        // API a person is asked; at the drop-in endpoint the module is told what the carrier said, as ever.
        (Retry::Never, Blame::Us, Via::Api) => {
            let reason = format!("the carrier refuses this account ({}): put it right, then retry", error.code);
            vec![not_done(None), Fact::LeftToHuman { reason }]
        }
        (Retry::Never, ..) => {
            vec![Fact::Rejected {
                attempt,
                reject: Reject { code: error.code.clone(), message: error.message.clone() },
            }]
        }
    }
}

fn cause(error: &CarrierError) -> Cause {
    match error.kind {
        Kind::NoConnection => Cause::NoConnection,
        Kind::CutWhileSending => Cause::CutWhileSending,
        Kind::NoAnswer => Cause::NoAnswer,
        Kind::CutWhileWaiting => Cause::CutWhileWaiting,
        Kind::NotTheProtocol(status) => Cause::NotTheProtocol(status),
        Kind::TooMany => Cause::TooMany,
        Kind::Unavailable | Kind::Refused => Cause::Unavailable(error.code.clone()),
    }
}
