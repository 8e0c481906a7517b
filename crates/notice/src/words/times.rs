//! Times, numbers and spaces as each language writes them.

use super::{Arg, Words};
use crate::Lang;
use clock::Time;

/// Keeps what belongs together on one line.
const NO_BREAK: char = '\u{a0}';
/// The same, narrow: before French punctuation and between groups of digits.
const NARROW_NO_BREAK: char = '\u{202f}';

impl Words {
    /// A time on the clocks of Paris: `06:24`, `6 h 24`.
    pub fn time(&self, time: Time) -> String {
        let at = time.paris_datetime();
        let (hour, minute) = (at.hour(), at.minute());
        match (self.lang, minute) {
            (Lang::English, _) => format!("{hour:02}:{minute:02}"),
            (Lang::French, 0) => format!("{hour}{NO_BREAK}h"),
            (Lang::French, _) => format!("{hour}{NO_BREAK}h{NO_BREAK}{minute:02}"),
        }
    }

    /// A day: `24 December`, `24 décembre`, `1er janvier`.
    pub fn day(&self, time: Time) -> String {
        let date = time.paris_date();
        let month = self.text(&format!("month-{}", date.month()), &[]);
        let day = match (self.lang, date.day()) {
            (Lang::French, 1) => "1er".to_owned(),
            (_, day) => day.to_string(),
        };
        format!("{day}{NO_BREAK}{month}")
    }

    /// When: the time alone for today, else with its day. For after *since*, *by*, *depuis*, *avant*.
    pub fn when(&self, time: Time, now: Time) -> String {
        if time.paris_date() == now.paris_date() { self.time(time) } else { self.dated("when-other-day", time) }
    }

    /// At what time: `at 06:24`, `à 6 h 24`; with its day where that is another.
    pub fn at(&self, time: Time, now: Time) -> String {
        if time.paris_date() == now.paris_date() {
            return self.text("at", &[("time", Arg::Text(&self.time(time)))]);
        }
        self.dated("at-other-day", time)
    }

    fn dated(&self, id: &str, time: Time) -> String {
        self.text(id, &[("time", Arg::Text(&self.time(time))), ("day", Arg::Text(&self.day(time)))])
    }
}

/// A whole number in groups of three: `1,204`, `1 204`.
pub(super) fn number(lang: Lang, number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + 8);
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(if lang == Lang::French { NARROW_NO_BREAK } else { ',' });
        }
        text.push(digit);
    }
    text
}

/// Milliseconds as seconds: `0.9 s`, `14 s`.
pub(super) fn seconds(lang: Lang, ms: u64) -> String {
    let tenths = ms.div_ceil(100);
    let text = if tenths >= 100 { format!("{}", tenths / 10) } else { format!("{}.{}", tenths / 10, tenths % 10) };
    let text = if lang == Lang::French { text.replace('.', ",") } else { text };
    format!("{text}{NO_BREAK}s")
}

/// Puts no-break spaces where French wants them.
pub(super) fn typeset(lang: Lang, text: &str) -> String {
    if lang == Lang::English {
        return text.to_owned();
    }
    let mut set = String::with_capacity(text.len() + 16);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let next = letters.peek();
        set.push(match (letter, next) {
            (' ', Some(';' | '?' | '!' | '%')) => NARROW_NO_BREAK,
            (' ', Some(':' | '»' | '–')) => NO_BREAK,
            _ => letter,
        });
    }
    set
}
