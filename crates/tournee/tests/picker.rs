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
use support::House;

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

/// Runs a file of tests against this server; holds that as many passed, and that none was left out.
fn passes(house: &House, file: &str, count: u32) {
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=tap"]).arg(tests(file)).stdin(Stdio::null());
    node.env("TOURNEE_TEST_URL", format!("http://{}", house.server.addr));
    let output = node.output().expect("Node runs");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{said}", output.status);
    assert!(said.contains(&format!("# pass {count}\n")) && said.contains("# skipped 0\n"), "{said}");
}

#[test]
fn a_buyer_chooses_a_point_whatever_the_page_and_the_answer() {
    let Some(_) = named(NODE_MODULES, "Node packages with playwright-core and axe-core") else { return };
    let Some(_) = named(CHROMIUM, "Chromium") else { return };
    let house = House::open();
    passes(&house, "journey.test.mjs", 12);
    passes(&house, "answers.test.mjs", 32);
}
