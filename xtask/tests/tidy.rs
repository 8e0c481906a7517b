//! The rules hold of the tree as it is: the test suite fails when they do not.

use std::process::Command;

#[test]
fn the_tree_is_tidy() {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).arg("tidy").output().expect("xtask runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_command_that_is_not_there_shows_those_that_are() {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).arg("tydi").output().expect("xtask runs");
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("usage: cargo xtask"));
}
