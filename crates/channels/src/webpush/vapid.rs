//! Who we are to push services: a key of our own, and a proof signed with it for each message (RFC 8292).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::{
    SecretKey,
    ecdsa::{Signature, SigningKey, signature::Signer},
};
use std::{fmt, str::FromStr};
use zeroize::Zeroizing;

/// How long a proof is good, in seconds: a day is the most that is allowed.
const GOOD_FOR_S: i64 = 12 * 3_600;

/// Text that is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a VAPID key is the base64 (URL-safe, without padding) of the 32 bytes of a private key on P-256")]
pub struct BadKey;

/// Our private key. Never shown.
#[derive(Clone)]
pub struct VapidKey(SigningKey);

impl VapidKey {
    /// The key of these bytes, which are to be chance.
    ///
    /// # Errors
    /// [`BadKey`] for the few that are not a number of the curve.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, BadKey> {
        SecretKey::from_slice(bytes).map(|key| Self(key.into())).map_err(|_| BadKey)
    }

    /// The private key as text, to be kept.
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE_NO_PAD.encode(self.0.to_bytes()))
    }

    /// The public key as browsers want it when they subscribe (`applicationServerKey`).
    pub fn public_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.verifying_key().to_encoded_point(false))
    }

    /// The header `Authorization` for a push service at this time (seconds since 1970).
    pub(super) fn authorization(&self, origin: &str, contact: &str, now_s: i64) -> String {
        let head = URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"ES256"}"#);
        let claims = serde_json::json!({ "aud": origin, "exp": now_s + GOOD_FOR_S, "sub": contact });
        let signed = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature: Signature = self.0.sign(signed.as_bytes());
        format!("vapid t={signed}.{}, k={}", URL_SAFE_NO_PAD.encode(signature.to_bytes()), self.public_text())
    }
}

impl FromStr for VapidKey {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        let bytes = URL_SAFE_NO_PAD.decode(text.trim()).map(Zeroizing::new).map_err(|_| BadKey)?;
        Self::from_bytes(bytes.as_slice().try_into().map_err(|_| BadKey)?)
    }
}

impl fmt::Debug for VapidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VapidKey(…)")
    }
}
