//! The house rules: what holds of the whole tree, each rule a plain function from the tree to what is wrong in it.

mod code;
mod docs;
mod doors;
mod layers;
mod table;
mod text;
mod tree;

#[cfg(test)]
mod tests;

use crate::shop::{Failed, Shop};
use std::fmt;
use tree::Tree;

/// One thing that is wrong, where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    line: usize,
    what: String,
    remedy: String,
}

impl Finding {
    fn new(path: &str, line: usize, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { path: path.into(), line, what: what.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.path, self.line, self.what, self.remedy)
    }
}

const RULES: &[fn(&Tree) -> Vec<Finding>] = &[
    layers::edges,
    layers::test_cycles,
    layers::pure_trees,
    doors::names,
    doors::lines,
    code::long_files,
    code::unsafe_code,
    code::ignored_tests,
    code::sleeping_tests,
    text::left_open,
    text::machine_paths,
    docs::links,
    docs::twins,
];

/// Prints what is wrong in the tree, sorted by place; fails when anything is.
pub(crate) fn run(shop: &Shop) -> Result<(), Failed> {
    let tree = Tree::load(shop.root()).map_err(|error| Failed(format!("cannot read the tree: {error}")))?;
    let findings = check(&tree);
    if findings.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    Err(Failed(lines.join("\n")))
}

fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(tree)).collect();
    findings.sort();
    findings
}
