//! Opening a store, and what is said when that cannot be.

mod support;

use std::path::Path;
use store::{Options, Place, SealingKey, Store, StoreError};
use support::*;

fn open(dir: &Path) -> Result<Store, StoreError> {
    Store::open(Options::dir(dir, key()))
}

fn database(dir: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(dir.join("tournee.db")).expect("the database")
}

#[test]
fn one_server_at_a_time_and_commands_beside_it() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = open(dir.path()).expect("the first");
    let second = open(dir.path()).map(drop).expect_err("the second");
    let me = std::process::id();
    assert!(matches!(second, StoreError::InUse { pid: Some(pid), .. } if pid == me), "{second}");
    run(async {
        let command = open_with(Options { exclusive: false, ..Options::dir(dir.path(), key()) }).await;
        command.close().await.expect("closed");
        assert!(server.api_key(&[1; 32]).await.expect("read").is_some(), "seen by the server at once");
        server.accept(intent(1, None, START)).await.expect("accepted");
    });
    drop(server);
    open(dir.path()).expect("free again");
}

#[test]
fn what_is_wrong_is_said_with_what_to_do() {
    let dir = tempfile::tempdir().expect("a directory");
    drop(open(dir.path()).expect("made"));
    let other = SealingKey::from_bytes([8; 32]).from_source("TOURNEE_KEY_FILE");
    let wrong = Store::open(Options::dir(dir.path(), other)).map(drop).expect_err("another key");
    assert!(matches!(wrong, StoreError::WrongKey { .. }) && wrong.to_string().contains("TOURNEE_KEY_FILE"), "{wrong}");
    open(dir.path()).expect("the right key still opens it");

    database(dir.path()).pragma_update(None, "user_version", 99).expect("set");
    let newer = open(dir.path()).map(drop).expect_err("a newer layout");
    assert!(matches!(newer, StoreError::TooNew { found: 99, .. }), "{newer}");

    let dir = tempfile::tempdir().expect("a directory");
    write(&dir.path().join("tournee.db"), &[b'x'; 8192]);
    let not_ours = open(dir.path()).map(drop).expect_err("not a database");
    assert!(not_ours.to_string().contains("not a database of ours"), "{not_ours}");

    let file = dir.path().join("tournee.db");
    let not_a_dir = open(&file).map(drop).expect_err("a file");
    assert!(matches!(not_a_dir, StoreError::Directory { .. }), "{not_a_dir}");
    assert!(not_a_dir.to_string().contains("writable"), "{not_a_dir}");
    let no_room = open(Path::new("/proc/tournee")).map(drop).expect_err("nothing can be made there");
    assert!(matches!(no_room, StoreError::Directory { .. }), "{no_room}");

    let threads = Options { dir: Place::Memory, ..Options::dir(dir.path(), key()) };
    assert!(matches!(Store::open(threads), Err(StoreError::Misused(_))));
}

#[expect(clippy::disallowed_methods, reason = "the test makes what the store must refuse")]
fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).expect("written");
}

#[test]
fn the_journal_cannot_be_changed() {
    let dir = tempfile::tempdir().expect("a directory");
    run(async {
        let store = open_with(Options::dir(dir.path(), key())).await;
        store.accept(intent(1, None, START)).await.expect("accepted");
        store.close().await.expect("closed");
    });
    let conn = database(dir.path());
    for sql in ["UPDATE facts SET at = 0", "DELETE FROM facts"] {
        let refused = conn.execute(sql, []).expect_err("refused");
        assert!(refused.to_string().contains("facts are never"), "{refused}");
    }
}

#[test]
fn no_secret_is_on_disk_in_the_clear() {
    let dir = tempfile::tempdir().expect("a directory");
    run(async {
        let store = open_with(Options::dir(dir.path(), key())).await;
        store.close().await.expect("closed");
    });
    for entry in std::fs::read_dir(dir.path()).expect("the directory") {
        let bytes = std::fs::read(entry.expect("an entry").path()).expect("its bytes");
        for secret in [&b"hush"[..], b"964744"] {
            assert!(!bytes.windows(secret.len()).any(|w| w == secret));
        }
    }
    let mut sealed: Vec<u8> =
        database(dir.path()).query_row("SELECT sealed FROM accounts", [], |row| row.get(0)).expect("sealed");
    sealed[30] ^= 1;
    database(dir.path()).execute("UPDATE accounts SET sealed = ?1", [sealed]).expect("tampered");
    run(async {
        let store = open(dir.path()).expect("opened");
        assert!(matches!(store.account(ACCOUNT).await, Err(StoreError::WrongKey { .. })));
    });
}

#[test]
fn the_doctor_looks_and_leaves_no_trace() {
    let dir = tempfile::tempdir().expect("a directory");
    let good = |dir: &Path| Store::check(dir).iter().map(|f| (f.what, f.good)).collect::<Vec<_>>();
    assert_eq!(good(dir.path()), [("disk", true), ("database", true)]);
    assert_eq!(std::fs::read_dir(dir.path()).expect("the directory").count(), 0);
    assert_eq!(good(&dir.path().join("missing"))[0], ("disk", false));
    let server = open(dir.path()).expect("made");
    let all = [("disk", true), ("server", true), ("database", true), ("integrity", true)];
    assert_eq!(good(dir.path()), all);
    let said = Store::check(dir.path()).remove(1).detail;
    assert!(said.contains(&std::process::id().to_string()), "{said}");
    drop(server);
    assert_eq!(good(dir.path()), all);
    write(&dir.path().join("tournee.db"), &[b'x'; 8192]);
    assert_eq!(good(dir.path())[2..], [("database", false), ("integrity", false)]);
}
