//! How many of the innocent are refused: measured with traffic that is known to be good, over a window, with how sure that is.
//!
//! Nobody can count all the innocents in a flood: who is refused can't be asked. But some are known: clients with a signed
//! key, our own probes, and people with a token. What becomes of them is counted, each kind apart, as they are not treated
//! alike; the share among the anonymous is that of the probes that come without a token.
//!
//! The memory is fixed: a ring of slots of ten seconds each for every kind.

use crate::share::Share;
use clock::Time;

/// Whose requests are known to be good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Known {
    /// Clients with a signed key.
    Signed,
    /// Our own probes, which come as an anonymous visitor does.
    Probe,
    /// People with a token. Some of them may be an attacker's browsers.
    Token,
}

impl Known {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Signed, Self::Probe, Self::Token];

    /// The word for it in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::Probe => "probe",
            Self::Token => "token",
        }
    }
}

const SLOTS: usize = 90;
const SLOT_MS: i64 = 10_000;
/// The longest window, in seconds.
pub const INNOCENTS_WINDOW_S_MAX: u32 = 890;
/// With fewer requests than this nothing is said.
pub const INNOCENTS_COUNT_MIN: u64 = 100;

/// How many of the innocent were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Not known: too few were counted.
    NotKnown {
        /// How many were.
        counted: u64,
    },
    /// So many, with bounds by [`Share::at_most`] and [`Share::at_least`].
    Known(Share),
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    number: i64,
    refused: [Share; Known::ALL.len()],
}

/// Counts what becomes of requests that are known to be good.
#[derive(Clone, Debug)]
pub struct Innocents {
    slots: Box<[Slot; SLOTS]>,
}

impl Default for Innocents {
    fn default() -> Self {
        Self { slots: Box::new([Slot { number: i64::MIN, refused: [Share::default(); Known::ALL.len()] }; SLOTS]) }
    }
}

impl Innocents {
    /// One request, and whether it was refused. A count from before the longest window is dropped.
    pub fn count(&mut self, known: Known, refused: bool, now: Time) {
        let number = number(now);
        let slot = &mut self.slots[place(number)];
        if slot.number > number {
            return;
        }
        if slot.number < number {
            *slot = Slot { number, refused: Default::default() };
        }
        let share = &mut slot.refused[known as usize];
        *share = share.and(Share { part: refused.into(), of: 1 });
    }

    /// Of this kind, over so many seconds until now, to the ten seconds.
    pub fn refused(&self, known: Known, window_s: u32, now: Time) -> Refused {
        let last = number(now);
        let slots = i64::from(window_s.min(INNOCENTS_WINDOW_S_MAX)) * 1_000 / SLOT_MS;
        let within =
            self.slots.iter().filter(|slot| slot.number <= last && slot.number > last.saturating_sub(slots.max(1)));
        let share = within.fold(Share::default(), |sum, slot| sum.and(slot.refused[known as usize]));
        if share.of < INNOCENTS_COUNT_MIN { Refused::NotKnown { counted: share.of } } else { Refused::Known(share) }
    }
}

const fn number(now: Time) -> i64 {
    now.unix_ms().div_euclid(SLOT_MS)
}

fn place(number: i64) -> usize {
    usize::try_from(number.rem_euclid(SLOTS as i64)).unwrap_or(0)
}
