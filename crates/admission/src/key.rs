//! The secrets by which tokens, questions and receipts are told from forged ones.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;

/// An HMAC-SHA256 whose key is worked in already: cloning it saves half of the work for each message.
pub(crate) type Keyed = Hmac<Sha256>;

/// What a key is used for. Each use has a key of its own, derived from the secret, so that nothing made for one use is
/// good for another.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Use {
    Token,
    Question,
    ReceiptMac,
    ReceiptPad,
}

impl Use {
    const ALL: [Self; 4] = [Self::Token, Self::Question, Self::ReceiptMac, Self::ReceiptPad];

    const fn label(self) -> &'static [u8] {
        match self {
            Self::Token => b"shield token",
            Self::Question => b"shield question",
            Self::ReceiptMac => b"shield receipt mac",
            Self::ReceiptPad => b"shield receipt pad",
        }
    }
}

/// One secret with its id.
#[derive(Clone)]
pub struct Key {
    id: u8,
    uses: [Keyed; Use::ALL.len()],
}

impl Key {
    /// The key of this secret. Two keys that are good at the same time have different ids.
    pub fn new(id: u8, secret: &[u8; 32]) -> Self {
        let root = keyed(secret);
        Self { id, uses: Use::ALL.map(|part| keyed(&digest(root.clone().chain_update(part.label())))) }
    }

    pub(crate) const fn id(&self) -> u8 {
        self.id
    }

    pub(crate) fn mac(&self, part: Use) -> Keyed {
        self.uses[part as usize].clone()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The keys that are good now: the one that signs, and the one before it while what it signed is still about.
#[derive(Clone, Debug)]
pub struct Keys {
    signs: Key,
    before: Option<Key>,
}

impl Keys {
    /// A key that signs and verifies.
    pub const fn new(signs: Key) -> Self {
        Self { signs, before: None }
    }

    /// The same, with another key that only verifies.
    #[must_use]
    pub fn and_before(mut self, before: Key) -> Self {
        self.before = Some(before);
        self
    }

    pub(crate) const fn signing(&self) -> &Key {
        &self.signs
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.signs).chain(&self.before)
    }

    pub(crate) fn of(&self, id: u8) -> Option<&Key> {
        self.all().find(|key| key.id == id)
    }
}

pub(crate) fn digest(mac: Keyed) -> [u8; 32] {
    mac.finalize().into_bytes().into()
}

fn keyed(secret: &[u8; 32]) -> Keyed {
    // A block of HMAC-SHA256 is 64 bytes; a shorter key is filled up with zeros (RFC 2104 §2).
    let mut block = [0; 64];
    block[..32].copy_from_slice(secret);
    Keyed::new(&block.into())
}
