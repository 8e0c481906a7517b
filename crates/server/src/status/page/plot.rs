//! Small plots, drawn as SVG, each with its content in words.

use super::{super::say, class};
use maud::{Markup, html};
use notice::{
    Lang,
    board::{Day, FunctionBoard, Status},
};
use std::fmt::Write;
use watch::Minute;

const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 60.0;
/// Width of a day with the gap to the next, and of the day alone.
const DAY: (usize, usize) = (10, 8);
/// Days of trouble that are listed in words, at most.
const LISTED_DAYS_COUNT_MAX: usize = 14;

/// Ninety days as bars: the good ones in one path, the others each with its words.
pub(super) fn days(lang: Lang, days: &[Day]) -> Markup {
    let watched = days.iter().filter(|day| day.worst.is_some()).count().to_string();
    let troubled =
        || days.iter().filter_map(|day| Some((day, day.worst.filter(|worst| *worst > Status::Operational)?)));
    let bad = troubled().count();
    let id = if watched == "0" {
        "status-days-none"
    } else if bad == 0 {
        "status-days-well"
    } else {
        "status-days-bad"
    };
    let alt = say::label_with(lang, id, &[("watched", &watched), ("bad", &bad.to_string())]);
    let listed: Vec<_> = troubled().collect();
    html! {
        figure.days {
            svg viewBox={"0 0 " (days.len() * DAY.0) " 32"} role="img" aria-label=(alt) preserveAspectRatio="none" {
                path.none d=(bars(days, |day| day.worst.is_none())) {}
                @for status in [Status::Operational, Status::Degraded, Status::PartialOutage, Status::MajorOutage] {
                    @let path = bars(days, |day| day.worst == Some(status));
                    @if !path.is_empty() { path.(class(status)) d=(path) {} }
                }
            }
            figcaption { span { (say::label(lang, "status-days-ago")) } span { (say::label(lang, "status-today")) } }
        }
        @if bad > 0 {
            details {
                summary { (say::label(lang, "status-days")) }
                ul.plain { @for (day, worst) in listed.iter().rev().take(LISTED_DAYS_COUNT_MAX) {
                    li { (say::label_with(lang, "status-day-down", &[
                        ("day", &say::day(lang, day.start)),
                        ("status", &say::status(lang, *worst)),
                        ("minutes", &say::span(lang, std::time::Duration::from_secs(u64::from(day.down_min) * 60))),
                    ])) }
                } }
            }
        }
    }
}

/// The bars of some days as one path; a day of trouble is as high as a good one, the shape of its top tells them apart.
fn bars(days: &[Day], which: impl Fn(&Day) -> bool) -> String {
    let mut path = String::new();
    for (place, _) in days.iter().enumerate().filter(|(_, day)| which(day)) {
        let _ = write!(path, "M{} 0h{w}v32h-{w}z", place * DAY.0, w = DAY.1);
    }
    path
}

/// The last hour: the time of an answer, and the calls that failed.
pub(super) fn hour(lang: Lang, of: &FunctionBoard) -> Markup {
    html! {
        @if !of.hour.is_empty() {
            div.plots {
                (latency(lang, &of.hour, of.usual_ms))
                (errors(lang, &of.hour))
            }
        }
    }
}

fn latency(lang: Lang, hour: &[Minute], usual_ms: Option<f64>) -> Markup {
    let timed = || hour.iter().filter_map(|minute| minute.typical_ms);
    let worst = timed().fold(0.0, f64::max);
    let alt = match (timed().next_back(), usual_ms) {
        (None, _) => say::label(lang, "status-latency-none"),
        (Some(last), usual) => {
            let [last, worst] = [last, worst].map(|ms| say::span_ms(lang, ms));
            let usual = usual.map(|ms| say::span_ms(lang, ms));
            let id = if usual.is_some() { "status-latency-alt" } else { "status-latency-alt-no-usual" };
            say::label_with(
                lang,
                id,
                &[("last", &last), ("worst", &worst), ("usual", usual.as_deref().unwrap_or_default())],
            )
        }
    };
    let top = worst.max(usual_ms.unwrap_or(0.0)).max(1.0) * 1.1;
    let y = |ms: f64| HEIGHT - ms / top * HEIGHT;
    html! {
        figure.plot {
            figcaption { strong { (say::label(lang, "status-latency")) } " " (alt) }
            svg viewBox={"0 0 " (WIDTH) " " (HEIGHT)} preserveAspectRatio="none" aria-hidden="true" {
                path.grid d={"M0 " (HEIGHT) "H" (WIDTH)} {}
                @if let Some(usual) = usual_ms { path.usual d={"M0 " (tenths(y(usual))) "H" (WIDTH)} {} }
                path.line d=(line(hour, y)) {}
            }
            (axis(lang))
        }
    }
}

/// The typical time by minute as one line with gaps where nothing was timed.
fn line(hour: &[Minute], y: impl Fn(f64) -> f64) -> String {
    let (step, mut path, mut drawing) = (step(hour), String::new(), false);
    let mut x = step / 2.0;
    for minute in hour {
        if let Some(ms) = minute.typical_ms {
            // A dot where a minute stands alone: a line of no length with round ends.
            let (x, y) = (tenths(x), tenths(y(ms)));
            let _ = if drawing { write!(path, "L{x} {y}") } else { write!(path, "M{x} {y}h0") };
        }
        drawing = minute.typical_ms.is_some();
        x += step;
    }
    path
}

fn errors(lang: Lang, hour: &[Minute]) -> Markup {
    let (calls, failed) = hour
        .iter()
        .fold((0_u64, 0_u64), |(n, bad), minute| (n + u64::from(minute.calls), bad + u64::from(minute.failed)));
    let alt = if calls == 0 {
        say::label(lang, "status-errors-none")
    } else {
        say::label_with(lang, "status-errors-alt", &[("failed", &failed.to_string()), ("calls", &calls.to_string())])
    };
    let most = f64::from(hour.iter().map(|minute| minute.calls).max().unwrap_or(0).max(1));
    let bars = |count: fn(&Minute) -> u32| {
        let (step, mut path, mut x) = (step(hour), String::new(), 0.0);
        for minute in hour {
            let high = tenths(f64::from(count(minute)) / most * HEIGHT);
            if high > 0.0 {
                let _ = write!(path, "M{} {HEIGHT}v-{high}h{w}v{high}z", tenths(x), w = tenths(step * 0.75));
            }
            x += step;
        }
        path
    };
    html! {
        figure.plot {
            figcaption { strong { (say::label(lang, "status-errors")) } " " (alt) }
            svg viewBox={"0 0 " (WIDTH) " " (HEIGHT)} preserveAspectRatio="none" aria-hidden="true" {
                path.grid d={"M0 " (HEIGHT) "H" (WIDTH)} {}
                path.calls d=(bars(|minute| minute.calls)) {}
                path.failed d=(bars(|minute| minute.failed)) {}
            }
            (axis(lang))
        }
    }
}

fn axis(lang: Lang) -> Markup {
    html! { p.axis aria-hidden="true" { span { (say::label(lang, "status-hour-ago")) } span { (say::label(lang, "status-to-now")) } } }
}

fn step(hour: &[Minute]) -> f64 {
    WIDTH / f64::from(u32::try_from(hour.len()).unwrap_or(1).max(1))
}

fn tenths(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}
