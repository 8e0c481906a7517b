//! How sure a share is that was counted in a sample.

/// A part of a whole, as counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// How many had it.
    pub part: u64,
    /// Of how many.
    pub of: u64,
}

/// One-sided, nineteen times in twenty.
const Z: f64 = 1.644_853_626_951_472_2;

impl Share {
    /// The share that was seen, from 0 to 1; 0 of nothing.
    pub fn seen(self) -> f64 {
        if self.of == 0 { 0.0 } else { self.part as f64 / self.of as f64 }
    }

    /// The share is not above this, nineteen times in twenty: the upper end of Wilson's score interval, one-sided (E. B. Wilson,
    /// J. Amer. Statist. Assoc. 22, 1927). 1 when nothing was counted. With none seen of n it is about 2.7 / n.
    pub fn at_most(self) -> f64 {
        if self.of == 0 { 1.0 } else { self.wilson(1.0).min(1.0) }
    }

    /// The share is not below this, nineteen times in twenty; 0 when nothing was counted.
    pub fn at_least(self) -> f64 {
        if self.of == 0 || self.part == 0 { 0.0 } else { self.wilson(-1.0).max(0.0) }
    }

    fn wilson(self, side: f64) -> f64 {
        let (n, p) = (self.of as f64, self.seen());
        let middle = p + Z * Z / (2.0 * n);
        let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        (middle + side * half) / (1.0 + Z * Z / n)
    }

    /// Both counts together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { part: self.part + other.part, of: self.of + other.of }
    }
}
