//! How moments, money and digests are written by the platforms.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use clock::Time;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{Timestamp, civil::DateTime};
use sha2::{Digest, Sha256};

/// The shops keep time in whole seconds.
pub(super) fn whole_second(at: Time) -> Time {
    Time::from_unix_ms(at.unix_ms().div_euclid(1_000) * 1_000)
}

/// On the clocks of Paris without a zone, for example `2025-12-22T06:24:00`.
pub(super) fn paris(at: Time) -> String {
    at.paris_datetime().strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// As [`paris`] with a blank in the middle, as SQL has it.
pub(super) fn paris_sql(at: Time) -> String {
    at.paris_datetime().strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// In UTC without a zone, for example `2025-12-22T05:24:00`.
pub(super) fn utc(at: Time) -> String {
    stamp(at).strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// In UTC with its zone, for example `2025-12-22T05:24:00Z`.
pub(super) fn utc_z(at: Time) -> String {
    stamp(at).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn stamp(at: Time) -> Timestamp {
    Timestamp::from_millisecond(at.unix_ms()).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A moment with its zone, in whole milliseconds.
pub(super) fn read_zoned(text: &str) -> Option<Time> {
    // A form decoder makes a blank of the plus of an offset.
    let stamp: Timestamp = text.trim().replace(' ', "+").parse().ok()?;
    Some(Time::from_unix_ms(stamp.as_millisecond()))
}

/// Date and time, or a date alone, without a zone.
pub(super) fn read_civil(text: &str) -> Option<DateTime> {
    let text = text.trim();
    text.parse::<DateTime>().ok().or_else(|| text.parse::<jiff::civil::Date>().ok().map(|day| day.at(0, 0, 0, 0)))
}

/// Cents as euros, for example `12.50`.
pub(super) fn euros(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// Keyed SHA-256.
pub(super) fn hmac_sha256(key: &[u8], text: &[u8]) -> Vec<u8> {
    // A key of any length is good.
    Hmac::<Sha256>::new_from_slice(key)
        .map_or_else(|_| Vec::new(), |mac| mac.chain_update(text).finalize().into_bytes().to_vec())
}

/// Keyed SHA-1.
pub(super) fn hmac_sha1(key: &[u8], text: &[u8]) -> Vec<u8> {
    Hmac::<sha1::Sha1>::new_from_slice(key)
        .map_or_else(|_| Vec::new(), |mac| mac.chain_update(text).finalize().into_bytes().to_vec())
}

/// The first sixteen bytes of a SHA-256 in hexadecimal: an id that follows from what it is made of.
pub(super) fn id_of(parts: &[&str]) -> String {
    let digest = Sha256::digest(parts.join("\u{1f}").as_bytes());
    hex(&digest).chars().take(32).collect()
}

/// As [`id_of`] in the form of a UUID.
pub(super) fn uuid_of(parts: &[&str]) -> String {
    let id = id_of(parts);
    let part = |from: usize, to: usize| id.get(from..to).unwrap_or_default().to_owned();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(super) fn unbase64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}
