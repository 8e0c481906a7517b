//! Opening: the directory and its lock, the connections and their settings, the layout, the sealing key.

use crate::{Options, Place, SealingKey, StoreError};
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, config::DbConfig};
use std::{
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// The database's file in the data directory.
pub(crate) const DATABASE: &str = "tournee.db";
/// The database of a restore that is about to take the place of the one before.
pub(crate) const RESTORING: &str = "tournee.db.restoring";
/// The file whose lock an exclusive store holds, with its process id inside.
const LOCK: &str = "lock";

/// The layouts, oldest first: the database's `user_version` says how many of them it has.
const LAYOUTS: [&str; 12] = [
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
    include_str!("schema/5.sql"),
    include_str!("schema/6.sql"),
    include_str!("schema/7.sql"),
    include_str!("schema/8.sql"),
    include_str!("schema/9.sql"),
    include_str!("schema/10.sql"),
    include_str!("schema/11.sql"),
    include_str!("schema/12.sql"),
];
/// The latest layout.
pub(crate) const LAYOUT: u32 = 12;
const _: () = assert!(LAYOUTS.len() == LAYOUT as usize, "one file per layout");

/// How long another process's transaction is waited for.
pub(crate) const BUSY_WAIT: Duration = Duration::from_secs(5);
/// Prepared statements kept per connection: more than there are.
const STATEMENTS_COUNT_MAX: usize = 256;
/// Page cache of each connection, in KiB. Small on purpose: SQLite walks all of it at most commits, and what falls out
/// is still in the system's cache. No memory mapping: a bad disk then is an error and not a signal.
const CACHE_KIB: i64 = 16 * 1024;
/// Pages in the write-ahead log before they are carried into the database (64 MiB): seldom enough that a busy minute
/// writes each page once, often enough that opening after a crash stays quick.
const CHECKPOINT_PAGES: i64 = 16_384;
/// The log's file is cut to this size when it was emptied.
const LOG_BYTES_MAX: i64 = 64 * 1024 * 1024;

const CHECK_NAME: &str = "key_check";
const CHECK_TEXT: &[u8] = b"the key of this store";

/// What an open directory holds on to.
pub(crate) struct Opened {
    pub(crate) writer: Connection,
    pub(crate) readers: Vec<Connection>,
    /// Held, not read: the lock goes with it.
    pub(crate) lock: Option<File>,
}

/// Opens the place with so many readers beside the writer.
pub(crate) fn open(options: &Options, readers: usize) -> Result<Opened, StoreError> {
    let (mut writer, readers, lock) = match &options.dir {
        Place::Memory if readers > 0 => return Err(StoreError::Misused("a store in memory works inline")),
        Place::Memory => (Connection::open_in_memory()?, Vec::new(), None),
        Place::Dir(dir) => {
            make_dir(dir)?;
            let lock = options.exclusive.then(|| take_lock(dir)).transpose()?;
            if dir.join(RESTORING).exists() {
                return Err(StoreError::HalfRestored { dir: dir.clone() });
            }
            let path = dir.join(DATABASE);
            let writer = open_writer(&path)?;
            let readers = std::iter::repeat_with(|| open_reader(&path)).take(readers).collect::<Result<_, _>>();
            (writer, readers?, lock)
        }
    };
    make_ready(&mut writer, &options.key)?;
    for reader in &readers {
        set_up(reader)?;
    }
    Ok(Opened { writer, readers, lock })
}

/// Sets a writing connection up, brings its layout up to date and proves the key.
pub(crate) fn make_ready(writer: &mut Connection, key: &SealingKey) -> Result<(), StoreError> {
    set_up(writer)?;
    migrate(writer)?;
    check_key(writer, key)
}

/// Makes the directory, for this user alone: it holds private data.
pub(crate) fn make_dir(dir: &Path) -> Result<(), StoreError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|source| failed("make", dir, source))
}

/// Takes the lock and leaves our process id in it.
pub(crate) fn take_lock(dir: &Path) -> Result<File, StoreError> {
    let mut file = lock(dir)?;
    let pid = std::process::id();
    let written = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{pid}"));
    written.map_err(|source| failed("lock", &dir.join(LOCK), source))?;
    Ok(file)
}

/// Takes the lock, or says who has it.
pub(crate) fn lock(dir: &Path) -> Result<File, StoreError> {
    let path = dir.join(LOCK);
    let broken = |source| failed("lock", &path, source);
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(broken)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(in_use(dir, file)),
        Err(TryLockError::Error(source)) => Err(broken(source)),
    }
}

fn in_use(dir: &Path, mut held: File) -> StoreError {
    let mut text = String::new();
    let pid = held.read_to_string(&mut text).ok().and_then(|_| text.trim().parse().ok());
    StoreError::InUse { dir: dir.to_path_buf(), pid }
}

/// A failure of the directory, with what was being done.
pub(crate) fn failed(doing: &'static str, path: &Path, source: std::io::Error) -> StoreError {
    StoreError::Directory { doing, path: PathBuf::from(path), source: Arc::new(source) }
}

/// The writing connection: every commit is on disk before it returns (`synchronous = FULL` syncs the log each time).
pub(crate) fn open_writer(path: &Path) -> Result<Connection, StoreError> {
    let conn = Connection::open(path)?;
    conn.busy_timeout(BUSY_WAIT)?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    conn.pragma_update(None, "journal_size_limit", LOG_BYTES_MAX)?;
    Ok(conn)
}

/// A connection that cannot write.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Ok(Connection::open_with_flags(path, flags)?)
}

/// A connection to a file that nobody writes: nothing is made beside it, so that it may lie on a disk that cannot be
/// written.
pub(crate) fn open_still(path: &Path) -> Result<Connection, StoreError> {
    let mut uri = String::from("file:");
    for c in path.to_string_lossy().chars() {
        match c {
            '%' | '?' | '#' => uri.push_str(&format!("%{:02X}", u32::from(c))),
            c => uri.push(c),
        }
    }
    uri.push_str("?immutable=1");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    Ok(Connection::open_with_flags(uri, flags)?)
}

fn set_up(conn: &Connection) -> Result<(), StoreError> {
    conn.busy_timeout(BUSY_WAIT)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS_COUNT_MAX);
    // A prepared plan is kept whatever values are bound: without this SQLite plans anew at nearly every call.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.pragma_update(None, "cache_size", -CACHE_KIB)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.pragma_update(None, "trusted_schema", false)?;
    Ok(())
}

/// Brings the layout up to date, forward only.
fn migrate(conn: &mut Connection) -> Result<(), StoreError> {
    let work = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = layout(&work)?;
    if found > LAYOUT {
        return Err(StoreError::TooNew { found, known: LAYOUT });
    }
    for missing in LAYOUTS.iter().skip(usize::try_from(found).unwrap_or(usize::MAX)) {
        work.execute_batch(missing)?;
    }
    work.pragma_update(None, "user_version", LAYOUT)?;
    Ok(work.commit()?)
}

/// How many layouts the database has.
pub(crate) fn layout(conn: &Connection) -> Result<u32, StoreError> {
    Ok(conn.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Proves that the key is the one that the secrets here were sealed under; the first key becomes that one.
fn check_key(conn: &mut Connection, key: &SealingKey) -> Result<(), StoreError> {
    let work = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let sealed = sealed_check(&work)?;
    match sealed {
        Some(sealed) => key.unseal(&sealed, CHECK_NAME).map(drop)?,
        None => {
            let sealed = key.seal(CHECK_TEXT, CHECK_NAME)?;
            work.execute("INSERT INTO meta (name, value) VALUES (?1, ?2)", (CHECK_NAME, sealed))?;
        }
    }
    Ok(work.commit()?)
}

/// Proves the key without writing.
pub(crate) fn prove_key(conn: &Connection, key: &SealingKey) -> Result<(), StoreError> {
    sealed_check(conn)?.map_or(Ok(()), |sealed| key.unseal(&sealed, CHECK_NAME).map(drop))
}

fn sealed_check(conn: &Connection) -> Result<Option<Vec<u8>>, StoreError> {
    let found = conn.query_row("SELECT value FROM meta WHERE name = ?1", [CHECK_NAME], |row| row.get(0));
    Ok(found.optional()?)
}
