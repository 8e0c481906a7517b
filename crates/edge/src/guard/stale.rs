//! Answers that were good a while ago, in memory: what is given when the work cannot be had, always with its age.
//!
//! As many places as were made at the start, each for one address in one language and coding; an address whose place is taken
//! by another has no answer here until it is asked again in peace. Only what anybody may see is kept: an answer 200 to a GET
//! without a query, a credential or another's cookies, that forbids no cache.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header, request::Parts};
use siphasher::sip::SipHasher13;
use std::{
    hash::Hasher,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

/// Places for answers.
const PLACES: usize = 1_024;
/// The longest answer that is kept, in bytes.
pub(crate) const ANSWER_BYTES_MAX: usize = 64 << 10;
/// All answers together with their heads, in bytes.
const BYTES_MAX: usize = 16 << 20;
/// How often an answer that is old is asked for anew.
const ASKED_ANEW_EVERY: Duration = Duration::from_secs(1);
/// Headers that belong to one exchange, or that are said anew.
const NOT_KEPT: [header::HeaderName; 5] =
    [header::DATE, header::AGE, header::CONNECTION, header::TRANSFER_ENCODING, header::CONTENT_LENGTH];

/// The snapshot.
pub(crate) struct Stale {
    places: Arc<[Mutex<Option<Kept>>]>,
    bytes: Arc<AtomicUsize>,
    secret: [u8; 16],
    /// Older than this, an answer says nothing any more.
    age_max: Duration,
    given: Arc<Given>,
}

/// How many answers were given.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub(super) older: AtomicU64,
    pub(super) fresh: AtomicU64,
}

struct Kept {
    key: Key,
    /// Since the process began.
    at: Duration,
    /// When somebody was last let through to ask anew.
    asked_anew: Duration,
    headers: HeaderMap,
    body: Bytes,
}

impl Kept {
    fn bytes(&self) -> usize {
        self.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>() + self.body.len()
    }

    fn answer(&self, now: Duration, age_max: Duration) -> Option<Response<Bytes>> {
        let age = now.saturating_sub(self.at);
        if age > age_max {
            return None;
        }
        let mut response = Response::new(self.body.clone());
        *response.headers_mut() = self.headers.clone();
        response.headers_mut().insert(header::AGE, HeaderValue::from(age.as_secs()));
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        Some(response)
    }
}

/// An address in one language and one coding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    hash: u64,
    gzip: bool,
}

impl Stale {
    /// An empty snapshot; `secret` keeps others from choosing addresses that share a place.
    pub(crate) fn new(secret: [u8; 16], age_max: Duration) -> Self {
        let places = (0..PLACES).map(|_| Mutex::new(None)).collect();
        Self { places, bytes: Arc::default(), secret, age_max, given: Arc::default() }
    }

    /// The same answers, of which those that are older than this say nothing.
    pub(crate) fn until(&self, age_max: Duration) -> Self {
        Self {
            places: Arc::clone(&self.places),
            bytes: Arc::clone(&self.bytes),
            secret: self.secret,
            age_max,
            given: Arc::clone(&self.given),
        }
    }

    /// Under what an answer to this request is kept; nothing where none may be.
    pub(crate) fn key(&self, request: &Parts) -> Option<Key> {
        let is_plain = request.uri.query().is_none() && !request.headers.contains_key(header::AUTHORIZATION);
        if request.method != Method::GET || !is_plain || request.headers.contains_key(header::RANGE) {
            return None;
        }
        // HTTP/2 names the host in the address.
        let host = match request.uri.authority() {
            Some(authority) => authority.as_str().as_bytes(),
            None => request.headers.get(header::HOST).map_or(&[][..], HeaderValue::as_bytes),
        };
        let mut hasher = SipHasher13::new_with_key(&self.secret);
        for part in [host, request.uri.path().as_bytes()] {
            hasher.write(part);
            hasher.write_u8(0xff);
        }
        hasher.write(languages(&request.headers).as_flattened());
        let gzip = takes_gzip(&request.headers);
        hasher.write_u8(u8::from(gzip));
        Some(Key { hash: hasher.finish(), gzip })
    }

    /// Whether an answer with this head may be shown later to somebody else who asks for the same.
    pub(crate) fn may_keep(key: Key, status: StatusCode, headers: &HeaderMap) -> bool {
        let coding = headers.get(header::CONTENT_ENCODING).map(HeaderValue::as_bytes);
        let says = |name, words: &[&str]| {
            let lines = headers.get_all(name).iter().filter_map(|line: &HeaderValue| line.to_str().ok());
            lines
                .flat_map(|line| line.split(','))
                .any(|word| words.contains(&word.trim().to_ascii_lowercase().as_str()))
        };
        let varies =
            headers.get_all(header::VARY).iter().filter_map(|line| line.to_str().ok()).flat_map(|l| l.split(','));
        let known = ["accept-language", "accept-encoding"];
        status == StatusCode::OK
            && (coding.is_none() || key.gzip && coding == Some(b"gzip"))
            && !headers.contains_key(header::SET_COOKIE)
            && !says(header::CACHE_CONTROL, &["no-store", "private"])
            && varies.into_iter().all(|name| known.contains(&name.trim().to_ascii_lowercase().as_str()))
    }

    /// Keeps an answer; `now` is since the process began. One that does not fit is not kept, and while there is an
    /// `overload` none takes the place of another that is still good: the flood would choose what is remembered.
    pub(crate) fn keep(&self, key: Key, headers: &HeaderMap, body: Bytes, overload: bool, now: Duration) {
        let mut headers = headers.clone();
        NOT_KEPT.iter().for_each(|name| {
            headers.remove(name);
        });
        let new = Kept { key, at: now, asked_anew: now, headers, body };
        let bytes = new.bytes();
        if bytes > ANSWER_BYTES_MAX {
            return;
        }
        let mut place = self.place(key).lock().unwrap_or_else(PoisonError::into_inner);
        let is_good = |kept: &Kept| kept.key != key && now.saturating_sub(kept.at) <= self.age_max;
        if overload && place.as_ref().is_some_and(is_good) {
            return;
        }
        let before = place.take().map_or(0, |kept| kept.bytes());
        let others = self.bytes.fetch_sub(before, Ordering::Relaxed) - before;
        if others + bytes <= BYTES_MAX {
            self.bytes.fetch_add(bytes, Ordering::Relaxed);
            *place = Some(new);
        }
    }

    /// The answer that is kept, with its age, to be given.
    pub(crate) fn find(&self, key: Key, now: Duration) -> Option<Response<Bytes>> {
        let place = self.place(key).lock().unwrap_or_else(PoisonError::into_inner);
        let answer = place.as_ref().filter(|kept| kept.key == key)?.answer(now, self.age_max)?;
        self.given.older.fetch_add(1, Ordering::Relaxed);
        Some(answer)
    }

    /// How many answers were given.
    pub(super) fn given(&self) -> &Given {
        &self.given
    }

    /// The answer that is kept, to be given while it is at most so old. When it is older, one request a second is let
    /// through to ask anew, and all others have it still.
    pub(crate) fn fresh(&self, key: Key, fresh_for: Duration, now: Duration) -> Option<Response<Bytes>> {
        let mut place = self.place(key).lock().unwrap_or_else(PoisonError::into_inner);
        let kept = place.as_mut().filter(|kept| kept.key == key)?;
        let is_old = now.saturating_sub(kept.at) > fresh_for;
        if is_old && now.saturating_sub(kept.asked_anew) >= ASKED_ANEW_EVERY {
            kept.asked_anew = now;
            return None;
        }
        let answer = kept.answer(now, self.age_max)?;
        self.given.fresh.fetch_add(1, Ordering::Relaxed);
        Some(answer)
    }

    fn place(&self, key: Key) -> &Mutex<Option<Kept>> {
        let place = usize::try_from(key.hash % self.places.len() as u64).unwrap_or(0);
        &self.places[place]
    }
}

/// Languages by which answers are told apart, at most.
const LANGUAGES: usize = 4;

/// The languages that are wanted, in two letters each, the most wanted first: whoever wants the same in the same order is given
/// the same.
fn languages(headers: &HeaderMap) -> [[u8; 2]; LANGUAGES] {
    let lines = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|line| line.to_str().ok());
    let mut wanted = [(0.0, *b"--"); LANGUAGES];
    let mut count = 0;
    for range in lines.flat_map(|line| line.split(',')) {
        let (tag, weight) = weighed(range);
        let [a, b, ..] = *tag.as_bytes() else { continue };
        let tag = [a, b].map(|letter| letter.to_ascii_lowercase());
        if count < LANGUAGES && weight > 0.0 && wanted[..count].iter().all(|(_, known)| *known != tag) {
            wanted[count] = (weight, tag);
            count += 1;
        }
    }
    wanted[..count].sort_by(|(one, _), (other, _)| other.total_cmp(one));
    wanted.map(|(_, tag)| tag)
}

/// Whether gzip is named and not forbidden by a weight of nothing.
pub fn takes_gzip(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(','))
        .map(weighed)
        .any(|(coding, weight)| coding.eq_ignore_ascii_case("gzip") && weight > 0.0)
}

/// One of a list, and how much it is wanted.
fn weighed(item: &str) -> (&str, f32) {
    let (name, rest) = item.split_once(';').unwrap_or((item, ""));
    let weight = rest.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse).unwrap_or(0.0);
    (name.trim(), weight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn stale() -> Stale {
        Stale::new([7; 16], Duration::from_secs(3_600))
    }

    fn get(path: &str) -> Parts {
        Request::get(path).header(header::HOST, "shop.example").body(()).expect("a request").into_parts().0
    }

    const fn s(s: u64) -> Duration {
        Duration::from_secs(s)
    }

    #[test]
    fn an_old_answer_comes_back_with_its_age() {
        let stale = stale();
        let key = stale.key(&get("/legal")).expect("a key");
        stale.keep(key, &HeaderMap::new(), Bytes::from_static(b"legal"), false, s(10));
        let found = stale.find(key, s(70)).expect("an answer");
        assert_eq!(
            (&found.headers()[header::AGE], &found.body()[..]),
            (&HeaderValue::from_static("60"), &b"legal"[..])
        );
        assert!(stale.find(key, s(3_611)).is_none(), "too old to be shown");
        let other = stale.key(&get("/other")).expect("a key");
        assert!(stale.find(other, s(70)).is_none());
    }

    #[test]
    fn an_old_answer_is_asked_for_anew_by_one_a_second() {
        let stale = stale();
        let key = stale.key(&get("/legal")).expect("a key");
        assert!(stale.fresh(key, s(10), s(0)).is_none(), "nothing is kept");
        stale.keep(key, &HeaderMap::new(), Bytes::from_static(b"legal"), false, s(0));
        assert!(stale.fresh(key, s(10), s(10)).is_some());
        assert!(stale.fresh(key, s(10), s(11)).is_none(), "one goes through");
        assert!(stale.fresh(key, s(10), s(11)).is_some() && stale.fresh(key, s(10), s(12)).is_none());
        stale.keep(key, &HeaderMap::new(), Bytes::from_static(b"legal"), false, s(12));
        assert!(stale.fresh(key, s(10), s(20)).is_some());
    }

    #[test]
    fn what_is_somebodys_own_is_not_kept() {
        let stale = stale();
        assert!(stale.key(&get("/search?q=1")).is_none());
        let mut signed = get("/legal");
        signed.headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Bearer x"));
        assert!(stale.key(&signed).is_none());
        let of = |name, value| HeaderMap::from_iter([(name, HeaderValue::from_static(value))]);
        let key = stale.key(&get("/legal")).expect("a key");
        assert!(Stale::may_keep(key, StatusCode::OK, &of(header::VARY, "Accept-Language")));
        for (name, value) in [
            (header::SET_COOKIE, "a=b"),
            (header::CACHE_CONTROL, "max-age=1, Private"),
            (header::CACHE_CONTROL, "no-store"),
            (header::VARY, "cookie"),
            (header::VARY, "*"),
            (header::CONTENT_ENCODING, "br"),
            (header::CONTENT_ENCODING, "gzip"),
        ] {
            assert!(!Stale::may_keep(key, StatusCode::OK, &of(name, value)), "{value}");
        }
        assert!(!Stale::may_keep(key, StatusCode::NOT_FOUND, &HeaderMap::new()));
    }

    #[test]
    fn languages_and_hosts_are_kept_apart() {
        let stale = stale();
        let mut english = get("/legal");
        english.headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static("en-GB,en"));
        let mut elsewhere = get("/legal");
        elsewhere.headers.insert(header::HOST, HeaderValue::from_static("other.example"));
        let of = |parts: &Parts| stale.key(parts).expect("a key");
        assert_ne!(of(&get("/legal")), of(&english));
        assert_ne!(of(&get("/legal")), of(&elsewhere));
        assert_eq!(of(&get("/legal")), of(&get("/legal")));
        let by_http2 = |host| Request::get(format!("https://{host}/legal")).body(()).expect("a request").into_parts().0;
        assert_ne!(of(&by_http2("one.example")), of(&by_http2("two.example")));
        assert_eq!(of(&by_http2("shop.example")), of(&get("/legal")));
    }

    #[test]
    fn whoever_wants_the_same_languages_is_given_the_same() {
        let of = |text: &'static str| {
            languages(&HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, HeaderValue::from_static(text))]))
        };
        assert_eq!(of("fr-FR,fr;q=0.9,en-US;q=0.8,en;q=0.7"), of("fr,fr-FR;q=0.8,en-US;q=0.5"));
        assert_eq!(of("en;q=0.5, FR"), of("fr,en;q=0.1"));
        assert_ne!(of("de,fr;q=0.5"), of("de,en;q=0.5"), "the service may have neither in German");
        assert_ne!(of("fr,en;q=0"), of("fr,en"));
        assert_eq!(of(""), languages(&HeaderMap::new()));
    }

    #[test]
    fn only_what_is_taken_is_given_packed() {
        let of = |text: &'static str| {
            takes_gzip(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(text))]))
        };
        assert!(of("br, gzip;q=0.8") && of("GZIP") && !of("gzip;q=0, br") && !of("identity") && !of(""));
    }

    #[test]
    fn a_flood_takes_nobodys_place() {
        let stale = Stale { places: Arc::new([Mutex::new(None)]), ..stale() };
        let key = |path: &str| stale.key(&get(path)).expect("a key");
        let keep = |path: &str, overload, at| {
            stale.keep(key(path), &HeaderMap::new(), Bytes::from_static(b"x"), overload, s(at));
            stale.find(key(path), s(at)).is_some()
        };
        assert!(keep("/legal", false, 0) && !keep("/1", true, 1) && keep("/legal", true, 2));
        assert!(keep("/2", true, 3_700), "what is too old to be shown has no place");
        assert!(keep("/legal", false, 3_701));
    }

    #[test]
    fn memory_is_bounded() {
        let stale = stale();
        let body = Bytes::from(vec![b'x'; ANSWER_BYTES_MAX]);
        for n in 0..3_000 {
            let key = stale.key(&get(&format!("/page/{n}"))).expect("a key");
            stale.keep(key, &HeaderMap::new(), body.clone(), false, s(1));
        }
        let kept: usize =
            stale.places.iter().map(|place| place.lock().expect("lock").as_ref().map_or(0, Kept::bytes)).sum();
        assert!(kept <= BYTES_MAX && kept == stale.bytes.load(Ordering::Relaxed), "{kept}");
        let key = stale.key(&get("/long")).expect("a key");
        stale.keep(key, &HeaderMap::new(), Bytes::from(vec![0; ANSWER_BYTES_MAX + 1]), false, s(1));
        assert!(stale.find(key, s(1)).is_none());
    }
}
