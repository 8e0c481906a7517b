//! Printed labels read back by others: PDF rendered by PDFium, ZPL by Zebrash, the barcodes read by ZXing. All of them
//! must be read, at both densities, and the page must say what the label says.
//!
//! Wants a Python and Node modules, which `cargo xtask test` sets up and names in the environment. Without them each test
//! says that it was skipped, and why.

use crate::sample::{Sample, Samples};
use base64::{Engine, prelude::BASE64_STANDARD};
use label::{render, take_over};
use parcel::LabelFormat;
use serde_json::{Value, json};
use std::{
    io::Write,
    process::{Command, Stdio},
};

/// How many labels beside the published one, at each density.
const LABELS: usize = 200;
const SEED: u64 = 20_251_222;
const PYTHON: &str = "TOURNEE_TEST_PYTHON";
const NODE_MODULES: &str = "TOURNEE_TEST_NODE_MODULES";
const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/labels/");

/// What the environment names, or a word on why the test is skipped.
fn tool(name: &str) -> Option<String> {
    let tool = std::env::var(name).ok();
    if tool.is_none() {
        let why = format!("skipped: {name} names nothing; run `cargo xtask test`, which sets it up");
        writeln!(std::io::stdout(), "{why}").expect("said");
    }
    tool
}

fn samples() -> impl Iterator<Item = Sample> {
    [Sample::published()].into_iter().chain(Samples::new(SEED).take(LABELS))
}

/// Runs a program on lines of JSON and returns what it prints.
fn run(command: &mut Command, lines: &[Value]) -> String {
    let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("an input");
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input.as_bytes()).expect("it reads"));
        child.wait_with_output().expect("it ends")
    });
    assert!(output.status.success(), "{command:?}: {}", output.status);
    String::from_utf8(output.stdout).expect("text")
}

/// What must be on the page of a sample.
fn facts(sample: &Sample) -> Value {
    let code = take_over(&sample.label()).expect("a code");
    json!({
        "barcodes": [sample.number.to_string(), code.as_str()],
        "texts": sample.shown(),
        "media_mm": [100, 150],
    })
}

fn with(mut facts: Value, more: &Value) -> Value {
    let more = more.as_object().expect("an object").clone();
    facts.as_object_mut().expect("an object").extend(more);
    facts
}

/// Every barcode of every page was read and nothing else was wrong.
fn all_good(python: &str, labels: &[Value], pages_each: usize) {
    let said = run(Command::new(python).arg(format!("{HERE}read.py")), labels);
    let found: Value = serde_json::from_str(said.lines().last().unwrap_or_default()).expect("an answer");
    assert_eq!(found, json!({ "read": labels.len() * pages_each * 2, "faults": [] }));
}

#[test]
fn every_barcode_in_pdf_is_read_at_both_densities() {
    let Some(python) = tool(PYTHON) else { return };
    let print = |sample: &Sample| render(&sample.label(), LabelFormat::PDF_10X15).expect("a print");
    let labels: Vec<_> = samples()
        .map(|sample| with(facts(&sample), &json!({ "pdf": BASE64_STANDARD.encode(print(&sample)) })))
        .collect();
    all_good(&python, &labels, 2);
}

fn every_barcode_in_zpl(format: LabelFormat, dpmm: u32) {
    let (Some(python), Some(modules)) = (tool(PYTHON), tool(NODE_MODULES)) else { return };
    let print = |sample: &Sample| render(&sample.label(), format).expect("a print");
    let prints: Vec<_> = samples()
        .map(|sample| json!({ "zpl": String::from_utf8(print(&sample)).expect("text"), "dpmm": dpmm }))
        .collect();
    let pages = run(Command::new("node").arg(format!("{HERE}render_zpl.cjs")).env("NODE_PATH", modules), &prints);
    assert_eq!(pages.lines().count(), prints.len());
    let labels: Vec<_> = samples()
        .zip(&prints)
        .zip(pages.lines())
        .map(|((sample, print), page)| with(with(facts(&sample), print), &json!({ "png": page })))
        .collect();
    all_good(&python, &labels, 1);
}

#[test]
fn every_barcode_in_zpl_is_read_at_203_dpi() {
    every_barcode_in_zpl(LabelFormat::ZPL_10X15_203DPI, 8);
}

#[test]
fn every_barcode_in_zpl_is_read_at_300_dpi() {
    every_barcode_in_zpl(LabelFormat::ZPL_10X15_300DPI, 12);
}
