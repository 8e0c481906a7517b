//! Backups taken under load, what is refused of them, and what a restored store does with what was open.

mod support;

use dispatch::{Fact, Found as Anchored, Job, State};
use std::{
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};
use store::{
    Accepted, BackupError, Manifest, Options, Progress, Restore, SealingKey, Store, StoreError, back_up, manifest_of,
    restore, verify,
};
use support::*;

fn go_on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[expect(clippy::disallowed_methods, reason = "the test makes what the store must refuse")]
fn put(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).expect("written");
}

fn backed_up(dir: &Path, to: &Path) -> (PathBuf, Manifest) {
    back_up(dir, &key(), to, after(60), &mut go_on).expect("a backup")
}

fn wanted(from: &Path, dir: &Path) -> Restore {
    Restore {
        from: from.to_path_buf(),
        dir: dir.to_path_buf(),
        key: key(),
        policy: dispatch::Policy::default(),
        replace: false,
        nothing_ran_since: false,
        skip_numbers: None,
        now: after(3600),
    }
}

#[test]
fn a_backup_under_load_holds_everything_acknowledged_up_to_its_mark() {
    let dir = tempfile::tempdir().expect("a directory");
    let data = dir.path().join("data");
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    let stop = Arc::new(AtomicBool::new(false));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    let backups: Vec<_> = runtime.block_on(async {
        let store = open_with(Options::dir(&data, key())).await;
        let callers: tokio::task::JoinSet<()> = (0..4)
            .map(|caller| {
                let (store, stop, acknowledged) = (store.clone(), Arc::clone(&stop), Arc::clone(&acknowledged));
                async move {
                    for round in 0u64.. {
                        if stop.load(Ordering::Relaxed) {
                            return;
                        }
                        let n = 1 + caller * 1_000_000 + round;
                        new(store.accept(intent(n, None, START)).await.expect("accepted"));
                        let seq = store.facts(id(n)).await.expect("read")[0].seq;
                        acknowledged.lock().expect("heard").push((id(n), seq));
                    }
                }
            })
            .collect();
        let taken = (1..=4)
            .map(|n| {
                while acknowledged.lock().expect("heard").len() < n * 40 {
                    std::thread::yield_now();
                }
                // Everything acknowledged before a backup begins must be in it.
                let before = acknowledged.lock().expect("heard").len();
                (before, backed_up(&data, &dir.path().join(format!("{n}.db"))))
            })
            .collect();
        stop.store(true, Ordering::Relaxed);
        callers.join_all().await;
        store.close().await.expect("closed");
        taken
    });
    let acknowledged = acknowledged.lock().expect("heard").clone();
    for (n, (before, (file, manifest))) in backups.into_iter().enumerate() {
        assert_eq!(verify(&file, &mut go_on).expect("good"), manifest);
        let place = dir.path().join(format!("restored-{n}"));
        let done = restore(&wanted(&file, &place), &mut go_on).expect("restored");
        assert_eq!(done.intents, manifest.rows["intents"]);
        run(async {
            let store = Store::open(Options::dir(&place, key())).expect("opened");
            let mut held = 0;
            for (id, seq) in &acknowledged {
                let view = store.get(&merchant(), *id).await.expect("read");
                assert_eq!(view.is_some(), *seq <= manifest.mark.seq, "fact {seq}, mark {}", manifest.mark.seq);
                held += usize::from(view.is_some());
            }
            assert!(held >= before, "{held} of {before}");
            holds_to_the_journal(&store).await;
            let more = new(store.accept(intent(9_000_000, None, after(4000))).await.expect("it goes on"));
            assert!(store.facts(more.intent.id).await.expect("read")[0].seq > 1 << 40, "above what was given out");
            store.close().await.expect("closed");
        });
        audit(&place);
    }
}

#[test]
fn what_was_open_is_unknown_after_a_restore_and_nothing_is_sent_blindly() {
    let dir = tempfile::tempdir().expect("a directory");
    let (data, place) = (dir.path().join("data"), dir.path().join("restored"));
    run(async {
        let store = open_with(Options::dir(&data, key())).await;
        one_of_each(&store).await;
        let (file, _) = backed_up(&data, dir.path());
        store.close().await.expect("closed");
        let done = restore(&wanted(&file, &place), &mut go_on).expect("restored");
        let found = (done.found.waiting, done.found.in_flight, done.found.unknown, done.found.human);
        assert_eq!(found, (1, 1, 1, 1));

        let store = Store::open(Options::dir(&place, key())).expect("opened");
        assert_eq!(store.recover(after(3600)).await.expect("recovered"), 0, "nothing is left under way");
        let late = after(100_000);
        assert!(store.claim(&[Job::Submit], 10, 10, late).await.expect("asked").is_empty(), "nothing is sent");
        let asked = store.claim(&[Job::Resolve], 10, 10, late).await.expect("asked");
        assert_eq!(asked.len(), 3, "what was waiting, under way or unknown is asked about");
        for claimed in asked {
            let (id, intent) = (claimed.view.intent.id, &claimed.view.intent);
            let blind = vec![Fact::Superseded { attempt: claimed.attempt }];
            assert!(matches!(store.record(id, blind, late, None).await, Err(StoreError::Illegal(_))));
            let next = intent.after_probe(&Anchored::NoAnchor, &dispatch::Policy::default()).expect("the end");
            let view = store.record(id, vec![next], late, None).await.expect("recorded");
            assert_eq!(view.intent.state, State::Human);
            assert!(view.human_reason.is_some_and(|reason| reason.contains("backup")));
        }
        let human = store.get(&merchant(), id(5)).await.expect("read").expect("there");
        assert!(human.human_reason.is_some_and(|reason| reason.contains("2025-12-22T05:")), "says as of when");
        let label = store.label(&merchant(), id(3)).await.expect("read").expect("there");
        assert_eq!(&label.bytes[..], b"%PDF");
        let known = store.accept(intent(99, Some(idempotency(1, 1)), after(3700))).await.expect("asked again");
        assert!(matches!(known, Accepted::Known(view) if view.intent.id == id(1)), "a key of before still counts");
        store.close().await.expect("closed");
    });
    audit(&place);
}

#[test]
fn where_nothing_ran_since_only_what_was_under_way_is_unknown() {
    let dir = tempfile::tempdir().expect("a directory");
    let (data, place) = (dir.path().join("data"), dir.path().join("restored"));
    run(async {
        let store = open_with(Options::dir(&data, key())).await;
        one_of_each(&store).await;
        store.close().await.expect("closed");
        let (file, manifest) = backed_up(&data, dir.path());
        let moved = Restore { nothing_ran_since: true, ..wanted(&file, &place) };
        restore(&moved, &mut go_on).expect("restored");
        let store = Store::open(Options::dir(&place, key())).expect("opened");
        let state = async |n| store.get(&merchant(), id(n)).await.expect("read").expect("there").intent.state;
        assert_eq!((state(7).await, state(1).await), (State::Waiting, State::Unknown));
        let sent = store.claim(&[Job::Submit], 10, 10, after(3601)).await.expect("asked");
        assert_eq!(sent.len(), 1, "what was waiting goes out");
        let last = store.facts(id(7)).await.expect("read").last().map(|stamped| stamped.seq);
        assert_eq!(last, Some(manifest.mark.seq + 2), "the journal goes on where it ended");
        store.close().await.expect("closed");
    });
    audit(&place);
}

#[test]
fn what_is_not_a_good_backup_is_refused_with_what_to_do() {
    let dir = tempfile::tempdir().expect("a directory");
    let (data, place) = (dir.path().join("data"), dir.path().join("restored"));
    run(async {
        let store = open_with(Options::dir(&data, key())).await;
        one_of_each(&store).await;
        store.close().await.expect("closed");
    });
    let (file, manifest) = backed_up(&data, &dir.path().join("b.db"));
    let refused = |says: &str| {
        for said in [verify(&file, &mut go_on).map(drop), restore(&wanted(&file, &place), &mut go_on).map(drop)] {
            let said = said.expect_err(says).to_string();
            assert!(said.contains(says), "{said:?} without {says:?}");
        }
        assert!(!place.exists(), "nothing was made");
    };
    let (good, text) = (fs::read(&file).expect("read"), fs::read(manifest_of(&file)).expect("read"));
    put(&file, &good[..good.len() - 4096]);
    refused("its bytes is");
    let mut turned = good.clone();
    turned[good.len() / 2] ^= 1;
    put(&file, &turned);
    refused("SHA-256");
    put(&file, &good);
    put(&manifest_of(&file), b"{ \"format\": 1,\n oh }");
    refused(".json:2:2:");
    let later = Manifest { layout: 99, program: "tournee 9.9.9".into(), ..manifest.clone() };
    put(&manifest_of(&file), &serde_json::to_vec(&later).expect("JSON"));
    refused("tournee 9.9.9");
    fs::remove_file(manifest_of(&file)).expect("removed");
    refused("has no manifest");
    put(&manifest_of(&file), &text);
    let other = SealingKey::from_bytes([8; 32]).from_source("TOURNEE_KEY");
    let wrong = restore(&Restore { key: other, ..wanted(&file, &place) }, &mut go_on).expect_err("another key");
    let said = wrong.to_string();
    assert!(said.contains(&manifest.key_id) && said.contains("TOURNEE_KEY"), "{said}");
    fs::remove_file(&file).expect("removed");
    refused("there is no file");
}

#[test]
fn what_stands_in_the_way_is_named_and_what_is_there_is_kept() {
    let dir = tempfile::tempdir().expect("a directory");
    let data = dir.path().join("data");
    let none = back_up(&data, &key(), dir.path(), START, &mut go_on).expect_err("nothing there");
    assert!(matches!(none, BackupError::NothingThere { .. }), "{none}");
    let server = Store::open(Options::dir(&data, key())).expect("made");
    run(async { drop(server.accept(intent(1, None, START)).await.expect_err("no account")) });
    let other = back_up(&data, &SealingKey::from_bytes([8; 32]), dir.path(), START, &mut go_on).expect_err("other key");
    assert!(matches!(other, BackupError::Store(StoreError::WrongKey { .. })), "{other}");
    let (file, _) = backed_up(&data, &dir.path().join("b.db"));
    let twice = back_up(&data, &key(), &file, START, &mut go_on).expect_err("taken");
    assert!(twice.to_string().contains("exists already"), "{twice}");
    let nowhere = back_up(&data, &key(), &dir.path().join("no/b.db"), START, &mut go_on).expect_err("no directory");
    assert!(nowhere.to_string().contains("no/b.db.part"), "{nowhere}");

    let replace = Restore { replace: true, ..wanted(&file, &data) };
    let in_use = restore(&replace, &mut go_on).expect_err("in use");
    assert!(matches!(in_use, BackupError::Store(StoreError::InUse { .. })), "{in_use}");
    drop(server);
    let full = restore(&wanted(&file, &data), &mut go_on).expect_err("not empty");
    assert!(full.to_string().contains("--replace"), "{full}");
    let done = restore(&replace, &mut go_on).expect("replaced");
    assert!(done.aside.expect("kept").join("tournee.db").is_file());
    drop(Store::open(Options::dir(&data, key())).expect("opened"));

    put(&data.join("tournee.db.restoring"), b"half");
    let half = Store::open(Options::dir(&data, key())).map(drop).expect_err("half restored");
    assert!(matches!(half, StoreError::HalfRestored { .. }), "{half}");
    restore(&replace, &mut go_on).expect("run again");
    drop(Store::open(Options::dir(&data, key())).expect("opened"));
}

#[test]
fn numbers_that_the_lost_store_may_have_given_out_are_left_out() {
    let dir = tempfile::tempdir().expect("a directory");
    let (data, place) = (dir.path().join("data"), dir.path().join("restored"));
    drop(Store::open(Options::dir(&data, key())).expect("made"));
    let conn = rusqlite::Connection::open(data.join("tournee.db")).expect("the database");
    let range = "INSERT INTO number_ranges (account, product, prefix, first, last, next, site, added_at) VALUES";
    for values in ["10, 99, 40, NULL", "100, 105, 103, NULL", "200, 299, 200, 'Lyon'"] {
        conn.execute(&format!("{range} ('a', 'DOM', '9L', {values}, 0)"), []).expect("a range");
    }
    conn.execute("INSERT INTO number_use (account, product, day, count) VALUES ('a', 'DOM', 20251221, 37)", [])
        .expect("a day");
    conn.execute("INSERT INTO announcements VALUES ('123456', 7, 'a', 'S', 'f', 0, 1)", []).expect("an announcement");
    drop(conn);
    let (file, _) = backed_up(&data, &dir.path().join("b.db"));
    let asked = restore(&wanted(&file, &place), &mut go_on).expect_err("it must be said").to_string();
    assert!(asked.contains("--skip-numbers") && asked.contains("took 37"), "{asked}");
    let next = |place: &Path| -> Vec<i64> {
        let conn = rusqlite::Connection::open(place.join("tournee.db")).expect("the database");
        let mut all = conn.prepare("SELECT next FROM number_ranges ORDER BY id").expect("a question");
        all.query_map([], |row| row.get(0)).expect("rows").map(|next| next.expect("a number")).collect()
    };
    restore(&Restore { skip_numbers: Some(20), ..wanted(&file, &place) }, &mut go_on).expect("restored");
    assert_eq!(next(&place), [60, 106, 200]);
    let conn = rusqlite::Connection::open(place.join("tournee.db")).expect("the database");
    let last: i64 = conn.query_row("SELECT max(bordereau) FROM announcements", [], |row| row.get(0)).expect("one");
    assert_eq!(last, 1007, "no announcement's number comes again");
    let moved = dir.path().join("moved");
    restore(&Restore { nothing_ran_since: true, ..wanted(&file, &moved) }, &mut go_on).expect("restored");
    assert_eq!(next(&moved), [40, 103, 200]);
}

#[test]
fn what_is_broken_off_leaves_nothing_behind() {
    let dir = tempfile::tempdir().expect("a directory");
    let (data, place, to) = (dir.path().join("data"), dir.path().join("restored"), dir.path().join("to"));
    fs::create_dir(&to).expect("made");
    drop(Store::open(Options::dir(&data, key())).expect("made"));
    let stop = &mut |_: Progress| ControlFlow::Break(());
    let stopped = back_up(&data, &key(), &to, START, stop).expect_err("stopped");
    assert!(matches!(stopped, BackupError::Stopped), "{stopped}");
    assert_eq!(fs::read_dir(&to).expect("read").count(), 0);
    let (file, _) = backed_up(&data, &to);
    assert!(matches!(restore(&wanted(&file, &place), stop), Err(BackupError::Stopped)));
    let mut copying = |progress: Progress| match progress.step {
        store::Step::Copying => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    assert!(matches!(restore(&wanted(&file, &place), &mut copying), Err(BackupError::Stopped)));
    let left: Vec<_> = fs::read_dir(&place).expect("read").map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(left, ["lock"]);
}
