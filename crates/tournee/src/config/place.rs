//! Where in the file a mistake is, and what was probably meant.

use std::ops::Range;
use toml::{Spanned, de::DeTable};

/// A place in a text, both from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// The place of the byte at `offset`.
pub(super) fn at(text: &str, offset: usize) -> Place {
    let mut end = offset.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = &text[..end];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Place { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
}

/// The place at which a dotted key stands; none when the file does not have it.
pub(super) fn of_key(text: &str, key: &str) -> Option<Place> {
    span_of_key(text, key).map(|span| at(text, span.start))
}

fn span_of_key(text: &str, key: &str) -> Option<Range<usize>> {
    let document = DeTable::parse(text).ok()?;
    let mut table = document.get_ref();
    let mut parts = key.split('.').peekable();
    while let Some(part) = parts.next() {
        let (part, which) = which(part);
        let (name, value) = table.iter().find(|(name, _)| name.get_ref().as_ref() == part)?;
        let one = which.and_then(|n| value.get_ref().get(n));
        // Which of several tables of one name is meant, a key without a number does not say.
        if parts.peek().is_none() || one.is_none() && value.get_ref().as_array().is_some() {
            return Some(one.map_or(name.span(), Spanned::span));
        }
        table = one.unwrap_or(value).get_ref().as_table()?;
    }
    None
}

/// Of `name[2]` the name and the number, from 0.
fn which(part: &str) -> (&str, Option<usize>) {
    let numbered = || {
        let (name, rest) = part.split_once('[')?;
        Some((name, rest.strip_suffix(']')?.parse().ok()))
    };
    numbered().unwrap_or((part, None))
}

/// The known name that was probably meant: at most a third of its letters are different.
pub(super) fn meant<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |name: &str| strsim::damerau_levenshtein(&written.to_lowercase(), name);
    let (distance, name) = known.map(|name| (distance(name), name)).min()?;
    (distance <= (name.len() / 3).max(1)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_where_it_stands() {
        let text = "listen = \"x\"\n# é\n[runner]\n  late_ms = 3\n[carrier.colissimo]\nconnect_ms = 1\n";
        let place = |key| of_key(text, key).map(|p| (p.line, p.column));
        assert_eq!(place("listen"), Some((1, 1)));
        assert_eq!(place("runner.late_ms"), Some((4, 3)));
        assert_eq!(place("carrier.colissimo.connect_ms"), Some((6, 1)));
        assert_eq!(place("runner.patience_ms"), None);
        let text = "[[shield.tls]]\ncertificate = \"a\"\n[[shield.tls]]\ncertificate = \"b\"\n";
        let place = |key| of_key(text, key).map(|p| (p.line, p.column));
        assert_eq!(place("shield.tls[0].certificate"), Some((2, 1)));
        assert_eq!(place("shield.tls[1].certificate"), Some((4, 1)));
        assert_eq!(place("shield.tls[1]").map(|(line, _)| line), Some(3));
        assert_eq!(place("shield.tls.certificate").map(|(line, _)| line), Some(1));
        assert_eq!(place("shield.tls[1].key"), None);
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(at("é = é!", "é = é".len()), Place { line: 1, column: 6 });
        assert_eq!(at("a\nb", 400), Place { line: 2, column: 2 });
    }

    #[test]
    fn near_misses_are_guessed_and_far_ones_not() {
        let known = ["listen", "data", "patience_ms"];
        let guess = |written| meant(written, known.into_iter());
        assert_eq!(guess("lisetn"), Some("listen"));
        assert_eq!(guess("Patience"), Some("patience_ms"));
        assert_eq!(guess("colour"), None);
    }
}
