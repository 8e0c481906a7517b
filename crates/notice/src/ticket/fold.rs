//! Text made comparable: small letters without accents, one blank between words, one at each end.

use any_ascii::any_ascii;

/// The text as rules are held against it: a rule of whole words matches with a blank before and behind it.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len() + 2);
    folded.push(' ');
    for letter in any_ascii(text).chars() {
        let letter = letter.to_ascii_lowercase();
        if letter.is_ascii_alphanumeric() {
            folded.push(letter);
        } else if !folded.ends_with(' ') {
            folded.push(' ');
        }
    }
    if !folded.ends_with(' ') {
        folded.push(' ');
    }
    folded
}

/// Whether one of these stands in a folded text. A rule is written folded; one that ends in `*` matches the beginning of
/// a word.
pub(super) fn says(folded: &str, rules: &[&str]) -> bool {
    rules.iter().any(|rule| count(folded, rule) > 0)
}

/// How often a rule matches.
pub(super) fn count(folded: &str, rule: &str) -> usize {
    match rule.strip_suffix('*') {
        Some(beginning) => folded.match_indices(beginning).filter(|(at, _)| before(folded, *at) == Some(' ')).count(),
        None => {
            let end = |at: usize| folded[at + rule.len()..].starts_with(' ');
            folded.match_indices(rule).filter(|(at, _)| before(folded, *at) == Some(' ') && end(*at)).count()
        }
    }
}

fn before(text: &str, at: usize) -> Option<char> {
    text[..at].chars().next_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_match_whole_words_whatever_their_accents() {
        let text = fold("L'ÉTIQUETTE n’est\n pas  arrivée !");
        assert_eq!(text, " l etiquette n est pas arrivee ");
        assert!(says(&text, &["etiquette"]) && says(&text, &["n est pas"]) && says(&text, &["arriv*"]));
        assert!(!says(&text, &["tiquette"]) && !says(&text, &["etiquet"]) && !says(&fold(""), &["a"]));
    }
}
