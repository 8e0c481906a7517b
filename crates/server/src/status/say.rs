//! The page's words, from those that all of the house's messages have: names, times and sentences in a language.

use super::View;
use clock::Time;
use notice::{
    Arg, Claim, Lang, Stage, Update, Words,
    board::{FunctionBoard, Indicator, Status, Story},
};
use std::time::Duration;
use watch::{Carrier, Condition, Function};

pub(super) fn label(lang: Lang, id: &str) -> String {
    Words::of(lang).text(id, &[])
}

pub(super) fn label_with(lang: Lang, id: &str, args: &[(&str, &str)]) -> String {
    let args: Vec<_> = args.iter().map(|(name, text)| (*name, Arg::Text(text))).collect();
    Words::of(lang).text(id, &args)
}

/// The whole in a few words, and a sentence where more is to be said.
pub(super) fn overall(view: View<'_>) -> (String, Option<String>) {
    let View { board, lang, .. } = view;
    if !view.known {
        let never = board.carriers.is_empty() && board.stories.is_empty();
        let why = if never {
            label(lang, "status-nothing-yet")
        } else {
            label_with(lang, "status-stale", &[("time", &moment(lang, board.at))])
        };
        return (label(lang, "status-not-known"), Some(why));
    }
    let calm = board.functions().all(|(_, one)| one.status == Status::Operational);
    let id = match board.indicator {
        _ if board.carriers.is_empty() => "status-nothing-watched",
        Indicator::None => "status-all-well",
        Indicator::Minor if calm => "status-services-down",
        Indicator::Minor => "status-minor",
        Indicator::Major => "status-major",
        Indicator::Critical => "status-critical",
    };
    (label(lang, id), None)
}

pub(super) fn status(lang: Lang, status: Status) -> String {
    label(lang, &format!("status-{}", status.name()))
}

/// How a function is: on the way back, where it is; its status otherwise.
pub(super) fn condition(lang: Lang, of: &FunctionBoard) -> String {
    match of.condition {
        Some(Condition::Signs) if of.status == Status::PartialOutage => label(lang, "status-level-signs"),
        Some(Condition::UnderWatch) if of.status == Status::Degraded => label(lang, "status-level-under_watch"),
        _ => status(lang, of.status),
    }
}

pub(super) fn stage(lang: Lang, stage: Stage) -> String {
    let id = match stage {
        Stage::Investigating => "status-stage-investigating",
        Stage::Identified => "status-stage-identified",
        Stage::Monitoring => "status-stage-monitoring",
        Stage::Resolved => "status-stage-resolved",
    };
    label(lang, id)
}

pub(super) fn carrier(lang: Lang, carrier: &Carrier) -> String {
    Words::of(lang).carrier(carrier)
}

pub(super) fn function(lang: Lang, function: Function) -> String {
    Words::of(lang).function(function)
}

pub(super) fn component(lang: Lang, of: &Carrier, which: Function) -> String {
    named(lang, of, &function(lang, which))
}

/// What an incident is called: whose, and which functions were in it.
pub(super) fn story(lang: Lang, story: &Story) -> String {
    let functions: Vec<_> = story.functions.iter().map(|one| function(lang, *one)).collect();
    if functions.is_empty() {
        carrier(lang, &story.carrier)
    } else {
        named(lang, &story.carrier, &functions.join(", "))
    }
}

fn named(lang: Lang, of: &Carrier, functions: &str) -> String {
    label_with(lang, "status-story", &[("carrier", &carrier(lang, of)), ("functions", functions)])
}

/// The sentence of a claim as it may be said at this time.
pub(super) fn claim(lang: Lang, claim: &Claim, at: Time) -> Option<String> {
    Words::of(lang).claim(claim, at)
}

/// A message in sentences, as it was written.
pub(super) fn lines(lang: Lang, update: &Update) -> Vec<String> {
    Words::of(lang).update(update, update.at).lines
}

/// A message in sentences without an operator's words, as of this time.
pub(super) fn own_lines(lang: Lang, update: &Update, at: Time) -> Vec<String> {
    let own = Update { remark: None, ..update.clone() };
    Words::of(lang).update(&own, at).lines
}

pub(super) fn said_by(lang: Lang, by: &str) -> String {
    label_with(lang, "status-remark", &[("by", by)])
}

pub(super) fn next_by(lang: Lang, next: Time, now: Time) -> String {
    Words::of(lang).next(next, now)
}

/// A time of day, with its day where that is another.
pub(super) fn near(lang: Lang, time: Time, now: Time) -> String {
    Words::of(lang).when(time, now)
}

pub(super) fn day(lang: Lang, time: Time) -> String {
    Words::of(lang).day(time)
}

pub(super) fn moment(lang: Lang, time: Time) -> String {
    let words = Words::of(lang);
    label_with(lang, "when-other-day", &[("day", &words.day(time)), ("time", &words.time(time))])
}

/// A time to the second.
pub(super) fn exact(lang: Lang, time: Time) -> String {
    let at = time.paris_datetime();
    match lang {
        Lang::French => format!("{}\u{a0}h\u{a0}{:02}\u{a0}min\u{a0}{:02}\u{a0}s", at.hour(), at.minute(), at.second()),
        Lang::English => format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second()),
    }
}

pub(super) fn month(lang: Lang, time: Time) -> String {
    let date = time.paris_date();
    format!("{} {}", capitalised(&label(lang, &format!("month-{}", date.month()))), date.year())
}

/// Milliseconds as people say them.
pub(super) fn span_ms(lang: Lang, ms: f64) -> String {
    let text = if ms < 1_000.0 { format!("{ms:.0}\u{a0}ms") } else { format!("{:.1}\u{a0}s", ms / 1_000.0) };
    decimal(lang, &text)
}

/// A span of time to the minute.
pub(super) fn span(lang: Lang, span: Duration) -> String {
    let minutes = span.as_secs().div_ceil(60);
    let day = if lang == Lang::French { 'j' } else { 'd' };
    match (minutes / 1_440, minutes / 60 % 24, minutes % 60) {
        (0, 0, minutes) => format!("{minutes}\u{a0}min"),
        (0, hours, 0) => format!("{hours}\u{a0}h"),
        (0, hours, minutes) => format!("{hours}\u{a0}h\u{a0}{minutes:02}\u{a0}min"),
        (days, hours, _) => format!("{days}\u{a0}{day}\u{a0}{hours}\u{a0}h"),
    }
}

/// A share of the whole, never rounded up: what is not quite sure is not said to be.
pub(super) fn percent(lang: Lang, share: f64) -> String {
    let tenths = (share * 1_000.0 + 1e-6).floor() / 10.0;
    match lang {
        Lang::French => format!("{}\u{202f}%", decimal(lang, &tenths.to_string())),
        Lang::English => format!("{tenths}%"),
    }
}

fn decimal(lang: Lang, text: &str) -> String {
    if lang == Lang::French { text.replace('.', ",") } else { text.to_owned() }
}

/// With a great first letter.
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
