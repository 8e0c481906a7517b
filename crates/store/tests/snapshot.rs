//! What a snapshot gives: rows of a period as of one moment, and the report of it.

mod support;

use clock::Time;
use dispatch::{Fact, Found, Job};
use std::{collections::BTreeMap, path::Path, time::Duration};
use store::{Kind, LabelBytes, Options, Period, Snapshot, StoreError, Waited};
use support::*;

fn always() -> Period {
    Period { from: START, to: START.plus(Duration::from_secs(60)), merchant: None }
}

/// A store with one of each, and more that happened to some.
fn lived(dir: &Path) {
    run(async {
        let store = open_with(Options::dir(dir, key())).await;
        one_of_each(&store).await;
        // The second is settled by tracking, an hour later; the eighth is tried twice.
        let label = || Some(LabelBytes { label: b"%PDF".as_slice().into(), cn23: None, answer_json: "{}".into() });
        let Fact::Confirmed { attempt, number, partner_number, format, .. } = confirmed(1, 2) else { return };
        let by = dispatch::By::Tracking;
        let found = Fact::Confirmed { attempt, number, partner_number, format, by };
        let asked = Fact::Probed { attempt: 1, found: Found::NoAnswer };
        store.record(id(2), vec![asked, found], after(3600), label()).await.expect("recorded");
        accepted(&store, 8).await;
        store.claim(&[Job::Submit], 2, 2, after(3)).await.expect("claimed");
        let twice = vec![unknown(1), Fact::Superseded { attempt: 1 }, claimed(2), unknown(2)];
        store.record(id(8), twice, after(9), None).await.expect("recorded");
        store.close().await.expect("closed");
    });
}

fn counted(of: &[(&str, u64)]) -> BTreeMap<String, u64> {
    of.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

#[test]
fn a_report_counts_where_each_stands_and_how_unknowns_were_settled() {
    let dir = tempfile::tempdir().expect("a directory");
    lived(dir.path());
    let report = Snapshot::open(dir.path()).expect("opened").report(&always()).expect("a report");
    let shop = &report.merchants[&merchant()];
    assert_eq!((shop.asked, shop.confirmed, shop.waiting, shop.unknown), (8, 2, 2, 1));
    assert_eq!((shop.rejected, shop.human, shop.void), (1, 1, 1));
    assert_eq!(shop.confirmed_by, counted(&[("answer", 1), ("tracking", 1)]));
    assert_eq!((shop.unknowns.met, shop.unknowns.open), (4, 1));
    assert_eq!(shop.unknowns.settled, counted(&[("confirmed_tracking", 1), ("left_to_human", 1), ("superseded", 1)]));
    assert_eq!(shop.waited_ms, Some(Waited { p50: 2_000, p90: 3_600_000, max: 3_600_000 }));
    assert_eq!(report.total.asked, 8);
}

#[test]
fn a_period_and_a_merchant_are_held_to() {
    let dir = tempfile::tempdir().expect("a directory");
    lived(dir.path());
    let snapshot = Snapshot::open(dir.path()).expect("opened");
    let early = Period { from: Time::from_unix_ms(0), to: START, merchant: None };
    let other = Period { merchant: Some("other".parse().expect("an id")), ..always() };
    for kind in [Kind::Shipments, Kind::Facts, Kind::Numbers] {
        assert_eq!(snapshot.count(kind, &early).expect("counted"), 0);
        assert_eq!(snapshot.count(kind, &other).expect("counted"), 0);
        assert!(snapshot.count(kind, &always()).expect("counted") > 0);
    }
    assert!(snapshot.has_merchant(&merchant()).expect("asked"));
    assert_eq!(snapshot.report(&early).expect("a report"), store::Report::default());
}

#[test]
fn what_is_written_meanwhile_is_not_seen_and_an_error_ends_the_reading() {
    let dir = tempfile::tempdir().expect("a directory");
    lived(dir.path());
    let snapshot = Snapshot::open(dir.path()).expect("opened");
    run(async {
        let store = open_with(Options { exclusive: false, ..Options::dir(dir.path(), key()) }).await;
        accepted(&store, 9).await;
        store.close().await.expect("closed");
    });
    let mut seen = 0;
    let all = snapshot.shipments(&always(), |view, shipment| {
        assert!(shipment.is_some() && view.merchant == merchant());
        seen += 1;
        Ok::<_, StoreError>(())
    });
    assert!(all.is_ok() && seen == 8, "{seen}");
    let mut first = 0;
    let ended = snapshot.facts(&always(), |_, _, _| {
        first += 1;
        Err(StoreError::Closed)
    });
    assert!(matches!(ended, Err(StoreError::Closed)) && first == 1);
    let mut numbers = Vec::new();
    snapshot
        .numbers(&always(), |given| {
            numbers.push((given.number, given.on_the_label));
            Ok::<_, StoreError>(())
        })
        .expect("read");
    assert_eq!(numbers, [(number(2), true), (number(3), true)]);
}

#[test]
fn nothing_private_is_in_a_fact_without_its_private_parts() {
    let dir = tempfile::tempdir().expect("a directory");
    lived(dir.path());
    let snapshot = Snapshot::open(dir.path()).expect("opened");
    let mut text = String::new();
    snapshot
        .facts(&always(), |_, _, stamped| {
            text += &store::without_private_parts(&stamped.fact)?.to_string();
            Ok::<_, StoreError>(())
        })
        .expect("read");
    assert!(text.contains("\"accepted\"") && text.contains("30221"));
    for private in ["Martin", "Lilas", "portable"] {
        assert!(!text.contains(private), "{private}");
    }
}

#[test]
fn another_layout_is_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    lived(dir.path());
    let set = |layout: u32| {
        let conn = rusqlite::Connection::open(dir.path().join("tournee.db")).expect("the database");
        conn.pragma_update(None, "user_version", layout).expect("set");
    };
    set(99);
    assert!(matches!(Snapshot::open(dir.path()).map(drop), Err(StoreError::TooNew { .. })));
    set(1);
    let old = Snapshot::open(dir.path()).map(drop).expect_err("an earlier one").to_string();
    assert!(old.contains("start the server once"), "{old}");
}
