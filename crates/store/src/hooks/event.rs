//! What an endpoint can be told of: the facts of the journal that matter outside, by their names outside.

use crate::codes::Coded;
use std::str::FromStr;

/// What happened to a shipment, as it is told outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HookEvent {
    /// It was taken in.
    Accepted,
    /// Its label is there.
    Confirmed,
    /// The carrier refused it.
    Rejected,
    /// It is not known whether the carrier made the label.
    Unknown,
    /// A person has to decide.
    Human,
    /// It was given up.
    Void,
    /// A label that is not to be used turned up at the carrier.
    TurnedUp,
    /// A local label is offered.
    LocalOffered,
    /// Its local label was announced to the carrier.
    Announced,
    /// The carrier has taken its local label over.
    Integrated,
    /// What its buyer chose cannot be honoured: somebody is asked.
    Question,
    /// Somebody agreed to where it goes.
    Consented,
    /// Its parcel is not, or may not be, where its buyer chose.
    Mismatch,
}

/// Each event, the name of a fact that it is, its name outside.
const NAMES: [(HookEvent, &str, &str); 14] = [
    (HookEvent::Accepted, "accepted", "shipment.accepted"),
    (HookEvent::Confirmed, "confirmed", "shipment.confirmed"),
    (HookEvent::Rejected, "rejected", "shipment.rejected"),
    (HookEvent::Unknown, "unknown", "shipment.unknown"),
    (HookEvent::Human, "left_to_human", "shipment.human"),
    (HookEvent::Void, "voided", "shipment.void"),
    (HookEvent::TurnedUp, "turned_up", "shipment.turned_up"),
    (HookEvent::LocalOffered, "local_offered", "shipment.local_offered"),
    (HookEvent::Announced, "announced", "shipment.announced"),
    (HookEvent::Integrated, "integrated", "shipment.integrated"),
    (HookEvent::Question, "asked", "shipment.question"),
    (HookEvent::Consented, "consented", "shipment.consented"),
    (HookEvent::Mismatch, "elsewhere", "shipment.mismatch"),
    (HookEvent::Mismatch, "rechosen", "shipment.mismatch"),
];

impl Coded for HookEvent {
    const ALL: &'static [Self] = &[
        Self::Accepted,
        Self::Confirmed,
        Self::Rejected,
        Self::Unknown,
        Self::Human,
        Self::Void,
        Self::TurnedUp,
        Self::LocalOffered,
        Self::Announced,
        Self::Integrated,
        Self::Question,
        Self::Consented,
        Self::Mismatch,
    ];
    const WHAT: &'static str = "event";
}

impl HookEvent {
    /// Its name outside, for example `shipment.confirmed`.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(event, ..)| *event == self).map_or("", |(_, _, name)| name)
    }

    /// Every name outside.
    pub fn names() -> impl Iterator<Item = &'static str> {
        HookEvent::ALL.iter().map(|event| event.name())
    }

    /// What the fact with this name is outside; most facts are nothing there.
    pub(crate) fn of_fact(fact: &str) -> Option<Self> {
        NAMES.iter().find(|(_, name, _)| *name == fact).map(|(event, ..)| *event)
    }
}

/// A word that names no event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no event of this name")]
pub struct UnknownEvent;

impl FromStr for HookEvent {
    type Err = UnknownEvent;

    fn from_str(text: &str) -> Result<Self, UnknownEvent> {
        NAMES.iter().find(|(_, _, name)| *name == text).map(|(event, ..)| *event).ok_or(UnknownEvent)
    }
}

/// Several events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HookEvents(u32);

impl HookEvents {
    /// Whether this one is among them.
    pub fn contains(self, event: HookEvent) -> bool {
        self.0 & bit(event) != 0
    }

    /// Those that it has.
    pub fn iter(self) -> impl Iterator<Item = HookEvent> {
        HookEvent::ALL.iter().copied().filter(move |event| self.contains(*event))
    }

    pub(crate) fn bits(self) -> u32 {
        self.0
    }

    pub(crate) fn from_bits(bits: u32) -> Self {
        Self(bits)
    }
}

impl FromIterator<HookEvent> for HookEvents {
    fn from_iter<I: IntoIterator<Item = HookEvent>>(events: I) -> Self {
        Self(events.into_iter().fold(0, |bits, event| bits | bit(event)))
    }
}

fn bit(event: HookEvent) -> u32 {
    u32::try_from(event.code()).ok().and_then(|place| 1_u32.checked_shl(place)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_a_fact_and_a_name_and_reads_back() {
        for event in HookEvent::ALL {
            assert!(NAMES.iter().any(|(named, ..)| named == event), "{event:?}");
            assert_eq!(event.name().parse(), Ok(*event));
            assert_eq!(HookEvent::from_code(event.code()).ok(), Some(*event));
        }
        for (event, fact, _) in NAMES {
            assert_eq!(HookEvent::of_fact(fact), Some(event));
        }
        assert_eq!(
            (HookEvent::of_fact("claimed"), "shipment.claimed".parse()),
            (None, Err::<HookEvent, _>(UnknownEvent))
        );
    }

    #[test]
    fn a_set_has_what_was_put_in() {
        let some: HookEvents = [HookEvent::Confirmed, HookEvent::Integrated].into_iter().collect();
        assert_eq!(some.iter().collect::<Vec<_>>(), [HookEvent::Confirmed, HookEvent::Integrated]);
        assert_eq!(HookEvents::from_bits(some.bits()), some);
    }
}
