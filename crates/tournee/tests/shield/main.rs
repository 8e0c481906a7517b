//! The shield as it is shipped, before a small server that writes down what reaches it, and at the gateway's own door: real
//! tools that attack, requests that are read in two ways, wrong settings, new settings, receipts.
//!
//! A tool that is not there, or a limit of this machine that is too low, is said and the test skipped.

#[path = "../support/mod.rs"]
mod support;

mod behind;
mod door;
mod floods;
mod mistakes;
mod numbers;
mod origin;
mod receipts;
mod renewed;
mod smuggling;
mod store;
mod tools;
