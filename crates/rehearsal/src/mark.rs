//! Whose request it is, told so that only the origin and the report can tell.
//!
//! Every request bears a header with a random number. Under a key that is drawn anew for every rehearsal, the number says
//! which kind sent it; without the key it is noise, the same on the flood's requests as on the innocents'. So a shield
//! between them learns nothing, and the origin knows what reached it.

use crate::dice::Dice;
use serde::Serialize;

/// The header.
pub(crate) const HEADER: &str = "x-rehearsal";

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The flood.
    Flood,
    /// People whose browser keeps nothing: no cookie, no redirect followed.
    Anonymous,
    /// People whose browser keeps cookies and follows where it is led, without JavaScript.
    Browser,
    /// Shops' programs that order labels with a key.
    App,
    /// Devices that scan parcels, with a key.
    Scanner,
    /// Programs that read the feed of the status page.
    Feed,
    /// Probes of whoever runs the service, with a key.
    Probe,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Flood, Self::Anonymous, Self::Browser, Self::App, Self::Scanner, Self::Feed, Self::Probe];
    /// Those that should be served.
    pub const INNOCENT: [Self; 6] = [Self::Anonymous, Self::Browser, Self::App, Self::Scanner, Self::Feed, Self::Probe];

    /// The word for it in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Flood => "flood",
            Self::Anonymous => "anonymous",
            Self::Browser => "browser",
            Self::App => "app",
            Self::Scanner => "scanner",
            Self::Feed => "feed",
            Self::Probe => "probe",
        }
    }

    /// Its place in [`Kind::ALL`].
    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

/// Makes the numbers, and reads them.
#[derive(Clone, Copy)]
pub(crate) struct Marks {
    key: u64,
}

impl Marks {
    pub(crate) fn new(seed: u64) -> Self {
        Self { key: Dice::new(seed, u64::MAX).any() }
    }

    /// A number that says this kind.
    pub(crate) fn make(self, kind: Kind, dice: &mut Dice) -> String {
        loop {
            let number = dice.any();
            if self.index(number) == kind.index() as u64 {
                return format!("{number:016x}");
            }
        }
    }

    /// The kind that a number says.
    pub(crate) fn read(self, mark: &str) -> Option<Kind> {
        let index = self.index(u64::from_str_radix(mark, 16).ok()?);
        Kind::ALL.get(usize::try_from(index).ok()?).copied()
    }

    /// The finaliser of SplitMix64 over number and key: every bit of both moves every bit of the outcome.
    fn index(self, number: u64) -> u64 {
        let mut x = number ^ self.key;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)) % Kind::ALL.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_key_tells_the_kinds_apart() {
        let (marks, other, mut dice) = (Marks::new(1), Marks::new(2), Dice::new(3, 0));
        let mut taken_for_flood = 0;
        for n in 0..7_000 {
            let kind = Kind::ALL[n % 7];
            let mark = marks.make(kind, &mut dice);
            assert_eq!(marks.read(&mark), Some(kind));
            taken_for_flood += u32::from(other.read(&mark) == Some(Kind::Flood));
        }
        assert!((800..1_200).contains(&taken_for_flood), "{taken_for_flood}");
        assert_eq!(marks.read("not a number"), None);
    }
}
