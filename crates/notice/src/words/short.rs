//! A message for a telephone: one text message, in the alphabet that makes it one.

use super::Words;
use crate::Update;
use clock::Time;

/// The most characters of one text message in its own alphabet (GSM 03.38).
const SHORT_CHARS_MAX: usize = 160;

impl Words {
    /// The message in at most 160 characters of the alphabet of text messages: what it claims, and when the next one comes.
    pub fn short(&self, update: &Update, now: Time) -> String {
        let next = update.next_by.map(|by| self.next(by, now));
        let news = update.claims.iter().find_map(|claim| self.claim(claim, now)).unwrap_or_default();
        let headline = self.headline(update, now) + ".";
        let tail = next.map(|next| format!(" {next}")).unwrap_or_default();
        let long = plain(&format!("{news}{tail}"));
        let short = plain(&format!("{headline}{tail}"));
        let fits = |text: &String| !text.is_empty() && text.chars().count() <= SHORT_CHARS_MAX;
        [long, short].into_iter().find(fits).unwrap_or_else(|| cut(&plain(&headline)))
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
