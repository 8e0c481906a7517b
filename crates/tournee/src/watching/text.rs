//! Pieces of text: what came from outside made harmless, moments, spans, shares.

use super::words::Words;
use clock::Time;
use jiff::Timestamp;

/// The longest name that is shown, in characters.
const NAME_CHARS_MAX: usize = 40;

/// A name as it can be shown: nothing in it moves the cursor, turns the direction of writing or is endless.
pub(super) fn inert(text: &str) -> String {
    let mut shown: String = text.chars().take(NAME_CHARS_MAX).map(|c| if is_plain(c) { c } else { '�' }).collect();
    if text.chars().nth(NAME_CHARS_MAX).is_some() {
        shown.push('…');
    }
    shown
}

/// Neither a control nor an invisible mark that changes how others are shown.
fn is_plain(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        && !matches!(c, '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
        && !matches!(c, '\u{e0000}'..='\u{e0fff}')
}

/// A moment as the server writes it.
pub(super) fn moment(text: &str) -> Option<Time> {
    text.parse::<Timestamp>().ok().map(|at| Time::from_unix_ms(at.as_millisecond()))
}

/// The hour, minute and second in Paris; what is no moment as it is.
pub(super) fn wall(text: &str) -> String {
    moment(text).map_or_else(|| inert(text), |at| at.paris_datetime().strftime("%H:%M:%S").to_string())
}

/// Hour and minute in Paris, with the day where it is another one than that of `now`.
pub(super) fn minute(text: &str, now: Option<Time>, words: &Words) -> String {
    let Some(at) = moment(text) else { return inert(text) };
    let civil = at.paris_datetime();
    let time = civil.strftime("%H:%M");
    match now {
        Some(now) if now.paris_date() == civil.date() => time.to_string(),
        _ => format!("{} {} {time}", civil.day(), words.month(civil.month())),
    }
}

/// A span: its two greatest units.
pub(super) fn span(s: u64, words: &Words) -> String {
    match s {
        0..60 => format!("{s} s"),
        60..3_600 => format!("{} min", s / 60),
        3_600..86_400 => format!("{} h {:02} min", s / 3_600, s % 3_600 / 60),
        _ => format!("{} {} {:02} h", s / 86_400, words.day, s % 86_400 / 3_600),
    }
}

/// A latency in at most seven characters.
pub(super) fn latency(ms: f64, words: &Words) -> String {
    match ms {
        _ if !ms.is_finite() || ms < 0.0 => "?".to_owned(),
        _ if ms < 9.95 => decimal(format!("{ms:.1} ms"), words),
        _ if ms < 999.5 => format!("{ms:.0} ms"),
        _ if ms < 99_950.0 => decimal(format!("{:.1} s", ms / 1_000.0), words),
        _ => format!("{:.0} s", (ms / 1_000.0).min(99_999.0)),
    }
}

/// Odds between 0 and 1.
pub(super) fn odds(share: f64, words: &Words) -> String {
    match share * 100.0 {
        percent if !percent.is_finite() => "?".to_owned(),
        percent if percent < 9.95 => decimal(format!("{:.2} %", percent.max(0.0)), words),
        percent => format!("{:.0} %", percent.min(100.0)),
    }
}

fn decimal(text: String, words: &Words) -> String {
    text.replace('.', &words.decimal.to_string())
}
