//! Headers that steer how a request is answered: `Prefer: wait=` (RFC 7240) and `Idempotency-Key`.

use crate::problem::{Kind, Problem};
use http::{HeaderMap, HeaderName};
use std::time::Duration;

/// `Prefer`, RFC 7240.
pub(crate) const PREFER: HeaderName = HeaderName::from_static("prefer");
/// `Preference-Applied`, RFC 7240.
pub(crate) const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
/// The caller's own key of a request.
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The longest idempotency key, in characters.
const KEY_CHARS_MAX: usize = 255;

/// How long the client wants to wait; `None` when it does not say. Other preferences are let be, as the RFC wants.
///
/// # Errors
/// A `wait` that is not a number of seconds up to `most`.
pub(crate) fn wait(headers: &HeaderMap, most: Duration) -> Result<Option<Duration>, Problem> {
    for line in headers.get_all(PREFER) {
        let text = line.to_str().map_err(|_| bad_wait(most))?;
        for preference in text.split(',') {
            let one = preference.split(';').next().unwrap_or_default();
            let (name, value) = one.split_once('=').unwrap_or((one, ""));
            if name.trim().eq_ignore_ascii_case("wait") {
                let seconds: u64 = value.trim().trim_matches('"').parse().map_err(|_| bad_wait(most))?;
                let asked = Duration::from_secs(seconds);
                return if asked <= most { Ok(Some(asked)) } else { Err(bad_wait(most)) };
            }
        }
    }
    Ok(None)
}

fn bad_wait(most: Duration) -> Problem {
    let most = most.as_secs();
    Problem::new(Kind::BadHeader, format!("Prefer: wait= takes whole seconds from 0 to {most}, for example wait=10."))
        .field("Prefer")
}

/// The caller's own key of this request.
///
/// # Errors
/// Empty, longer than 255 characters, not printable, or given twice.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut all = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(first) = all.next() else { return Ok(None) };
    let bad = |why: &str| Err(Problem::new(Kind::BadHeader, why).field("Idempotency-Key"));
    if all.next().is_some() {
        return bad("Idempotency-Key stands there twice; send one.");
    }
    match first.to_str() {
        Ok(key) if (1..=KEY_CHARS_MAX).contains(&key.len()) && key.bytes().all(|b| (b' '..=b'~').contains(&b)) => {
            Ok(Some(key))
        }
        _ => bad("Idempotency-Key has 1 to 255 printable characters without accents; a random UUID is a good one."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: Duration = Duration::from_secs(60);

    fn prefer(text: &'static str) -> Result<Option<u64>, Kind> {
        let headers = HeaderMap::from_iter([(PREFER, text.parse().expect("a value"))]);
        wait(&headers, MOST).map(|w| w.map(|w| w.as_secs())).map_err(|p| p.kind())
    }

    #[test]
    fn waits_are_read_among_other_preferences() {
        for (text, seconds) in [
            ("wait=10", Some(10)),
            ("respond-async, Wait = 5; foo=bar", Some(5)),
            ("wait=\"0\"", Some(0)),
            ("wait=60", Some(60)),
            ("return=minimal", None),
            ("waiting=3", None),
        ] {
            assert_eq!(prefer(text), Ok(seconds), "{text}");
        }
        for text in ["wait", "wait=", "wait=-1", "wait=61", "wait=ten", "wait=1.5", "wait=99999999999999999999"] {
            assert_eq!(prefer(text), Err(Kind::BadHeader), "{text}");
        }
    }

    #[test]
    fn keys_are_short_and_printable() {
        let key = |value: &[u8]| {
            let value = http::HeaderValue::from_bytes(value).expect("a value");
            idempotency_key(&HeaderMap::from_iter([(IDEMPOTENCY_KEY, value)]))
                .map(|k| k.is_some())
                .map_err(|p| p.kind())
        };
        assert_eq!(key(b"order 42/a"), Ok(true));
        assert_eq!(key(&[b'k'; 255]), Ok(true));
        for bad in [&b""[..], &[b'k'; 256], "clé".as_bytes(), b"a\tb"] {
            assert_eq!(key(bad), Err(Kind::BadHeader), "{bad:?}");
        }
        let mut twice = HeaderMap::new();
        twice.append(IDEMPOTENCY_KEY, "a".parse().expect("a value"));
        twice.append(IDEMPOTENCY_KEY, "a".parse().expect("a value"));
        assert!(idempotency_key(&twice).is_err());
    }
}
