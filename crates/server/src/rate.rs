//! How fast one API key may ask: a limit that evens out by itself, told with every answer of the API.
//!
//! The generic cell rate algorithm: per key one number, the time at which all that it asked so far would have been
//! asked at the even rate. A request may come before that time by no more than the burst allows. Nothing is swept and
//! nothing ticks; a key whose time has passed is as one that was never seen, and is forgotten when room is needed.
//!
//! The headers are those of the IETF draft "RateLimit header fields for HTTP" (draft-ietf-httpapi-ratelimit-headers).

use crate::{
    auth::Digest32,
    problem::{Kind, Problem},
    settings::ServerSettings,
};
use axum::{extract::Request, middleware::Next, response::Response};
use clock::Time;
use http::{HeaderName, HeaderValue};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const SHARDS: usize = 16;
/// Keys in one shard, at most. Only keys that were found good get there.
const SHARD_KEYS_MAX: usize = 1_000;
const S_NS: i64 = 1_000_000_000;
const MS_NS: i64 = 1_000_000;

/// The limit, in nanoseconds.
#[derive(Clone, Copy, Debug)]
struct Limit {
    /// Between two requests at the even rate.
    each: i64,
    /// By how much a key may be ahead of the even rate.
    burst: i64,
}

/// What a key may still ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Standing {
    /// Whether this request may be served.
    allowed: bool,
    /// Requests that could follow at once.
    remaining: i64,
    /// Seconds until the whole burst is there again; when refused, until one request may be sent.
    wait_s: i64,
}

impl Limit {
    fn of(settings: &ServerSettings) -> Option<Self> {
        let each = S_NS.checked_div(settings.rate_per_s.into())?;
        Some(Self { each, burst: each.saturating_mul(settings.rate_burst.max(1).into()) })
    }

    /// One request now of a key that is even at `even`: where it stands and where it is even then.
    fn step(self, even: i64, now: i64) -> (Standing, i64) {
        // Further ahead than the whole burst is nobody, unless the clock was set back: then it begins from there.
        let even = even.clamp(now, now.saturating_add(self.burst));
        let next = even.saturating_add(self.each);
        let ahead = next - now;
        if ahead > self.burst {
            let wait_s = seconds(ahead - self.burst);
            return (Standing { allowed: false, remaining: 0, wait_s }, even);
        }
        let remaining = (self.burst - ahead) / self.each;
        (Standing { allowed: true, remaining, wait_s: seconds(ahead) }, next)
    }

    fn policy(self) -> String {
        format!("\"key\";q={};w={}", self.burst / self.each, seconds(self.burst))
    }
}

fn seconds(ns: i64) -> i64 {
    ns.saturating_add(S_NS - 1) / S_NS
}

/// The pace of every key, as far as it is remembered.
pub(crate) struct Rates(Option<Limited>);

struct Limited {
    limit: Limit,
    policy: Option<HeaderValue>,
    shards: [Mutex<HashMap<Digest32, i64>>; SHARDS],
}

/// Where the standing of a request's key is left for its answer.
#[derive(Clone, Default)]
struct Told(Arc<OnceLock<[(HeaderName, HeaderValue); 2]>>);

impl Rates {
    /// The limit that the settings ask for.
    pub(crate) fn new(settings: &ServerSettings) -> Self {
        Self(Limit::of(settings).map(|limit| Limited {
            limit,
            policy: HeaderValue::try_from(limit.policy()).ok(),
            shards: std::array::from_fn(|_| Mutex::default()),
        }))
    }

    /// Whether there is a limit at all.
    pub(crate) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Counts one request of this key, and leaves word of it for the answer.
    ///
    /// # Errors
    /// A problem that says when to come back.
    pub(crate) fn count(&self, key: &Digest32, now: Time, extensions: &http::Extensions) -> Result<(), Problem> {
        let Some(limited) = &self.0 else { return Ok(()) };
        let standing = limited.take(key, now.unix_ms().saturating_mul(MS_NS));
        if let Some((told, headers)) = extensions.get::<Told>().zip(limited.headers(standing)) {
            // Counted once per request; a second word would be the same key's.
            _ = told.0.set(headers);
        }
        if standing.allowed { Ok(()) } else { Err(too_many(standing.wait_s)) }
    }
}

impl Limited {
    fn take(&self, key: &Digest32, now: i64) -> Standing {
        let shard = &self.shards[usize::from(key[0]) % SHARDS];
        let mut keys = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= SHARD_KEYS_MAX && !keys.contains_key(key) {
            keys.retain(|_, even| *even > now);
            if keys.len() >= SHARD_KEYS_MAX {
                keys.clear();
            }
        }
        let even = keys.entry(*key).or_insert(now);
        let (standing, next) = self.limit.step(*even, now);
        *even = next;
        standing
    }

    fn headers(&self, standing: Standing) -> Option<[(HeaderName, HeaderValue); 2]> {
        let rest = format!("\"key\";r={};t={}", standing.remaining, standing.wait_s);
        let rest = HeaderValue::try_from(rest).ok()?;
        Some([(RATE_LIMIT_POLICY, self.policy.clone()?), (RATE_LIMIT, rest)])
    }
}

fn too_many(wait_s: i64) -> Problem {
    let wait_s = u64::try_from(wait_s).unwrap_or(1).max(1);
    let detail = format!("This API key asks faster than it may; ask again in {wait_s} s. Nothing was done.");
    Problem::new(Kind::TooMany, detail).retry_after(wait_s)
}

/// Adds the headers to an answer whose request was counted.
pub(crate) async fn tell(mut request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with("/v1/") {
        return next.run(request).await;
    }
    let told = Told::default();
    request.extensions_mut().insert(told.clone());
    let mut response = next.run(request).await;
    if let Some(headers) = told.0.get() {
        response.headers_mut().extend(headers.iter().cloned());
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn limited(rate_per_s: u32, rate_burst: u32) -> Limited {
        let settings = ServerSettings { rate_per_s, rate_burst, ..ServerSettings::default() };
        Rates::new(&settings).0.expect("a limit")
    }

    #[test]
    fn a_burst_is_let_by_and_then_the_even_rate() {
        let ten = limited(10, 3);
        let at = |ms| ten.take(&[1; 32], ms * MS_NS);
        assert_eq!(at(0), Standing { allowed: true, remaining: 2, wait_s: 1 });
        assert_eq!((at(0).remaining, at(0).remaining), (1, 0));
        assert_eq!(at(0), Standing { allowed: false, remaining: 0, wait_s: 1 });
        assert!(!at(99).allowed, "a refusal costs nothing");
        assert!(at(100).allowed && !at(199).allowed && at(200).allowed);
        assert_eq!(at(10_000).remaining, 2, "who was quiet has the whole burst again");
        assert!(ten.take(&[2; 32], 0).allowed, "another key");
    }

    #[test]
    fn a_clock_that_was_set_back_locks_nobody_out() {
        let ten = limited(10, 3);
        for _ in 0..3 {
            ten.take(&[1; 32], 3_600 * S_NS);
        }
        assert!(!ten.take(&[1; 32], 0).allowed);
        assert!(ten.take(&[1; 32], 100 * MS_NS).allowed, "at the even rate, and not in an hour");
    }

    #[test]
    fn memory_is_bounded() {
        let ten = limited(10, 3);
        for n in 0..40_000_u32 {
            let mut key = [0; 32];
            key[28..].copy_from_slice(&n.to_be_bytes());
            ten.take(&key, 0);
        }
        let kept: usize = ten.shards.iter().map(|s| s.lock().expect("lock").len()).sum();
        assert!(kept <= SHARDS * SHARD_KEYS_MAX, "{kept}");
    }

    #[test]
    fn the_policy_is_told_as_the_draft_writes_it() {
        assert_eq!(limited(500, 5_000).limit.policy(), "\"key\";q=5000;w=10");
        assert!(!Rates::new(&ServerSettings { rate_per_s: 0, ..ServerSettings::default() }).is_on());
    }

    proptest! {
        /// Over any time no key gets more than the burst and the even rate together.
        #[test]
        fn never_more_than_the_limit(gaps in prop::collection::vec(0_i64..400, 1..200), rate in 1_u32..50, burst in 1_u32..20) {
            let limited = limited(rate, burst);
            let (mut now, mut served) = (0, 0_i64);
            for gap in gaps {
                now += gap * MS_NS;
                served += i64::from(limited.take(&[1; 32], now).allowed);
                prop_assert!(served <= i64::from(burst) + now / limited.limit.each);
            }
        }
    }
}
