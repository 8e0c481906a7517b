//! What this machine has to offer: time, a directory, space, the key, a free port.

use super::Finding;
use crate::{
    config::Config,
    gateway::in_place,
    key::{self, Origin},
};
use clock::{Clock, SystemClock, Time};
use rustix::fs::{Access, access, statvfs};
use std::{
    fs,
    io::ErrorKind,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};
use store::{Options, Store, StoreError};

/// Years in which this clock can be right.
const YEARS: std::ops::Range<i16> = 2025..2100;
/// Below this there is soon no room for labels, in MiB.
const SPACE_MIB_WARN: u64 = 2_048;
/// Below this the server should not start, in MiB.
const SPACE_MIB_FAIL: u64 = 200;

/// The clock and its knowledge of Paris.
pub(super) fn clock() -> Vec<Finding> {
    let now = SystemClock.now();
    let year = if YEARS.contains(&now.paris_date().year()) {
        Finding::ok("clock", format!("it is {now}"))
    } else {
        Finding::fail(
            "clock",
            format!("it says {now}"),
            "set the machine's clock, best by NTP (`timedatectl set-ntp true`)",
        )
    };
    vec![year, zone()]
}

fn zone() -> Finding {
    let summer = Time::from_paris("2026-07-01T12:00:00").map(|t| t.to_string());
    match summer.as_deref() {
        Ok("2026-07-01T10:00:00.000Z") => Finding::ok("time zone", "Europe/Paris is known, with its summer time"),
        _ => Finding::fail(
            "time zone",
            "Europe/Paris is not known, so the carrier's days would be wrong",
            "install the time zone data of the system (package tzdata)",
        ),
    }
}

/// The data directory, the disk under it, the database and its key.
pub(super) async fn data(config: &Config) -> Vec<Finding> {
    let dir = &config.data;
    if !dir.exists() {
        return vec![can_be_made(dir), space(&ancestor(dir))];
    }
    if !dir.is_dir() {
        return vec![Finding::fail(
            "data directory",
            format!("{} is not a directory", dir.display()),
            "remove that file, or choose another directory with --data",
        )];
    }
    let mut findings = vec![permission(dir), space(dir)];
    findings.extend(Store::check(dir).into_iter().map(from_store));
    findings.push(sealing_key(config).await);
    findings
}

fn can_be_made(dir: &Path) -> Finding {
    let above = ancestor(dir);
    let found = format!("{} is not there yet", dir.display());
    match access(&above, Access::WRITE_OK | Access::EXEC_OK) {
        Ok(()) => Finding::ok("data directory", format!("{found}; the first start makes it")),
        Err(e) => Finding::fail(
            "data directory",
            format!("{found} and cannot be made in {}: {e}", above.display()),
            "make it and give it to this user, or choose another directory with --data",
        ),
    }
}

/// The nearest directory above that exists.
fn ancestor(dir: &Path) -> PathBuf {
    let above = dir.ancestors().skip(1).find(|above| above.exists());
    above.filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

fn permission(dir: &Path) -> Finding {
    let what = "data directory";
    let mode = fs::metadata(dir).map(|meta| meta.permissions().mode() & 0o777);
    match (access(dir, Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK), mode) {
        (Err(e), _) => Finding::fail(
            what,
            format!("{} cannot be used by this user: {e}", dir.display()),
            "give the directory to the user who runs the server, or choose another with --data",
        ),
        (Ok(()), Ok(mode)) if mode & 0o077 != 0 => Finding::warn(
            what,
            format!("{} can be read by others (mode {mode:o})", dir.display()),
            format!("it holds private data: chmod 700 {}", dir.display()),
        ),
        (Ok(()), _) => Finding::ok(what, format!("{} is this user's", dir.display())),
    }
}

fn space(dir: &Path) -> Finding {
    let what = "free space";
    let advice = "make room on that disk, or choose another directory with --data";
    match statvfs(dir) {
        Err(e) => Finding::warn(what, format!("cannot be told: {e}"), advice),
        Ok(disk) => {
            let mib = disk.f_bavail.saturating_mul(disk.f_frsize) / (1 << 20);
            let found = format!("{mib} MiB");
            match mib {
                _ if mib < SPACE_MIB_FAIL => Finding::fail(what, found, advice),
                _ if mib < SPACE_MIB_WARN => Finding::warn(what, found, advice),
                _ => Finding::ok(what, found),
            }
        }
    }
}

fn from_store(finding: store::Finding) -> Finding {
    if finding.good {
        return Finding::ok(finding.what, finding.detail);
    }
    let (found, advice) = match finding.detail.rsplit_once([':', ';']) {
        Some((found, advice)) => (found.to_owned(), advice.trim().to_owned()),
        None => (finding.detail, "restore a backup, or choose another directory with --data".into()),
    };
    let slow = finding.what == "disk" && found.starts_with("writable");
    if slow { Finding::warn(finding.what, found, advice) } else { Finding::fail(finding.what, found, advice) }
}

/// Where the key lies, and whether it is the one.
async fn sealing_key(config: &Config) -> Finding {
    let what = "sealing key";
    let origin = key::origin(config);
    if matches!(&origin, Origin::BesideTheData(path) if !path.exists()) && !config.data.join("tournee.db").exists() {
        return Finding::ok(what, "none yet; the first start makes one in the data directory");
    }
    let found = match key::find(config) {
        Ok(found) => found,
        Err(fault) => return Finding::fail(what, fault.message, "give the key in TOURNEE_KEY or by key_file"),
    };
    match opens(config, found.key).await {
        Err(e @ StoreError::WrongKey { .. }) => {
            Finding::fail(what, in_place(e, &config.data).message, "give the key that this data was made with")
        }
        // What else is wrong with the database was said before.
        _ => where_it_lies(&origin),
    }
}

async fn opens(config: &Config, key: store::SealingKey) -> Result<(), StoreError> {
    if !config.data.join("tournee.db").exists() {
        return Ok(());
    }
    let mut options = Options::dir(&config.data, key);
    options.exclusive = false;
    Store::open(options)?.close().await
}

fn where_it_lies(origin: &Origin) -> Finding {
    let what = "sealing key";
    match origin {
        Origin::Environment => Finding::ok(what, format!("in the environment variable {}", key::ENVIRONMENT)),
        Origin::Configured(path) | Origin::BesideTheData(path) if key::is_open_to_others(path) => Finding::warn(
            what,
            format!("{} can be read by others", path.display()),
            format!("chmod 600 {}", path.display()),
        ),
        Origin::Configured(path) => Finding::ok(what, format!("in {}", path.display())),
        Origin::BesideTheData(path) => Finding::warn(
            what,
            format!("{} lies beside the data that it seals", path.display()),
            "whoever takes a copy of the directory has both: move it, and name it by key_file; keep a copy elsewhere",
        ),
    }
}

/// Whether the address can be listened on.
#[expect(clippy::disallowed_methods, reason = "a probe that lets the address go at once")]
pub(super) fn port(config: &Config) -> Finding {
    let what = "port";
    match std::net::TcpListener::bind(config.listen) {
        Ok(_) => Finding::ok(what, format!("{} is free", config.listen)),
        Err(e) if e.kind() == ErrorKind::AddrInUse && is_served(&config.data) => {
            Finding::ok(what, format!("{} is taken, and a server works on this data", config.listen))
        }
        Err(e) => Finding::fail(
            what,
            format!("{} cannot be listened on: {e}", config.listen),
            "stop the process that has it, or choose another with --listen or `listen`",
        ),
    }
}

fn is_served(data: &Path) -> bool {
    Store::check(data)
        .iter()
        .any(|finding| finding.what == "server" && finding.detail.contains("works on it now (process"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[test]
    fn paris_is_known() {
        assert_eq!(zone().verdict, Verdict::Ok);
    }

    #[tokio::test]
    async fn a_directory_that_is_not_there_yet_is_no_trouble() {
        let dir = tempfile::tempdir().expect("a directory");
        let config = Config { data: dir.path().join("a/b"), ..Config::default() };
        let findings = data(&config).await;
        assert_eq!(findings[0].verdict, Verdict::Ok, "{findings:?}");
        assert!(!dir.path().join("a").exists(), "the doctor makes nothing");
    }

    #[tokio::test]
    async fn a_file_in_its_place_is() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let config = Config { data: file.path().to_owned(), ..Config::default() };
        assert_eq!(data(&config).await[0].verdict, Verdict::Fail);
    }

    #[test]
    fn the_nearest_directory_above_is_found() {
        let dir = tempfile::tempdir().expect("a directory");
        assert_eq!(ancestor(&dir.path().join("never/made")), dir.path());
        assert_eq!(ancestor(Path::new("tournee-data")), Path::new("."));
    }
}
