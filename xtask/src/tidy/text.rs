//! What no file may hold, whatever its kind.

use super::{Finding, tree::Tree};

/// Marks of unfinished work, split so that this file does not hold them.
const MARKS: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("to", "do!("),
    concat!("unimpl", "emented!("),
];
/// Top folders of one machine. A path of the project starts at its root, a path of a user's at a setting.
const MACHINE: &[&str] = &["tmp", "home", "root", "work"];
/// The history of the project may speak of what was once open.
const HISTORY: &str = "CHANGELOG.md";

/// What is begun is finished, or is not in the tree.
pub(super) fn left_open(tree: &Tree) -> Vec<Finding> {
    let files = tree.texts().filter(|(path, _)| *path != HISTORY && !is_generated(path));
    files
        .flat_map(|(path, text)| {
            lines(text, |line| MARKS.iter().copied().find(|mark| has_mark(line, mark))).map(move |(line, mark)| {
                Finding::new(path, line, format!("{mark} is work left open"), "finish it, or take it out")
            })
        })
        .collect()
}

/// A path of one machine works on that machine only.
pub(super) fn machine_paths(tree: &Tree) -> Vec<Finding> {
    let files = tree.texts().filter(|(path, _)| !is_generated(path));
    files
        .flat_map(|(path, text)| {
            lines(text, |line| MACHINE.iter().copied().find(|folder| has_path(line, folder))).map(
                move |(line, folder)| {
                    let remedy = "use a path from the root of the tree, a setting or a temporary folder";
                    Finding::new(path, line, format!("a path below the folder {folder} of one machine"), remedy)
                },
            )
        })
        .collect()
}

fn is_generated(path: &str) -> bool {
    path.ends_with(".lock")
}

fn lines(text: &str, found: impl Fn(&str) -> Option<&'static str>) -> impl Iterator<Item = (usize, &'static str)> {
    text.lines().enumerate().filter_map(move |(index, line)| Some((index + 1, found(line)?)))
}

/// The mark as a word of its own.
fn has_mark(line: &str, mark: &str) -> bool {
    let of_a_word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(mark).any(|(at, _)| {
        let open = mark.ends_with('(') || !line[at + mark.len()..].starts_with(of_a_word);
        open && !line[..at].ends_with(of_a_word)
    })
}

/// `/folder/name` that does not go on from another path or host.
fn has_path(line: &str, folder: &str) -> bool {
    line.match_indices(&format!("/{folder}/")).any(|(at, found)| {
        let goes_on = line[..at].ends_with(|c: char| c.is_alphanumeric() || "_.-~}".contains(c));
        let named = line[at + found.len()..].starts_with(|c: char| c.is_alphanumeric() || "_.-".contains(c));
        named && !goes_on
    })
}
