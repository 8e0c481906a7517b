//! The clients for TypeScript and Python in `clients/`: their types hold in the strictest way that their languages have,
//! and a shop's day goes through them against a gateway that runs.
//!
//! Wants a Node with TypeScript and a Python with mypy, which `cargo xtask test` sets up and names in the environment.
//! Without one its tests say that they were skipped, and why.

mod support;

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use support::{House, file, text};

/// Names the folder of the packages for Node.
const NODE_MODULES: &str = "TOURNEE_TEST_NODE_MODULES";
/// Names the Python to use.
const PYTHON: &str = "TOURNEE_TEST_PYTHON";

/// What the environment names, or a word on why the test is skipped.
fn named(variable: &str, what: &str) -> Option<String> {
    let found = std::env::var(variable).ok();
    if found.is_none() {
        let why = format!("skipped: {variable} names no {what}; run `cargo xtask test`, which sets one up");
        writeln!(std::io::stdout(), "{why}").expect("said");
    }
    found
}

fn client(language: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../clients").join(language)
}

/// Runs it to its end and holds that it is content; gives what it said.
fn passes(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().expect("it runs");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{said}", output.status);
    said
}

fn towards(house: &House, command: &mut Command) -> String {
    let url = format!("http://{}", house.server.addr);
    let said = passes(command.env("TOURNEE_TEST_URL", url).env("TOURNEE_TEST_KEY", &house.api_key));
    assert!(!said.contains("skipped=") && !said.contains("# SKIP"), "nothing was left out: {said}");
    said
}

#[test]
fn the_client_for_typescript_has_strict_types_and_makes_labels() {
    let Some(modules) = named(NODE_MODULES, "Node packages with TypeScript") else { return };
    let (modules, built) = (PathBuf::from(modules), tempfile::tempdir().expect("a directory"));
    let mut compiler = Command::new("node");
    compiler.arg(modules.join("typescript/bin/tsc")).arg("--project").arg(client("typescript"));
    compiler.arg("--typeRoots").arg(modules.join("@types")).arg("--outDir").arg(built.path());
    passes(&mut compiler);
    file(built.path(), "package.json", r#"{"type": "module"}"#);
    let house = House::open();
    let said = towards(&house, Command::new("node").args(["--test", text(&built.path().join("test"))]));
    assert!(said.contains("# pass 8"), "{said}");
}

#[test]
fn the_client_for_python_has_strict_types_and_makes_labels() {
    let Some(python) = named(PYTHON, "Python with mypy") else { return };
    let cache = tempfile::tempdir().expect("a directory");
    let mut mypy = Command::new(&python);
    mypy.current_dir(client("python")).args(["-m", "mypy", "--strict", "--cache-dir"]).arg(cache.path());
    passes(&mut mypy);
    let house = House::open();
    let mut tests = Command::new(&python);
    tests.current_dir(client("python")).args(["-B", "-m", "unittest", "discover", "tests"]).env("PYTHONPATH", "src");
    let said = towards(&house, &mut tests);
    assert!(said.contains("Ran 7 tests"), "{said}");
}
