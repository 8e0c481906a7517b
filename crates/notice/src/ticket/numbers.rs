//! Parcel numbers and what may be order numbers, out of a text that people typed.

use super::fold;
use parcel::ParcelNumber;

/// Numbers of parcels looked at in one text, at most.
const NUMBERS_COUNT_MAX: usize = 50;
/// Words of one text that are looked up as order numbers, at most.
pub(super) const TOKENS_COUNT_MAX: usize = 24;
/// Characters that a parcel's number has.
const NUMBER_CHARS: usize = 13;
/// The shortest word that may be an order number, and the longest, in bytes.
const TOKEN_BYTES: std::ops::RangeInclusive<usize> = 3..=30;

/// From so many digits on a word is taken for an order number wherever it stands.
const SURE_DIGITS: usize = 6;
/// Words behind which an order number stands.
const ORDER_WORDS: &[&str] = &["commande", "commandes", "cmd", "order", "orders", "ref", "reference", "references"];
/// Words that may stand between that word and the number, or between two numbers.
const BETWEEN_ORDERS: &[&str] =
    &["n", "no", "nr", "numero", "numeros", "number", "numbers", "et", "and", "ou", "or", "deg"];

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Numbers whose check digit is right, in the order in which they stand.
    pub numbers: Vec<ParcelNumber>,
    /// What looks like a number and is none: a digit was mistyped.
    pub mistyped: Vec<String>,
    /// Words with a digit in them, as they stand, each once.
    pub tokens: Vec<String>,
}

/// Looks through a text.
pub(super) fn find(text: &str) -> Found {
    let mut found = Found::default();
    let words: Vec<&str> = text.split(|c: char| !(c.is_alphanumeric() || "-_/#.".contains(c))).collect();
    let mut at = 0;
    let mut after_order = false;
    while at < words.len() {
        if let Some(taken) = number_at(&words[at..], &mut found) {
            (at, after_order) = (at + taken, false);
            continue;
        }
        after_order = token(words[at], after_order, &mut found.tokens);
        at += 1;
    }
    found
}

/// Reads a number that begins with this word; gives how many words it takes. People write them in groups, with blanks,
/// dots or hyphens.
fn number_at(words: &[&str], found: &mut Found) -> Option<usize> {
    let mut joined = String::new();
    for (place, word) in words.iter().enumerate().take(NUMBER_CHARS) {
        joined.extend(word.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()));
        if word.is_empty() && place == 0 || joined.len() > NUMBER_CHARS || !may_become_one(&joined) {
            return None;
        }
        let goes_on = words.get(place + 1).is_some_and(|next| next.starts_with(|c: char| c.is_ascii_digit()));
        if joined.len() == NUMBER_CHARS {
            return take(&joined, goes_on, found).then_some(place + 1);
        }
    }
    None
}

/// Two letters or digits, digits, and for the numbers of the UPU two letters at the end.
fn may_become_one(text: &str) -> bool {
    let bytes = text.as_bytes();
    let letter_first =
        bytes.first().is_some_and(u8::is_ascii_alphabetic) || bytes.get(1).is_none_or(u8::is_ascii_alphabetic);
    letter_first && bytes.iter().enumerate().all(|(at, b)| at < 2 || b.is_ascii_digit() || at >= 11)
}

fn take(text: &str, goes_on: bool, found: &mut Found) -> bool {
    if found.numbers.len() + found.mistyped.len() >= NUMBERS_COUNT_MAX {
        return false;
    }
    if let Ok(number) = text.parse::<ParcelNumber>() {
        if !found.numbers.contains(&number) {
            found.numbers.push(number);
        }
        return true;
    }
    let (end, digits) = (&text[11..], text[2..11].bytes().all(|b| b.is_ascii_digit()));
    let is_shaped = digits && (end.bytes().all(|b| b.is_ascii_digit()) || end.bytes().all(|b| b.is_ascii_alphabetic()));
    if is_shaped && !goes_on && !found.mistyped.iter().any(|one| one == text) {
        found.mistyped.push(text.to_owned());
    }
    is_shaped && !goes_on
}

/// Takes a word that may be an order number; says whether the next one is still behind the word *order*. A few digits
/// alone are a year, a street or an hour unless they stand behind that word.
fn token(word: &str, after_order: bool, tokens: &mut Vec<String>) -> bool {
    let bare = word.trim_matches(['.', '-', '_', '/', '#']);
    let small = fold::fold(bare);
    let named = fold::says(&small, ORDER_WORDS);
    if !bare.bytes().any(|b| b.is_ascii_digit()) {
        return named || after_order && (bare.is_empty() || fold::says(&small, BETWEEN_ORDERS));
    }
    let is_sure =
        after_order || word.starts_with('#') || !bare.bytes().all(|b| b.is_ascii_digit()) || bare.len() >= SURE_DIGITS;
    let fits = TOKEN_BYTES.contains(&bare.len()) && bare.is_ascii();
    if is_sure && fits && tokens.len() < TOKENS_COUNT_MAX && !tokens.iter().any(|one| one == bare) {
        tokens.push(bare.to_owned());
    }
    after_order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Vec<String> {
        find(text).numbers.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn numbers_are_found_as_people_type_them() {
        for text in [
            "6A15984040331",
            "colis n°6a15984040331.",
            "6A 1598404033 1",
            "6A-15984-04033-1",
            "6A 15 98 40 40 33 1, merci",
            "(6A.159.840.4033.1)",
        ] {
            assert_eq!(numbers(text), ["6A15984040331"], "{text}");
        }
        assert_eq!(numbers("EW 112 720 413 FR et 6A15984040331"), ["EW112720413FR", "6A15984040331"]);
        assert_eq!(numbers("6A15984040331 6A15984040331").len(), 1);
    }

    #[test]
    fn a_wrong_check_digit_is_no_number() {
        let found = find("6A15984040332 et EW112720414FR");
        assert!(found.numbers.is_empty());
        assert_eq!(found.mistyped, ["6A15984040332", "EW112720414FR"]);
        for text in ["06 12 34 56 78", "le 22/12/2025 à 06:24", "FR7612345678901234567890123", "1234567890123"] {
            assert_eq!(find(text).mistyped.len() + find(text).numbers.len(), 0, "{text}");
        }
    }

    #[test]
    fn words_with_digits_may_be_orders() {
        assert_eq!(find("Commande #CMD-2025-118, et B-77.").tokens, ["CMD-2025-118", "B-77"]);
        assert_eq!(find("mes commandes 118, 4711 et n° 120 de 2025").tokens, ["118", "4711", "120"]);
        assert_eq!(find("#118 or 300118").tokens, ["118", "300118"]);
        assert!(find("il y a 2 colis, 118 rue Haute, 75001 Paris, en 2025, à 10:15").tokens.is_empty());
    }
}
