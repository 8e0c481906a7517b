//! The cookies of the ladder: a question, its answer, and the token that is had for it.

use http::{HeaderMap, HeaderValue, header};
use std::fmt::Write;

const TOKEN: &str = "tournee_token";
const QUESTION: &str = "tournee_question";
pub(super) const ANSWER: &str = "tournee_answer";

/// The cookies that a request brings.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cookies<'a> {
    pub(super) token: Option<&'a str>,
    pub(super) question: Option<&'a str>,
    pub(super) answer: Option<&'a str>,
}

impl<'a> Cookies<'a> {
    pub(super) fn of(headers: &'a HeaderMap) -> Self {
        let mut found = Self::default();
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        for (name, value) in lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('=')) {
            match name {
                TOKEN => found.token = Some(value),
                QUESTION => found.question = Some(value),
                ANSWER => found.answer = Some(value),
                _ => {}
            }
        }
        found
    }
}

/// A token for the whole site.
pub(super) fn token(value: &str, good_for_s: u64, tls: bool) -> Option<HeaderValue> {
    set(TOKEN, value, "/", good_for_s, tls)
}

/// A question to whoever asked for this path.
pub(super) fn question(value: &str, path: &str, good_for_s: u64, tls: bool) -> Option<HeaderValue> {
    set(QUESTION, value, place(path), good_for_s, tls)
}

/// Takes back question and answer.
pub(super) fn done(path: &str, tls: bool) -> [Option<HeaderValue>; 2] {
    [QUESTION, ANSWER].map(|name| set(name, "", place(path), 0, tls))
}

/// Where a question's cookies are kept: at their path, so that two open pages do not take each other's. A path with letters
/// that a cookie cannot hold shares the root.
pub(super) fn place(path: &str) -> &str {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~%".contains(&byte);
    if path.starts_with('/') && path.bytes().all(fits) { path } else { "/" }
}

fn set(name: &str, value: &str, path: &str, seconds: u64, tls: bool) -> Option<HeaderValue> {
    let mut text = format!("{name}={value}; Path={path}; Max-Age={seconds}; SameSite=Lax");
    if name != ANSWER {
        text.push_str("; HttpOnly");
    }
    if tls {
        let _ = text.write_str("; Secure");
    }
    HeaderValue::try_from(text).ok()
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
    }

    #[test]
    fn a_question_stays_at_its_path() {
        let set = |path, tls| question("q", path, 300, tls).expect("a header").to_str().expect("text").to_owned();
        assert_eq!(
            set("/track/6A1", true),
            "tournee_question=q; Path=/track/6A1; Max-Age=300; SameSite=Lax; HttpOnly; Secure"
        );
        assert_eq!(set("/a;b", false), "tournee_question=q; Path=/; Max-Age=300; SameSite=Lax; HttpOnly");
    }
}
