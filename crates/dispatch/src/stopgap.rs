//! What to do about an urgent label while the carrier is dark: wait for the light, print one from the contract's own
//! range of numbers, or ask a person.
//!
//! Plain functions of what is known at one moment; nothing is kept here.

use crate::{By, Fact, Intent, State};
use clock::Time;
use jiff::civil::Date;
use parcel::{LabelFormat, ParcelNumber};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What a merchant wants when the carrier is dark and a label is urgent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InTheDark {
    /// The label waits for the carrier.
    #[default]
    Wait,
    /// A local label is printed.
    Local,
    /// A local label is offered, and a person decides.
    Ask,
}

/// What is known when the carrier does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Now.
    pub now: Time,
    /// Since when the carrier has not been well, while it is dark. A return that broke off counts as dark throughout.
    pub dark_since: Option<Time>,
    /// How long it must be so before anything but waiting is thought of.
    pub local_after: Duration,
    /// What the merchant wants.
    pub policy: InTheDark,
    /// Whether the contract has numbers for the product.
    pub has_numbers: bool,
    /// Whether a label can be printed here in the format that was asked for.
    pub can_print: bool,
}

/// What is to be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopgap {
    /// Nothing: the label waits for the carrier.
    Wait,
    /// Print a local label.
    PrintLocally,
    /// Tell the merchant that a local label can be had.
    Offer,
}

/// Whether a label is needed today: its day of deposit is today or past.
pub fn is_urgent(deposit_date: Date, now: Time) -> bool {
    deposit_date <= now.paris_date()
}

impl Intent {
    /// What to do about this intent in the dark. An attempt that is under way is waited for; an offer is made once.
    pub fn stopgap(&self, moment: &Moment) -> Stopgap {
        let dark = moment.dark_since.is_some_and(|since| moment.now.since(since) >= moment.local_after);
        let stuck = matches!(self.state, State::Waiting | State::Unknown)
            && !self.label_may_be_out()
            && self.rechosen().is_none();
        let possible = moment.has_numbers && moment.can_print;
        if !(dark && stuck && possible && is_urgent(self.deposit_date, moment.now)) {
            return Stopgap::Wait;
        }
        match moment.policy {
            InTheDark::Local => Stopgap::PrintLocally,
            InTheDark::Ask if !self.offered => Stopgap::Offer,
            InTheDark::Ask | InTheDark::Wait => Stopgap::Wait,
        }
    }

    /// The facts that put a local label in the place of the carrier's: an unknown attempt is given up for good first,
    /// and what a person has is taken back. Nothing while an attempt is under way, while a label may be in somebody's
    /// hand already, while somebody is to be asked, or when all is settled.
    pub fn local_label(&self, number: ParcelNumber, format: LabelFormat) -> Option<Vec<Fact>> {
        let attempt = self.attempt;
        let before = match self.state {
            _ if self.rechosen().is_some() => return None,
            State::Waiting => None,
            State::Unknown if self.label_may_be_out() => return None,
            State::Unknown => Some(Fact::Superseded { attempt }),
            State::Human => Some(Fact::Reopened),
            State::InFlight | State::Confirmed | State::Rejected | State::Void | State::Question => return None,
        };
        let confirmed = Fact::Confirmed { attempt, number, partner_number: None, format, by: By::Local };
        Some(before.into_iter().chain([confirmed]).collect())
    }
}
