//! The parcels that exist in the rehearsal.

use crate::dice::Dice;
use std::collections::HashSet;

const COUNT: u64 = 1_000;
/// The weights of the check digit (UPU S10).
const WEIGHTS: [u64; 8] = [8, 6, 4, 2, 3, 5, 9, 7];

/// Numbers as on labels to other countries (UPU S10: two letters, eight digits, a check digit, the country).
pub(crate) struct Parcels {
    all: Vec<String>,
    set: HashSet<String>,
}

impl Parcels {
    pub(crate) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed, u64::MAX - 1);
        let all: Vec<String> = (0..COUNT).map(|_| number(dice.below(100_000_000))).collect();
        Self { set: all.iter().cloned().collect(), all }
    }

    pub(crate) fn exists(&self, number: &str) -> bool {
        self.set.contains(number)
    }

    /// One of them.
    pub(crate) fn any(&self, dice: &mut Dice) -> &str {
        dice.pick::<String>(&self.all)
    }
}

fn number(serial: u64) -> String {
    let digits = format!("{serial:08}");
    let sum: u64 = digits.bytes().zip(WEIGHTS).map(|(digit, weight)| u64::from(digit - b'0') * weight).sum();
    let check = match 11 - sum % 11 {
        10 => 0,
        11 => 5,
        check => check,
    };
    format!("LA{digits}{check}FR")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_is_that_of_the_post() {
        assert_eq!(number(47_312_482), "LA473124829FR", "the standard's example is RR473124829GB");
        let (parcels, mut dice) = (Parcels::new(1), Dice::new(1, 1));
        assert!(parcels.exists(parcels.any(&mut dice)));
        assert!(!parcels.exists("12345678901"));
    }
}
