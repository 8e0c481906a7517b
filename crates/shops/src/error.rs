//! The class of a failed call to a shop: whose fault, and whether it may be made again.

use exchange::{Broken, Reached};
use std::{fmt, time::Duration};

/// How long to leave a shop alone after a call that it cannot have read.
const BROKEN_RETRY: Duration = Duration::from_secs(5);

/// How long to leave a shop alone after a question that it did not answer.
const QUESTION_RETRY: Duration = Duration::from_secs(30);

/// Whose fault a failure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Blame {
    /// Ours or the merchant's settings: credentials, rights, address.
    Us,
    /// The shop's, or the network's between us.
    Them,
    /// The one who asked: what was to be written is wrong for this order.
    Caller,
}

/// Whether the same call may be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Retry {
    /// It would fail again until somebody changes something.
    Never,
    /// Nothing was changed in the shop: the call may be repeated, not sooner than this.
    After(Duration),
    /// It may have happened. [`crate::Client::push_shipment`] looks before it writes, so it may be called again later;
    /// anything else is to be looked up first.
    Unknown,
}

/// Why a shop did not do what it was asked. Holds no address, no credential and no name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopError {
    /// Whose fault it is.
    pub blame: Blame,
    /// Whether the call may be made again.
    pub retry: Retry,
    /// The platform's own code where it gave one (`woocommerce_rest_cannot_view`, `THROTTLED`), else a word of ours
    /// (`no_connection`, `no_answer`, `no_such_order`…).
    pub code: String,
    /// What happened and what to do, in English.
    pub message: String,
}

impl ShopError {
    /// A failure with these words.
    pub fn new(blame: Blame, retry: Retry, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { blame, retry, code: code.into(), message: message.into() }
    }

    /// The class of a call that broke before a whole answer had come.
    ///
    /// What was not written whole cannot have been read whole: it may be sent again. Anything later may have happened.
    pub fn of_break(reached: Reached, broken: &Broken) -> Self {
        let again = |code, message| Self::new(Blame::Them, Retry::After(BROKEN_RETRY), code, message);
        let maybe = |code, message| Self::new(Blame::Them, Retry::Unknown, code, message);
        match (reached, broken) {
            (Reached::Nothing | Reached::Named | Reached::Taken, _) => {
                again("no_connection", "the shop could not be reached")
            }
            (Reached::Connected | Reached::PartOfRequest, _) => {
                again("cut_while_sending", "the connection broke before the request was sent")
            }
            (_, Broken::TimedOut) => maybe("no_answer", "the shop did not answer in time"),
            (_, Broken::TooLarge) => maybe("too_large", "the answer is larger than is read; ask for smaller pages"),
            (_, Broken::Cut | Broken::AnswerCut(_) | Broken::NoConnection) => {
                maybe("cut_while_waiting", "the connection broke before the answer was whole")
            }
        }
    }

    /// The same failure of a call that changes nothing, which can always be made again.
    #[must_use]
    pub(crate) fn of_a_question(mut self) -> Self {
        if self.retry == Retry::Unknown {
            self.retry = Retry::After(QUESTION_RETRY);
        }
        self
    }
}

impl fmt::Display for ShopError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.code)
    }
}

impl std::error::Error for ShopError {}
