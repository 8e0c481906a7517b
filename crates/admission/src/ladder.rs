//! The ladder of challenges: what a person's browser is asked while a flood lasts, the smallest thing first.
//!
//! For people only. A program is never asked anything; it is served, or told plainly that it is not. Every step can be
//! passed without a script and by a screen reader: who can't or won't run one waits a little longer instead.
//!
//! A step tells a browser from a tool that does not trouble to be one. It is no price: work that takes a telephone half a
//! second takes a native program far less than a millisecond. So a token gains one class at most
//! ([`Class::with_token`](crate::Class::with_token)), and all who share one live on its budget.
//!
//! Questions, answers and tokens travel in cookies and never in an address, which leaks by referrers, logs and shared
//! links. A browser that refuses cookies can't be told from another one, so it is told plainly what else to do.

use crate::{
    key::Keys,
    token::{BadToken, Passed, Question},
};
use clock::Time;
use sha2::{Digest, Sha256};
use std::{fmt, time::Duration};

/// A step, the smallest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Step {
    /// Keep a cookie and come back with it: one redirect.
    Cookie = 1,
    /// Come back after a moment: a page that reloads itself.
    Refresh = 2,
    /// Run a line of script: [`script_answer`].
    Script = 3,
    /// Find a number by trying some thousands: [`work_is_done`].
    Work = 4,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Cookie, Self::Refresh, Self::Script, Self::Work];

    /// Its name in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cookie => "cookie",
            Self::Refresh => "refresh",
            Self::Script => "script",
            Self::Work => "work",
        }
    }

    pub(crate) const fn code(self) -> u8 {
        self as u8
    }

    pub(crate) fn of_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.code() == code)
    }

    /// How long whoever sends no answer but the cookie has to wait: the page reloads itself after so long, with or without
    /// a script. Waiting costs an attacker's tool what it costs a person, and its tokens come that much later.
    pub const fn patience(self) -> Duration {
        Duration::from_secs(match self {
            Self::Cookie => 0,
            Self::Refresh => 2,
            Self::Script => 8,
            Self::Work => 15,
        })
    }
}

/// How hard it is to serve everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pressure {
    /// Everybody is served.
    Calm,
    /// Some wait.
    Busy,
    /// Not everybody can be served.
    Overload,
    /// Few without a token can be served.
    Severe,
    /// Those with a token can't all be served either.
    Siege,
}

impl Pressure {
    /// The step that a token must have passed now.
    pub const fn step(self) -> Option<Step> {
        match self {
            Self::Calm => None,
            Self::Busy => Some(Step::Cookie),
            Self::Overload => Some(Step::Refresh),
            Self::Severe => Some(Step::Script),
            Self::Siege => Some(Step::Work),
        }
    }
}

/// Who can answer a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    /// A browser that shows a page to a person.
    Person,
    /// Everything else: an app, curl, a feed reader, a crawler, a picture or a script inside a page.
    Program,
}

/// The headers by which a client says what it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Headers<'a> {
    /// `Accept`.
    pub accept: Option<&'a str>,
    /// `Sec-Fetch-Mode`.
    pub sec_fetch_mode: Option<&'a str>,
    /// `Sec-Fetch-Dest`.
    pub sec_fetch_dest: Option<&'a str>,
    /// `User-Agent`.
    pub user_agent: Option<&'a str>,
    /// `Authorization` is there.
    pub authorization: bool,
}

/// Tools that a person may have told to ask for HTML: they show no page all the same.
const TOOLS: [&str; 8] =
    ["curl/", "wget/", "python-", "go-http-client/", "java/", "okhttp/", "apache-httpclient/", "node"];

impl Client {
    /// A program, unless it asks for HTML above all, to show it, by what it says itself. In doubt a program: who is taken for
    /// one is told more plainly, and a program that is taken for a person breaks.
    pub fn of(headers: Headers<'_>) -> Self {
        let navigates = match (headers.sec_fetch_mode, headers.sec_fetch_dest) {
            (Some(mode), dest) => mode == "navigate" && matches!(dest, None | Some("document" | "iframe" | "frame")),
            // Browsers from before 2023 and text browsers say nothing; who holds a credential and says nothing is no page.
            (None, _) => !headers.authorization,
        };
        let is_page = navigates && headers.accept.is_some_and(html_above_all);
        if is_page && !headers.user_agent.is_none_or(is_tool) { Self::Person } else { Self::Program }
    }
}

fn is_tool(agent: &str) -> bool {
    let starts_with = |tool: &&str| agent.get(..tool.len()).is_some_and(|start| start.eq_ignore_ascii_case(tool));
    // Crawlers leave an address where to learn of them, by an old custom.
    agent.trim().is_empty() || TOOLS.iter().any(starts_with) || agent.contains("+http")
}

/// `text/html` is named and no other kind of document comes before it. `*/*` names nothing.
fn html_above_all(accept: &str) -> bool {
    let mut html = 0.0;
    let mut other: f32 = 0.0;
    for range in accept.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default();
        let weight =
            parts.find_map(|p| p.strip_prefix("q=").or(p.strip_prefix("Q="))).map_or(Some(1.0), |q| q.parse().ok());
        let weight = weight.unwrap_or(0.0);
        if kind.eq_ignore_ascii_case("text/html") {
            html = weight;
        } else if ["json", "rss+xml", "atom+xml", "text/xml", "event-stream"].iter().any(|data| kind.ends_with(data)) {
            other = other.max(weight);
        }
    }
    html > other
}

/// What is known of who asks.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// What it is.
    pub client: Client,
    /// The step that its good token passed.
    pub passed: Option<Step>,
    /// It came back from a first step without the cookie that it was given.
    pub cookie_lost: bool,
}

/// What to do with who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Nothing: it is as it is.
    Nothing,
    /// To pass this step.
    Step(Step),
    /// Nothing, as the browser keeps no cookies: say so and offer what works without, by [`crate::Lang::no_cookies`].
    SayCookies,
}

/// Which step to ask for.
pub fn ask(standing: Standing, pressure: Pressure) -> Ask {
    match pressure.step() {
        Some(needed) if standing.client == Client::Person && standing.passed < Some(needed) => {
            if standing.cookie_lost && standing.passed.is_none() { Ask::SayCookies } else { Ask::Step(needed) }
        }
        _ => Ask::Nothing,
    }
}

/// Why an answer does not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotPassed {
    /// The question is not good: ask anew.
    Question(BadToken),
    /// It came without an answer, and too soon: show the same page for so long yet.
    TooSoon(Duration),
    /// The answer is wrong: ask anew.
    Wrong,
}

impl fmt::Display for NotPassed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Question(bad) => write!(f, "the question is {bad}"),
            Self::TooSoon(wait) => write!(f, "{} s too soon", wait.as_secs().max(1)),
            Self::Wrong => f.write_str("not the answer"),
        }
    }
}

impl std::error::Error for NotPassed {}

/// Checks an answer: the question's cookie as it came back from this path, and the script's answer, if one ran.
///
/// # Errors
/// When the question is not good, the answer is wrong, or there is none and it came too soon.
pub fn check(keys: &Keys, question: &str, answer: Option<&str>, path: &str, now: Time) -> Result<Passed, NotPassed> {
    let asked = Question::read(keys, question, path, now).map_err(NotPassed::Question)?;
    let is_right = match (asked.step, answer) {
        (Step::Script, Some(answer)) => answer.parse() == Ok(script_answer(question)),
        (Step::Work, Some(answer)) => work_is_done(question, answer),
        (step, _) => {
            let left = step.patience().saturating_sub(now.since(asked.asked));
            return if left.is_zero() { Ok(asked.passed()) } else { Err(NotPassed::TooSoon(left)) };
        }
    };
    if is_right { Ok(asked.passed()) } else { Err(NotPassed::Wrong) }
}

/// The answer of [`Step::Script`]: over the question's characters from 0, times 31 plus the character, in 32 bits. In a page:
/// `[...q].reduce((h, c) => Math.imul(h, 31) + c.charCodeAt() >>> 0, 0)`.
pub fn script_answer(question: &str) -> u32 {
    question.bytes().fold(0, |hash: u32, byte| hash.wrapping_mul(31).wrapping_add(byte.into()))
}

/// Zero bits with which the hash of [`Step::Work`] begins: 4,096 tries on average, well below a second on an old telephone.
pub const WORK_BITS: u32 = 12;
/// The longest number that is looked at.
const WORK_DIGITS_MAX: usize = 10;

/// Whether SHA-256 of the question, a colon and this number begins with [`WORK_BITS`] zero bits.
pub fn work_is_done(question: &str, number: &str) -> bool {
    let is_number = (1..=WORK_DIGITS_MAX).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    is_number && {
        let hash = Sha256::new().chain_update(question).chain_update(":").chain_update(number).finalize();
        u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]).leading_zeros() >= WORK_BITS
    }
}
