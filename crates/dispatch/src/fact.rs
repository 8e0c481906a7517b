//! What can happen to an intent. Facts are written once, in this form, and never changed; only what ended long ago is
//! folded into one fact, [`Fact::Compacted`].

use crate::{Consent, Intent, Question};
use clock::Time;
use jiff::civil::Date;
use parcel::{LabelFormat, MerchantId, ParcelNumber, PickupPointId, Shipment};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// One thing that happened to one intent. `attempt` counts the requests made to the carrier, from 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// A merchant asked for a label and was told that it is in hand.
    Accepted {
        /// Whose.
        merchant: MerchantId,
        /// What is to be labelled.
        shipment: Box<Shipment>,
        /// By which door it came.
        via: Via,
    },
    /// A worker took the intent and is about to call the carrier. Written before the first byte leaves.
    Claimed {
        /// Which attempt this is.
        attempt: u32,
        /// The day of deposit that the carrier is told: never before today.
        deposit_date: Date,
        /// The parcel number that we chose, where the contract lets us: the strongest anchor there is.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        number: Option<ParcelNumber>,
    },
    /// The last byte of the request was handed to the network: from here on it may have happened.
    Sent {
        /// Which attempt.
        attempt: u32,
    },
    /// The request did not reach the carrier whole, or the carrier said in its own protocol that it did nothing.
    NotDone {
        /// Which attempt.
        attempt: u32,
        /// Why.
        cause: Cause,
        /// The carrier's wish when to come back, if it said so.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        retry_after: Option<Duration>,
    },
    /// The label was made, by the carrier or in the dark by ourselves, and we hold it.
    Confirmed {
        /// Which attempt.
        attempt: u32,
        /// The parcel's number.
        number: ParcelNumber,
        /// The partner's number, if there is one (`parcelNumberPartner`).
        #[serde(skip_serializing_if = "Option::is_none", default)]
        partner_number: Option<String>,
        /// The format of the label's bytes.
        format: LabelFormat,
        /// How we know.
        by: By,
    },
    /// The carrier refused the request for what it says: asking again changes nothing.
    Rejected {
        /// Which attempt.
        attempt: u32,
        /// What the carrier said.
        reject: Reject,
    },
    /// The whole request left and no answer that can be trusted came: it may have happened.
    Unknown {
        /// Which attempt.
        attempt: u32,
        /// Why.
        cause: Cause,
        /// The number that a cut answer still named: the label exists and can be printed again.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        number: Option<ParcelNumber>,
    },
    /// An anchor was asked about an unknown attempt, and this is what it said.
    Probed {
        /// Which attempt was asked about.
        attempt: u32,
        /// What was found.
        found: Found,
    },
    /// The unknown attempt is given up for good: should its label turn up it is void and is never released.
    Superseded {
        /// Which attempt.
        attempt: u32,
    },
    /// A label of a superseded attempt turned up. It is kept as a number to void and never released.
    TurnedUp {
        /// Which attempt.
        attempt: u32,
        /// Its number.
        number: ParcelNumber,
    },
    /// What the buyer chose cannot be honoured as the request has it: nothing is made before somebody has agreed to
    /// something.
    Asked {
        /// Which attempt came to nothing over it; none when none was begun.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        attempt: Option<u32>,
        /// What is asked.
        question: Question,
    },
    /// Somebody agreed: this is what the carrier is asked for from now on. The first fact is not changed by it.
    Consented {
        /// What was agreed to, and by whom.
        consent: Consent,
    },
    /// The buyer chose anew after the carrier had been asked. Not agreed to by anybody; where nothing was made after all,
    /// it becomes a question.
    Rechosen {
        /// Which point.
        chosen: PickupPointId,
        /// Whether that is another than the label is for.
        differs: bool,
    },
    /// The carrier says that the parcel waits at another point than the one chosen. Said once.
    Elsewhere {
        /// The carrier's event code.
        code: String,
        /// When it was seen here.
        seen_at: Time,
    },
    /// The carrier is dark, the label is urgent, and the merchant was told that a local one can be printed. Said once.
    LocalOffered,
    /// The carrier was told of a parcel with a local label: the file is with it.
    Announced {
        /// Number of the announcement, counted per client.
        bordereau: u32,
        /// Name of its file.
        file: String,
    },
    /// The carrier's tracking knows an announced parcel.
    Integrated,
    /// The engine can do no more by itself.
    LeftToHuman {
        /// Why, in words for the person who takes it up.
        reason: String,
    },
    /// A person decided that the intent may be tried again.
    Reopened,
    /// The label was handed to the merchant for the first time.
    Released,
    /// The merchant gave the shipment up: its label, made or still to come, is not to be used.
    Voided,
    /// The store was restored from a backup in which this was open. What the lost store did after the backup's mark is
    /// not known: this attempt may have been made, and its label may be in somebody's hand.
    Restored {
        /// Which attempt may have been made.
        attempt: u32,
        /// The moment up to which the backup knows everything.
        mark: Time,
        /// The number that would have been chosen, where the contract lets us.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        number: Option<ParcelNumber>,
    },
    /// In the place of all facts of an intent that ended long ago: what they came to, without its addresses.
    Compacted {
        /// Whose.
        merchant: MerchantId,
        /// By which door it came.
        via: Via,
        /// What all facts came to.
        intent: Box<Intent>,
    },
}

/// By which door a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// `POST /v1/shipments`.
    Api,
    /// The carrier-compatible endpoint `generateLabel`.
    DropIn,
}

/// How a label came to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The carrier's answer to the request.
    Answer,
    /// The carrier's own record of the number that we chose (error 30702, then a reprint).
    Anchor,
    /// Our order number seen in the carrier's tracking, then a reprint.
    Tracking,
    /// A person gave the number, and a reprint proved it.
    Human,
    /// We printed it ourselves while the carrier was dark, with a number from the contract's range.
    Local,
}

/// Why an attempt ended without a label. No text from outside: it may hold private data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// No connection could be made.
    NoConnection,
    /// The connection broke before the whole request was written.
    CutWhileSending,
    /// No answer in the time allowed.
    NoAnswer,
    /// The connection broke after the whole request was written.
    CutWhileWaiting,
    /// An answer that is not the protocol's: HTML, an empty body, a truncated multipart. With its HTTP status.
    NotTheProtocol(u16),
    /// The carrier's own protocol said that its service is not available, by this error id (40015, 40018, …).
    Unavailable(String),
    /// The carrier asked us to slow down (HTTP 429).
    TooMany,
    /// Our own process stopped in the middle; what was under way may have happened.
    WeStopped,
    /// Our own store was lost and restored from a backup; what it did last may have happened, even to the label in
    /// somebody's hand.
    Restored,
}

/// What the carrier refused, in its own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    /// The carrier's error id, for example `30221`.
    pub code: String,
    /// The carrier's text, in French.
    pub message: String,
}

/// What an anchor said about an unknown attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// It was proved that the carrier made nothing.
    NotMade,
    /// The anchor did not answer; ask again later.
    NoAnswer,
    /// There is no anchor that could tell.
    NoAnchor,
}

/// A fact with when and in which order it was written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stamped {
    /// Place in the journal, from 1.
    pub seq: u64,
    /// When it was written.
    pub at: Time,
    /// What happened.
    #[serde(flatten)]
    pub fact: Fact,
}
