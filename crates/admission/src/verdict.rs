//! What is asked of the shield, and what it says.

use crate::{Class, Moment, Prefix, Rule, route::ResourceId};

/// One request, by what the caller found out of it.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// Where it comes from.
    pub prefix: Prefix,
    /// Who asks. `Suspect` never waits.
    pub class: Class,
    /// A keyed digest of the key, device or token that says so. With it the request is counted against that, and
    /// without it against its prefix.
    pub id: Option<u64>,
    /// What is asked for, from [`crate::Shield::resource`].
    pub resource: ResourceId,
    /// [`Rule::Forbidden`] when an operator forbade its shape, [`Rule::Signature`] when it has the flood's,
    /// [`Rule::NoSuchParcel`] when it names a parcel that does not exist.
    pub suspect_rule: Option<Rule>,
    /// Whether a program asks, which cannot do anything with a challenge.
    pub program: bool,
}

/// What becomes of a request.
#[derive(Debug)]
#[must_use]
pub enum Verdict {
    /// It goes to the work behind. The place is given back with [`crate::Shield::leave`].
    Go(Place),
    /// It waits. What becomes of it is a [`Call`] of this ticket.
    Wait(Waiting),
    /// It is refused.
    Refuse(Refusal),
}

/// A place towards the work behind. It cannot be copied, and one that is never given back is lost to everybody: hold it
/// in something that gives it back when dropped.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub struct Place {
    pub(crate) class: Class,
    pub(crate) resource: ResourceId,
    pub(crate) held: Option<Held>,
}

/// What is known of a place that is held; a place without it is free: memory answers it, or it only listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// Under which limit it was given.
    pub(crate) epoch: u32,
    /// Whether nearly all places were taken when it was given.
    pub(crate) full: bool,
}

impl Place {
    /// The class to which it was given.
    pub const fn class(&self) -> Class {
        self.class
    }

    /// What it was given for.
    pub const fn resource(&self) -> ResourceId {
        self.resource
    }
}

/// One who waits. No other has the same ticket until four billion have had its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ticket {
    pub(crate) slot: u32,
    pub(crate) turn: u32,
}

/// A request that waits for a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// By which it is called.
    pub ticket: Ticket,
    /// When it is refused at the latest, by the next [`crate::Shield::tick`].
    pub until: Moment,
}

/// A request that is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub rule: Rule,
    /// When it may ask again, in seconds, at least one.
    pub retry_after_s: u32,
}

/// Word for one who waited.
#[derive(Debug)]
#[must_use]
pub struct Call {
    /// Who is called.
    pub ticket: Ticket,
    /// Its class.
    pub class: Class,
    /// A place, or a refusal.
    pub decided: Result<Place, Refusal>,
}

/// Words for those who waited. An empty one takes no memory, so that it can be made for each call of the shield.
pub type Calls = Vec<Call>;
