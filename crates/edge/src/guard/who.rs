//! Who asks, as far as the door can know without asking anybody: keys by their digests, networks that a key was good from.

use admission::{Class, Prefix};
use http::{HeaderMap, HeaderName, header, request::Parts};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use siphasher::sip::SipHasher13;
use std::{
    collections::HashMap,
    fmt,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// Somebody who is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// As what.
    pub class: Class,
    /// A digest of the key by which it is known: its rate is counted by it.
    pub id: u64,
}

/// Whether a tracking number exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existence {
    /// It does, or nearly surely.
    Exists,
    /// It does not.
    Not,
    /// That is not known here.
    Unsure,
}

/// What the service behind the door knows of who asks and what for, from memory alone: it is asked for each request.
pub trait Who: Send + Sync + 'static {
    /// The owner of the key that the request shows.
    fn known(&self, asked: &Parts) -> Option<Known>;

    /// Whether the parcel exists that has this number, as it is written in the path in the place of `{number}`. Where it does
    /// [`Existence::Not`] the request is refused without asking anybody: to be said only where nobody behind would know it.
    fn parcel(&self, number: &str) -> Existence;
}

/// A key that is let in before others.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeySettings {
    /// Whose it is, for people.
    pub name: String,
    /// SHA-256 of the key, in hexadecimal: `printf %s "$KEY" | sha256sum`.
    pub sha256: String,
    /// As what it is let in: `partner`, `scanner` or `operator`.
    #[serde(default = "partner")]
    pub class: Class,
    /// The header that it comes in. In `authorization` it may follow `Bearer`.
    #[serde(default = "authorization")]
    pub header: String,
}

impl fmt::Debug for KeySettings {
    /// A digest of a weak key could be guessed back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySettings").field("name", &self.name).field("class", &self.class).finish_non_exhaustive()
    }
}

const fn partner() -> Class {
    Class::Partner
}

fn authorization() -> String {
    header::AUTHORIZATION.as_str().to_owned()
}

/// The keys of the settings.
#[derive(Debug, Default)]
pub struct KeyList {
    headers: Vec<HeaderName>,
    keys: HashMap<[u8; 32], Known>,
}

impl KeyList {
    /// The keys of these settings.
    ///
    /// # Errors
    /// The first key that cannot be one, by its number, and what to do.
    pub fn new(settings: &[KeySettings]) -> Result<Self, String> {
        let mut list = Self::default();
        for one in settings {
            let wrong = |what: &str| format!("the key `{}`: {what}", one.name);
            let digest = digest_of(&one.sha256).ok_or_else(|| wrong("sha256 must be 64 hexadecimal digits"))?;
            let header = HeaderName::try_from(&one.header).map_err(|_| wrong("header is not the name of a header"))?;
            if one.class < Class::Scanner {
                return Err(wrong("class must be partner, scanner or operator"));
            }
            if list.keys.insert(digest, Known { class: one.class, id: id_of(&digest) }).is_some() {
                return Err(wrong("sha256 is another key's too; each key is named once"));
            }
            if !list.headers.contains(&header) {
                list.headers.push(header);
            }
        }
        Ok(list)
    }
}

impl KeyList {
    /// Whether something is shown where a key would be.
    pub(super) fn is_shown(&self, headers: &HeaderMap) -> bool {
        self.headers.iter().any(|name| headers.contains_key(name))
    }
}

impl Who for KeyList {
    fn known(&self, asked: &Parts) -> Option<Known> {
        self.headers.iter().find_map(|name| self.keys.get(&key_shown(&asked.headers, name)?).copied())
    }

    fn parcel(&self, _: &str) -> Existence {
        Existence::Unsure
    }
}

/// The longest key that is looked at, in bytes: a flood of long ones is not digested.
const KEY_BYTES_MAX: usize = 1_024;

/// The SHA-256 digest of the key in this header, alone or after `Bearer`.
pub fn key_shown(headers: &HeaderMap, name: &HeaderName) -> Option<[u8; 32]> {
    let text = headers.get(name)?.as_bytes();
    let is_bearer = text.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer "));
    let key = if is_bearer { text[7..].trim_ascii() } else { text };
    (1..=KEY_BYTES_MAX).contains(&key.len()).then(|| Sha256::digest(key).into())
}

/// The number by which a key's rate is counted, of its digest.
pub fn id_of(digest: &[u8; 32]) -> u64 {
    digest.iter().take(8).fold(0, |id, byte| id << 8 | u64::from(*byte))
}

fn digest_of(hex: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    for (byte, at) in digest.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&hex[at..at + 2], 16).ok()?;
    }
    Some(digest)
}

/// A word of the service behind the door, left on an answer: who sent the request showed a key that was good, in the body
/// where the door cannot see it. What comes from the same network is taken for a partner's for a while.
#[derive(Clone, Copy, Debug)]
pub struct Vouched;

/// Networks that are vouched for. As many places as at the start; whose place is taken by another is unknown again until its
/// next good request. A place holds 40 bits of the network's digest and the minute at which the word ends.
pub(super) struct Vouchers {
    places: Box<[AtomicU64]>,
    secret: [u8; 16],
}

/// For how long a good key vouches: a shop that sells nothing for longer is a stranger again.
const VOUCHED_FOR: Duration = Duration::from_secs(24 * 3_600);
const VOUCHERS: usize = 1 << 14;
const MINUTES_BITS: u32 = 24;

impl Vouchers {
    pub(super) fn new(secret: [u8; 16]) -> Self {
        Self { places: (0..VOUCHERS).map(|_| AtomicU64::new(0)).collect(), secret }
    }

    /// The network showed a good key; `now` is since the process began.
    pub(super) fn vouch(&self, from: Prefix, now: Duration) {
        let (place, mark) = self.place(from);
        place.store(mark | minutes(now + VOUCHED_FOR), Relaxed);
    }

    pub(super) fn has(&self, from: Prefix, now: Duration) -> bool {
        let (place, mark) = self.place(from);
        let held = place.load(Relaxed);
        let until = held & ((1 << MINUTES_BITS) - 1);
        held ^ until == mark && until > minutes(now)
    }

    fn place(&self, from: Prefix) -> (&AtomicU64, u64) {
        let hash = SipHasher13::new_with_key(&self.secret).hash(&from.bits().to_le_bytes());
        let place = usize::try_from(hash % VOUCHERS as u64).unwrap_or(0);
        (&self.places[place], hash >> MINUTES_BITS << MINUTES_BITS)
    }
}

/// Thirty years fit.
fn minutes(time: Duration) -> u64 {
    (time.as_secs() / 60).min((1 << MINUTES_BITS) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn key(name: &str, key: &str, class: Class) -> KeySettings {
        let sha256 = Sha256::digest(key).iter().map(|byte| format!("{byte:02x}")).collect();
        KeySettings { name: name.into(), sha256, class, header: authorization() }
    }

    fn asked(name: &str, value: &str) -> Parts {
        Request::get("/").header(name, value).body(()).expect("a request").into_parts().0
    }

    #[test]
    fn a_key_is_known_by_its_digest_alone() {
        let scanner = KeySettings { header: "x-device-key".into(), ..key("scanner 7", "s7", Class::Scanner) };
        let list = KeyList::new(&[key("app", "k1", Class::Partner), scanner]).expect("keys");
        let class = |name, value| list.known(&asked(name, value)).map(|known| known.class);
        assert_eq!(class("authorization", "Bearer k1"), Some(Class::Partner));
        assert_eq!(class("authorization", "bearer  k1"), Some(Class::Partner));
        assert_eq!(class("authorization", "k1"), Some(Class::Partner));
        assert_eq!(class("x-device-key", "s7"), Some(Class::Scanner));
        assert_eq!(class("authorization", "Bearer k2"), None);
        assert_eq!(class("authorization", "Bearer "), None);
        let long = "k".repeat(KEY_BYTES_MAX + 1);
        let list = KeyList::new(&[self::key("long", &long, Class::Partner)]).expect("a key");
        assert_eq!(list.known(&asked("authorization", &long)), None);
    }

    #[test]
    fn a_key_that_cannot_be_one_is_named() {
        let wrong = |change: fn(&mut KeySettings)| {
            let mut one = key("app", "k1", Class::Partner);
            change(&mut one);
            KeyList::new(&[one]).expect_err("wrong")
        };
        assert!(wrong(|one| one.sha256 = "zz".into()).contains("`app`: sha256"));
        assert!(wrong(|one| one.sha256 = "é".repeat(32)).contains("sha256"));
        assert!(wrong(|one| one.header = "a b".into()).contains("header"));
        assert!(wrong(|one| one.class = Class::Citizen).contains("class"));
        let twice = [key("app", "k1", Class::Partner), key("till", "k1", Class::Scanner)];
        assert!(KeyList::new(&twice).expect_err("wrong").contains("`till`: sha256"));
    }

    #[test]
    fn a_network_is_vouched_for_a_day() {
        let vouchers = Vouchers::new([3; 16]);
        let of = |n: u64| Prefix::from_bits(0xc000_0200 + n);
        let hour = Duration::from_secs(3_600);
        assert!(!vouchers.has(of(7), hour));
        vouchers.vouch(of(7), hour);
        assert!(vouchers.has(of(7), hour * 24) && !vouchers.has(of(7), hour * 25));
        assert_eq!((0..100_000).filter(|n| *n != 7 && vouchers.has(of(*n), hour)).count(), 0);
    }
}
