//! A message for a telephone: one text message, in the alphabet that makes it one.

use super::{Arg, Words};
use crate::Update;
use clock::Time;

/// The most characters of one text message in its own alphabet (GSM 03.38).
const SHORT_CHARS_MAX: usize = 160;

impl Words {
    /// The message in at most 160 characters of the alphabet of text messages: what it claims, and when the next one comes.
    pub fn short(&self, update: &Update, now: Time) -> String {
        let tail = update.next_by.map(|by| format!(" {}", self.next(by, now))).unwrap_or_default();
        let headline = self.headline(update, now) + ".";
        let long = self.one_sentence(update, now).map(|text| plain(&format!("{text}{tail}")));
        let short = plain(&format!("{headline}{tail}"));
        let fits = |text: &String| text.chars().count() <= SHORT_CHARS_MAX;
        long.into_iter().chain([short]).find(fits).unwrap_or_else(|| cut(&plain(&headline)))
    }

    /// What the news claims, with the carrier's name, where one sentence says it.
    fn one_sentence(&self, update: &Update, now: Time) -> Option<String> {
        let mut live = update.claims.iter().filter(|claim| claim.is_live(now));
        let news = live.next()?;
        if live.any(|claim| claim.level() == news.level()) {
            return None;
        }
        let (text, carrier) = (self.claim(news, now)?, self.carrier(&update.carrier));
        if text.contains(&carrier) {
            return Some(text);
        }
        Some(self.text("headline-whole", &[("carrier", Arg::Text(&carrier)), ("level", Arg::Text(&text))]))
    }
}

fn cut(text: &str) -> String {
    text.chars().take(SHORT_CHARS_MAX).collect()
}

/// In the letters of the basic alphabet of text messages, as far as ours use others.
fn plain(text: &str) -> String {
    let letter = |letter: char| match letter {
        '\u{a0}' | '\u{202f}' => ' ',
        '’' => '\'',
        '–' => '-',
        'ê' | 'ë' => 'e',
        'â' => 'a',
        'ô' => 'o',
        'î' | 'ï' => 'i',
        'û' => 'u',
        'ç' => 'c',
        'À' => 'A',
        other => other,
    };
    text.chars().map(letter).collect()
}
