//! The binary: configuration, wiring, subcommands, drain.
fn main() {}
