//! Subscribing, from the form to the end, with channels that write down what they are given.

#![allow(dead_code, unreachable_pub, reason = "shared with the tests of the status page, which use other parts")]

mod browser;
mod fake;
mod flow;
mod limits;
mod programs;
#[path = "../status/sample.rs"]
mod sample;
#[path = "../support/mod.rs"]
mod support;
#[path = "../status/tools.rs"]
mod tools;
