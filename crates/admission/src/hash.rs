//! The keyed hash by which a source finds its cells. Without the key nobody can choose sources that share one.

use siphasher::sip::SipHasher13;
use std::hash::Hasher;

/// A keyed hash.
#[derive(Clone)]
pub(crate) struct Keyed(SipHasher13);

impl Keyed {
    /// With this key, drawn anew at each start.
    pub(crate) fn new(key: [u8; 16]) -> Self {
        Self(SipHasher13::new_with_key(&key))
    }

    /// The hash of a value in a domain: the same value in two domains has nothing in common.
    pub(crate) fn of(&self, domain: u8, value: u64) -> u64 {
        let mut hasher = self.0;
        hasher.write_u64(value);
        hasher.write_u8(domain);
        hasher.finish()
    }
}
