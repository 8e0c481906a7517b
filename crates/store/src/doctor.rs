//! What a person wants to know about the disk under the data before or after trouble.

use crate::{
    StoreError,
    opening::{self, DATABASE},
};
use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

/// A sync slower than this makes every commit slow.
const SYNC_SLOW: Duration = Duration::from_millis(50);
/// How often the sync is measured; the slowest counts.
const SYNC_COUNT: u32 = 5;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub what: &'static str,
    /// Whether it is as it should be.
    pub good: bool,
    /// What was found, and what to do when it is not good.
    pub detail: String,
}

/// Looks at the directory, the disk and the database. Leaves no trace.
pub(crate) fn check(dir: &Path) -> Vec<Finding> {
    let mut findings = vec![writing(dir)];
    if dir.join(DATABASE).exists() {
        findings.extend([server(dir), layout(dir), integrity(dir)]);
    } else {
        let detail = "no database here yet: the server makes one when it starts".into();
        findings.push(Finding { what: "database", good: true, detail });
    }
    findings
}

fn writing(dir: &Path) -> Finding {
    let path = dir.join(format!(".tournee-check-{}", std::process::id()));
    let slowest = slowest_sync(&path);
    // Gone already when it could not be made.
    drop(fs::remove_file(&path));
    let (good, detail) = match slowest {
        Err(source) => (false, opening::failed("write in", dir, source).to_string()),
        Ok(slowest) if slowest > SYNC_SLOW => {
            (false, format!("writable, but a sync takes up to {slowest:.1?}: put the data on a faster disk"))
        }
        Ok(slowest) => (true, format!("writable, a sync takes up to {slowest:.1?}")),
    };
    Finding { what: "disk", good, detail }
}

#[expect(clippy::disallowed_methods, reason = "this measures the disk itself; no decision hangs on it")]
fn slowest_sync(path: &Path) -> std::io::Result<Duration> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    let mut slowest = Duration::ZERO;
    for _ in 0..SYNC_COUNT {
        file.write_all(&[0; 4096])?;
        let start = Instant::now();
        file.sync_data()?;
        slowest = slowest.max(start.elapsed());
    }
    Ok(slowest)
}

fn server(dir: &Path) -> Finding {
    let (good, detail) = match opening::lock(dir) {
        Ok(_) => (true, "no server works on it now".into()),
        Err(StoreError::InUse { pid: Some(pid), .. }) => (true, format!("a server works on it now (process {pid})")),
        Err(StoreError::InUse { pid: None, .. }) => (true, "a server works on it now".into()),
        Err(error) => (false, error.to_string()),
    };
    Finding { what: "server", good, detail }
}

fn layout(dir: &Path) -> Finding {
    let found = opening::open_reader(&dir.join(DATABASE)).and_then(|conn| opening::layout(&conn));
    let (good, detail) = match found {
        Ok(found) if found <= opening::LAYOUT => (true, format!("layout {found} of {}", opening::LAYOUT)),
        Ok(found) => (false, StoreError::TooNew { found, known: opening::LAYOUT }.to_string()),
        Err(error) => (false, error.to_string()),
    };
    Finding { what: "database", good, detail }
}

fn integrity(dir: &Path) -> Finding {
    let said = opening::open_reader(&dir.join(DATABASE))
        .and_then(|conn| Ok(conn.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0))?));
    let (good, detail) = match said.as_deref() {
        Ok("ok") => (true, "every page reads well".into()),
        Ok(said) => (false, format!("damaged ({said}): stop the server and restore a backup")),
        Err(error) => (false, error.to_string()),
    };
    Finding { what: "integrity", good, detail }
}
