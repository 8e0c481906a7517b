//! Names as each language spells them, and prose in lines.

/// `batch_results` → `BatchResults`.
pub(super) fn pascal(name: &str) -> String {
    let parts = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    parts.map(|part| part[..1].to_uppercase() + &part[1..]).collect()
}

/// `batch_results` → `batchResults`.
pub(super) fn camel(name: &str) -> String {
    let name = pascal(name);
    name.get(..1).map(str::to_lowercase).unwrap_or_default() + name.get(1..).unwrap_or_default()
}

/// `Idempotency-Key` → `idempotency_key`.
pub(super) fn snake(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && snake.ends_with(|last: char| last.is_ascii_lowercase() || last.is_ascii_digit()) {
            snake.push('_');
        }
        snake.push(if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' });
    }
    snake
}

/// Breaks prose into lines of at most `width` characters; blank lines part paragraphs.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_spelled_as_each_language_does() {
        assert_eq!((pascal("batch_results"), camel("batch_results")), ("BatchResults".into(), "batchResults".into()));
        assert_eq!((snake("Idempotency-Key"), snake("apiKey")), ("idempotency_key".into(), "api_key".into()));
        assert_eq!(camel("void"), "void");
    }

    #[test]
    fn prose_is_broken_between_words() {
        assert_eq!(wrapped("one two\nthree\n\nfour", 9), ["one two", "three", "", "four"]);
        assert_eq!(wrapped("  ", 9), Vec::<String>::new());
    }
}
