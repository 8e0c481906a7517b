//! Letters as the label service takes them: Latin, without accents, cut to the length of their field.

use std::borrow::Cow;

/// What becomes of letters beyond ASCII: each of the left as the text on the right.
const FOLDS: &[(&str, &str)] = &[
    ("ÀÁÂÃÄÅĀĂĄǍ", "A"),
    ("àáâãäåāăąǎª", "a"),
    ("ÆǼ", "AE"),
    ("æǽ", "ae"),
    ("ÇĆĈĊČ", "C"),
    ("çćĉċč", "c"),
    ("ÐĎĐ", "D"),
    ("ðďđ", "d"),
    ("ÈÉÊËĒĔĖĘĚ", "E"),
    ("èéêëēĕėęě", "e"),
    ("ĜĞĠĢ", "G"),
    ("ĝğġģ", "g"),
    ("ĤĦ", "H"),
    ("ĥħ", "h"),
    ("ÌÍÎÏĨĪĬĮİ", "I"),
    ("ìíîïĩīĭįı", "i"),
    ("Ĵ", "J"),
    ("ĵ", "j"),
    ("Ķ", "K"),
    ("ķĸ", "k"),
    ("ĹĻĽĿŁ", "L"),
    ("ĺļľŀł", "l"),
    ("ÑŃŅŇŊ", "N"),
    ("ñńņňŋŉ", "n"),
    ("ÒÓÔÕÖØŌŎŐǾ", "O"),
    ("òóôõöøōŏőǿº°", "o"),
    ("Œ", "OE"),
    ("œ", "oe"),
    ("ŔŖŘ", "R"),
    ("ŕŗř", "r"),
    ("ŚŜŞŠȘ", "S"),
    ("śŝşšșſ", "s"),
    ("ß", "ss"),
    ("ẞ", "SS"),
    ("ŢŤŦȚ", "T"),
    ("ţťŧț", "t"),
    ("Þ", "TH"),
    ("þ", "th"),
    ("ÙÚÛÜŨŪŬŮŰŲ", "U"),
    ("ùúûüũūŭůűų", "u"),
    ("Ŵ", "W"),
    ("ŵ", "w"),
    ("ÝŶŸ", "Y"),
    ("ýÿŷ", "y"),
    ("ŹŻŽ", "Z"),
    ("źżž", "z"),
    ("‘’‚′´", "'"),
    ("“”„«»″", "\""),
    ("‐‑‒–—−", "-"),
    ("\u{a0}\u{202f}", " "),
    ("…", "..."),
    ("·•", "."),
    ("€", "EUR"),
    ("²", "2"),
    ("³", "3"),
    ("½", "1/2"),
];

/// Combining accents, which stand after their letter in decomposed text and go away.
pub(super) fn is_combining(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// The plain text for a letter beyond ASCII; `None` where there is none.
pub(super) fn fold(c: char) -> Option<&'static str> {
    FOLDS.iter().find(|(from, _)| from.contains(c)).map(|(_, to)| *to)
}

/// The text without accents and not longer than its field. A letter of another script stays: the carrier refuses
/// it (30600), and nothing here guesses at a name.
pub(super) fn plain(text: &str, characters_max: usize) -> Cow<'_, str> {
    let text = text.trim();
    if text.is_ascii() {
        return Cow::Borrowed(text.get(..characters_max).unwrap_or(text).trim_end());
    }
    let mut plain = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !is_combining(*c)) {
        match fold(c) {
            Some(folded) => plain.push_str(folded),
            None => plain.push(c),
        }
    }
    let cut: String = plain.chars().take(characters_max).collect();
    Cow::Owned(cut.trim_end().to_owned())
}

/// The first character that the label service refuses (30600): of another script, or a control character.
pub(super) fn first_foreign(text: &str) -> Option<char> {
    text.chars().find(|c| match c {
        ' '..='~' => false,
        c => fold(*c).is_none() && !is_combining(*c),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_go_and_lengths_are_kept() {
        let cases = [
            ("12 rue de l’Église", 35, "12 rue de l'Eglise"),
            ("Œuvre à Besançon", 35, "OEuvre a Besancon"),
            ("e\u{301}te\u{301}", 35, "ete"),
            ("Straße", 5, "Stras"),
            (" plain text ", 6, "plain"),
            ("北京 é", 35, "北京 e"),
        ];
        for (from, max, to) in cases {
            assert_eq!(plain(from, max), to);
        }
    }

    #[test]
    fn other_scripts_are_seen() {
        assert_eq!(first_foreign("François Ÿ – n° 4"), None);
        assert_eq!(first_foreign("rue 北京"), Some('北'));
        assert_eq!(first_foreign("a\nb"), Some('\n'));
    }

    #[test]
    fn every_fold_is_plain() {
        assert!(FOLDS.iter().all(|(from, to)| to.is_ascii() && !from.is_ascii()));
    }
}
