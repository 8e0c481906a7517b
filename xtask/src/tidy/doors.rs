//! The line on the door: each crate has one purpose, said in the same words wherever it is said.

use super::{
    Finding,
    layers::ARCHITECTURE,
    table,
    tree::{Crate, Tree, line_where},
};

const CRATES: &str = "crates/README.md";
/// Names that say where a thing was put and not what it is.
const EMPTY_NAMES: &[&str] = &["common", "core", "utils", "types"];

/// No crate has an empty name.
pub(super) fn names(tree: &Tree) -> Vec<Finding> {
    let empty = tree.crates().iter().filter(|one| EMPTY_NAMES.contains(&one.name.as_str()));
    empty
        .map(|one| {
            let line = line_where(tree.text(&one.manifest_path()).unwrap_or_default(), |line| line.starts_with("name"));
            let what = format!("{} says nothing about what lives here", one.name);
            Finding::new(&one.manifest_path(), line, what, "name the crate by the thing that it holds")
        })
        .collect()
}

/// The description in the manifest stands in both tables and at the head of the code; no table names a crate that is not there.
pub(super) fn lines(tree: &Tree) -> Vec<Finding> {
    let heads = tree.crates().iter().filter_map(|one| head(tree, one));
    let tables = [ARCHITECTURE, CRATES].into_iter().flat_map(|path| in_table(tree, path));
    heads.chain(tables).collect()
}

fn head(tree: &Tree, one: &Crate) -> Option<Finding> {
    let path =
        ["lib", "main"].map(|stem| format!("{}/src/{stem}.rs", one.dir)).into_iter().find(|path| tree.holds(path))?;
    let expected = format!("//! {}.", one.description());
    let first = tree.text(&path)?.lines().next().unwrap_or_default();
    let finding =
        || Finding::new(&path, 1, "the first line is not the crate's description", format!("write `{expected}`"));
    (first != expected).then(finding)
}

fn in_table(tree: &Tree, path: &str) -> Vec<Finding> {
    let rows = table::crate_rows(tree.text(path).unwrap_or_default());
    let row_of = |one: &Crate| rows.iter().find(|row| row.cell(0) == one.name);
    let wrong = tree.crates().iter().filter_map(|one| match row_of(one) {
        Some(row) if row.cell(1) == one.description() => None,
        row => {
            let what = format!("the line of {} is not its description", one.name);
            let remedy = format!("write `{}`, as in {}", one.description(), one.manifest_path());
            Some(Finding::new(path, row.map_or(1, |row| row.line), what, remedy))
        }
    });
    let gone = rows.iter().filter(|row| tree.crates().iter().all(|one| one.name != row.cell(0)));
    let gone =
        gone.map(|row| Finding::new(path, row.line, format!("there is no crate {}", row.cell(0)), "take the row out"));
    wrong.chain(gone).collect()
}
