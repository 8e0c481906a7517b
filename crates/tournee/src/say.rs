//! Standard output. A reader that has gone away (`| head`) ends nothing and is no error.

use std::{
    fmt,
    io::{self, Write},
};

/// Prints one line.
pub fn line(text: impl fmt::Display) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}
