//! The cookies of the ladder: a question, its answer, and the token that is had for it.

use http::{HeaderMap, HeaderValue, header};

const TOKEN: &str = "tournee_token";
const QUESTION: &str = "tournee_question";
const ANSWER: &str = "tournee_answer";

/// The cookies that a request brings.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cookies<'a> {
    pub(super) token: Option<&'a str>,
    pub(super) question: Option<&'a str>,
    pub(super) answer: Option<&'a str>,
}

impl<'a> Cookies<'a> {
    /// Of two with one name the first is taken: browsers send the one of the longer path before (RFC 6265 §5.4), which is this
    /// page's own.
    pub(super) fn of(headers: &'a HeaderMap) -> Self {
        let mut found = Self::default();
        for (name, value) in all(headers) {
            let place = match name {
                TOKEN => &mut found.token,
                QUESTION => &mut found.question,
                ANSWER => &mut found.answer,
                _ => continue,
            };
            *place = place.or(Some(value));
        }
        found
    }

    /// Whether there are any but the ladder's.
    pub(super) fn others(headers: &HeaderMap) -> bool {
        all(headers).any(|(name, _)| ![TOKEN, QUESTION, ANSWER].contains(&name))
    }
}

/// Names and values. What is not text, which others may send, is no name and no value, and hides none.
fn all(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let pairs = headers.get_all(header::COOKIE).iter().flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    pairs.map(|pair| {
        let pair = str::from_utf8(pair).unwrap_or_default().trim();
        pair.split_once('=').unwrap_or((pair, ""))
    })
}

/// A token for the whole site.
pub(super) fn token(value: &str, good_for_s: u64, tls: bool) -> Option<HeaderValue> {
    set(TOKEN, value, "/", good_for_s, tls)
}

/// A question to whoever asked for this path.
pub(super) fn question(value: &str, path: &str, good_for_s: u64, tls: bool) -> Option<HeaderValue> {
    set(QUESTION, value, place(path), good_for_s, tls)
}

/// The answer to it, for the page's script to set: `=` is followed by nothing yet.
pub(super) fn answer(path: &str, good_for_s: u64, tls: bool) -> String {
    written(ANSWER, "", place(path), good_for_s, tls)
}

/// Takes back question and answer.
pub(super) fn done(path: &str, tls: bool) -> [Option<HeaderValue>; 2] {
    [QUESTION, ANSWER].map(|name| set(name, "", place(path), 0, tls))
}

/// The longest path that a browser keeps a cookie at, in bytes: attributes of more than 1,024 are dropped.
const PATH_BYTES_MAX: usize = 1_024;

/// Where a question's cookies are kept: at their path, so that two open pages do not take each other's. A path that a cookie
/// cannot hold shares the root.
fn place(path: &str) -> &str {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~%".contains(&byte);
    let is_one = path.starts_with('/') && path.len() <= PATH_BYTES_MAX;
    if is_one && path.bytes().all(fits) { path } else { "/" }
}

fn set(name: &str, value: &str, path: &str, seconds: u64, tls: bool) -> Option<HeaderValue> {
    HeaderValue::try_from(written(name, value, path, seconds, tls)).ok()
}

fn written(name: &str, value: &str, path: &str, seconds: u64, tls: bool) -> String {
    // A script sets the answer.
    let hidden = if name == ANSWER { "" } else { "; HttpOnly" };
    let secure = if tls { "; Secure" } else { "" };
    format!("{name}={value}; Path={path}; Max-Age={seconds}; SameSite=Lax{hidden}{secure}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_found_among_others() {
        let lines = ["a=b; tournee_token=t; tournee_question=q", "tournee_answer=7;c=d"];
        let mut both = HeaderMap::new();
        both.append(header::COOKIE, HeaderValue::from_static(lines[0]));
        both.append(header::COOKIE, HeaderValue::from_static(lines[1]));
        let found = Cookies::of(&both);
        assert_eq!((found.token, found.question, found.answer), (Some("t"), Some("q"), Some("7")));
        assert!(Cookies::others(&both));
    }

    #[test]
    fn the_cookie_of_the_longer_path_is_this_pages() {
        let line = b"pr\xe9nom=\xe9; tournee_question=own; tournee_token=t; tournee_question=of-the-root";
        let one = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_bytes(line).expect("a value"))]);
        let found = Cookies::of(&one);
        assert_eq!((found.token, found.question), (Some("t"), Some("own")));
        let ours = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static("tournee_token=t"))]);
        assert!(Cookies::others(&one) && !Cookies::others(&ours) && !Cookies::others(&HeaderMap::new()));
    }

    #[test]
    fn a_question_stays_at_its_path() {
        let set = |path, tls| question("q", path, 300, tls).expect("a header").to_str().expect("text").to_owned();
        assert_eq!(
            set("/track/6A1", true),
            "tournee_question=q; Path=/track/6A1; Max-Age=300; SameSite=Lax; HttpOnly; Secure"
        );
        assert_eq!(place(&"/a".repeat(600)), "/", "too long to be kept");
        assert_eq!(set("/a;b", false), "tournee_question=q; Path=/; Max-Age=300; SameSite=Lax; HttpOnly");
    }
}
