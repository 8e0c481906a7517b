//! HMAC-SHA256, as the platforms sign with it.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// The base64 of the HMAC-SHA256 of these bytes: `X-WC-Webhook-Signature`, `X-Shopify-Hmac-Sha256`, and OAuth 1.0a's
/// `HMAC-SHA256`.
pub fn signature(secret: &[u8], bytes: &[u8]) -> String {
    STANDARD.encode(mac(secret, bytes).map_or_else(Vec::new, |mac| mac.finalize().into_bytes().to_vec()))
}

/// Whether `given` is the signature of these bytes; compared in a time that does not depend on where they differ.
pub(crate) fn is_signed(secret: &[u8], bytes: &[u8], given: &str) -> bool {
    let Ok(given) = STANDARD.decode(given.trim()) else { return false };
    mac(secret, bytes).is_some_and(|mac| mac.verify_slice(&given).is_ok())
}

/// A key of any length is a key of HMAC, so there always is one.
fn mac(secret: &[u8], bytes: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    mac.update(bytes);
    Some(mac)
}

/// The first sixteen characters of the SHA-256 of these bytes in hexadecimal, to tell bodies apart.
pub(crate) fn short_digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Test case 2 of RFC 4231.
    #[test]
    fn it_is_the_hmac_of_the_standard() {
        let signed = signature(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(signed, "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=");
        assert!(is_signed(b"Jefe", b"what do ya want for nothing?", &signed));
    }

    #[test]
    fn an_empty_or_foreign_signature_is_none() {
        for given in ["", "=", "AAAA", "not base64", &signature(b"other", b"x"), &signature(b"key", b"y")] {
            assert!(!is_signed(b"key", b"x", given), "{given}");
        }
    }
}
