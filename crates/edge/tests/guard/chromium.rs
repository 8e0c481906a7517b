//! The pages in a real browser: it comes through each step with and without scripts, axe finds nothing, all fits the screen.
//!
//! Wants a Node with playwright-core and axe-core, and a Chromium, which `cargo xtask test` sets up and names in the
//! environment. Without them the test says that it was skipped, and why.

use crate::{
    door::Running,
    house::{House, settings, until},
    people::{besieged, crowded, impatient},
};
use std::{
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

const NODE_MODULES: &str = "TOURNEE_TEST_NODE_MODULES";
const CHROMIUM: &str = "TOURNEE_TEST_CHROMIUM";

/// What the environment names, or a word on why the test is skipped.
fn named(variable: &str, what: &str) -> Option<String> {
    let found = std::env::var(variable).ok();
    if found.is_none() {
        let why = format!("skipped: because {variable} names no {what}; run `cargo xtask test`, which sets one up");
        writeln!(std::io::stdout(), "{why}").expect("said");
    }
    found
}

/// Runs the browser's tests of one part against this door while time passes in the house as it does outside.
async fn passes(house: &House, part: &'static str, tests: u32) {
    let modules = named(NODE_MODULES, "Node packages with playwright-core and axe-core");
    if modules.is_none() || named(CHROMIUM, "Chromium").is_none() {
        return;
    }
    let Running { address, .. } = house.door;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guard/chromium.test.mjs");
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=tap"]).arg(file).stdin(Stdio::null());
    node.env("TOURNEE_TEST_URL", format!("http://localhost:{}", address.port())).env("TOURNEE_TEST_PART", part);
    let ran = tokio::task::spawn_blocking(move || node.output());
    let mut seconds = tokio::time::interval(std::time::Duration::from_secs(1));
    seconds.tick().await;
    let clock = async {
        loop {
            seconds.tick().await;
            house.later(std::time::Duration::from_secs(1));
        }
    };
    tokio::select! {
        output = ran => passed(&output.expect("no panic").expect("Node runs"), tests),
        () = clock => {}
    }
}

/// Holds that so many tests passed, and that none was left out.
fn passed(output: &Output, count: u32) {
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{said}", output.status);
    assert!(said.contains(&format!("# pass {count}\n")) && said.contains("# skipped 0\n"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_comes_through_by_its_script() {
    passes(&besieged("severe").await, "script", 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_comes_through_by_its_work() {
    passes(&besieged("siege").await, "work", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_without_scripts_comes_through_and_the_pages_are_for_everybody() {
    let house = crowded(impatient()).await;
    passes(&house, "refresh", 10).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_refusal_is_for_everybody() {
    let mut settings = settings(1);
    settings.admission.wait.unknown_ms = 0;
    let house = House::with(settings);
    let held = house.hold(1).await;
    passes(&house, "refused", 8).await;
    house.service.go.add_permits(held.len());
    until(|| house.guard.counts().gate.taken == 0).await;
}
