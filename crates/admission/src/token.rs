//! Stateless tokens: a browser that passed a step of the ladder shows one, and nothing is kept of it here.
//!
//! A token holds no address, so that it stays good when a telephone changes from IPv4 to IPv6 or from one network to
//! another. What keeps it from being shared out is its id: all who show the same token live on one budget.
//!
//! 32 bytes: key id (1), step (1), issued (4, seconds), good for (2, minutes), id (8), HMAC-SHA256 cut to 16. In a cookie
//! they are 43 characters of base64url.

use crate::{
    key::{Key, Keyed, Keys, Use, digest},
    ladder::Step,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use clock::Time;
use hmac::Mac;
use siphasher::sip::SipHasher13;
use std::{fmt, time::Duration};

/// How long a token is good by default. Nine hosts of ten leave the lists of an attacker within 23 hours, so that a person
/// is asked once in an attack; no longer, as a single token can't be taken back, and a leaked one ends by itself.
pub const TOKEN_GOOD_FOR: Duration = Duration::from_secs(24 * 3_600);
/// How far ahead the clock of the node that issued it may be.
pub const CLOCK_SKEW: Duration = Duration::from_secs(2 * 60);

const TAG: usize = 16;
const TOKEN: usize = 32;
const QUESTION: usize = 30;
/// The characters of a token in a cookie.
pub const TOKEN_CHARS: usize = 43;
/// The characters of a question in a cookie.
pub const QUESTION_CHARS: usize = 40;

/// Why a token or a question is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadToken {
    /// It is shorter than one is.
    Truncated,
    /// It is longer than one is.
    Oversized,
    /// It has characters that none has.
    Garbled,
    /// The key that it names is not good here, or not any more.
    OtherKey,
    /// Nobody who has the key made it, or not for this.
    Forged,
    /// It was good until then.
    Expired(Time),
    /// It was issued later than now.
    Early,
}

impl fmt::Display for BadToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => f.write_str("cut short"),
            Self::Oversized => f.write_str("too long"),
            Self::Garbled => f.write_str("not readable"),
            Self::OtherKey => f.write_str("made with a key that is not good here"),
            Self::Forged => f.write_str("not made here"),
            Self::Expired(at) => write!(f, "expired at {at}"),
            Self::Early => f.write_str("issued later than now"),
        }
    }
}

impl std::error::Error for BadToken {}

/// A token that is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// The step that was passed.
    pub step: Step,
    /// When.
    pub issued: Time,
    /// Until when it is good.
    pub until: Time,
    id: [u8; 8],
}

impl Token {
    /// The number under which its budget is kept: a digest of its id, so that no log or table holds what a token is made of.
    pub fn budget_key(&self) -> u64 {
        SipHasher13::new().hash(&self.id)
    }

    /// A token in the form of a cookie's value, for whoever passed this step now. Times are kept to the second, the life to
    /// the minute (45 days at most).
    pub fn issue(keys: &Keys, passed: Passed, good_for: Duration, now: Time) -> String {
        let mut bytes = [0; TOKEN];
        let minutes = u16::try_from(good_for.as_secs() / 60).unwrap_or(u16::MAX);
        bytes[0] = keys.signing().id();
        bytes[1] = passed.step.code();
        bytes[2..6].copy_from_slice(&seconds(now).to_be_bytes());
        bytes[6..8].copy_from_slice(&minutes.to_be_bytes());
        bytes[8..16].copy_from_slice(&passed.id);
        sign(&mut bytes, keys.signing().mac(Use::Token));
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads what a cookie holds.
    ///
    /// # Errors
    /// When it is not a token, not ours, or not good now.
    pub fn read(keys: &Keys, text: &str, now: Time) -> Result<Self, BadToken> {
        let bytes: [u8; TOKEN] = decode(text, TOKEN_CHARS)?;
        verify(&bytes, key_of(keys, bytes[0])?.mac(Use::Token))?;
        let [_, step, a, b, c, d, e, f, id @ ..] = bytes;
        let step = Step::of_code(step).ok_or(BadToken::Forged)?;
        let issued = time(u32::from_be_bytes([a, b, c, d]));
        let until = issued.plus(Duration::from_secs(60 * u64::from(u16::from_be_bytes([e, f]))));
        in_time(issued, until, now)?;
        Ok(Self { step, issued, until, id: *id.first_chunk().ok_or(BadToken::Truncated)? })
    }
}

/// Proof that a step was passed: only [`crate::check`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passed {
    step: Step,
    id: [u8; 8],
}

impl Passed {
    /// The step that was passed.
    pub const fn step(&self) -> Step {
        self.step
    }
}

/// What was asked of a browser, when, and on which path: in a cookie of its own until it is answered.
///
/// The question's random id becomes the token's, so that answering one question many times gives one budget, not many:
/// nothing need be remembered against a replay.
///
/// 30 bytes: key id (1), step (1), asked (4, seconds), id (8), HMAC-SHA256 over them and the path, cut to 16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// The step that was asked.
    pub step: Step,
    /// When.
    pub asked: Time,
    id: [u8; 8],
}

/// How long an answer may take: a slow telephone and a person who was called away, and no longer.
pub const QUESTION_GOOD_FOR: Duration = Duration::from_secs(5 * 60);

impl Question {
    /// A question in the form of a cookie's value. `id` is random: two questions with one id share one budget.
    pub fn ask(keys: &Keys, step: Step, path: &str, id: [u8; 8], now: Time) -> String {
        let mut bytes = [0; QUESTION];
        bytes[0] = keys.signing().id();
        bytes[1] = step.code();
        bytes[2..6].copy_from_slice(&seconds(now).to_be_bytes());
        bytes[6..14].copy_from_slice(&id);
        sign(&mut bytes, keys.signing().mac(Use::Question).chain_update(path));
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a question that was asked on this path.
    ///
    /// # Errors
    /// When it is not a question, not ours, of another path, or older than [`QUESTION_GOOD_FOR`].
    pub fn read(keys: &Keys, text: &str, path: &str, now: Time) -> Result<Self, BadToken> {
        let bytes: [u8; QUESTION] = decode(text, QUESTION_CHARS)?;
        verify(&bytes, key_of(keys, bytes[0])?.mac(Use::Question).chain_update(path))?;
        let [_, step, a, b, c, d, id @ ..] = bytes;
        let step = Step::of_code(step).ok_or(BadToken::Forged)?;
        let asked = time(u32::from_be_bytes([a, b, c, d]));
        in_time(asked, asked.plus(QUESTION_GOOD_FOR), now)?;
        Ok(Self { step, asked, id: *id.first_chunk().ok_or(BadToken::Truncated)? })
    }

    /// The step is passed, as [`crate::check`] found.
    pub(crate) const fn passed(&self) -> Passed {
        Passed { step: self.step, id: self.id }
    }
}

fn decode<const N: usize>(text: &str, chars: usize) -> Result<[u8; N], BadToken> {
    match text.len() {
        n if n < chars => return Err(BadToken::Truncated),
        n if n > chars => return Err(BadToken::Oversized),
        _ => {}
    }
    let mut bytes = [0; N];
    BASE64_URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).map_err(|_| BadToken::Garbled)?;
    Ok(bytes)
}

fn key_of(keys: &Keys, id: u8) -> Result<&Key, BadToken> {
    keys.of(id).ok_or(BadToken::OtherKey)
}

fn sign(bytes: &mut [u8], mac: Keyed) {
    let (content, tag) = bytes.split_at_mut(bytes.len() - TAG);
    tag.copy_from_slice(&digest(mac.chain_update(content))[..TAG]);
}

/// Compares in a time that says nothing of where they differ.
fn verify(bytes: &[u8], mac: Keyed) -> Result<(), BadToken> {
    let (content, tag) = bytes.split_at(bytes.len() - TAG);
    mac.chain_update(content).verify_truncated_left(tag).map_err(|_| BadToken::Forged)
}

fn in_time(issued: Time, until: Time, now: Time) -> Result<(), BadToken> {
    if issued > now.plus(CLOCK_SKEW) {
        return Err(BadToken::Early);
    }
    if now >= until { Err(BadToken::Expired(until)) } else { Ok(()) }
}

/// Seconds since 1970, good until 2106.
fn seconds(at: Time) -> u32 {
    u32::try_from(at.unix_ms() / 1_000).unwrap_or(if at.unix_ms() < 0 { 0 } else { u32::MAX })
}

fn time(seconds: u32) -> Time {
    Time::from_unix_ms(i64::from(seconds) * 1_000)
}
