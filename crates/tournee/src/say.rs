//! What a command says to whoever runs it: lines on standard output, a report in a file.

use crate::{cli::Lang, fault::Fault};
use serde::Serialize;
use std::{
    env, fmt,
    io::{self, Write},
    path::Path,
};

/// Prints one line. A reader that has gone away (`| head`) ends nothing and is no error.
pub fn line(text: impl fmt::Display) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Prints one line on standard error: what the reader of standard output need not know.
pub fn aside(text: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "tournee: {text}");
}

/// The language of whoever runs the command, after LC_ALL, LC_MESSAGES and LANG.
pub fn spoken() -> Lang {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(|name| env::var(name).ok());
    match set.filter(|value| !value.is_empty()).map(|value| value.starts_with("fr")).next() {
        Some(true) => Lang::Fr,
        _ => Lang::En,
    }
}

/// Writes a report as JSON to the file that `--json` names.
///
/// # Errors
/// When the file cannot be written.
#[expect(clippy::disallowed_methods, reason = "a report for its reader is not a data file")]
pub fn report(path: &Path, report: &impl Serialize) -> Result<(), Fault> {
    let text = serde_json::to_string_pretty(report).map_err(|e| Fault::failed(format!("no JSON can be made: {e}")))?;
    std::fs::write(path, text + "\n").map_err(|e| {
        Fault::cant_create(format!("cannot write {}: {e}; give --json a path that can be written", path.display()))
    })
}
