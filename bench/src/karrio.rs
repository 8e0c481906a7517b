//! Karrio's Colissimo client as a peer: a Python process of its own, on the interpreter that the tests use.

use std::{net::SocketAddr, path::PathBuf, process::Command};

const SCRIPT: &str = include_str!("karrio.py");

/// How many labels a second it gets from this carrier, one after the other as the SDK does.
pub(crate) fn labels_per_second(carrier: SocketAddr, n: u64) -> Result<f64, Box<dyn std::error::Error>> {
    let python = python().ok_or("no Python with karrio-colissimo is there; `cargo xtask test` sets one up")?;
    let output = Command::new(python).args(["-c", SCRIPT, &format!("http://{carrier}"), &n.to_string()]).output()?;
    if !output.status.success() {
        return Err(format!("it failed: {}", String::from_utf8_lossy(&output.stderr).trim()).into());
    }
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

fn python() -> Option<PathBuf> {
    let set_up = PathBuf::from("target/tools/venv/bin/python");
    std::env::var_os("TOURNEE_TEST_PYTHON").map(PathBuf::from).or(Some(set_up)).filter(|p| p.exists())
}
