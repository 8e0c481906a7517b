//! zeep, a SOAP client that knows the label service by its description alone, against the carrier-compatible endpoint
//! over the simulated carrier: check, label, the same label again, customs form, reprint, deposit slip, refusal, fault.
//!
//! Wants a Python with zeep in it, which `cargo xtask test` sets up and names in the environment. Without one the test
//! says that it was skipped, and why.

mod support;

use serde_json::{Value, json};
use std::{
    io::Write,
    process::{Command, Stdio},
};
use support::{Carrier, Server, file};

/// Names the Python to use.
const PYTHON: &str = "TOURNEE_TEST_PYTHON";
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/zeep/ask.py");
/// A day to come, on the clock of whoever reads this.
const DAY: &str = "2099-12-22";

/// The Python, or a word on why the test is skipped.
fn python() -> Option<String> {
    let python = std::env::var(PYTHON).ok();
    if python.is_none() {
        let why =
            format!("skipped: {PYTHON} names no Python with zeep in it; run `cargo xtask test`, which sets one up");
        writeln!(std::io::stdout(), "{why}").expect("said");
    }
    python
}

/// What zeep made of the answer.
fn ask(python: &str, server: &Server, what: &[&str]) -> Value {
    let wsdl = format!("http://{}/sls-ws/SlsServiceWS/2.0?wsdl", server.addr);
    let mut command = Command::new(python);
    let output = command.arg(SCRIPT).arg(wsdl).args(what).stdin(Stdio::null()).output().expect("the Python runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let trouble = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().last().and_then(|line| serde_json::from_str(line).ok());
    last.unwrap_or_else(|| panic!("{}: {said}\n{trouble}", output.status))
}

fn ids(answer: &Value) -> Vec<&str> {
    answer["messages"].as_array().into_iter().flatten().filter_map(|message| message["id"].as_str()).collect()
}

#[test]
fn a_soap_client_is_served_as_by_the_carrier() {
    let Some(python) = python() else { return };
    let carrier = Carrier::start();
    let dir = tempfile::tempdir().expect("a directory");
    let base = &carrier.base;
    let config = format!(
        "listen = \"127.0.0.1:0\"\ndata = \"data\"\n\
         [carrier.colissimo]\nshipping_url = {base:?}\ntracking_url = {base:?}\n"
    );
    let config = file(dir.path(), "t.toml", config);
    let server = Server::start(&["--config", &config]);
    let ask = |what: &[&str]| ask(&python, &server, what);

    assert_eq!(ids(&ask(&["check", "Z-1", DAY, "FR", "75011"])), ["0"]);
    let label = ask(&["label", "Z-1", DAY, "FR", "75011"]);
    assert_eq!((ids(&label), &label["label"]["begins"]), (vec!["0"], &json!("%PDF-")), "{label}");
    assert_eq!(ask(&["label", "Z-1", DAY, "FR", "75011"]), label, "the same order again");
    let number = label["number"].as_str().expect("a number");
    assert_eq!(ask(&["reprint", number])["label"], label["label"]);

    let abroad = ask(&["label", "Z-2", DAY, "CH", "1201"]);
    let abroad_number = abroad["number"].as_str().expect("a number");
    assert!(abroad_number.starts_with("CP") && abroad_number.ends_with("FR"), "{abroad}");
    assert_eq!(abroad["cn23"]["begins"], "%PDF-", "{abroad}");

    let slip = ask(&["slip", &format!("{number},{abroad_number}")]);
    assert_eq!((&slip["parcels"], &slip["paper"]["begins"]), (&json!(2), &json!("%PDF-")), "{slip}");

    assert_eq!(ids(&ask(&["refused", "Z-3", DAY, "FR", "75011"])), ["30301"]);
    let fault = ask(&["fault"]);
    assert!(fault["fault"].as_str().is_some_and(|code| code.ends_with("Client")), "{fault}");
}
