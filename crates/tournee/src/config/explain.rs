//! Turns what the reader says into sentences: file, line, column, key, what is wrong, what to do.

use super::{place, rules::Broken};
use crate::fault::Fault;
use toml::de::Error;

const ADDRESS: &str = "an address and a port in quotes, for example \"127.0.0.1:8080\"";

/// Text that is not TOML.
pub(super) fn syntax(file: &str, text: &str, e: &Error) -> Fault {
    located(file, text, e, &format!("not TOML: {}; write keys as `key = value`, text in quotes", e.message()))
}

/// A key or a value that is not understood.
pub(super) fn value(file: &str, text: &str, e: &serde_path_to_error::Error<Error>) -> Fault {
    let (path, inner) = (e.path().to_string(), e.inner());
    let missing = inner.message().strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
    let said = match (unknown(inner.message(), "unknown field "), missing) {
        (Some((name, known)), _) => unknown_key(&full_key(&path, name), name, &known),
        (None, Some(name)) => format!("{}: it is missing; write `{name} = …` here", full_key(&path, name)),
        (None, None) => format!("{path}: {}", wrong_value(inner.message())),
    };
    located(file, text, inner, &said)
}

/// A rule that is broken.
pub(super) fn rule(file: &str, text: &str, broken: &Broken) -> Fault {
    let said = format!("{}: {}", broken.key, broken.problem);
    Fault::usage(match place::of_key(text, &broken.key) {
        Some(at) => format!("{file}:{}:{}: {said}", at.line, at.column),
        None => format!("{file}: {said} (the file does not set it, so it has its default)"),
    })
}

fn located(file: &str, text: &str, e: &Error, said: &str) -> Fault {
    Fault::usage(match e.span() {
        Some(span) => {
            let at = place::at(text, span.start);
            format!("{file}:{}:{}: {said}", at.line, at.column)
        }
        None => format!("{file}: {said}"),
    })
}

fn unknown_key(key: &str, name: &str, known: &[&str]) -> String {
    let advice = match place::meant(name, known.iter().copied()) {
        Some(meant) => format!("did you mean {meant}?"),
        None => format!("take it out, or use one of: {}", known.join(", ")),
    };
    format!("{key}: there is no such key; {advice}")
}

fn wrong_value(message: &str) -> String {
    if let Some((name, known)) = unknown(message, "unknown variant ") {
        let guess = place::meant(name, known.iter().copied());
        let guess = guess.map(|meant| format!("did you mean {meant:?}? ")).unwrap_or_default();
        return format!("{name:?} is not a value here; {guess}Write one of: {}", known.join(", "));
    }
    match message.rsplit_once(", expected ") {
        Some((found, wanted)) => format!("{found}; write {}", in_words(wanted)),
        None => match message {
            "invalid socket address syntax" => format!("not an address; write {ADDRESS}"),
            other => other.to_owned(),
        },
    }
}

/// The name that was not known and the names that are, out of serde's sentence.
fn unknown<'a>(message: &'a str, beginning: &str) -> Option<(&'a str, Vec<&'a str>)> {
    let (name, rest) = message.strip_prefix(beginning)?.strip_prefix('`')?.split_once('`')?;
    let known = rest.split('`').skip(1).step_by(2).collect();
    Some((name, known))
}

/// The reader's path ends in the table or already in the key.
fn full_key(path: &str, name: &str) -> String {
    match path {
        "." | "" => name.to_owned(),
        path if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        path => format!("{path}.{name}"),
    }
}

fn in_words(wanted: &str) -> &str {
    match wanted {
        "u16" | "u32" | "u64" | "usize" => "a whole number, 0 or more",
        "f64" => "a number",
        "a boolean" => "true or false",
        "a string" | "path string" => "text in quotes",
        "socket address" => ADDRESS,
        other if other.starts_with("struct ") => "a table",
        other => other,
    }
}
