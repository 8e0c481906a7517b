//! The process is killed at seeded moments around a commit; what it had acknowledged must be there, and nothing half.

mod support;

use dispatch::Job;
use std::{
    io::{BufRead, Write},
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use store::{Accepted, LabelBytes, Options, Store};
use support::*;

const DIR: &str = "TOURNEE_CRASH_DIR";
const MOMENT: &str = "TOURNEE_CRASH_MOMENT";
/// Callers at once in the child, and what each of them does.
const CALLERS: u64 = 8;
const ROUNDS: u64 = 6;

/// Not a test of its own: the process that is killed. Says each acknowledgement on its standard output.
#[test]
fn the_child() {
    let (Ok(dir), Ok(moment)) = (std::env::var(DIR), std::env::var(MOMENT)) else { return };
    let moment: u64 = moment.parse().expect("a number");
    let passed = AtomicU64::new(0);
    let boundary = Arc::new(move |_| {
        if passed.fetch_add(1, Ordering::SeqCst) + 1 == moment {
            std::process::abort();
        }
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    runtime.block_on(async {
        let store = open_with(Options { boundary: Some(boundary), ..Options::dir(dir, key()) }).await;
        let callers: tokio::task::JoinSet<()> = (0..CALLERS).map(|caller| work(store.clone(), caller)).collect();
        callers.join_all().await;
    });
}

async fn work(store: Store, caller: u64) {
    for round in 0..ROUNDS {
        let n = 1 + caller * ROUNDS + round;
        let request = intent(n, Some(idempotency(u8::try_from(n).expect("small"), 1)), START);
        said(&new(store.accept(request).await.expect("accepted")));
        for claimed in store.claim(&[Job::Submit], 1, 0, after(1)).await.expect("claimed") {
            said(&claimed.view);
            let label = LabelBytes { label: b"%PDF".as_slice().into(), cn23: None, answer_json: "{}".into() };
            let (id, serial) = (claimed.view.intent.id, n);
            said(&store.record(id, vec![confirmed(1, serial)], after(2), Some(label)).await.expect("recorded"));
        }
    }
}

fn said(view: &store::IntentView) {
    let line = format!("ack {} {}\n", view.intent.id, view.version);
    std::io::stdout().write_all(line.as_bytes()).expect("heard");
}

/// Runs the child until it dies at this moment; gives what it acknowledged.
fn killed_at(moment: u64, dir: &Path) -> Vec<(parcel::ShipmentId, u64)> {
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args(["the_child", "--exact", "--nocapture"])
        .env(DIR, dir)
        .env(MOMENT, moment.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a child");
    let said = std::io::BufReader::new(child.stdout.take().expect("its output")).lines();
    let acks = said.map_while(Result::ok).filter_map(|line| {
        let mut words = line.split(' ').skip_while(|word| *word != "ack").skip(1);
        Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?))
    });
    let acks = acks.collect();
    let ended = child.wait().expect("its end");
    assert!(!ended.success(), "the child was to die at moment {moment}");
    acks
}

#[test]
fn what_was_acknowledged_survives_every_crash() {
    // Three moments belong to each commit: before it, after it, before the replies. Three more to the merchant.
    let moments = (2..=25).chain([31, 38, 46, 51]);
    let mut acknowledged = 0;
    for moment in moments {
        let dir = tempfile::tempdir().expect("a directory");
        let acks = killed_at(moment, dir.path());
        acknowledged += acks.len();
        audit(dir.path());
        run(async {
            let store = open_with(Options::dir(dir.path(), key())).await;
            for (id, version) in &acks {
                let view = store.get(&merchant(), *id).await.expect("read").expect("acknowledged and lost");
                assert!(view.version >= *version, "moment {moment}: version {} of {version}", view.version);
            }
            holds_to_the_journal(&store).await;
            asked_again(&store, &acks).await;
            store.recover(after(9)).await.expect("recovered");
            assert_eq!(store.counts().await.expect("read").outbox_taken, 0, "moment {moment}");
            store.close().await.expect("closed");
        });
        audit(dir.path());
    }
    assert!(acknowledged > 100, "the children said too little: {acknowledged}");
}

/// The caller whose answer was lost asks again with its key, and is told of the same intent.
async fn asked_again(store: &Store, acks: &[(parcel::ShipmentId, u64)]) {
    for n in 1..=CALLERS * ROUNDS {
        if acks.iter().any(|(acked, _)| *acked == id(n)) {
            let request = intent(1000 + n, Some(idempotency(u8::try_from(n).expect("small"), 1)), after(5));
            let again = store.accept(request).await.expect("accepted");
            assert!(matches!(again, Accepted::Known(view) if view.intent.id == id(n)));
        }
    }
}
