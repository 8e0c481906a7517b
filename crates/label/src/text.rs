//! Text as a label can show it: without control characters, in the characters that every PDF reader and label printer has,
//! and within the room there is. Plain functions.

use crate::metrics::Font;
use std::mem::take;
use unicode_normalization::UnicodeNormalization;

/// The characters of the codes 128 to 159 in WinAnsi; a blank where there is none. All others below 256 are Latin-1's.
const HIGH: [char; 32] = [
    '€', ' ', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', ' ', 'Ž', ' ', ' ', '‘', '’', '“', '”', '•', '–',
    '—', '˜', '™', 'š', '›', 'œ', ' ', 'ž', 'Ÿ',
];

/// Text is cut rather than set smaller than this, in millimetres.
const SIZE_MIN: f32 = 1.5;
/// An address is broken into more lines rather than set smaller than this, in millimetres.
const COMFORTABLE: f32 = 3.0;
/// The smallest that an address is set, in millimetres. Nine lines of the widest letters, the most there can be, fit.
const BLOCK_SIZE_MIN: f32 = 0.8;
/// From one line of a block to the next, as a multiple of the size.
pub(crate) const LEADING: f32 = 1.15;

/// The character's code in WinAnsi, if it has one that shows.
pub(crate) fn code(c: char) -> Option<u8> {
    match c {
        ' '..='~' | '\u{a0}'..='\u{ff}' => u8::try_from(u32::from(c)).ok(),
        _ => HIGH.iter().position(|high| *high == c).and_then(|place| u8::try_from(128 + place).ok()),
    }
}

/// The text in characters that have a [`code`]: accents joined to their letters, control characters and runs of blanks
/// to one blank, letters of other scripts to the Latin ones nearest to them. Of `max` characters at most.
pub(crate) fn printable(text: &str, max: usize) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.nfc().take(max) {
        match c {
            _ if c.is_control() || c.is_whitespace() => shown.push(' '),
            _ if code(c).is_some() => shown.push(c),
            _ => shown.push_str(any_ascii::any_ascii_char(c)),
        }
    }
    shown.split_ascii_whitespace().flat_map(|word| [" ", word]).skip(1).flat_map(str::chars).take(max).collect()
}

/// One line within `room`: at its own size if it can, smaller if it must, and cut with an ellipsis when even that is too
/// long. Returns the size.
pub(crate) fn fit(font: Font, size: f32, room: f32, mut text: String) -> (f32, String) {
    let size = size.min((room / font.width(&text)).max(SIZE_MIN));
    if font.width(&text) * size > room * 1.001 {
        while font.width(&text) * size + size > room && text.pop().is_some() {}
        text.push('…');
    }
    (size, text)
}

/// A block of lines within `width` and `height`: as large as it can be up to `largest`, with lines broken only when they
/// would be small otherwise. Nothing is cut. Returns the size.
pub(crate) fn block(font: Font, largest: f32, (width, height): (f32, f32), lines: &[String]) -> (f32, Vec<String>) {
    let widest = lines.iter().map(|line| font.width(line)).fold(f32::EPSILON, f32::max);
    let whole = largest.min(width / widest).min(height / (LEADING * lines.len().max(1) as f32));
    if whole >= COMFORTABLE.min(largest) {
        return (whole, lines.to_vec());
    }
    let mut size = COMFORTABLE.min(largest);
    loop {
        let broken: Vec<_> = lines.iter().flat_map(|line| wrap(font, size, width, line)).collect();
        if broken.len() as f32 * LEADING * size <= height || size <= BLOCK_SIZE_MIN {
            return (size, broken);
        }
        size -= 0.1;
    }
}

/// The text in lines of at most `width`, broken between words, and within one only when it is longer than a line.
pub(crate) fn wrap(font: Font, size: f32, width: f32, text: &str) -> Vec<String> {
    let room = width / size;
    let mut lines = Vec::new();
    let mut line = String::new();
    // A piece of a word fills its line, so that the next one never stands beside it.
    for word in text.split(' ').flat_map(|word| pieces(font, room, word)) {
        if !line.is_empty() && font.width(&line) + font.advance(' ') + font.width(&word) > room {
            lines.push(take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    lines.push(line);
    lines
}

/// The word in pieces that fit, each as long as can be.
fn pieces(font: Font, room: f32, word: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let (mut piece, mut used) = (String::new(), 0.0);
    for c in word.chars() {
        let advance = font.advance(c);
        if used + advance > room && !piece.is_empty() {
            pieces.push(take(&mut piece));
            used = 0.0;
        }
        piece.push(c);
        used += advance;
    }
    pieces.push(piece);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};

    fn without_blanks(text: &str) -> String {
        text.split_whitespace().collect()
    }

    #[test]
    fn accents_stay_and_other_scripts_are_made_latin() {
        let shown = |text| printable(text, 66);
        assert_eq!(
            shown("  L\u{2019}Ha\u{ff}-les-Roses\t\n5\u{a0}\u{20ac} "),
            "L\u{2019}Ha\u{ff}-les-Roses 5 \u{20ac}"
        );
        assert_eq!(shown("e\u{301}te\u{301} \u{153}uf"), "\u{e9}t\u{e9} \u{153}uf");
        assert_eq!(shown("Łukasz Иванов Győző"), "Lukasz Ivanov Gyozo");
        assert_eq!(shown("a\u{0}\u{1b}\u{7f}\u{85}b"), "a b");
        assert_eq!(shown(&"東".repeat(70)).chars().count(), 66);
    }

    proptest! {
        #[test]
        fn what_is_printable_has_codes(text in any::<String>()) {
            let shown = printable(&text, 66);
            prop_assert!(shown.chars().all(|c| code(c).is_some()) && shown.chars().count() <= 66);
            prop_assert_eq!(printable(&shown, 66), shown.trim());
        }

        #[test]
        fn a_line_keeps_within_its_room(text in any::<String>(), room in 10.0..92.0_f32, size in 2.0..8.0_f32) {
            let (set, shown) = fit(Font::Bold, size, room, printable(&text, 200));
            prop_assert!(set <= size && Font::Bold.width(&shown) * set <= room * 1.01, "{} at {}", shown, set);
        }

        /// The most there can be: nine lines of 66 of the widest letters, in the sender's place.
        #[test]
        fn a_block_keeps_within_its_area_and_loses_nothing(lines in vec("W{0,66}|[ -~à-ÿ]{1,66}", 1..=9)) {
            let (width, height) = (44.0, 16.6);
            let lines: Vec<_> = lines.iter().map(|line| printable(line, 66)).collect();
            let (size, set) = block(Font::Bold, 3.1, (width, height), &lines);
            prop_assert!(set.len() as f32 * LEADING * size <= height * 1.001, "{} lines at {}", set.len(), size);
            prop_assert!(set.iter().all(|line| Font::Bold.width(line) * size <= width * 1.001));
            prop_assert_eq!(without_blanks(&set.concat()), without_blanks(&lines.concat()));
        }
    }
}
