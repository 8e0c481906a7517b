//! The page's words: names, times and sentences in a language.

use super::View;
use clock::Time;
use notice::{
    Claim, Lang, Stage, Update,
    board::{FunctionBoard, Indicator, Status, Story},
};
use std::{borrow::Cow, collections::HashMap, sync::LazyLock};
use watch::{Carrier, Condition, Function};

type Labels = HashMap<&'static str, &'static str>;
static FR: LazyLock<Labels> = LazyLock::new(|| read(include_str!("labels.fr.ftl")));
static EN: LazyLock<Labels> = LazyLock::new(|| read(include_str!("labels.en.ftl")));

fn read(text: &'static str) -> Labels {
    text.lines().filter_map(|line| line.split_once(" = ")).collect()
}

pub(super) fn label(lang: Lang, id: &str) -> Cow<'static, str> {
    let labels = if lang == Lang::French { &FR } else { &EN };
    (*labels.get(id).unwrap_or(&"")).into()
}

pub(super) fn label_with(lang: Lang, id: &str, args: &[(&str, &str)]) -> String {
    args.iter().fold(label(lang, id).into_owned(), |text, (name, value)| text.replace(&format!("{{ ${name} }}"), value))
}

/// The whole in a few words, and a sentence where more is to be said.
pub(super) fn overall(view: View<'_>) -> (String, Option<String>) {
    let View { board, lang, .. } = view;
    if !view.known {
        let never = board.carriers.is_empty() && board.stories.is_empty();
        let why = if never {
            label(lang, "status-nothing-yet").into_owned()
        } else {
            label_with(lang, "status-stale", &[("time", &moment(lang, board.at))])
        };
        return (label(lang, "status-not-known").into_owned(), Some(why));
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
    (label(lang, id).into_owned(), None)
}

pub(super) fn status(lang: Lang, status: Status) -> Cow<'static, str> {
    label(lang, &format!("status-{}", status.name()))
}

/// How a function is: on the way back, where it is; its status otherwise.
pub(super) fn condition(lang: Lang, of: &FunctionBoard) -> Cow<'static, str> {
    match of.condition {
        Some(Condition::Signs) if of.status == Status::PartialOutage => label(lang, "status-level-signs"),
        Some(Condition::UnderWatch) if of.status == Status::Degraded => label(lang, "status-level-under_watch"),
        _ => status(lang, of.status),
    }
}

pub(super) fn stage(lang: Lang, stage: Stage) -> Cow<'static, str> {
    let id = match stage {
        Stage::Investigating => "status-stage-investigating",
        Stage::Identified => "status-stage-identified",
        Stage::Monitoring => "status-stage-monitoring",
        Stage::Resolved => "status-stage-resolved",
    };
    label(lang, id)
}

/// A carrier's name as people write it.
pub(super) fn carrier(carrier: &Carrier) -> String {
    let mut letters = carrier.name().chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

pub(super) fn function(lang: Lang, function: Function) -> Cow<'static, str> {
    label(lang, &format!("status-function-{}", function.name()))
}

pub(super) fn component(lang: Lang, of: &Carrier, which: Function) -> String {
    format!("{} – {}", carrier(of), function(lang, which))
}

/// What an incident is called: whose, and which functions were in it.
pub(super) fn story(lang: Lang, story: &Story) -> String {
    let functions: Vec<_> = story.functions.iter().map(|one| function(lang, *one)).collect();
    if functions.is_empty() {
        return carrier(&story.carrier);
    }
    format!("{}{} {}", carrier(&story.carrier), label(lang, "status-colon"), functions.join(", "))
}

/// The sentence of a claim as it may be said at this time.
pub(super) fn claim(lang: Lang, claim: &Claim, at: Time) -> Option<String> {
    if !claim.is_live(at) {
        return None;
    }
    let whose = claim.function.map_or_else(|| carrier(&claim.carrier), |one| component(lang, &claim.carrier, one));
    let level = label(lang, &format!("status-level-{}", claim.level().name()));
    let counts = claim.counts.map(|one| {
        let (n, bad) = (one.n.to_string(), one.bad.to_string());
        format!(" ({})", label_with(lang, "status-counts-of", &[("bad", &bad), ("n", &n)]))
    });
    Some(format!("{level}{} {whose}{}.", label(lang, "status-colon"), counts.unwrap_or_default()))
}

/// A message in plain text: its sentences, an operator's words, and when the next one comes.
pub(super) fn body(lang: Lang, update: &Update) -> String {
    let mut lines: Vec<String> = update.claims.iter().filter_map(|one| claim(lang, one, update.at)).collect();
    if let Some(remark) = &update.remark {
        lines.push(format!("{}{} {}", said_by(lang, &remark.by), label(lang, "status-colon"), remark.text));
    }
    if update.claims.is_empty() {
        lines.push(label(lang, "status-unknown-when").into_owned());
    }
    lines.extend(update.next_by.map(|time| next_by(lang, time, update.at)));
    lines.join("\n")
}

pub(super) fn said_by(lang: Lang, by: &str) -> String {
    label_with(lang, "status-remark", &[("by", by)])
}

pub(super) fn next_by(lang: Lang, next: Time, now: Time) -> String {
    let id = if next < now { "status-next-late" } else { "status-next" };
    label_with(lang, id, &[("time", &near(lang, next, now))])
}

/// A time of day, with its day where that is another.
pub(super) fn near(lang: Lang, time: Time, now: Time) -> String {
    if time.paris_date() == now.paris_date() { hour(lang, time) } else { moment(lang, time) }
}

pub(super) fn hour(lang: Lang, time: Time) -> String {
    let at = time.paris_datetime();
    match lang {
        Lang::French => format!("{}\u{a0}h\u{a0}{:02}", at.hour(), at.minute()),
        Lang::English => format!("{:02}:{:02}", at.hour(), at.minute()),
    }
}

const MONTHS: [[&str; 12]; 2] = [
    [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
];

fn month_name(lang: Lang, time: Time) -> &'static str {
    let month = usize::try_from(time.paris_date().month() - 1).unwrap_or_default();
    MONTHS[super::place(lang)].get(month).copied().unwrap_or_default()
}

pub(super) fn day(lang: Lang, time: Time) -> String {
    let day = match (lang, time.paris_date().day()) {
        (Lang::French, 1) => "1er".to_owned(),
        (_, day) => day.to_string(),
    };
    format!("{day}\u{a0}{}", month_name(lang, time))
}

pub(super) fn moment(lang: Lang, time: Time) -> String {
    let joined = if lang == Lang::French { " à " } else { ", " };
    format!("{}{joined}{}", day(lang, time), hour(lang, time))
}

/// Milliseconds as people say them.
pub(super) fn span_ms(lang: Lang, ms: f64) -> String {
    let text = if ms < 1_000.0 { format!("{ms:.0}\u{a0}ms") } else { format!("{:.1}\u{a0}s", ms / 1_000.0) };
    if lang == Lang::French { text.replace('.', ",") } else { text }
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
    format!("{} {}", capitalised(month_name(lang, time)), time.paris_date().year())
}

pub(super) fn span(lang: Lang, span: std::time::Duration) -> String {
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
    let text = format!("{}", (share * 1_000.0 + 1e-6).floor() / 10.0);
    match lang {
        Lang::French => format!("{}\u{a0}%", text.replace('.', ",")),
        Lang::English => format!("{text}%"),
    }
}

/// With a great first letter.
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
