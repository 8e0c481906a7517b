//! A browser: it keeps cookies by their paths, follows redirects and pages that reload themselves, and runs the page's script.

use crate::house::{Asking, House, Reply, get};
use admission::{script_answer, work_is_done};
use http::header;
use std::time::Duration;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cookie {
    name: String,
    value: String,
    path: String,
}

/// A browser of one person.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) address: String,
    pub(crate) keeps_cookies: bool,
    pub(crate) runs_scripts: bool,
    pub(crate) lang: &'static str,
    pub(crate) jar: Vec<Cookie>,
}

/// More steps than any way through has.
const STEPS_MAX: usize = 8;

impl Browser {
    pub(crate) fn at(address: &str) -> Self {
        Self { address: address.into(), keeps_cookies: true, runs_scripts: true, lang: "fr", jar: Vec::new() }
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        self.jar.iter().find(|cookie| cookie.name == name).map(|cookie| cookie.value.as_str())
    }

    /// A browser that was given this cookie.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.jar.push(Cookie { name: name.into(), value: value.into(), path: "/".into() });
        self
    }

    /// One request and its answer, with what the answer sets.
    pub(crate) async fn one(&mut self, house: &House, asked: &Asking) -> Reply {
        let path = asked.path.split('?').next().expect("a path").to_owned();
        let matches = |cookie: &&Cookie| {
            let rest = path.strip_prefix(cookie.path.as_str());
            rest.is_some_and(|rest| rest.is_empty() || cookie.path.ends_with('/') || rest.starts_with('/'))
        };
        let mut own: Vec<&Cookie> = self.jar.iter().filter(matches).collect();
        own.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let line: Vec<String> = own.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        let mut sent = asked.clone().from(&self.address).for_a_page().header(format!("accept-language: {}", self.lang));
        if !line.is_empty() {
            sent = sent.header(format!("cookie: {}", line.join("; ")));
        }
        let reply = house.ask(&sent).await;
        for set in reply.headers.get_all(header::SET_COOKIE) {
            self.set(set.to_str().expect("text"));
        }
        reply
    }

    fn set(&mut self, line: &str) {
        let mut parts = line.split("; ");
        let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).expect("a cookie");
        let (mut path, mut lasts) = ("/", true);
        for part in parts {
            match part.split_once('=') {
                Some(("Path", at)) => path = at,
                Some(("Max-Age", "0")) => lasts = false,
                _ => {}
            }
        }
        self.jar.retain(|cookie| cookie.name != name || cookie.path != path);
        if lasts && self.keeps_cookies {
            self.jar.push(Cookie { name: name.into(), value: value.into(), path: path.into() });
        }
    }

    /// Everything that is answered until a page stays. Time passes as pages ask for.
    pub(crate) async fn open(&mut self, house: &House, path: &str) -> Vec<Reply> {
        self.go(house, get(path)).await
    }

    /// The same, of any request.
    pub(crate) async fn go(&mut self, house: &House, first: Asking) -> Vec<Reply> {
        let (mut asked, mut seen) = (first, Vec::new());
        loop {
            let reply = self.one(house, &asked).await;
            let next = self.next(house, &asked, &reply);
            seen.push(reply);
            let Some(next) = next else { return seen };
            assert!(seen.len() < STEPS_MAX, "a loop: {seen:#?}");
            asked = next;
        }
    }

    fn next(&mut self, house: &House, asked: &Asking, reply: &Reply) -> Option<Asking> {
        match reply.status {
            302 => return Some(get(reply.header("location"))),
            307 => return Some(Asking { path: reply.header("location").into(), ..asked.clone() }),
            _ => {}
        }
        if let Some(back) = self.runs_scripts.then(|| self.script(&reply.body)).flatten() {
            return back;
        }
        let (seconds, back) = between(&reply.body, "http-equiv=\"refresh\" content=\"", "\"")?.split_once(";url=")?;
        house.later(Duration::from_secs(seconds.parse().expect("seconds")));
        Some(get(plain(back)))
    }

    /// Does what the page's script does: where it goes then, if it goes.
    #[expect(clippy::option_option, reason = "no script, or one that goes nowhere")]
    fn script(&mut self, page: &str) -> Option<Option<Asking>> {
        let script = between(page, "<script ", ">")?;
        let data = |name: &str| between(script, &format!("data-{name}=\""), "\"").map(plain);
        let question = data("question")?;
        let answer = match data("step")?.as_str() {
            "script" => u64::from(script_answer(&question)),
            _ => (0..).find(|number: &u64| work_is_done(&question, &number.to_string()))?,
        };
        self.set(&data("cookie")?.replacen('=', &format!("={answer}"), 1));
        Some(data("back").map(get))
    }
}

pub(crate) fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let rest = &text[text.find(before)? + before.len()..];
    Some(&rest[..rest.find(after)?])
}

fn plain(markup: &str) -> String {
    markup.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}
