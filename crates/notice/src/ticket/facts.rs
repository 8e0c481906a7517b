//! What our own records say, looked up for one ticket and handed in.

use clock::Time;
use parcel::{MerchantId, OrderNumber, ParcelNumber, ShipmentId};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use watch::{Function, IncidentId};

/// How long after an incident's end tickets still come because of it.
pub const WINDOW_AFTER: Duration = Duration::from_secs(24 * 3_600);

/// Who asks, as far as it is proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asker {
    /// A merchant: by its key, or by the address that it registered and to which the answer goes.
    Merchant(MerchantId),
    /// Somebody whose address is known, and nothing else.
    Address,
    /// Nobody that can be told from others.
    Unknown,
}

/// What right the asker has to know of a parcel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// It is the merchant's own.
    Merchant,
    /// The answer goes to the address of the parcel's sender or addressee.
    Party,
    /// None: what tracking would tell anybody who has the number, and no more.
    None,
}

/// By what a parcel was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundBy {
    /// Its number.
    Number,
    /// Its order's number.
    Order,
    /// The account, the function and the time.
    Time,
}

/// How a parcel stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum State {
    /// Its label is here.
    Ready {
        /// Since when.
        at: Time,
        /// Whether we printed it ourselves.
        local: bool,
        /// Whether the carrier knows of it.
        announced: bool,
    },
    /// It waits for the carrier.
    Waiting {
        /// Since when it was asked for.
        since: Time,
        /// How many attempts failed.
        attempts: u32,
    },
    /// The carrier was asked and did not answer: whether it made a label is being found out.
    Unknown {
        /// When it was asked for here.
        since: Time,
        /// When the carrier was last asked.
        asked: Time,
    },
    /// The buyer or the shop has to answer a question first.
    Question {
        /// Since when.
        since: Time,
        /// Where the question is answered; told only to who has a right to it.
        link: Option<String>,
    },
    /// The carrier refused it.
    Rejected {
        /// When.
        at: Time,
        /// Its own code.
        code: String,
    },
    /// A person has to decide.
    Human {
        /// Since when.
        since: Time,
    },
    /// It was given up.
    Void {
        /// When.
        at: Time,
    },
}

impl State {
    /// Whether there is a label, or none is to come.
    pub fn is_settled(&self) -> bool {
        matches!(self, Self::Ready { .. } | Self::Rejected { .. } | Self::Void { .. })
    }
}

/// One parcel of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parcel {
    /// Its shipment.
    pub id: ShipmentId,
    /// Whose.
    pub merchant: MerchantId,
    /// Its order.
    pub order: Option<OrderNumber>,
    /// Which parcel of its order it is, where there are several.
    pub parcel_no: Option<u32>,
    /// Its number, where it has one.
    pub number: Option<ParcelNumber>,
    /// When it was asked for.
    pub accepted: Time,
    /// How it stands.
    pub state: State,
    /// By what it was found.
    pub by: FoundBy,
    /// What right the asker has to it.
    pub right: Right,
}

/// An incident at the time of the ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// Its number.
    pub id: IncidentId,
    /// The carrier; empty where the trouble is our own.
    pub carrier: String,
    /// The functions that are or were in it.
    pub functions: Vec<Function>,
    /// Since when.
    pub opened: Time,
    /// When it was restored.
    pub restored: Option<Time>,
    /// By when the next message about it comes.
    pub next_by: Option<Time>,
}

impl Trouble {
    /// Whether a ticket of this time can come of it.
    pub fn reaches(&self, at: Time) -> bool {
        self.opened <= at && self.restored.is_none_or(|end| at <= end.plus(WINDOW_AFTER))
    }
}

/// All that is known for one ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// When the ticket came.
    pub at: Time,
    /// When this was looked up.
    pub now: Time,
    /// Who asks.
    pub asker: Asker,
    /// Every parcel that its numbers and words name, and, for a merchant, those that an incident holds up or held up.
    pub parcels: Vec<Parcel>,
    /// The incidents that are open or not long over.
    pub troubles: Vec<Trouble>,
}
