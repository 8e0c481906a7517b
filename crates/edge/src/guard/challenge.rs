//! The way of a person's browser up the ladder: it is asked, comes back, and gets its token.

use super::{
    cookies::{self, Cookies},
    page::{self, Challenge},
};
use crate::Answer;
use admission::{Ask, Client, Keys, NotPassed, Pressure, Question, Standing, Step, Token, ask, check};
use bytes::Bytes;
use clock::Time;
use http::{HeaderValue, Method, Response, StatusCode, Uri, header, request::Parts};
use http_body_util::Full;
use std::time::Duration;

/// In an address: the browser was asked before, and should have brought a cookie.
const MARK: &str = "tournee-check";

/// The ladder with its keys.
pub(super) struct Ladder {
    pub(super) keys: Keys,
    pub(super) token_good_for: Duration,
    /// Where people see how the service is.
    pub(super) home: Option<String>,
}

impl Ladder {
    /// The token that a request brings.
    pub(super) fn token(&self, cookies: Cookies<'_>, now: Time) -> Option<Token> {
        Token::read(&self.keys, cookies.token?, now).ok()
    }

    /// The answer to a browser that comes back from a challenge: its token, and on to where it wanted to go.
    pub(super) fn returned(&self, asked: &Parts, cookies: Cookies<'_>, tls: bool, now: Time) -> Option<Answer> {
        let path = asked.uri.path();
        let passed = check(&self.keys, cookies.question?, cookies.answer, path, now).ok()?;
        let token = Token::issue(&self.keys, passed, self.token_good_for, now);
        let mut answer = to(&without_mark(&asked.uri));
        let [question, given] = cookies::done(path, tls);
        let set = [cookies::token(&token, self.token_good_for.as_secs(), tls), question, given];
        answer.headers_mut().extend(set.into_iter().flatten().map(|value| (header::SET_COOKIE, value)));
        Some(answer)
    }

    /// A browser that came back has its token already: on to where it wanted to go.
    pub(super) fn cleaned(asked: &Parts) -> Option<Answer> {
        (is_marked(&asked.uri) && may_come_back(&asked.method)).then(|| to(&without_mark(&asked.uri)))
    }

    /// What a person's browser is asked under this pressure, if it is; `token` is the good one that it brought.
    pub(super) fn asks(
        &self,
        asked: &Parts,
        cookies: Cookies<'_>,
        token: Option<&Token>,
        pressure: Pressure,
        (tls, id, now): (bool, [u8; 8], Time),
    ) -> Option<Answer> {
        let cookie_lost = is_marked(&asked.uri) && cookies.question.is_none();
        let standing = Standing { client: Client::Person, passed: token.map(|token| token.step), cookie_lost };
        match ask(standing, pressure) {
            Ask::Nothing => None,
            Ask::SayCookies => {
                let lang = page::lang(&asked.headers);
                let text = page::refused(lang, lang.no_cookies(), None, None, self.home.as_deref());
                Some(shown(lang, text, None))
            }
            Ask::Step(step) => Some(self.step(asked, cookies, step, (tls, id, now))),
        }
    }

    fn step(&self, asked: &Parts, cookies: Cookies<'_>, step: Step, (tls, id, now): (bool, [u8; 8], Time)) -> Answer {
        let path = asked.uri.path();
        let early = match cookies.question.map(|question| (question, check(&self.keys, question, None, path, now))) {
            Some((question, Err(NotPassed::TooSoon(left)))) => Some((question.to_owned(), left)),
            _ => None,
        };
        let is_new = early.is_none();
        let (question, left) =
            early.unwrap_or_else(|| (Question::ask(&self.keys, step, path, id, now), step.patience()));
        let good_for = admission::QUESTION_GOOD_FOR.as_secs();
        let set = is_new.then(|| cookies::question(&question, path, good_for, tls)).flatten();
        // What was sent in a form cannot be sent anew by a page: it comes back to the form's address, and says so.
        let back = marked(&asked.uri);
        let mut answer = if left.is_zero() && may_come_back(&asked.method) {
            to(&back)
        } else {
            let lang = page::lang(&asked.headers);
            let secure = if tls { "; Secure" } else { "" };
            let place = cookies::place(path);
            let cookie = format!("{}=; Path={place}; Max-Age={good_for}; SameSite=Lax{secure}", cookies::ANSWER);
            let after_s = left.as_millis().div_ceil(1_000).try_into().unwrap_or(u64::MAX);
            let challenge = Challenge { step, question: &question, cookie: &cookie, back: &back, after_s };
            shown(lang, page::challenge(lang, &challenge, self.home.as_deref()), Some(after_s.max(1)))
        };
        answer.headers_mut().extend(set.map(|value| (header::SET_COOKIE, value)));
        answer
    }
}

/// Whether the same request can be made again by following an address.
fn may_come_back(method: &Method) -> bool {
    method == Method::GET || method == Method::HEAD
}

/// A page that is no answer: 503, so that nobody keeps or indexes it.
pub(super) fn shown(lang: admission::Lang, text: String, retry_after_s: Option<u64>) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(text)));
    *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(page::code(lang)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_SECURITY_POLICY, page::POLICY.clone());
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.extend(retry_after_s.map(|seconds| (header::RETRY_AFTER, HeaderValue::from(seconds))));
    answer
}

fn to(address: &str) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = StatusCode::FOUND;
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer.headers_mut().extend(HeaderValue::try_from(address).map(|address| (header::LOCATION, address)));
    answer
}

fn is_marked(uri: &Uri) -> bool {
    uri.query().is_some_and(|query| query.split('&').any(|part| part == MARK))
}

fn without_mark(uri: &Uri) -> String {
    let query = uri.query().unwrap_or_default();
    let rest: Vec<&str> = query.split('&').filter(|part| !part.is_empty() && *part != MARK).collect();
    let path = here(uri);
    if rest.is_empty() { path } else { format!("{path}?{}", rest.join("&")) }
}

fn marked(uri: &Uri) -> String {
    let plain = without_mark(uri);
    let sign = if plain.contains('?') { '&' } else { '?' };
    format!("{plain}{sign}{MARK}")
}

/// The path, as an address on this server: one that begins with two slashes would lead to another.
fn here(uri: &Uri) -> String {
    format!("/{}", uri.path().trim_start_matches(['/', '\\']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_marked_once_and_leads_nowhere_else() {
        let of = |text: &'static str| marked(&Uri::from_static(text));
        assert_eq!(of("/a"), "/a?tournee-check");
        assert_eq!(of("/a?b=c&tournee-check"), "/a?b=c&tournee-check");
        assert_eq!(without_mark(&Uri::from_static("/a?tournee-check&b=c")), "/a?b=c");
        assert_eq!(of("//elsewhere.example/x"), "/elsewhere.example/x?tournee-check");
    }
}
