//! The house rules as a program: the tidy and layer checks, the one test command, the checks before a merge.
//!
//! Run as `cargo xtask <command>`. It keeps no state of its own; what it installs goes to `target/tools`.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a developer's tool: it reads the tree, times its steps and talks to a terminal"
)]

mod ci;
mod clients;
mod openapi;
mod shop;
mod suite;
mod tidy;
mod tools;

use shop::{Failed, Shop};
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <command>

  tidy [--openapi]   check the house rules; with --openapi also that docs/openapi.json is what the server says
  test [FILTER…]     set up what the tests need, then run them all (or those whose name holds FILTER)
  openapi            write docs/openapi.json from the server, and the clients from it
  clients [--check]  write clients/ from docs/openapi.json; with --check only say whether that is what they are
  ci                 everything that must pass before a merge";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&Shop::here(), &arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failed(why)) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn run(shop: &Shop, arguments: &[&str]) -> Result<(), Failed> {
    match arguments {
        ["tidy"] => tidy::run(shop),
        ["tidy", "--openapi"] => tidy::run(shop).and_then(|()| openapi::check(shop)),
        ["test", filters @ ..] => suite::run(shop, filters),
        ["openapi"] => openapi::write(shop).and_then(|()| clients::write(shop)),
        ["clients"] => clients::write(shop),
        ["clients", "--check"] => clients::check(shop),
        ["ci"] => ci::run(shop),
        _ => Err(Failed(USAGE.into())),
    }
}
