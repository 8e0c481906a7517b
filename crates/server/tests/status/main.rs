//! The status page, its JSON and its feeds: what they say, what they never say, and that they go on alone.

#![allow(unreachable_pub, reason = "as in the support of all tests")]

#[path = "../support/mod.rs"]
mod support;

mod browser;
mod feeds;
mod json;
mod pages;
mod sample;
mod tools;
