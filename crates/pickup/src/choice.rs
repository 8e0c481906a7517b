//! What a buyer chose, as a record that nobody can change unseen, and the link by which a buyer answers a question.
//!
//! Both are signed with HMAC-SHA256 under one key, each for its own purpose, so that one is never taken for the other. The
//! key is derived from the store's sealing key for these purposes alone. A choice can be read by everybody who has it;
//! a link holds no more than an id and an end.

use crate::Known;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use clock::Time;
use hmac::{Hmac, KeyInit, Mac};
use parcel::{MerchantId, OrderNumber, PickupPointId, PointKind, Product, ShipmentId};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::{fmt, time::Duration};
use zeroize::Zeroizing;

/// The longest signed text that is looked at, in bytes: several times what a point's words need.
const SIGNED_BYTES_MAX: usize = 8 * 1024;
const MAC_BYTES: usize = 32;
const DERIVED_FOR: &[u8] = b"tournee: what buyers choose, v1";
const FOR_CHOICE: &[u8] = b"choice\0";
const FOR_LINK: &[u8] = b"link\0";

/// The key by which choices and links are signed. Wiped from memory when dropped; never shown.
#[derive(Clone)]
pub struct ChoiceKey(Zeroizing<[u8; 32]>);

impl ChoiceKey {
    /// The key that belongs to this secret of full strength. The secret cannot be found from it.
    pub fn derive(secret: &[u8; 32]) -> Self {
        Self(Zeroizing::new(mac(secret, &[DERIVED_FOR]).finalize().into_bytes().into()))
    }

    fn sign(&self, purpose: &[u8], text: &[u8]) -> [u8; MAC_BYTES] {
        mac(&self.0, &[purpose, text]).finalize().into_bytes().into()
    }

    /// In constant time.
    fn is_signed(&self, purpose: &[u8], text: &[u8], signature: &[u8]) -> bool {
        mac(&self.0, &[purpose, text]).verify_slice(signature).is_ok()
    }
}

impl fmt::Debug for ChoiceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChoiceKey(…)")
    }
}

/// Every key of 32 bytes fits: it is shorter than the hash's block.
fn mac(key: &[u8; 32], parts: &[&[u8]]) -> Hmac<Sha256> {
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    parts.iter().for_each(|part| mac.update(part));
    mac
}

/// The point as the buyer saw it when she chose it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// Its id.
    pub id: PickupPointId,
    /// Its name.
    pub name: String,
    /// Three lines of its address, empty where there is none.
    pub address: [String; 3],
    /// Its postal code.
    pub postal_code: String,
    /// Its city.
    pub city: String,
    /// Its country, two letters.
    pub country: String,
    /// What kind of place it is.
    pub kind: PointKind,
    /// Its opening hours from Monday to Sunday, as the carrier writes them.
    pub hours: [String; 7],
}

impl Chosen {
    /// A point of which the shop keeps the id and the name alone.
    pub fn named(id: PickupPointId, name: String) -> Self {
        Self {
            id,
            name,
            address: Default::default(),
            postal_code: String::new(),
            city: String::new(),
            country: "FR".into(),
            kind: PointKind::Other(String::new()),
            hours: Default::default(),
        }
    }
}

impl From<&Known> for Chosen {
    fn from(known: &Known) -> Self {
        let point = &known.point;
        Self {
            id: point.id,
            name: point.name.clone(),
            address: point.address.clone(),
            postal_code: point.postal_code.clone(),
            city: point.city.clone(),
            country: point.country.clone(),
            kind: point.kind.clone(),
            hours: point.hours.texts(),
        }
    }
}

/// What a buyer chose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// In whose shop.
    pub merchant: MerchantId,
    /// For which order, where it had a number already.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub order_number: Option<OrderNumber>,
    /// The point.
    pub point: Chosen,
    /// How far it was from where the buyer searched, metres.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub distance_m: Option<u32>,
    /// The product that goes there.
    pub product: Product,
    /// When.
    pub chosen_at: Time,
}

/// Why a text is no choice of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadChoice {
    /// It has not the form of one.
    #[error("it is not a pickup choice as it was given out, whole")]
    NotOne,
    /// It was not signed here, or was changed since.
    #[error("it was not given out here, or was changed since")]
    Forged,
}

impl Choice {
    /// The choice as a text that can be handed on and comes back unchanged or not at all.
    pub fn sign(&self, key: &ChoiceKey) -> String {
        // Plain texts and numbers always serialise.
        let text = serde_json::to_vec(self).unwrap_or_default();
        let signature = key.sign(FOR_CHOICE, &text);
        format!("{}.{}", URL_SAFE_NO_PAD.encode(&text), URL_SAFE_NO_PAD.encode(signature))
    }

    /// Reads a choice that was signed here.
    ///
    /// # Errors
    /// For every other text.
    pub fn open(signed: &str, key: &ChoiceKey) -> Result<Self, BadChoice> {
        let (text, signature) =
            signed.split_once('.').filter(|_| signed.len() <= SIGNED_BYTES_MAX).ok_or(BadChoice::NotOne)?;
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| BadChoice::NotOne);
        let (text, signature) = (decode(text)?, decode(signature)?);
        if !key.is_signed(FOR_CHOICE, &text, &signature) {
            return Err(BadChoice::Forged);
        }
        serde_json::from_slice(&text).map_err(|_| BadChoice::NotOne)
    }
}

/// How long after a question was asked its link is good.
pub const LINK_GOOD_FOR: Duration = Duration::from_secs(14 * 24 * 3_600);

/// The right to answer the question of one shipment, until it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The shipment.
    pub shipment: ShipmentId,
    /// When the right ends.
    pub until: Time,
}

/// Why a text gives no right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLink {
    /// It was not signed here, or is not whole.
    #[error("the link is not one that was given out here, or is not whole")]
    Forged,
    /// Its time is over.
    #[error("the link's time is over")]
    Expired,
}

impl Link {
    /// The last part of the link's path.
    pub fn sign(&self, key: &ChoiceKey) -> String {
        let mut bytes = [self.shipment.as_bytes().as_slice(), &self.until.unix_ms().to_be_bytes()].concat();
        let signature = key.sign(FOR_LINK, &bytes);
        bytes.extend(signature);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a link that was signed here.
    ///
    /// # Errors
    /// For every other text, and for one whose time is over.
    pub fn open(text: &str, key: &ChoiceKey, now: Time) -> Result<Self, BadLink> {
        let bytes: Option<[u8; 16 + 8 + MAC_BYTES]> =
            URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        let bytes = bytes.ok_or(BadLink::Forged)?;
        let (said, signature) = bytes.split_at(16 + 8);
        if !key.is_signed(FOR_LINK, said, signature) {
            return Err(BadLink::Forged);
        }
        let (mut id, mut until) = ([0; 16], [0; 8]);
        id.copy_from_slice(&said[..16]);
        until.copy_from_slice(&said[16..]);
        let link = Self { shipment: ShipmentId::from_bytes(id), until: Time::from_unix_ms(i64::from_be_bytes(until)) };
        if now < link.until { Ok(link) } else { Err(BadLink::Expired) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Time = Time::from_unix_ms(1_766_380_000_000);

    fn key(byte: u8) -> ChoiceKey {
        ChoiceKey::derive(&[byte; 32])
    }

    fn choice(merchant: &str, order: Option<&str>) -> Choice {
        let [open, shut] = ["09:00-12:00 14:00-18:30", "00:00-00:00"];
        Choice {
            merchant: merchant.parse().expect("a merchant"),
            order_number: order.map(|order| order.parse().expect("an order")),
            point: Chosen {
                id: "750021".parse().expect("a point"),
                name: "TABAC DE L'ÎLE".into(),
                address: ["1 PLACE D'ARMES".into(), String::new(), String::new()],
                postal_code: "75002".into(),
                city: "PARIS".into(),
                country: "FR".into(),
                kind: PointKind::Shop,
                hours: [open, open, open, open, open, open, shut].map(String::from),
            },
            distance_m: Some(420),
            product: Product::Hd,
            chosen_at: NOW,
        }
    }

    #[test]
    fn a_choice_comes_back_as_it_was_signed_under_its_own_key_alone() {
        let choice = choice("garance", Some("1001"));
        let signed = choice.sign(&key(1));
        assert_eq!(Choice::open(&signed, &key(1)), Ok(choice));
        assert_eq!(Choice::open(&signed, &key(2)), Err(BadChoice::Forged));
        for bad in ["", ".", "a.b", "é.é", &signed[1..], &"A".repeat(10_000)] {
            assert!(Choice::open(bad, &key(1)).is_err(), "{bad}");
        }
        assert!(!format!("{:?}", key(1)).contains("49"));
    }

    #[test]
    fn the_signature_is_hmac_sha256_by_the_standard() {
        // RFC 4231, test case 2, whose key is shorter than ours: padded with noughts to the block it is the same.
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let found: [u8; 32] = mac(&key, &[b"what do ya want ", b"for nothing?"]).finalize().into_bytes().into();
        let hex: String = found.iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn a_link_ends_and_is_no_choice() {
        let link = Link { shipment: ShipmentId::from_bytes([7; 16]), until: NOW };
        let text = link.sign(&key(1));
        let before = Time::from_unix_ms(NOW.unix_ms() - 1);
        assert_eq!(Link::open(&text, &key(1), before), Ok(link));
        assert_eq!(Link::open(&text, &key(1), NOW), Err(BadLink::Expired));
        assert_eq!(Link::open(&text, &key(2), before), Err(BadLink::Forged));
        assert_eq!(Link::open("", &key(1), before), Err(BadLink::Forged));
        assert!(Choice::open(&text, &key(1)).is_err());
    }

    proptest! {
        /// Whatever is changed of a signed text, it is not taken.
        #[test]
        fn what_was_changed_is_refused(place in 0..10_000usize, byte in any::<u8>()) {
            let signed = choice("garance", None).sign(&key(1));
            let link = Link { shipment: ShipmentId::from_bytes([7; 16]), until: NOW }.sign(&key(1));
            let changed = |text: &str| {
                let mut bytes = text.as_bytes().to_vec();
                let place = place % bytes.len();
                bytes[place] = byte;
                String::from_utf8(bytes).ok().filter(|changed| changed != text)
            };
            if let Some(changed) = changed(&signed) {
                prop_assert!(Choice::open(&changed, &key(1)).is_err());
            }
            if let Some(changed) = changed(&link) {
                prop_assert!(Link::open(&changed, &key(1), Time::from_unix_ms(0)).is_err());
            }
        }
    }
}
