//! A browser's subscription, as its `PushSubscription` writes itself: the endpoint, and the keys to encrypt for it.

use crate::webhook::{Target, URL_CHARS_MAX};
use base64::{
    Engine,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use p256::PublicKey;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use web_push_native::{Auth, encrypt};

/// The longest text of a subscription, in bytes.
const TEXT_BYTES_MAX: usize = 4_096;
const AUTH_BYTES: usize = 16;

/// Some browsers pad, most do not.
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_encode_padding(false).with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Text that is no subscription of a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a browser's subscription is JSON with endpoint, keys.p256dh and keys.auth")]
pub struct BadSubscription;

/// A browser's subscription. Its text, JSON, is the `to` of a message.
#[derive(Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The push service's URL for it.
    pub endpoint: String,
    key: PublicKey,
    auth: [u8; AUTH_BYTES],
}

#[derive(Serialize, Deserialize)]
struct Written {
    endpoint: String,
    keys: Keys,
}

#[derive(Serialize, Deserialize)]
struct Keys {
    p256dh: String,
    auth: String,
}

impl Subscription {
    /// The address as it is kept.
    pub fn to_address(&self) -> String {
        use p256::elliptic_curve::sec1::ToEncodedPoint;
        let keys = Keys { p256dh: URL_SAFE.encode(self.key.to_encoded_point(false)), auth: URL_SAFE.encode(self.auth) };
        // Three texts can always be written.
        serde_json::to_string(&Written { endpoint: self.endpoint.clone(), keys }).unwrap_or_default()
    }

    pub(super) fn encrypt(&self, plain: Vec<u8>) -> Option<Vec<u8>> {
        encrypt(plain, &self.key, &Auth::from(self.auth)).ok()
    }

    /// The push service without the path, which is who a proof is made out to.
    pub(super) fn origin(&self) -> Option<String> {
        let target = Target::parse(&self.endpoint, true).ok()?;
        let scheme = if target.tls { "https" } else { "http" };
        Some(format!("{scheme}://{}", target.host_header()))
    }
}

impl FromStr for Subscription {
    type Err = BadSubscription;

    fn from_str(text: &str) -> Result<Self, BadSubscription> {
        let short = Some(text).filter(|text| text.len() <= TEXT_BYTES_MAX).ok_or(BadSubscription)?;
        let written: Written = serde_json::from_str(short).map_err(|_| BadSubscription)?;
        let bytes = |text: &str| URL_SAFE.decode(text).map_err(|_| BadSubscription);
        let key = PublicKey::from_sec1_bytes(&bytes(&written.keys.p256dh)?).map_err(|_| BadSubscription)?;
        let auth = bytes(&written.keys.auth)?.try_into().map_err(|_| BadSubscription)?;
        if written.endpoint.len() > URL_CHARS_MAX || Target::parse(&written.endpoint, true).is_err() {
            return Err(BadSubscription);
        }
        Ok(Self { endpoint: written.endpoint, key, auth })
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subscription(…)")
    }
}
