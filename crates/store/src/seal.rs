//! Secrets at rest: XChaCha20-Poly1305 under one key, a random nonce for each sealing, bound to what it belongs to.
//!
//! A sealed value is `nonce (24 bytes) ‖ ciphertext ‖ tag (16 bytes)`; the associated data is the id of the row it
//! stands in, so that a sealed login moved to another account does not open.

use crate::StoreError;
use base64::{Engine, engine::general_purpose::STANDARD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use sha2::{Digest, Sha256};
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

const NONCE_BYTES: usize = 24;

/// The key under which secrets are sealed. Wiped from memory when dropped; never shown.
#[derive(Clone)]
pub struct SealingKey {
    bytes: [u8; 32],
    source: String,
}

impl SealingKey {
    /// The key with these bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self { bytes, source: "the configuration".into() }
    }

    /// A key written as 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`StoreError::BadKey`] for anything else.
    pub fn from_hex(text: &str) -> Result<Self, StoreError> {
        let digits =
            Zeroizing::new(text.trim().bytes().map(hex_digit).collect::<Option<Vec<u8>>>().unwrap_or_default());
        if digits.len() != 64 {
            return Err(StoreError::BadKey);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair[0] << 4 | pair[1];
        }
        Ok(Self::from_bytes(bytes))
    }

    /// A key written in base64 (standard alphabet, padded).
    ///
    /// # Errors
    /// [`StoreError::BadKey`] for anything else.
    pub fn from_base64(text: &str) -> Result<Self, StoreError> {
        let decoded = Zeroizing::new(STANDARD.decode(text.trim()).map_err(|_| StoreError::BadKey)?);
        let bytes = decoded.as_slice().try_into().map_err(|_| StoreError::BadKey)?;
        Ok(Self::from_bytes(bytes))
    }

    /// A fresh key of the system's chance.
    ///
    /// # Errors
    /// [`StoreError::NoChance`] when the system gives none.
    pub fn generate() -> Result<Self, StoreError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|_| StoreError::NoChance)?;
        Ok(Self::from_bytes(bytes))
    }

    /// The same key with where it came from (a file, an environment variable), for the error that asks to check it.
    #[must_use]
    pub fn from_source(mut self, source: impl Into<String>) -> Self {
        self.source = source.into();
        self
    }

    /// Where the key came from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The key as 64 hexadecimal digits, to be written to a key file.
    pub fn to_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(self.bytes.iter().map(|b| format!("{b:02x}")).collect())
    }

    /// A name for the key that says nothing about it: eight bytes of a hash of it, in hexadecimal digits. It tells which
    /// key belongs to which backup.
    pub fn id(&self) -> String {
        let hash = Sha256::new().chain_update(b"id of a sealing key").chain_update(self.bytes).finalize();
        hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The secret of the shield's tokens and receipts, which says nothing about this key.
    pub fn of_the_shield(&self) -> [u8; 32] {
        Sha256::new().chain_update(b"secret of the shield").chain_update(self.bytes).finalize().into()
    }

    /// The key for what buyers choose, which says nothing about this one.
    pub(crate) fn choice_key(&self) -> pickup::ChoiceKey {
        pickup::ChoiceKey::derive(&self.bytes)
    }

    /// The key itself, for codes that are derived from it.
    pub(crate) fn secret(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// A digest of a mail address under this key: two are alike where the addresses are, whatever their case.
    pub(crate) fn contact_digest(&self, address: &str) -> [u8; 32] {
        let small = address.trim().to_lowercase();
        Sha256::new().chain_update(b"contact").chain_update(self.bytes).chain_update(small).finalize().into()
    }

    pub(crate) fn seal(&self, secret: &[u8], belongs_to: &str) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|_| StoreError::NoChance)?;
        let payload = Payload { msg: secret, aad: belongs_to.as_bytes() };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| StoreError::Misused("a secret is too long to be sealed"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    pub(crate) fn unseal(&self, sealed: &[u8], belongs_to: &str) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let wrong = || StoreError::WrongKey { key_source: self.source.clone() };
        let (nonce, secret) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or_else(wrong)?;
        let payload = Payload { msg: secret, aad: belongs_to.as_bytes() };
        self.cipher().decrypt(&XNonce::from(*nonce), payload).map(Zeroizing::new).map_err(|_| wrong())
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.bytes.into())
    }
}

impl Drop for SealingKey {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey(…)")
    }
}

fn hex_digit(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> SealingKey {
        SealingKey::from_bytes([byte; 32])
    }

    #[test]
    fn what_is_sealed_opens_under_the_same_key_and_owner_only() {
        let sealed = key(1).seal(b"hush", "a").expect("sealed");
        assert_eq!(key(1).unseal(&sealed, "a").expect("opened").as_slice(), b"hush");
        assert!(!sealed.windows(4).any(|w| w == b"hush"));
        assert!(key(2).unseal(&sealed, "a").is_err(), "another key");
        assert!(key(1).unseal(&sealed, "b").is_err(), "another owner");
        assert!(key(1).unseal(&sealed[..20], "a").is_err(), "cut");
        assert_ne!(sealed, key(1).seal(b"hush", "a").expect("sealed"), "a nonce of its own each time");
    }

    #[test]
    fn the_error_names_where_the_key_came_from() {
        let sealed = key(1).seal(b"hush", "a").expect("sealed");
        let said = key(2).from_source("TOURNEE_KEY").unseal(&sealed, "a").map(|_| ()).expect_err("wrong key");
        assert!(said.to_string().contains("TOURNEE_KEY"), "{said}");
    }

    #[test]
    fn keys_read_back_and_are_never_shown() {
        let key = SealingKey::generate().expect("chance");
        assert_eq!(SealingKey::from_hex(&key.to_hex()).expect("hex").bytes, key.bytes);
        assert_eq!(SealingKey::from_base64(&STANDARD.encode(key.bytes)).expect("base64").bytes, key.bytes);
        assert!(!format!("{key:?}").contains(&key.to_hex()[..8]));
        for bad in ["", "00", &"zz".repeat(32), &"é".repeat(32)] {
            assert!(SealingKey::from_hex(bad).is_err() && SealingKey::from_base64(bad).is_err(), "{bad}");
        }
    }
}
