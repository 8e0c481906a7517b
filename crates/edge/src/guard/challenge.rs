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
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

/// In an address: the browser was asked before, and should have brought a cookie.
const MARK: &str = "tournee-check";
/// How long a question and its answer are kept, in seconds.
const GOOD_FOR_S: u64 = admission::QUESTION_GOOD_FOR.as_secs();

/// How often each step was asked and passed, in their order.
#[derive(Debug, Default)]
pub(super) struct Climbed {
    pub(super) asked: [AtomicU64; Step::ALL.len()],
    pub(super) passed: [AtomicU64; Step::ALL.len()],
}

/// The ladder with its keys.
pub(super) struct Ladder {
    pub(super) keys: Keys,
    pub(super) climbed: Arc<Climbed>,
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
    pub(super) fn returned(&self, asked: &Parts, tls: bool, now: Time) -> Option<Answer> {
        let cookies = Cookies::of(&asked.headers);
        let (path, question) = (asked.uri.path(), cookies.question?);
        let passed = |answer| check(&self.keys, question, answer, path, now);
        // Whoever has waited long enough may have any answer: one to an earlier question, from before a script was blocked.
        let passed = passed(cookies.answer).or_else(|_| passed(None)).ok()?;
        self.climbed.passed[passed.step() as usize - 1].fetch_add(1, Relaxed);
        let token = Token::issue(&self.keys, passed, self.token_good_for, now);
        let mut answer = to(&asked.method, &without_mark(&asked.uri));
        let [question, given] = cookies::done(path, tls);
        let set = [cookies::token(&token, self.token_good_for.as_secs(), tls), question, given];
        answer.headers_mut().extend(set.into_iter().flatten().map(|value| (header::SET_COOKIE, value)));
        Some(answer)
    }

    /// A browser that came back has its token already: on to where it wanted to go.
    pub(super) fn cleaned(asked: &Parts) -> Option<Answer> {
        is_marked(&asked.uri).then(|| to(&asked.method, &without_mark(&asked.uri)))
    }

    /// What a person's browser is asked under this pressure, if it is; `token` is the good one that it brought.
    pub(super) fn asks(
        &self,
        asked: &Parts,
        token: Option<&Token>,
        pressure: Pressure,
        (tls, id, now): (bool, [u8; 8], Time),
    ) -> Option<Answer> {
        let cookies = Cookies::of(&asked.headers);
        let cookie_lost = is_marked(&asked.uri) && cookies.question.is_none();
        let standing = Standing { client: Client::Person, passed: token.map(|token| token.step), cookie_lost };
        let (step, keeps_cookies) = match ask(standing, pressure) {
            Ask::Nothing => return None,
            Ask::Step(step) => (step, true),
            Ask::SayCookies => (pressure.step()?, false),
        };
        let path = asked.uri.path();
        let early = match cookies.question.map(|question| (question, check(&self.keys, question, None, path, now))) {
            Some((question, Err(NotPassed::TooSoon(left)))) => Some((question.to_owned(), left)),
            _ => None,
        };
        // Who is told to allow cookies is asked all the same: by then the page, loaded again, passes.
        let set = early.is_none().then(|| Question::ask(&self.keys, step, path, id, now));
        self.climbed.asked[step as usize - 1].fetch_add(set.is_some().into(), Relaxed);
        let cookie = set.as_ref().and_then(|question| cookies::question(question, path, GOOD_FOR_S, tls));
        let (question, left) = early.or_else(|| Some((set?, step.patience())))?;
        let mut answer = if !keeps_cookies {
            let lang = page::lang(&asked.headers);
            let back = marked(&asked.uri);
            let text = page::refused(lang, lang.no_cookies(), page::Refused { again: Some(&back), ..self.refused() });
            shown(lang, text, None)
        } else if left.is_zero() {
            to(&asked.method, &marked(&asked.uri))
        } else {
            self.page(asked, step, &question, left, tls)
        };
        answer.headers_mut().extend(cookie.map(|value| (header::SET_COOKIE, value)));
        Some(answer)
    }

    /// The page that asks, and comes back by itself after as long as is left.
    fn page(&self, asked: &Parts, step: Step, question: &str, left: Duration, tls: bool) -> Answer {
        let lang = page::lang(&asked.headers);
        let after_s = left.as_millis().div_ceil(1_000).try_into().unwrap_or(u64::MAX);
        // What was sent in a form would be lost on the way back: that page waits for whoever sent it to send it again.
        let back = is_read(&asked.method).then(|| marked(&asked.uri));
        let cookie = cookies::answer(asked.uri.path(), GOOD_FOR_S, tls);
        let challenge = Challenge { step, question, cookie: &cookie, back: back.as_deref(), after_s };
        shown(lang, page::challenge(lang, &challenge, self.home.as_deref()), Some(after_s))
    }

    fn refused(&self) -> page::Refused<'_> {
        page::Refused { home: self.home.as_deref(), ..page::Refused::default() }
    }
}

/// Whether following an address makes the same request again.
fn is_read(method: &Method) -> bool {
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

/// The way to another address of this server. Where something was sent, the browser sends it there again by itself.
fn to(method: &Method, address: &str) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = if is_read(method) { StatusCode::FOUND } else { StatusCode::TEMPORARY_REDIRECT };
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

    fn ladder() -> Ladder {
        let keys = Keys::new(admission::Key::new(1, &[9; 32]));
        Ladder { keys, climbed: Arc::default(), token_good_for: Duration::from_secs(3_600), home: None }
    }

    fn sent(method: Method, address: &str, cookies: &[&str]) -> Parts {
        let request = http::Request::builder().method(method).uri(address).header(header::COOKIE, cookies.join("; "));
        request.body(()).expect("a request").into_parts().0
    }

    /// The cookies that an answer sets, with their values alone.
    fn set(answer: &Answer) -> Vec<&str> {
        let lines = answer.headers().get_all(header::SET_COOKIE).iter();
        lines.filter_map(|line| line.to_str().ok()?.split(';').next()).collect()
    }

    fn way(answer: &Answer) -> Option<&str> {
        answer.headers().get(header::LOCATION)?.to_str().ok()
    }

    #[test]
    fn the_smallest_step_is_one_redirect_there_and_one_back() {
        let (ladder, now) = (ladder(), Time::from_unix_ms(1_766_400_000_000));
        for (method, status) in [(Method::GET, StatusCode::FOUND), (Method::POST, StatusCode::TEMPORARY_REDIRECT)] {
            let asks = |asked: &Parts| ladder.asks(asked, None, Pressure::Busy, (true, [7; 8], now));
            let there = asks(&sent(method.clone(), "/x?a=b", &[])).expect("a redirect");
            assert_eq!((there.status(), way(&there)), (status, Some("/x?a=b&tournee-check")));
            let back = sent(method.clone(), "/x?a=b&tournee-check", &set(&there));
            let passed = ladder.returned(&back, true, now).expect("passed");
            assert_eq!((passed.status(), way(&passed)), (status, Some("/x?a=b")));
            let token = Cookies::of(&sent(method.clone(), "/", &set(&passed)).headers).token.map(str::to_owned);
            let token = Token::read(&ladder.keys, &token.expect("a token"), now).expect("a good one");
            assert_eq!(token.step, Step::Cookie);
            let lost = asks(&sent(method, "/x?a=b&tournee-check", &[])).expect("a page");
            assert_eq!(lost.status(), StatusCode::SERVICE_UNAVAILABLE, "no redirect without end");
        }
    }

    #[test]
    fn an_address_is_marked_once_and_leads_nowhere_else() {
        let of = |text: &'static str| marked(&Uri::from_static(text));
        assert_eq!(of("/a"), "/a?tournee-check");
        assert_eq!(of("/a?b=c&tournee-check"), "/a?b=c&tournee-check");
        assert_eq!(without_mark(&Uri::from_static("/a?tournee-check&b=c")), "/a?b=c");
        assert_eq!(of("//elsewhere.example/x"), "/elsewhere.example/x?tournee-check");
    }
}
