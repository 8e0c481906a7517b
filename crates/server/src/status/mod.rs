//! The status page, its JSON (Statuspage API v2) and its feeds: rendered ahead, served from memory.
//!
//! [`StatusPages::publish`] makes every form of a board at once and swaps them in whole. A request takes a form that is
//! ready: no store, no key, no rendering, so that the page goes on when everything behind it is gone. Time passes all the
//! same: once a board is too old to be the present, the forms that were rendered beside it are served, which say that how
//! things are is not known, and show history only.

mod api;
mod feed;
mod forms;
pub(crate) mod page;
mod routes;
mod say;

pub(crate) use routes::routes;

use crate::lang;
use bytes::Bytes;
use clock::{Clock, Time};
use forms::{Form, Forms, Kind, Policy};
use http::{HeaderMap, Method, Response, Uri};
use http_body_util::Full;
use notice::{Board, Lang, StatusSettings, board::Story};
use prometheus_client::metrics::counter::Counter;
use std::sync::{Arc, PoisonError, RwLock};

/// Incidents that have a page of their own and are in the lists of the API, at most.
const STORIES_COUNT_MAX: usize = 50;

/// The status page in all its forms.
pub struct StatusPages {
    settings: StatusSettings,
    clock: Arc<dyn Clock>,
    shown: RwLock<Arc<Shown>>,
    policy: Policy,
    served: Counter,
}

/// Everything that can be shown.
struct Shown {
    /// Until then the board is the present.
    good_until: Time,
    /// While it is.
    present: Forms,
    /// And then.
    after: Forms,
}

/// What is rendered: a board, and whether it is the present.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    settings: &'a StatusSettings,
    board: &'a Board,
    /// Whether how things are may be said at all; history may be shown always.
    known: bool,
    lang: Lang,
}

impl View<'_> {
    /// An address of this page as others see it.
    fn url(self, path: &str) -> String {
        format!("{}{path}", self.settings.url.trim_end_matches('/'))
    }
}

impl StatusPages {
    /// Forms that say that nothing is known, until the first board is published.
    pub fn new(settings: StatusSettings, clock: Arc<dyn Clock>) -> Self {
        let policy = forms::policy(page::STYLE);
        let nothing = Board::new(&settings, &notice::board::Seen::default(), clock.now());
        let none = Shown { good_until: Time::from_unix_ms(i64::MIN), present: Forms::new(), after: Forms::new() };
        let [_, after] = none.next(&settings, &nothing, &policy);
        let shown = Shown { after, ..none };
        Self { settings, clock, shown: RwLock::new(Arc::new(shown)), policy, served: Counter::default() }
    }

    /// What the operator set.
    pub fn settings(&self) -> &StatusSettings {
        &self.settings
    }

    /// Makes every form of this board, then shows them all at once. Takes some milliseconds of processor time and no
    /// other; call it at least every fifteen seconds, or the page says that nothing is known.
    pub fn publish(&self, board: &Board) {
        let [present, after] = self.shown().next(&self.settings, board, &self.policy);
        let shown = Arc::new(Shown { good_until: board.good_until, present, after });
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = shown;
    }

    fn shown(&self) -> Arc<Shown> {
        Arc::clone(&self.shown.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many requests were answered.
    pub(crate) fn served(&self) -> Counter {
        self.served.clone()
    }

    /// The answer to a request for one of the forms; nothing where it is for something else.
    pub(crate) fn answer(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Response<Full<Bytes>>> {
        let path = uri.path();
        if !is_ours(path) {
            return None;
        }
        let shown = self.shown();
        let is_present = self.clock.now() < shown.good_until && !is_for_later(uri);
        let forms = if is_present { &shown.present } else { &shown.after };
        let response = match forms.get(path) {
            Some(_) if method != Method::GET && method != Method::HEAD => forms::read_only(),
            Some(form) => form[place(lang::of(uri, headers))].answer(headers),
            None if path == "/history" => forms::elsewhere("/status/history"),
            None => return None,
        };
        self.served.inc();
        Some(response)
    }
}

/// Whether the path may be one of the forms'; cheap, as every request is asked.
fn is_ours(path: &str) -> bool {
    path.starts_with("/status") || path.starts_with("/api/v2/") || path.starts_with("/history")
}

/// Whether the form for when the present is not known any more is asked for: a copy elsewhere keeps it for that time.
fn is_for_later(uri: &Uri) -> bool {
    uri.query().is_some_and(|query| query.split('&').any(|pair| pair == "known=no"))
}

const fn place(lang: Lang) -> usize {
    match lang {
        Lang::French => 0,
        Lang::English => 1,
    }
}

impl Shown {
    /// Every form of a board: while it is the present, and afterwards. What says the same as before is not made anew: to
    /// squeeze it is what takes the time, and most of a board is history.
    fn next(&self, settings: &StatusSettings, board: &Board, policy: &Policy) -> [Forms; 2] {
        let make = |path: &str, kind: Kind, known: bool, write: &dyn Fn(View<'_>) -> String| {
            let before = if known { &self.present } else { &self.after }.get(path);
            let both = Lang::ALL.map(|lang| {
                let text = write(View { settings, board, known, lang });
                let same = before.map(|both| &both[place(lang)]).filter(|form| form.says(known, &text));
                same.map_or_else(|| Arc::new(Form::new(kind, lang, policy, known, text)), Arc::clone)
            });
            (path.to_owned(), both)
        };
        let record = |path: &str, kind, write: &dyn Fn(View<'_>) -> String| make(path, kind, true, write);
        // What was said at its time stays what was said.
        let mut records = Forms::from([
            record("/status/history", Kind::Page, &page::history),
            record("/history.atom", Kind::Atom, &feed::atom),
            record("/history.rss", Kind::Rss, &feed::rss),
        ]);
        let stories = board.stories.iter().take(STORIES_COUNT_MAX);
        records.extend(stories.map(|story| record(&story_path(story), Kind::Page, &|view| page::story(view, story))));
        [true, false].map(|known| {
            let mut forms = records.clone();
            forms.extend([make("/status", Kind::Page, known, &page::now)]);
            forms.extend(api::FORMS.iter().map(|(path, write)| make(path, Kind::Json, known, write)));
            forms
        })
    }
}

/// Where an incident has its page.
fn story_path(story: &Story) -> String {
    format!("/status/incidents/{}", story.id.0)
}
