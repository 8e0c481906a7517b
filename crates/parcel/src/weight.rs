//! Weights in grams and amounts in cents.

use crate::Invalid;
use serde::{Deserialize, Serialize};

/// A parcel's weight in grams, 10 to 30,000: Colissimo takes 0.01 to 30.00 kg (`parcel.weight`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Weight(u32);

impl Weight {
    /// The lightest parcel, in grams.
    pub const GRAMS_MIN: u32 = 10;
    /// The heaviest parcel, in grams.
    pub const GRAMS_MAX: u32 = 30_000;

    /// A weight of so many grams.
    ///
    /// # Errors
    /// Outside 10 to 30,000 g.
    pub fn from_grams(grams: u32) -> Result<Self, Invalid> {
        if !(Self::GRAMS_MIN..=Self::GRAMS_MAX).contains(&grams) {
            return Err(Invalid::new("weight_g", "a parcel weighs between 10 and 30000 grams (0.01 to 30.00 kg)"));
        }
        Ok(Self(grams))
    }

    /// A weight of so many kilograms, rounded to the gram.
    ///
    /// # Errors
    /// Outside 0.01 to 30.00 kg, or not a number.
    pub fn from_kg(kg: f64) -> Result<Self, Invalid> {
        let grams = (kg * 1000.0).round();
        if !(f64::from(Self::GRAMS_MIN)..=f64::from(Self::GRAMS_MAX)).contains(&grams) {
            return Self::from_grams(0);
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in 10..=30000 by the check above")]
        Self::from_grams(grams as u32)
    }

    /// The weight in grams.
    pub fn grams(self) -> u32 {
        self.0
    }

    /// The weight in kilograms.
    pub fn kg(self) -> f64 {
        f64::from(self.0) / 1000.0
    }
}

impl TryFrom<u32> for Weight {
    type Error = Invalid;
    fn try_from(grams: u32) -> Result<Self, Invalid> {
        Self::from_grams(grams)
    }
}

impl From<Weight> for u32 {
    fn from(w: Weight) -> Self {
        w.0
    }
}

/// An amount of money in euro cents.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cents(pub u32);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_at_their_bounds() {
        for kg in [0.01, 1.0, 29.999, 30.0] {
            assert!(Weight::from_kg(kg).is_ok(), "{kg}");
        }
        for kg in [0.0, 0.009, 30.01, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Weight::from_kg(kg).is_err(), "{kg}");
        }
        assert_eq!(Weight::from_kg(1.2345).map(Weight::grams), Ok(1235));
    }
}
