//! The peer of the intake: the same bytes into one table of SQLite, with the same durability, and nothing else.

use rusqlite::{Connection, params};
use std::path::Path;

/// Inserts `n` rows of `payload`, `group` to a commit.
pub(crate) fn insert(dir: &Path, payload: &str, n: u64, group: u64) -> rusqlite::Result<()> {
    let mut connection = Connection::open(dir.join("raw.db"))?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection
        .execute_batch("CREATE TABLE IF NOT EXISTS facts (seq INTEGER PRIMARY KEY, id BLOB, at INTEGER, fact TEXT)")?;
    let mut done = 0;
    while done < n {
        let transaction = connection.transaction()?;
        for _ in 0..group.min(n - done) {
            let (id, at) = (done.to_be_bytes(), i64::try_from(done).unwrap_or(0));
            transaction
                .prepare_cached("INSERT INTO facts (id, at, fact) VALUES (?1, ?2, ?3)")?
                .execute(params![id, at, payload])?;
            done += 1;
        }
        transaction.commit()?;
    }
    Ok(())
}
