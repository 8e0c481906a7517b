//! Backups: a snapshot of the database and a manifest beside it that says what it is, taken while the server runs.
//!
//! The snapshot is one moment of the database (`VACUUM INTO`): the writer goes on beside it, and only the log grows
//! until it is done. It is written under a name of its own (`….part`), synced, read back whole (its SHA-256, SQLite's
//! integrity check, the mark, the rows of every table) and only then given its name; the manifest comes last. So a
//! backup that has its manifest is whole, and what was broken off has none.
//!
//! The sealing key is never in it: the manifest names the key by an id, so that the right one can be asked for.

use crate::{
    BackupError, SealingKey, StoreError,
    files::{self, part_of},
    opening::{self, DATABASE},
    rows::unsigned,
};
use clock::Time;
use rusqlite::{Connection, ErrorCode};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::mpsc::{RecvTimeoutError, sync_channel},
    time::Duration,
};

/// The format of the manifest that is written; later ones are not read.
const FORMAT: u32 = 1;
/// How often somebody is told how far it has come.
const TELL_EVERY: Duration = Duration::from_millis(100);

const MARK: &str = "SELECT seq, at FROM facts ORDER BY seq DESC LIMIT 1";
const TABLES: &str = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";

/// What a backup is: the JSON beside its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The format of this manifest.
    pub format: u32,
    /// The layout of the database.
    pub layout: u32,
    /// The program that made it.
    pub program: String,
    /// When it was made, in milliseconds since 1970 (UTC).
    pub made_at_ms: Time,
    /// The moment up to which it holds everything.
    pub mark: Mark,
    /// The database's file.
    pub file: FileFacts,
    /// The sealing key under which its secrets are sealed, by its id; see [`SealingKey::id`].
    pub key_id: String,
    /// How many rows each table has.
    pub rows: BTreeMap<String, u64>,
}

/// The last fact of a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Its number; 0 where there is none.
    pub seq: u64,
    /// When it was written, in milliseconds since 1970 (UTC).
    pub at_ms: Time,
}

/// A file by its name, size and hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts {
    /// Its name, without its directory.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: String,
}

/// What is being done, and how far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What.
    pub step: Step,
    /// Bytes, or rows, done.
    pub done: u64,
    /// Bytes, or rows, in all, about.
    pub total: u64,
}

/// A step of a backup, a restore or an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The database is copied.
    Copying,
    /// The copy is read back.
    Reading,
    /// The database's structure is checked; how far it has come is not known.
    Checking,
    /// Rows are written; counted in rows.
    Writing,
}

/// Is told how far it has come several times per second, and may break it off.
pub type Teller<'a> = &'a mut dyn FnMut(Progress) -> ControlFlow<()>;

/// Takes a backup of the store in this directory to a file, or to a file named after the moment where `to` is a
/// directory. Gives the file and its manifest. Beside a running server: it writes on meanwhile.
///
/// # Errors
/// [`BackupError`]; what was begun is taken away again.
pub fn back_up(
    dir: &Path,
    key: &SealingKey,
    to: &Path,
    now: Time,
    tell: Teller<'_>,
) -> Result<(PathBuf, Manifest), BackupError> {
    let database = dir.join(DATABASE);
    if !database.is_file() {
        return Err(BackupError::NothingThere { dir: dir.to_path_buf() });
    }
    let source = opening::open_reader(&database)?;
    source.busy_timeout(opening::BUSY_WAIT)?;
    opening::prove_key(&source, key)?;
    let file = if to.is_dir() { to.join(name_of(now)) } else { to.to_path_buf() };
    for taken in [file.clone(), manifest_of(&file)] {
        if taken.exists() {
            return Err(BackupError::Exists { path: taken });
        }
    }
    let part = part_of(&file);
    let taken = copy_and_check(source, &part, &file, key, now, tell)
        .and_then(|manifest| finish(&part, &file, &manifest).map(|()| manifest));
    if taken.is_err() {
        files::clear(&part);
    }
    taken.map(|manifest| (file, manifest))
}

/// Reads a backup whole and holds it to its manifest.
///
/// # Errors
/// [`BackupError`] where it is not whole, damaged, or cannot be read.
pub fn verify(file: &Path, tell: Teller<'_>) -> Result<Manifest, BackupError> {
    let manifest = manifest_at(file)?;
    let wanted = &manifest.file;
    let found = files::bytes_of(file).map_err(|source| opening::failed("read", file, source))?;
    differ(file, "bytes", found, wanted.bytes)?;
    differ(file, "SHA-256", hashed(file, tell)?, wanted.sha256.clone())?;
    let conn = checked(file, tell)?;
    differ(file, "layout", opening::layout(&conn)?, manifest.layout)?;
    differ(file, "last fact", mark_of(&conn, manifest.made_at_ms)?.seq, manifest.mark.seq)?;
    differ(file, "rows", rows_of(&conn)?, manifest.rows.clone())?;
    Ok(manifest)
}

/// The manifest's file of a backup.
pub fn manifest_of(file: &Path) -> PathBuf {
    files::with_ending(file, ".json")
}

/// The manifest of a backup, of a format and a layout that this program knows. The file itself is not read.
///
/// # Errors
/// [`BackupError`] where the file or the manifest is missing, cannot be understood, or is a later program's.
pub fn manifest_at(file: &Path) -> Result<Manifest, BackupError> {
    let path = manifest_of(file);
    if !file.is_file() {
        return Err(BackupError::NoFile { path: file.to_path_buf() });
    }
    if !path.is_file() {
        return Err(BackupError::NoManifest { file: file.to_path_buf(), manifest: path });
    }
    let text = files::read_small(&path).map_err(|source| opening::failed("read", &path, source))?;
    let bad =
        |e: serde_json::Error| BackupError::BadManifest { path: path.clone(), line: e.line(), column: e.column() };
    let format: Format = serde_json::from_slice(&text).map_err(bad)?;
    if format.format > FORMAT || format.layout > opening::LAYOUT {
        return Err(BackupError::Later { path, program: format.program });
    }
    serde_json::from_slice(&text).map_err(bad)
}

/// What of a manifest every program can read.
#[derive(Deserialize)]
struct Format {
    format: u32,
    layout: u32,
    program: String,
}

fn name_of(now: Time) -> String {
    let moment: String = now.to_string().chars().filter(|c| !matches!(c, '-' | ':')).collect();
    format!("tournee-{}Z.db", &moment[..15])
}

fn copy_and_check(
    source: Connection,
    part: &Path,
    file: &Path,
    key: &SealingKey,
    now: Time,
    tell: Teller<'_>,
) -> Result<Manifest, BackupError> {
    copy(source, part, tell)?;
    files::sync(part).map_err(|source| opening::failed("write", part, source))?;
    let sha256 = hashed(part, tell)?;
    let bytes = files::bytes_of(part).map_err(|source| opening::failed("read", part, source))?;
    let conn = checked(part, tell)?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Manifest {
        format: FORMAT,
        layout: opening::layout(&conn)?,
        program: concat!("tournee ", env!("CARGO_PKG_VERSION")).into(),
        made_at_ms: now,
        mark: mark_of(&conn, now)?,
        file: FileFacts { name, bytes, sha256 },
        key_id: key.id(),
        rows: rows_of(&conn)?,
    })
}

/// Copies one moment of the database.
fn copy(source: Connection, part: &Path, tell: Teller<'_>) -> Result<(), BackupError> {
    let total = pragma(&source, "page_count")? * pragma(&source, "page_size")?;
    // Empty, and for its owner alone: SQLite writes into it.
    files::create(part).map_err(|source| opening::failed("write", part, source))?;
    let path = part.to_string_lossy().into_owned();
    let written = || files::bytes_of(part).unwrap_or_default();
    let told = || Progress { step: Step::Copying, done: written(), total };
    telling(source, move |conn| conn.execute("VACUUM INTO ?1", [path]).map(drop), told, tell)
        .map_err(|error| error.of_writing(part))
}

fn pragma(conn: &Connection, name: &str) -> Result<u64, StoreError> {
    Ok(conn.pragma_query_value(None, name, |row| Ok(unsigned(row.get(0)?)))?)
}

/// Runs a long statement in a thread of its own, tells how far it has come, and breaks it off when that is wished.
fn telling<T: Send>(
    conn: Connection,
    work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send,
    progress: impl Fn() -> Progress,
    tell: Teller<'_>,
) -> Result<T, BackupError> {
    let handle = conn.get_interrupt_handle();
    let (done, ended) = sync_channel(1);
    std::thread::scope(|scope| {
        scope.spawn(move || drop(done.send(work(&conn))));
        let mut stopped = false;
        loop {
            match ended.recv_timeout(TELL_EVERY) {
                Ok(Err(error)) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {
                    return Err(BackupError::Stopped);
                }
                Ok(result) => return Ok(result.map_err(StoreError::from)?),
                Err(RecvTimeoutError::Disconnected) => return Err(BackupError::Stopped),
                Err(RecvTimeoutError::Timeout) => {
                    stopped = stopped || tell(progress()).is_break();
                    if stopped {
                        handle.interrupt();
                    }
                }
            }
        }
    })
}

/// The SHA-256 of a file, read from its beginning to its end.
pub(crate) fn hashed(file: &Path, tell: Teller<'_>) -> Result<String, BackupError> {
    let mut told = |done, total| tell(Progress { step: Step::Reading, done, total });
    let hash = files::sha256(file, &mut told).map_err(|source| opening::failed("read", file, source))?;
    hash.ok_or(BackupError::Stopped)
}

/// The database in this file, opened without leaving a trace beside it, its structure found good.
fn checked(file: &Path, tell: Teller<'_>) -> Result<Connection, BackupError> {
    let told = || Progress { step: Step::Checking, done: 0, total: 0 };
    let check = |conn: &Connection| conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0));
    let said = telling(opening::open_still(file)?, check, told, tell)?;
    if said != "ok" {
        return Err(BackupError::Damaged { path: file.to_path_buf(), said });
    }
    Ok(opening::open_still(file)?)
}

fn mark_of(conn: &Connection, now: Time) -> Result<Mark, StoreError> {
    let last = conn.query_row(MARK, [], |row| Ok((unsigned(row.get(0)?), Time::from_unix_ms(row.get(1)?))));
    match last {
        Ok((seq, at_ms)) => Ok(Mark { seq, at_ms }),
        Err(rusqlite::Error::QueryReturnedNoRows) => Ok(Mark { seq: 0, at_ms: now }),
        Err(error) => Err(error.into()),
    }
}

fn rows_of(conn: &Connection) -> Result<BTreeMap<String, u64>, StoreError> {
    let mut tables = conn.prepare(TABLES)?;
    let names: Vec<String> = tables.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let count = |name: String| {
        let rows = conn.query_row(&format!("SELECT count(*) FROM \"{name}\""), [], |row| row.get(0))?;
        Ok((name, unsigned(rows)))
    };
    names.into_iter().map(count).collect()
}

/// Gives the part its name, then writes the manifest.
fn finish(part: &Path, file: &Path, manifest: &Manifest) -> Result<(), BackupError> {
    let text = serde_json::to_vec_pretty(manifest).map_err(|_| StoreError::Misused("a manifest that is not JSON"))?;
    files::rename(part, file).map_err(|source| opening::failed("write", file, source))?;
    let path = manifest_of(file);
    Ok(files::write_whole(&path, &text).map_err(|source| opening::failed("write", &path, source))?)
}

fn differ<T: PartialEq + std::fmt::Debug>(
    file: &Path,
    what: &'static str,
    found: T,
    wanted: T,
) -> Result<(), BackupError> {
    if found == wanted {
        return Ok(());
    }
    let (found, wanted) = (format!("{found:?}"), format!("{wanted:?}"));
    Err(BackupError::NotAsWritten { path: file.to_path_buf(), what, found, wanted })
}
