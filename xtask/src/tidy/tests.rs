//! Each rule is broken once on a small house and must say so, at the right place; the small house itself is tidy.

use super::{Finding, Tree, check};
use std::fs;
use tempfile::TempDir;

const ARCHITECTURE: &str = "\
# Architecture

| crate | the line on the door | may depend on |
|---|---|---|
| `clock` | Time | – |
| `store` | The disk | clock |
| `xtask` | Checks | all |
";

const CRATES: &str = "\
| crate | the line on the door |
|---|---|
| [`clock`](clock) | Time |
| [`store`](store) | The disk |
| [`xtask`](../xtask) | Checks |
";

const README: &str =
    "# T\n\n## Run\n\n```sh\ncargo run  # now\n```\n\nSee [the rooms](ARCHITECTURE.md#architecture).\n";
const README_FR: &str = "# T\n\n## Lancer\n\n```sh\ncargo run  # tout de suite\n```\n";
const LOCK: &str = "\
[[package]]
name = \"jiff\"
dependencies = [\"serde 1.0.0\"]
";

/// A house of three crates in which everything is right.
fn house() -> Vec<(&'static str, String)> {
    vec![
        (".gitignore", "/target\n".into()),
        ("target/left.rs", "unsafe".into()),
        ("ARCHITECTURE.md", ARCHITECTURE.into()),
        ("README.md", README.into()),
        ("README.fr.md", README_FR.into()),
        ("Cargo.lock", LOCK.into()),
        ("crates/README.md", CRATES.into()),
        ("crates/clock/Cargo.toml", manifest("clock", "Time", "[dependencies]\njiff = \"1\"\n")),
        ("crates/clock/src/lib.rs", "//! Time.\n//!\n//! Never unsafe.\n".into()),
        ("crates/store/Cargo.toml", manifest("store", "The disk", "[dependencies]\nclock.workspace = true\n")),
        ("crates/store/src/lib.rs", "//! The disk.\n\nfn wait() {\n    sleep(1);\n}\n".into()),
        ("xtask/Cargo.toml", manifest("xtask", "Checks", "")),
        ("xtask/src/main.rs", "//! Checks.\n".into()),
    ]
}

fn manifest(name: &str, description: &str, rest: &str) -> String {
    format!("[package]\nname = \"{name}\"\ndescription = \"{description}\"\n\n{rest}")
}

/// The house with one file as given, or with that file beside the others.
fn findings(path: &str, text: &str) -> Vec<Finding> {
    let root = TempDir::new().expect("a folder");
    for (path, text) in house().iter().map(|(path, text)| (*path, text.as_str())).chain([(path, text)]) {
        let file = root.path().join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("writable");
        fs::write(file, text).expect("writable");
    }
    check(&Tree::load(root.path()).expect("readable"))
}

/// Exactly one finding, at this place, with these words.
#[track_caller]
fn breaks(path: &str, text: &str, expected: &str) {
    let found: Vec<String> = findings(path, text).iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with(expected), "{} does not start with {expected}", found[0]);
}

/// `text` at the end of the library of `clock`.
fn clock(text: &str) -> String {
    format!("//! Time.\n{text}\n")
}

#[test]
fn the_small_house_is_tidy() {
    assert_eq!(findings("notes.txt", "nothing"), []);
}

#[test]
fn an_edge_that_is_not_in_the_table() {
    let text = manifest("clock", "Time", "[dependencies]\nxtask = { path = \"../../xtask\" }\n");
    breaks("crates/clock/Cargo.toml", &text, "crates/clock/Cargo.toml:6: clock may not depend on xtask: take");
}

#[test]
fn an_edge_under_another_name_or_for_one_system_only() {
    let renamed = manifest("clock", "Time", "[dependencies]\ntool = { package = \"xtask\" }\n");
    breaks("crates/clock/Cargo.toml", &renamed, "crates/clock/Cargo.toml:6: clock may not depend on xtask");
    let on_unix = manifest("clock", "Time", "[target.'cfg(unix)'.dependencies]\nxtask.workspace = true\n");
    breaks("crates/clock/Cargo.toml", &on_unix, "crates/clock/Cargo.toml:6: clock may not depend on xtask");
}

#[test]
fn a_crate_that_is_in_no_table() {
    let found = findings("crates/watch/Cargo.toml", &manifest("watch", "Health", ""));
    let places: Vec<&str> = found.iter().map(|finding| finding.path.as_str()).collect();
    assert_eq!(places, ["ARCHITECTURE.md", "ARCHITECTURE.md", "crates/README.md"]);
}

#[test]
fn a_row_without_a_crate() {
    let text = format!("{CRATES}| `watch` | Health |\n");
    breaks("crates/README.md", &text, "crates/README.md:6: there is no crate watch: take the row out");
}

#[test]
fn tests_that_use_what_is_built_upon_their_crate() {
    let text = manifest("clock", "Time", "[dev-dependencies]\nstore.workspace = true\n");
    breaks("crates/clock/Cargo.toml", &text, "crates/clock/Cargo.toml:6: the tests of clock use store");
}

#[test]
fn tests_may_use_any_other_crate() {
    let text = manifest("clock", "Time", "[dev-dependencies]\nxtask.workspace = true\n");
    assert_eq!(findings("crates/clock/Cargo.toml", &text), []);
}

#[test]
fn a_pure_crate_that_reaches_the_network_through_another() {
    let text = format!("{LOCK}\n[[package]]\nname = \"serde\"\ndependencies = [\"tokio\"]\n");
    breaks("Cargo.lock", &text, "crates/clock/Cargo.toml:1: tokio is in the tree of the pure crate clock");
}

#[test]
fn a_description_that_is_said_in_other_words() {
    breaks("crates/clock/src/lib.rs", "//! Hours.\n", "crates/clock/src/lib.rs:1: the first line is not the crate's");
    let tables = findings("crates/clock/Cargo.toml", &manifest("clock", "Hours", ""));
    assert_eq!(tables.len(), 3, "{tables:#?}");
    let text = CRATES.replace("The disk", "Files");
    breaks("crates/README.md", &text, "crates/README.md:4: the line of store is not its description: write `The disk`");
}

#[test]
fn a_crate_with_an_empty_name() {
    let found = findings("crates/utils/Cargo.toml", &manifest("utils", "Things", ""));
    assert!(
        found.iter().any(|finding| finding.to_string().starts_with("crates/utils/Cargo.toml:2: utils says nothing"))
    );
}

#[test]
fn a_file_that_is_too_long() {
    let at = "crates/clock/src/lib.rs";
    breaks(at, &clock(&"// line\n".repeat(599)), "crates/clock/src/lib.rs:601: 601 lines, more than 600: split");
    assert_eq!(findings(at, &format!("//! Time.\n{}", "// line\n".repeat(599))), []);
}

#[test]
fn unsafe_code_in_the_wrong_room() {
    let text = clock("fn f() { unsafe { g() } }");
    breaks("crates/clock/src/lib.rs", &text, "crates/clock/src/lib.rs:2: unsafe code");
    assert_eq!(findings("crates/filter/src/load.rs", &text), []);
}

#[test]
fn a_test_that_is_not_run() {
    let text = clock("#[test]\n#[ignore = \"slow\"]\nfn f() {}");
    breaks("crates/clock/src/lib.rs", &text, "crates/clock/src/lib.rs:3: an ignored test");
}

#[test]
fn a_test_that_sleeps() {
    let text = clock("#[cfg(test)]\nmod tests {\n    fn f() {\n        std::thread::sleep(d);\n    }\n}");
    breaks("crates/clock/src/lib.rs", &text, "crates/clock/src/lib.rs:5: a test that sleeps");
    breaks("crates/clock/tests/all.rs", "sleep_until(d);", "crates/clock/tests/all.rs:1: a test that sleeps");
    assert_eq!(findings("crates/clock/tests/all.rs", "fn does_not_sleep() { never_sleep(1) }"), []);
}

#[test]
fn work_left_open() {
    for mark in [
        concat!("// TO", "DO: later"),
        concat!("// FIX", "ME"),
        concat!("to", "do!()"),
        concat!("unimpl", "emented!(1)"),
    ] {
        breaks("crates/clock/src/lib.rs", &clock(mark), "crates/clock/src/lib.rs:2: ");
        breaks("docs/notes.md", mark, "docs/notes.md:1: ");
        assert_eq!(findings("CHANGELOG.md", mark), []);
    }
    assert_eq!(findings("docs/notes.md", concat!("MASTO", "DON", " and TO", "DOS")), []);
}

#[test]
fn a_path_of_one_machine() {
    for folder in ["tmp", "home", "root", "work"] {
        let text = format!("run /{folder}/x");
        let expected = format!("docs/notes.md:1: a path below the folder {folder} of one machine");
        breaks("docs/notes.md", &text, &expected);
        assert_eq!(findings("docs/notes.md", &format!("https://a.example/{folder}/x and ./{folder}/x")), []);
    }
}

#[test]
fn a_link_that_leads_nowhere() {
    let nowhere = |target: &str| format!("# T\n\n[x]({target})\n");
    for target in ["gone.md", "../crates/gone", "../README.md#gone", "#gone", "../../out.md"] {
        let expected = format!("docs/notes.md:3: the link {target} leads nowhere: mend");
        breaks("docs/notes.md", &nowhere(target), &expected);
    }
    for target in ["../README.md#run", "../crates/clock", "#t", "https://a.example/gone", "../Cargo.lock"] {
        assert_eq!(findings("docs/notes.md", &nowhere(target)), []);
    }
}

#[test]
fn a_french_readme_that_is_not_the_english_one() {
    let more = format!("{README_FR}\n### Encore\n");
    breaks("README.fr.md", &more, "README.fr.md:9: the headings are not those of README.md");
    let other = README_FR.replace("cargo run", "cargo build");
    breaks("README.fr.md", &other, "README.fr.md:6: the commands are not those of README.md");
}
