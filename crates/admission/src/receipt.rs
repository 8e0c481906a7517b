//! A receipt for a refusal: 32 characters that say why, to whoever has the key. Nothing is kept here, so nothing can fill.
//!
//! The facts (110 bits) are sealed as a synthetic IV does it (SIV, after RFC 5297, with HMAC-SHA256 for both parts): the tag
//! is the first 45 bits of an HMAC over the facts, and the facts are hidden by a keystream, an HMAC over that tag with
//! another key. Reading goes back: the tag gives the keystream, the keystream the facts, and the facts must give the tag.
//! No random number and no counter is needed, so that nodes share nothing but the key. Without the key a receipt says
//! nothing but that two equal ones were made of the same facts. Among some millions of receipts two tags may meet by
//! chance; who holds both learns the difference of their facts, which is why a prefix is cut to a /48 before.
//! A guess passes once in 2⁴⁵.
//!
//! One more character guards against slips of the pen: any one wrong character and any two neighbours in the wrong order
//! are told from a forgery.

use crate::{
    Class, Prefix, Rule,
    key::{Key, Keys, Use, digest},
};
use clock::Time;
use hmac::Mac;
use std::{fmt, time::Duration};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters without dashes, the last one the check.
const CHARS: usize = 32;
const GROUP: usize = 4;
const CHECK: usize = CHARS - 1;
const TAG_CHARS: usize = 9;
const TAG_BITS: u32 = 45;
const FACT_BITS: u32 = 110;
/// The bits of an IPv6 /64 that go when it is cut to its /48.
const V6_CUT: u32 = 16;
/// Minutes are counted from 2025-01-01T00:00:00Z, and go on to the end of 2056.
const EPOCH_MINUTE: i64 = 28_928_160;
const MINUTE_MS: i64 = 60_000;

/// What a refusal was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// By which rule.
    pub rule: Rule,
    /// The class that the request was of.
    pub class: Class,
    /// Whence it came. A receipt keeps an IPv4 address whole and an IPv6 one to the /48.
    pub prefix: Prefix,
    /// The [mark](crate::resource_mark) of the resource that it asked for.
    pub resource: u16,
    /// What was measured, in the unit of the rule ([`crate::Lang::evidence`]). A receipt keeps it to an eighth.
    pub evidence: u32,
    /// When. A receipt keeps the minute.
    pub at: Time,
    /// For how long it holds. A receipt keeps it to a quarter, rounded up, up to 31 hours.
    pub lasts: Duration,
}

/// What a receipt says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explained {
    /// By which rule.
    pub rule: Rule,
    /// The class that the request was of.
    pub class: Class,
    /// Whence it came: an IPv4 address, or the first /64 of an IPv6 /48.
    pub prefix: Prefix,
    /// The [mark](crate::resource_mark) of the resource that was asked for.
    pub resource: u16,
    /// What was measured, in the unit of the rule; at most an eighth below what it was.
    pub evidence: u32,
    /// The minute of the refusal.
    pub at: Time,
    /// Until when it held.
    pub until: Time,
}

/// Why a code can't be explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadCode {
    /// It has so many characters, not 32.
    Length(usize),
    /// No code has this character.
    Letter(char),
    /// It was copied wrong: the last character does not fit the others.
    Typo,
    /// It was copied right and is not ours, or of a key that is gone.
    NotOurs,
}

impl fmt::Display for BadCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length(found) => write!(f, "a receipt has {CHARS} letters and digits, this one {found}"),
            Self::Letter(letter) => write!(f, "a receipt never has the character {letter:?}"),
            Self::Typo => f.write_str("a character is wrong, or two are in the wrong order: compare it with the page"),
            Self::NotOurs => f.write_str("no key that is good here made this receipt"),
        }
    }
}

impl std::error::Error for BadCode {}

impl Receipt {
    /// Its receipt, in eight groups of four.
    pub fn code(&self, keys: &Keys) -> String {
        let facts = self.pack();
        let tag = tag(keys.signing(), facts);
        let sealed = facts ^ pad(keys.signing(), tag);
        let mut digits = [0; CHARS];
        write_digits(&mut digits[..TAG_CHARS], tag.into());
        write_digits(&mut digits[TAG_CHARS..CHECK], sealed);
        digits[CHECK] = check_digit(&digits[..CHECK]);
        written(&digits)
    }

    fn pack(&self) -> u128 {
        let mut bits = Bits(0);
        bits.push(4, self.rule as u64);
        bits.push(3, self.class as u64);
        let is_v6 = self.prefix.bits() >> 32 != 0;
        bits.push(1, is_v6.into());
        bits.push(48, if is_v6 { self.prefix.bits() >> V6_CUT } else { self.prefix.bits() });
        bits.push(16, self.resource.into());
        bits.push(8, rounded_down(self.evidence));
        let minute = self.at.unix_ms().div_euclid(MINUTE_MS).saturating_sub(EPOCH_MINUTE);
        bits.push(24, u64::try_from(minute).unwrap_or(0).min(0xff_ffff));
        bits.push(6, rounded_up(self.lasts.as_secs()));
        bits.0
    }
}

/// Reads a receipt as people write one: in small letters, with or without dashes and spaces, O for 0, I or L for 1.
///
/// # Errors
/// When it was copied wrong, or none of these keys made it.
pub fn explain(code: &str, keys: &Keys) -> Result<Explained, BadCode> {
    let digits = read(code)?;
    let tag = u64::try_from(read_digits(&digits[..TAG_CHARS])).map_err(|_| BadCode::NotOurs)?;
    let sealed = read_digits(&digits[TAG_CHARS..CHECK]);
    let opened = |key: &Key| {
        let facts = sealed ^ pad(key, tag);
        // Telling how much of a tag is right would say nothing: whoever guesses can't choose the facts.
        (self::tag(key, facts) == tag).then_some(facts)
    };
    keys.all().find_map(opened).and_then(unpack).ok_or(BadCode::NotOurs)
}

fn unpack(facts: u128) -> Option<Explained> {
    let mut bits = Bits(facts);
    // From the last to the first.
    let lasts = Duration::from_secs(unrounded(bits.pop(6), 2));
    let minute = i64::try_from(bits.pop(24)).ok()?;
    let evidence = u32::try_from(unrounded(bits.pop(8), 3)).ok()?;
    let resource = u16::try_from(bits.pop(16)).ok()?;
    let network = bits.pop(48);
    let prefix = Prefix::from_bits(if bits.pop(1) == 1 { network << V6_CUT } else { network });
    let class = bits.pop(3);
    let class = Class::ALL.into_iter().find(|c| *c as u64 == class)?;
    let rule = bits.pop(4);
    let rule = Rule::ALL.into_iter().find(|r| *r as u64 == rule)?;
    let at = Time::from_unix_ms((EPOCH_MINUTE + minute) * MINUTE_MS);
    Some(Explained { rule, class, prefix, resource, evidence, at, until: at.plus(lasts) })
}

/// Small numbers, the last one in the lowest bits.
struct Bits(u128);

impl Bits {
    fn push(&mut self, width: u32, number: u64) {
        self.0 = self.0 << width | u128::from(number);
    }

    fn pop(&mut self, width: u32) -> u64 {
        let number = low(self.0, width);
        self.0 >>= width;
        number
    }
}

/// The lowest bits of a number; `width` is below 64.
fn low(number: u128, width: u32) -> u64 {
    u64::try_from(number & ((1 << width) - 1)).unwrap_or(u64::MAX)
}

fn tag(key: &Key, facts: u128) -> u64 {
    low(first_bits(key.mac(Use::ReceiptMac).chain_update(facts.to_be_bytes()), TAG_BITS), TAG_BITS)
}

fn pad(key: &Key, tag: u64) -> u128 {
    first_bits(key.mac(Use::ReceiptPad).chain_update(tag.to_be_bytes()), FACT_BITS)
}

fn first_bits(mac: crate::key::Keyed, width: u32) -> u128 {
    let [first, _] = *digest(mac).as_chunks::<16>().0 else { return 0 };
    u128::from_be_bytes(first) >> (u128::BITS - width)
}

/// Three bits after the leading one, so that a number is kept to an eighth, rounded down.
fn rounded_down(number: u32) -> u64 {
    let high = number.max(1).ilog2();
    if high < 3 { number.into() } else { u64::from((high - 2) * 8 + (number >> (high - 3) & 7)) }
}

/// Two bits after the leading one, in six bits, rounded up.
fn rounded_up(number: u64) -> u64 {
    (0..63).find(|code| unrounded(*code, 2) >= number).unwrap_or(63)
}

fn unrounded(code: u64, kept: u32) -> u64 {
    let scale = code >> kept;
    if scale == 0 { code } else { ((1 << kept) | low(code.into(), kept)) << (scale - 1) }
}

fn write_digits(digits: &mut [u8], mut number: u128) {
    for digit in digits.iter_mut().rev() {
        *digit = (number & 31) as u8;
        number >>= 5;
    }
}

fn read_digits(digits: &[u8]) -> u128 {
    digits.iter().fold(0, |number, digit| number << 5 | u128::from(*digit))
}

fn written(digits: &[u8; CHARS]) -> String {
    let mut code = String::with_capacity(CHARS + CHARS / GROUP - 1);
    for (place, digit) in digits.iter().enumerate() {
        if place > 0 && place % GROUP == 0 {
            code.push('-');
        }
        code.push(char::from(ALPHABET[usize::from(*digit)]));
    }
    code
}

fn read(code: &str) -> Result<[u8; CHARS], BadCode> {
    let mut digits = [0; CHARS];
    let mut found = 0;
    for letter in code.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '‐' | '–' | '.')) {
        let digit = digit_of(letter).ok_or(BadCode::Letter(letter))?;
        if let Some(place) = digits.get_mut(found) {
            *place = digit;
        }
        found += 1;
    }
    if found != CHARS {
        return Err(BadCode::Length(found));
    }
    if check_digit(&digits[..CHECK]) == digits[CHECK] { Ok(digits) } else { Err(BadCode::Typo) }
}

fn digit_of(letter: char) -> Option<u8> {
    let letter = match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let place = ALPHABET.iter().position(|known| char::from(*known) == letter)?;
    u8::try_from(place).ok()
}

/// The sum of the digits in the field of 32 elements (x⁵ + x² + 1), each times a power of x of its own: x has 31 powers, so
/// that any one wrong digit and any two neighbours in the wrong order change it.
fn check_digit(digits: &[u8]) -> u8 {
    digits.iter().rev().fold(0, |sum, digit| times_x(sum) ^ digit)
}

const fn times_x(element: u8) -> u8 {
    let shifted = element << 1;
    if shifted & 32 == 0 { shifted } else { shifted ^ 0b10_0101 }
}
