//! Seeded chance. The same seed throws the same dice on every machine and with every version of the `rand` crates:
//! only the ChaCha stream itself is used, never a library's sampling.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of chance.
#[derive(Clone, Debug)]
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream of this seed.
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Another stream of the same seed, so that one part of the world does not disturb the throws of another.
    pub fn stream(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// Sixty-four bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Fills the bytes.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }

    /// A number from 0 to `n` − 1; 0 when `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        let wide = u128::from(self.bits()) * u128::from(n);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number in `[0, 1)`.
    pub fn unit(&mut self) -> f64 {
        let high = u32::try_from(self.bits() >> 32).unwrap_or(0);
        f64::from(high) / (f64::from(u32::MAX) + 1.0)
    }

    /// Whether something with this chance, from 0 to 1, happens.
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// One of these; `None` when there are none.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let i = usize::try_from(self.below(from.len() as u64)).unwrap_or(0);
        from.get(i)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_stream() {
        let (mut a, mut b, mut c) = (Dice::new(7), Dice::new(7), Dice::stream(7, 1));
        let throws = |d: &mut Dice| (0..8).map(|_| d.bits()).collect::<Vec<_>>();
        let first = throws(&mut a);
        assert_eq!(first, throws(&mut b));
        assert_ne!(first, throws(&mut c));
    }

    #[test]
    fn throws_keep_to_their_bounds() {
        let mut dice = Dice::new(1);
        for n in 1..200 {
            assert!(dice.below(n) < n);
            assert!((0.0..1.0).contains(&dice.unit()));
        }
        assert_eq!(dice.below(0), 0);
        assert!(!dice.chance(0.0) && dice.chance(1.0));
        assert_eq!(dice.pick::<u8>(&[]), None);
    }
}
