//! The class of a failed call: whose fault, whether it may be made again, and which kind of failure it was.
//!
//! Plain data, made by the codecs. Nothing here holds an address, a telephone or a credential.

use crate::{Broken, Reached};
use bytes::Bytes;
use parcel::ParcelNumber;
use std::{fmt, time::Duration};

/// How long to leave a carrier alone after a call that it cannot have read.
const BROKEN_RETRY: Duration = Duration::from_secs(1);

/// How long to leave a carrier alone after a question that it did not answer.
const QUESTION_RETRY: Duration = Duration::from_secs(30);

/// Whose fault a failure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Blame {
    /// Ours or the merchant's account: credentials, contract, number range.
    Us,
    /// The carrier's, or the network's between us.
    Them,
    /// The one who asked: a field of the shipment is wrong.
    Caller,
}

/// Whether the same call may be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Retry {
    /// It would fail again until somebody changes something.
    Never,
    /// Nothing was made: the call may be repeated, not sooner than this.
    After(Duration),
    /// It may have happened. Only an anchor can tell; a blind retry could make a second label.
    Unknown,
}

/// The kind of a failure, for those who count or explain failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// No connection could be made.
    NoConnection,
    /// The connection broke, or time ran out, before the whole request was written.
    CutWhileSending,
    /// The whole request was written, and no answer came in the time allowed.
    NoAnswer,
    /// The connection broke after the whole request was written.
    CutWhileWaiting,
    /// An answer that is not the protocol's (HTML, nothing, a piece), with its HTTP status; 0 when it had none.
    NotTheProtocol(u16),
    /// The carrier's own protocol said that it failed or is not available; `code` is its error id.
    Unavailable,
    /// The carrier asked us to slow down.
    TooMany,
    /// The carrier refused: `code` and `message` are its own.
    Refused,
}

/// Why a carrier did not do what it was asked.
#[derive(Clone, PartialEq, Eq)]
pub struct CarrierError {
    /// The kind of failure.
    pub kind: Kind,
    /// Whose fault it is.
    pub blame: Blame,
    /// Whether the call may be made again.
    pub retry: Retry,
    /// The carrier's error id where it gave one (`30221`), else a word of ours (`no_connection`, `label_cut`…).
    pub code: String,
    /// The carrier's text where it gave one, else ours; no private data.
    pub message: String,
    /// The number that the carrier gave before the answer went wrong: its label can be had by a reprint.
    pub number: Option<ParcelNumber>,
    /// A label that came whole in an answer that is otherwise unusable (its number cannot be read).
    pub label: Option<Box<Bytes>>,
}

impl CarrierError {
    /// A failure without number or label.
    pub fn new(kind: Kind, blame: Blame, retry: Retry, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind, blame, retry, code: code.into(), message: message.into(), number: None, label: None }
    }

    /// The class of a call that broke before a whole answer had come.
    ///
    /// What was not written whole cannot have been read whole: it may be sent again. Anything later may have happened.
    pub fn of_break(reached: Reached, broken: &Broken) -> Self {
        let again = |kind, code, message| Self::new(kind, Blame::Them, Retry::After(BROKEN_RETRY), code, message);
        let maybe = |kind, code, message| Self::new(kind, Blame::Them, Retry::Unknown, code, message);
        match (reached, broken) {
            (Reached::Nothing | Reached::Named | Reached::Taken, _) => {
                again(Kind::NoConnection, "no_connection", "the carrier could not be reached")
            }
            (Reached::Connected | Reached::PartOfRequest, _) => {
                again(Kind::CutWhileSending, "cut_while_sending", "the connection broke before the request was sent")
            }
            (_, Broken::TimedOut) => maybe(Kind::NoAnswer, "no_answer", "the carrier did not answer in time"),
            (_, Broken::TooLarge) => maybe(Kind::NotTheProtocol(0), "too_large", "the answer is larger than any label"),
            (_, Broken::Cut | Broken::AnswerCut(_) | Broken::NoConnection) => {
                maybe(Kind::CutWhileWaiting, "cut_while_waiting", "the connection broke before the answer was whole")
            }
        }
    }

    /// The same failure of a call that makes nothing, which can always be made again.
    #[must_use]
    pub(crate) fn of_a_question(mut self) -> Self {
        if self.retry == Retry::Unknown {
            self.retry = Retry::After(QUESTION_RETRY);
        }
        self
    }

    /// The same failure of a parcel whose number is known.
    #[must_use]
    pub fn with_number(mut self, number: Option<ParcelNumber>) -> Self {
        self.number = number;
        self
    }
}

impl fmt::Display for CarrierError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.code)
    }
}

impl fmt::Debug for CarrierError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CarrierError")
            .field("kind", &self.kind)
            .field("blame", &self.blame)
            .field("retry", &self.retry)
            .field("code", &self.code)
            .field("message", &self.message)
            .field("number", &self.number)
            .field("label_bytes", &self.label.as_ref().map(|l| l.len()))
            .finish()
    }
}

impl std::error::Error for CarrierError {}
