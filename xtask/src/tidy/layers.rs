//! Who may depend on whom: the rooms table of ARCHITECTURE.md against every manifest, and what keeps a pure crate pure.

use super::{
    Finding, table,
    tree::{Crate, Tree, line_where},
};
use std::collections::{BTreeMap, BTreeSet};

pub(super) const ARCHITECTURE: &str = "ARCHITECTURE.md";
const NORMAL: &[&str] = &["dependencies", "build-dependencies"];
const DEV: &[&str] = &["dev-dependencies"];

/// Engines that are told the time and given what they need.
const PURE: &[&str] = &["parcel", "clock", "admission", "dispatch", "label", "watch"];
/// What would give them a socket, a task or a disk.
const IMPURE: &[&str] = &["tokio", "axum", "hyper", "rusqlite"];

/// Every edge between crates is in the table, and every crate is in it too.
pub(super) fn edges(tree: &Tree) -> Vec<Finding> {
    let text = tree.text(ARCHITECTURE).unwrap_or_default();
    let allowed: BTreeMap<String, BTreeSet<String>> =
        table::crate_rows(text).iter().map(|row| (row.cell(0).to_owned(), names(tree, row.cell(2)))).collect();
    tree.crates().iter().flat_map(|from| forbidden(tree, from, allowed.get(&from.name))).collect()
}

fn forbidden(tree: &Tree, from: &Crate, allowed: Option<&BTreeSet<String>>) -> Vec<Finding> {
    let Some(allowed) = allowed else {
        let what = format!("no row for the crate {}", from.name);
        return vec![Finding::new(ARCHITECTURE, 1, what, "add it to the rooms table with what it may depend on")];
    };
    internal(tree, from, NORMAL)
        .into_iter()
        .filter(|to| !allowed.contains(to))
        .map(|to| {
            let what = format!("{} may not depend on {to}", from.name);
            let remedy = "take the edge out, or change the rooms table of ARCHITECTURE.md and say why";
            Finding::new(&from.manifest_path(), line_of_dependency(tree, from, &to), what, remedy)
        })
        .collect()
}

/// The cell `a, b`; `all` is every crate; `–` is none.
fn names(tree: &Tree, cell: &str) -> BTreeSet<String> {
    match cell {
        "all" => tree.crates().iter().map(|one| one.name.clone()).collect(),
        "–" => BTreeSet::new(),
        list => list.split(',').map(|name| name.trim().to_owned()).collect(),
    }
}

/// A crate's tests may use any crate but one that is built upon it: such a test belongs in the upper crate.
pub(super) fn test_cycles(tree: &Tree) -> Vec<Finding> {
    let cycle = |from: &Crate, to: &str| below(tree, to).contains(&from.name);
    tree.crates()
        .iter()
        .flat_map(|from| internal(tree, from, DEV).into_iter().map(move |to| (from, to)))
        .filter(|(from, to)| cycle(from, to))
        .map(|(from, to)| {
            let what = format!("the tests of {} use {to}, which is built upon it", from.name);
            let remedy = format!("move those tests to {to}");
            Finding::new(&from.manifest_path(), line_of_dependency(tree, from, &to), what, remedy)
        })
        .collect()
}

/// The crates of the workspace that `name` is built upon, directly or not.
fn below(tree: &Tree, name: &str) -> BTreeSet<String> {
    let direct = |name: &str| tree.crates().iter().find(|one| one.name == name).map(|one| internal(tree, one, NORMAL));
    reach(name, |name| direct(name).unwrap_or_default())
}

/// Nothing that a pure crate is built upon, however far down, can wait, connect or open a file.
pub(super) fn pure_trees(tree: &Tree) -> Vec<Finding> {
    let lock = locked(tree);
    let pure = tree.crates().iter().filter(|one| PURE.contains(&one.name.as_str()));
    let needs = |one: &Crate| reach(&one.name, |name| lock.get(name).cloned().unwrap_or_default());
    pure.flat_map(|one| needs(one).into_iter().map(move |name| (one, name)))
        .filter(|(_, name)| IMPURE.contains(&name.as_str()))
        .map(|(one, name)| {
            let what = format!("{name} is in the tree of the pure crate {}", one.name);
            let remedy = "an engine is told what it needs: take the dependency out";
            Finding::new(&one.manifest_path(), line_of_dependency(tree, one, &name), what, remedy)
        })
        .collect()
}

/// What each package of Cargo.lock needs, by name; two versions of one package are taken together.
fn locked(tree: &Tree) -> BTreeMap<String, Vec<String>> {
    let lock: toml::Table = tree.text("Cargo.lock").and_then(|text| text.parse().ok()).unwrap_or_default();
    let packages = lock.get("package").and_then(toml::Value::as_array).into_iter().flatten();
    let mut needs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in packages {
        let Some(name) = package.get("name").and_then(toml::Value::as_str) else { continue };
        let listed = package.get("dependencies").and_then(toml::Value::as_array).into_iter().flatten();
        let names = listed.filter_map(|entry| entry.as_str()?.split(' ').next()).map(str::to_owned);
        needs.entry(name.to_owned()).or_default().extend(names);
    }
    // The lock does not tell a test's needs from the crate's own: for our crates the manifests do.
    for one in tree.crates() {
        needs.insert(one.name.clone(), one.dependencies(NORMAL));
    }
    needs
}

/// Everything that can be come to from `start`, without `start`.
fn reach(start: &str, next: impl Fn(&str) -> Vec<String>) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut open = next(start);
    while let Some(name) = open.pop() {
        if seen.insert(name.clone()) {
            open.extend(next(&name));
        }
    }
    seen
}

fn internal(tree: &Tree, from: &Crate, tables: &[&str]) -> Vec<String> {
    let ours = |name: &String| tree.crates().iter().any(|one| one.name == *name);
    from.dependencies(tables).into_iter().filter(ours).collect()
}

fn line_of_dependency(tree: &Tree, from: &Crate, to: &str) -> usize {
    let text = tree.text(&from.manifest_path()).unwrap_or_default();
    line_where(text, |line| {
        line.strip_prefix(to).is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
            || line.contains(&format!("\"{to}\""))
    })
}
