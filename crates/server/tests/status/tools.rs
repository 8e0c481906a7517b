//! Programs of others that read the page of a server that listens.

use super::support::{World, door};
use edge::GuardSettings;
use std::{
    io::Write,
    net::SocketAddr,
    path::Path,
    process::{Command, Output, Stdio},
};
use tokio::sync::oneshot;

pub const NODE_MODULES: &str = "TOURNEE_TEST_NODE_MODULES";
pub const CHROMIUM: &str = "TOURNEE_TEST_CHROMIUM";
pub const PYTHON: &str = "TOURNEE_TEST_PYTHON";

/// What the environment names, or a word on why the test is skipped.
pub fn named(variable: &str, what: &str) -> Option<String> {
    let found = std::env::var(variable).ok();
    if found.is_none() {
        let why = format!("skipped: because {variable} names no {what}; run `cargo xtask test`, which sets one up");
        writeln!(std::io::stdout(), "{why}").expect("said");
    }
    found
}

pub fn file(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/status").join(name)
}

pub fn node(name: &str) -> Command {
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=tap"]).arg(file(name)).stdin(Stdio::null());
    node
}

/// Serves while the program runs.
pub async fn serving<F>(world: &World, run: F) -> Output
where
    F: FnOnce(SocketAddr) -> std::io::Result<Output> + Send + 'static,
{
    let listener = door::bind();
    let addr = listener.local_addr();
    let (stop, stopped) = oneshot::channel::<()>();
    let settings = GuardSettings::default();
    let serve = door::serve(world, listener, &settings, async {
        stopped.await.ok();
    });
    let ran = async {
        let output = tokio::task::spawn_blocking(move || run(addr)).await.expect("no panic").expect("it runs");
        drop(stop);
        output
    };
    tokio::join!(ran, serve).0
}

/// Holds that so many tests passed, and that none was left out.
pub fn passed(output: &Output, count: u32) {
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{said}", output.status);
    assert!(said.contains(&format!("# pass {count}\n")) && said.contains("# skipped 0\n"), "{said}");
}
