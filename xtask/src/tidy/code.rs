//! What Rust code may not hold. Looks at code only: comments and the insides of strings are blanked out first.

use super::{Finding, tree::Tree};

const LINES_MAX: usize = 600;
/// The one crate that may be unsafe: it loads a program into the kernel.
const MAY_BE_UNSAFE: &str = "crates/filter/";

/// A file is read in one sitting.
pub(super) fn long_files(tree: &Tree) -> Vec<Finding> {
    tree.texts_of("rs")
        .filter(|(_, text)| text.lines().count() > LINES_MAX)
        .map(|(path, text)| {
            let what = format!("{} lines, more than {LINES_MAX}", text.lines().count());
            Finding::new(path, LINES_MAX + 1, what, "split the file along what it does")
        })
        .collect()
}

/// Unsafe code lives in one room.
pub(super) fn unsafe_code(tree: &Tree) -> Vec<Finding> {
    let outside = tree.texts_of("rs").filter(|(path, _)| !path.starts_with(MAY_BE_UNSAFE));
    outside
        .flat_map(|(path, text)| {
            lines_of(text, |line| has_word(line, "unsafe")).map(move |line| {
                Finding::new(path, line, "unsafe code", "write it safely, or move it to crates/filter")
            })
        })
        .collect()
}

/// A test that is not run proves nothing.
pub(super) fn ignored_tests(tree: &Tree) -> Vec<Finding> {
    tree.texts_of("rs")
        .flat_map(|(path, text)| {
            lines_of(text, |line| line.trim_start().starts_with("#[ignore"))
                .map(move |line| Finding::new(path, line, "an ignored test", "make it pass, or take it out"))
        })
        .collect()
}

/// A test waits for the event itself, or drives the clock.
pub(super) fn sleeping_tests(tree: &Tree) -> Vec<Finding> {
    tree.texts_of("rs")
        .flat_map(|(path, text)| {
            let code = blanked(text);
            let tests = test_lines(path, &code);
            let sleeps = code
                .lines()
                .enumerate()
                .filter(|(_, line)| ["sleep", "sleep_until"].iter().any(|name| calls(line, name)));
            let lines: Vec<usize> = sleeps.map(|(index, _)| index + 1).filter(|line| tests.contains(line)).collect();
            lines.into_iter().map(move |line| {
                Finding::new(
                    path,
                    line,
                    "a test that sleeps",
                    "wait for the event itself, or drive a clock::ManualClock",
                )
            })
        })
        .collect()
}

/// The lines, from 1, whose code satisfies `wanted`.
fn lines_of(text: &str, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = usize> {
    let code = blanked(text);
    let found: Vec<usize> =
        code.lines().enumerate().filter(|(_, line)| wanted(line)).map(|(index, _)| index + 1).collect();
    found.into_iter()
}

fn has_word(line: &str, word: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|part| part == word)
}

fn calls(line: &str, function: &str) -> bool {
    line.match_indices(&format!("{function}("))
        .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// Which lines are test code: all of a file of tests, otherwise what stands in the braces after `#[cfg(test)]`.
fn test_lines(path: &str, code: &str) -> Vec<usize> {
    let all = path.split('/').any(|part| part == "tests") || path.ends_with("/tests.rs");
    let (mut lines, mut depth, mut waiting) = (Vec::new(), 0_usize, false);
    for (index, line) in code.lines().enumerate() {
        waiting |= line.contains("#[cfg(test)]");
        let opened = line.matches('{').count();
        if all || depth > 0 || (waiting && opened > 0) {
            lines.push(index + 1);
            depth = (depth + opened).saturating_sub(line.matches('}').count());
            waiting = false;
        } else if line.trim_end().ends_with(';') {
            waiting = false;
        }
    }
    lines
}

/// The code with every comment, string and character replaced by blanks; lines stay where they are.
fn blanked(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = inert(rest, &code);
        if length == 0 {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            let (blank, after) = rest.split_at(length);
            code.extend(blank.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            rest = after;
        }
    }
    code
}

/// How many bytes at the start of `rest` are a comment, a string or a character; none when it is code.
fn inert(rest: &str, before: &str) -> usize {
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return block_comment(rest);
    }
    let in_a_name = before.ends_with(|c: char| c.is_alphanumeric() || c == '_') && !before.ends_with(['b', 'c']);
    match rest.as_bytes() {
        [b'r', b'"' | b'#', ..] if !in_a_name => raw_string(rest),
        [b'"', ..] => quoted(rest, '"'),
        // A character and not a lifetime: `'a'`, `'\n'`, `'é'`.
        [b'\'', b'\\', ..] => quoted(rest, '\''),
        [b'\'', ..] => rest[1..].chars().next().map_or(0, |c| {
            let end = 1 + c.len_utf8();
            if rest[end..].starts_with('\'') { end + 1 } else { 0 }
        }),
        _ => 0,
    }
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(step) = rest[at..].find(['/', '*']) {
        at += step;
        match rest.as_bytes().get(at..at + 2) {
            Some(b"/*") => (depth, at) = (depth + 1, at + 2),
            Some(b"*/") if depth == 1 => return at + 2,
            Some(b"*/") => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    rest.len()
}

/// `r"…"` or `r#"…"#`; nothing when it is a raw name such as `r#type`.
fn raw_string(rest: &str) -> usize {
    let hashes = rest[1..].bytes().take_while(|byte| *byte == b'#').count();
    let inside = 1 + hashes + 1;
    if rest.as_bytes().get(inside - 1) != Some(&b'"') {
        return 0;
    }
    let end = format!("\"{}", "#".repeat(hashes));
    rest[inside..].find(&end).map_or(rest.len(), |at| inside + at + end.len())
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is code is kept, what is not is blank, and nothing moves.
    fn check(text: &str, code: &str) {
        let found = blanked(text);
        assert_eq!(found.split_whitespace().collect::<Vec<_>>().join(" "), code, "{text}");
        assert_eq!(found.lines().count(), text.lines().count());
    }

    #[test]
    fn only_code_is_left() {
        check("let a = 1; // unsafe", "let a = 1;");
        check("a /* b /* c */ d */ e", "a e");
        check(r#"f("x \" // y") g"#, "f( ) g");
        check("f(r#\"a \" b\"#) g", "f( ) g");
        check("f(br\"a\") r#type", "f(b ) r#type");
        check("let q = '\"'; let r = '\\''; x", "let q = ; let r = ; x");
        check("fn f<'a>(x: &'a str) {}", "fn f<'a>(x: &'a str) {}");
        check("\"one\ntwo\" three", "three");
        check("/* open", "");
    }

    #[test]
    fn test_code_is_told_from_the_rest() {
        let code = "#[cfg(test)]\nmod tests;\nfn a() {\n}\n#[cfg(test)]\nmod more {\n  x\n}\nfn b() {}\n";
        assert_eq!(test_lines("crates/a/src/lib.rs", code), [6, 7, 8]);
        assert_eq!(test_lines("crates/a/tests/all.rs", "a\nb\n"), [1, 2]);
    }
}
