//! One of the innocent: an address, perhaps a key, and, in a browser, cookies.

use crate::{
    mark::{self, Kind},
    tally::Came,
    wire::{Answer, Connection, Door, Failure, HOST, Protocol},
    wish::Wish,
};
use bytes::Bytes;
use http::{HeaderMap, Method, Request, header};
use http_body_util::Full;
use std::{
    collections::BTreeMap,
    net::Ipv4Addr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, sleep, timeout};

/// How often a browser lets itself be led on for one wish.
const HOPS_MAX: u32 = 5;
/// How long it waits on a page that says where it goes on after so many seconds.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// Cookies by path and name.
type Jar = BTreeMap<(String, String), String>;

pub(crate) struct Client {
    pub(crate) kind: Kind,
    pub(crate) from: Ipv4Addr,
    pub(crate) agent: &'static str,
    pub(crate) key: Option<String>,
    jar: Mutex<Jar>,
    /// Kept from one wish to the next.
    line: Mutex<Option<Connection>>,
}

impl Client {
    pub(crate) fn new(kind: Kind, from: Ipv4Addr, agent: &'static str, key: Option<String>) -> Self {
        Self { kind, from, agent, key, jar: Mutex::default(), line: Mutex::default() }
    }

    /// Asks for it with this patience for each answer; gives what came, after how long, and whether a challenge came before.
    /// The time of whoever was challenged counts from when it was led back: the challenge comes once a day.
    pub(crate) async fn want(
        &self,
        door: &Door,
        wish: &Wish,
        mark: &str,
        patience: Duration,
    ) -> (Came, Duration, bool) {
        let began = Instant::now();
        if self.kind != Kind::Browser {
            let answer = self.once(door, wish, mark, patience).await;
            let came = answer.map_or(Came::Nothing, |answer| Came::of(&answer, &wish.expects));
            return (came, began.elapsed(), false);
        }
        let mut led_at = None;
        let came = self.visit(door, wish, mark, patience, &mut led_at).await;
        (came.unwrap_or(Came::Nothing), led_at.unwrap_or(began).elapsed(), led_at.is_some())
    }

    /// As a browser without JavaScript: keeps cookies, goes where redirects and refreshes lead, and sends again what a
    /// challenge has kept from being received.
    async fn visit(
        &self,
        door: &Door,
        wish: &Wish,
        mark: &str,
        patience: Duration,
        led_at: &mut Option<Instant>,
    ) -> Option<Came> {
        let (mut now, mut came) = (wish.clone(), None);
        let cookies_before = locked(&self.jar).clone();
        let mut again = true;
        for _ in 0..=HOPS_MAX {
            let answer = self.once(door, &now, mark, patience).await?;
            let seen = Came::of(&answer, &wish.expects);
            came = Some(seen);
            if seen.is_served() {
                break;
            }
            if let Some((wait, next)) = led(&answer, &now) {
                sleep(wait.min(WAIT_MAX)).await;
                *led_at = Some(Instant::now());
                now = next;
            } else if again && *locked(&self.jar) != cookies_before {
                (again, now) = (false, wish.clone());
            } else {
                break;
            }
        }
        came
    }

    async fn once(&self, door: &Door, wish: &Wish, mark: &str, patience: Duration) -> Option<Answer> {
        timeout(patience, self.exchange(door, wish, mark)).await.ok()?.ok()
    }

    /// On the connection that was kept, if it still is one; a kept one may end just then, which is no failure of anybody.
    async fn exchange(&self, door: &Door, wish: &Wish, mark: &str) -> Result<Answer, Failure> {
        let kept = locked(&self.line).take();
        if let Some(mut line) = kept.filter(Connection::is_open)
            && let Ok(answer) = line.ask(self.request(wish, mark, door.base(line.protocol()))?).await
        {
            return Ok(self.took(line, answer));
        }
        let modern = self.kind == Kind::Browser && door.speaks(Protocol::Two);
        let mut line = door.connect(self.from, if modern { Protocol::Two } else { Protocol::One }).await?;
        let answer = line.ask(self.request(wish, mark, door.base(line.protocol()))?).await?;
        Ok(self.took(line, answer))
    }

    fn took(&self, line: Connection, answer: Answer) -> Answer {
        if answer.keeps_open() {
            *locked(&self.line) = Some(line);
        }
        if self.kind == Kind::Browser {
            keep_cookies(&mut locked(&self.jar), &answer.headers);
        }
        answer
    }

    fn request(&self, wish: &Wish, mark: &str, base: &str) -> Result<Request<Full<Bytes>>, http::Error> {
        let mut request = Request::builder().method(&wish.method).uri(format!("{base}{}", wish.target));
        if base.is_empty() {
            request = request.header(header::HOST, HOST);
        }
        let accept = match self.kind {
            Kind::Anonymous | Kind::Browser => "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            Kind::Feed => "application/atom+xml",
            Kind::App | Kind::Scanner | Kind::Probe | Kind::Flood => "application/json",
        };
        request = request.header(header::USER_AGENT, self.agent).header(header::ACCEPT, accept);
        if let Some(key) = &self.key {
            request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        }
        if self.kind == Kind::Browser {
            request = self.as_browser(request, &wish.target);
        }
        if wish.method == Method::POST {
            request = request.header(header::CONTENT_TYPE, wish.content_type);
        }
        request.header(mark::HEADER, mark).body(Full::from(wish.body.clone()))
    }

    fn as_browser(&self, request: http::request::Builder, target: &str) -> http::request::Builder {
        let path = target.split('?').next().unwrap_or_default();
        let jar = locked(&self.jar);
        // As RFC 6265 §5.4 has it: those of the longest path first, which are the last by order.
        let fits =
            |at: &str| path == at || at == "/" || path.strip_prefix(at).is_some_and(|rest| rest.starts_with('/'));
        let cookies = jar.iter().rev().filter(|((at, _), _)| fits(at));
        let cookies: Vec<String> = cookies.map(|((_, name), value)| format!("{name}={value}")).collect();
        let request = request.header(header::ACCEPT_LANGUAGE, "fr-FR,fr;q=0.9,en;q=0.5");
        if cookies.is_empty() { request } else { request.header(header::COOKIE, cookies.join("; ")) }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn keep_cookies(jar: &mut Jar, headers: &HeaderMap) {
    for cookie in headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok()) {
        let mut attributes = cookie.split(';').map(str::trim);
        let Some((name, value)) = attributes.next().and_then(|pair| pair.split_once('=')) else { continue };
        let attributes: Vec<(&str, &str)> = attributes.filter_map(|one| one.split_once('=')).collect();
        let of =
            |name: &str| attributes.iter().find(|(one, _)| one.eq_ignore_ascii_case(name)).map(|(_, value)| *value);
        let place = (of("path").unwrap_or("/").to_owned(), name.trim().to_owned());
        if of("max-age") == Some("0") {
            jar.remove(&place);
        } else {
            jar.insert(place, value.trim().to_owned());
        }
    }
}

/// Where an answer leads a browser, and after how long.
fn led(answer: &Answer, from: &Wish) -> Option<(Duration, Wish)> {
    if answer.status.is_redirection() {
        let to = local(answer.headers.get(header::LOCATION)?.to_str().ok()?);
        let same = matches!(answer.status.as_u16(), 307 | 308);
        let next = if same { Wish { target: to, ..from.clone() } } else { Wish::page(to, "") };
        return Some((Duration::ZERO, next));
    }
    let in_head = answer.headers.get(header::REFRESH).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let says = in_head.or_else(|| refresh(&String::from_utf8_lossy(&answer.body)))?;
    let (after, rest) = says.split_once(';').unwrap_or((&says, ""));
    let to =
        rest.split_once('=').map_or_else(|| from.target.clone(), |(_, to)| local(to.trim().trim_matches(['\'', '"'])));
    Some((Duration::from_secs_f64(after.trim().parse::<f64>().ok()?.clamp(0.0, 60.0)), Wish::page(to, "")))
}

/// What the `meta http-equiv=refresh` of a page says.
fn refresh(page: &str) -> Option<String> {
    let tag = page.split('<').find(|tag| {
        let tag = tag.to_ascii_lowercase();
        tag.starts_with("meta") && tag.contains("http-equiv") && tag.contains("refresh")
    })?;
    let after = tag.split_once("content=")?.1;
    let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    after[1..].split(quote).next().map(|says| says.replace("&amp;", "&"))
}

/// The target within this host: the rehearsal follows nobody elsewhere.
fn local(to: &str) -> String {
    let path = to.split_once("://").map_or(to, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
    if path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::StatusCode;

    fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &'static str) -> Answer {
        let headers =
            headers.iter().map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")));
        let status = StatusCode::from_u16(status).expect("a status");
        Answer { status, headers: HeaderMap::from_iter(headers), body: Bytes::from_static(body.as_bytes()) }
    }

    fn check(answer: &Answer, after_ms: u128, method: &Method, to: &str) {
        let from = Wish { method: Method::POST, ..Wish::page("/here", "") };
        let (wait, next) = led(answer, &from).expect("it leads on");
        assert_eq!((wait.as_millis(), &next.method, next.target.as_str()), (after_ms, method, to));
    }

    #[test]
    fn a_browser_goes_where_it_is_led_and_never_to_another_host() {
        check(&answer(303, &[("location", "/there?a=1")], ""), 0, &Method::GET, "/there?a=1");
        check(&answer(307, &[("location", "http://elsewhere.example/there")], ""), 0, &Method::POST, "/there");
        check(&answer(503, &[("refresh", "1; url=/there")], ""), 1_000, &Method::GET, "/there");
        let meta = r#"<html><meta name=a><meta http-equiv="refresh" content="2;url=/there?a=1&amp;b=2"></html>"#;
        check(&answer(503, &[], meta), 2_000, &Method::GET, "/there?a=1&b=2");
        check(&answer(429, &[], "<meta http-equiv='Refresh' content='0.5'>"), 500, &Method::GET, "/here");
        assert!(led(&answer(429, &[], "<p>Later, please.</p>"), &Wish::page("/", "")).is_none());
    }

    #[test]
    fn cookies_are_kept_until_they_are_taken_back() {
        let mut jar = BTreeMap::new();
        keep_cookies(&mut jar, &answer(200, &[("set-cookie", "a=1; Path=/; HttpOnly")], "").headers);
        keep_cookies(&mut jar, &answer(200, &[("set-cookie", "b=x=y")], "").headers);
        let at = |path: &str, name: &str| jar.get(&(path.to_owned(), name.to_owned())).cloned();
        assert_eq!((at("/", "a").as_deref(), at("/", "b").as_deref(), jar.len()), (Some("1"), Some("x=y"), 2));
        keep_cookies(&mut jar, &answer(200, &[("set-cookie", "a=; Max-Age=0")], "").headers);
        assert_eq!(jar.len(), 1);
    }
}
