//! The secret that a message is signed with: `whsec_` and the base64 of 24 to 64 bytes, as Standard Webhooks writes it.

use base64::{Engine, engine::general_purpose::STANDARD};
use standardwebhooks::Webhook;
use std::{fmt, str::FromStr};
use zeroize::Zeroizing;

const PREFIX: &str = "whsec_";
const BYTES_MIN: usize = 24;
const BYTES_MAX: usize = 64;

/// A signing secret. Wiped from memory when dropped; never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

/// Text that is not a signing secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a webhook secret is whsec_ and the base64 of 24 to 64 bytes")]
pub struct BadSecret;

impl Secret {
    /// The secret of these bytes, which are to be chance.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(format!("{PREFIX}{}", STANDARD.encode(bytes))))
    }

    /// The secret as its receiver keeps it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// One signature (`v1,…`); none for a body that is not text, which is never made here.
    pub(crate) fn sign(&self, id: &str, at_s: i64, body: &[u8]) -> Option<String> {
        Webhook::new(&self.0).ok()?.sign(id, at_s, body).ok()
    }
}

impl FromStr for Secret {
    type Err = BadSecret;

    fn from_str(text: &str) -> Result<Self, BadSecret> {
        let bytes = STANDARD.decode(text.strip_prefix(PREFIX).ok_or(BadSecret)?).map(Zeroizing::new);
        let bytes = bytes.map_err(|_| BadSecret)?;
        let good = (BYTES_MIN..=BYTES_MAX).contains(&bytes.len());
        if good { Ok(Self(Zeroizing::new(text.to_owned()))) } else { Err(BadSecret) }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_read_back_and_are_never_shown() {
        let secret = Secret::from_bytes(&[7; 32]);
        assert_eq!(secret.as_str().parse(), Ok(secret.clone()));
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        let short = format!("whsec_{}", STANDARD.encode([7; 23]));
        for bad in ["", "whsec_", "whsec_!", &short, &secret.as_str()[6..]] {
            assert_eq!(bad.parse::<Secret>(), Err(BadSecret), "{bad}");
        }
    }

    /// The example of the Standard Webhooks specification's reference libraries.
    #[test]
    fn a_signature_is_that_of_the_standard() {
        let secret: Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse().expect("a secret");
        let signed = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }
}
