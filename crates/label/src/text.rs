//! Text as a label can show it: without control characters, in the characters that every PDF reader and label printer has,
//! and within the room there is. Plain functions.

use crate::metrics::Font;
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
/// would be small otherwise. Nothing of it is cut. Returns the size.
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
    let fits = |line: &str| font.width(line) * size <= width;
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last().map_or("", String::as_str);
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if !line.is_empty() && !fits(&longer) {
            lines.push(String::new());
        }
        let start = if fits(&longer) { longer } else { word.to_owned() };
        let mut pieces = broken(&start, fits).into_iter();
        if let (Some(line), Some(first)) = (lines.last_mut(), pieces.next()) {
            *line = first;
        }
        lines.extend(pieces);
    }
    lines
}

/// The text in pieces that fit, each as long as can be.
fn broken(text: &str, fits: impl Fn(&str) -> bool) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for c in text.chars() {
        let Some(piece) = pieces.last_mut() else { continue };
        piece.push(c);
        if !fits(piece) && piece.chars().count() > 1 {
            piece.pop();
            pieces.push(c.into());
        }
    }
    pieces
}
