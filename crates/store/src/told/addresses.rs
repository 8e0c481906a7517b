//! Addresses and tokens: sealed, digested and derived under the store's key; none of them is ever stored in the open.
//!
//! A token is `id.mac`, or `id.way.mac` for a way to be confirmed: nothing of it is stored, and nobody makes one without the
//! key. Codes are for channels by which no link is followed.

use crate::{SealingKey, StoreError};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use notice::plan::ChannelKind;
use sha2::Sha256;
use zeroize::Zeroizing;

/// Bytes of a token's code: more than anybody can try.
const TOKEN_BYTES: usize = 16;
const FOR_ADDRESS: &str = "address of a subscription";
const FOR_CONFIRMING: &str = "confirming a subscription";
const FOR_LEAVING: &str = "ending a subscription";
const FOR_CODE: &str = "code of a subscription";
const FOR_PUSH: &str = "key for web push";
const FOR_MESSAGE: &str = "id of a message";

impl SealingKey {
    /// A code over these parts that nobody makes without the key, and that says nothing about it.
    fn mac(&self, purpose: &str, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut block = [0; 64];
        block[..32].copy_from_slice(self.secret());
        let mut mac = Hmac::<Sha256>::new(&block.into());
        for part in std::iter::once(&purpose.as_bytes()).chain(parts) {
            // The length keeps the parts apart.
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part);
        }
        mac
    }
}

/// What an address is found again by: the same for the same address, whatever its case in a mail address.
pub(crate) fn digest(key: &SealingKey, channel: ChannelKind, address: &str) -> [u8; 32] {
    let plain = Zeroizing::new(match channel {
        ChannelKind::Mail => address.trim().to_lowercase(),
        _ => address.trim().to_owned(),
    });
    let mac = key.mac(FOR_ADDRESS, &[channel.name().as_bytes(), plain.as_bytes()]);
    mac.finalize().into_bytes().into()
}

/// Seals the addresses of a subscription, in the order of its ways.
pub(crate) fn seal(key: &SealingKey, id: &str, addresses: &[&str]) -> Result<Vec<u8>, StoreError> {
    let text = serde_json::to_vec(addresses).map(Zeroizing::new);
    key.seal(&text.map_err(|_| StoreError::Misused("addresses that are not JSON"))?, &owner(id))
}

/// The address of one way.
pub(crate) fn open(key: &SealingKey, id: &str, sealed: &[u8], way: u8) -> Result<Zeroizing<String>, StoreError> {
    let damaged = StoreError::Damaged { what: "subscription" };
    let text = key.unseal(sealed, &owner(id))?;
    let mut all: Vec<Zeroizing<String>> = serde_json::from_slice::<Vec<String>>(&text)
        .map(|all| all.into_iter().map(Zeroizing::new).collect())
        .map_err(|_| damaged.clone())?;
    if usize::from(way) < all.len() { Ok(all.swap_remove(usize::from(way))) } else { Err(damaged) }
}

/// What the sealed text is bound to: nothing else has such an id.
fn owner(id: &str) -> String {
    format!("subscription {id}")
}

fn code(mac: Hmac<Sha256>) -> String {
    URL_SAFE_NO_PAD.encode(&mac.finalize().into_bytes()[..TOKEN_BYTES])
}

/// What ends or changes a subscription.
pub(crate) fn leaving_token(key: &SealingKey, id: &str) -> String {
    format!("{id}.{}", code(key.mac(FOR_LEAVING, &[id.as_bytes()])))
}

/// The subscription that such a token is for.
pub(crate) fn leaving(key: &SealingKey, token: &str) -> Option<String> {
    let (id, given) = token.split_once('.')?;
    is_code(key.mac(FOR_LEAVING, &[id.as_bytes()]), given).then(|| id.to_owned())
}

/// What confirms one way of a subscription.
pub(crate) fn confirming_token(key: &SealingKey, id: &str, way: u8) -> String {
    format!("{id}.{way}.{}", code(key.mac(FOR_CONFIRMING, &[id.as_bytes(), &[way]])))
}

/// The subscription and the way that such a token is for.
pub(crate) fn confirming(key: &SealingKey, token: &str) -> Option<(String, u8)> {
    let mut parts = token.splitn(3, '.');
    let (id, way, given) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
    is_code(key.mac(FOR_CONFIRMING, &[id.as_bytes(), &[way]]), given).then(|| (id.to_owned(), way))
}

/// In constant time.
fn is_code(mac: Hmac<Sha256>, given: &str) -> bool {
    let given = URL_SAFE_NO_PAD.decode(given).unwrap_or_default();
    given.len() == TOKEN_BYTES && mac.verify_truncated_left(&given).is_ok()
}

/// Six digits that confirm one way where no link can be followed. Guesses are counted by who asks.
pub(crate) fn confirming_code(key: &SealingKey, id: &str, way: u8) -> String {
    let bytes = key.mac(FOR_CODE, &[id.as_bytes(), &[way]]).finalize().into_bytes();
    let number = u64::from_be_bytes(bytes[..8].try_into().unwrap_or_default());
    format!("{:06}", number % 1_000_000)
}

/// Bytes for the key by which push services know us. Of the few that are no key of theirs, the next try gives others.
pub(crate) fn push_key(key: &SealingKey, attempt: u8) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(key.mac(FOR_PUSH, &[&[attempt]]).finalize().into_bytes().into())
}

/// The id of a message: the same for the same updates to the same subscriber by the same way, and not to be guessed, so
/// that a receipt for it proves something. The updates' times are in it: a restored store may use a number again.
pub(crate) fn message_id(key: &SealingKey, id: &str, way: u8, updates: &[(i64, i64)]) -> String {
    let updates: Vec<u8> = updates.iter().flat_map(|(no, at)| [no.to_be_bytes(), at.to_be_bytes()].concat()).collect();
    let mac = key.mac(FOR_MESSAGE, &[id.as_bytes(), &[way], &updates]).finalize().into_bytes();
    mac.iter().take(TOKEN_BYTES).map(|byte| format!("{byte:02x}")).collect()
}
