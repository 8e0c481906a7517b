//! The picker of pickup points in a real browser: chosen by keys alone in both languages, nothing found by axe, hostile
//! answers inert, every trouble told in a sentence, and nobody called but the server.
//!
//! The script comes from a server that runs. What the tests in `picker/` do with it stands there. Wants a Node with
//! playwright-core and axe-core, and a Chromium, which `cargo xtask test` sets up and names in the environment. Without
//! one the test says that it was skipped, and why.

mod support;

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use support::{House, run};

/// Names the folder of the packages for Node.
const NODE_MODULES: &str = "TOURNEE_TEST_NODE_MODULES";
/// Names the browser.
const CHROMIUM: &str = "TOURNEE_TEST_CHROMIUM";

/// What the environment names, or a word on why the test is skipped.
fn named(variable: &str, what: &str) -> Option<String> {
    let found = std::env::var(variable).ok();
    if found.is_none() {
        let why = format!("skipped: {variable} names no {what}; run `cargo xtask test`, which sets one up");
        writeln!(std::io::stdout(), "{why}").expect("said");
    }
    found
}

fn tests(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/picker").join(file)
}

/// Runs a file of tests against this server, with points of its own or prepared ones; holds that as many passed, and that
/// none was left out.
fn passes(house: &House, file: &str, points: Points<'_>, count: u32) {
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=tap"]).arg(tests(file)).stdin(Stdio::null());
    node.env("TOURNEE_TEST_URL", format!("http://{}", house.server.addr));
    match points {
        Points::Real { key } => node.env("TOURNEE_TEST_POINTS", "real").env("TOURNEE_TEST_KEY", key),
        Points::Prepared => node.env_remove("TOURNEE_TEST_POINTS").env_remove("TOURNEE_TEST_KEY"),
    };
    let output = node.output().expect("Node runs");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{said}", output.status);
    assert!(said.contains(&format!("# pass {count}\n")) && said.contains("# skipped 0\n"), "{said}");
}

/// Where the points come from.
#[derive(Clone, Copy)]
enum Points<'a> {
    /// From the server, which asks its carrier, with a key that may stand in a page.
    Real { key: &'a str },
    /// From the tests, where each kind of answer is wanted.
    Prepared,
}

fn is_equipped() -> bool {
    let modules = named(NODE_MODULES, "Node packages with playwright-core and axe-core");
    modules.is_some() && named(CHROMIUM, "Chromium").is_some()
}

#[test]
fn a_buyer_chooses_one_of_the_servers_points() {
    if !is_equipped() {
        return;
    }
    let house = House::open();
    let add = ["key", "add", "--config", &house.config, "--merchant", "atelier-ete", "--scopes", "pick"];
    let added = run(&add);
    let key = added.stdout.lines().last().expect("a key");
    passes(&house, "journey.test.mjs", Points::Real { key }, 11);
}

#[test]
fn every_answer_is_told_to_the_buyer() {
    if is_equipped() {
        passes(&House::open(), "answers.test.mjs", Points::Prepared, 36);
    }
}
