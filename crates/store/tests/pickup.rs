//! The directory of pickup points on disk: kept, read back, never made older, and found by another process.

mod support;

use clock::Time;
use parcel::{Country, Login, PointKind};
use pickup::{Area, AreaRow, Closure, Hours, Known, Point, Position, Standing};
use std::ops::ControlFlow;
use store::{Account, Options, PointsKept, Restore, Store, back_up, restore};
use support::*;

fn known(number: u32, seen_at: Time, standing: Standing) -> Known {
    let point = Point {
        id: format!("{number:06}").parse().expect("an id"),
        name: "BUREAU DE POSTE \"L'ÉTÉ\"".into(),
        address: ["1 PLACE DU PORT".into(), String::new(), "BP 7".into()],
        postal_code: "29200".into(),
        city: "BREST".into(),
        country: "FR".into(),
        position: Position::new(48.390_123, -4.486_456).ok(),
        kind: PointKind::PostOffice,
        network: "R01".into(),
        hours: Hours::parse(["09:00-12:00 14:00-18:00", "", "on request", "", "", "00:00-00:00", "00:00-00:00"]),
        closures: vec![Closure { from: START, until: after(86_400) }],
        closed: false,
        partly_closed: true,
        weight_max_g: Some(30_000),
        accessible: true,
        language: "FR".into(),
        sorting: ["a".into(), String::new(), "b".into()],
    };
    Known { point, seen_at, standing }
}

#[test]
fn points_read_back_as_they_were_kept() {
    on_both(|store| async move {
        let all = vec![
            known(1, START, Standing::Listed),
            known(2, after(10), Standing::Unlisted { since: after(60) }),
            known(3, after(20), Standing::Gone { since: after(70) }),
        ];
        assert_eq!(store.keep_points(all.clone()).await.expect("kept"), 1);
        assert_eq!(store.points().await.expect("read"), all);
        let kept = store.points_kept().await.expect("counted");
        let (oldest_at, median_at) = (Some(START), Some(START));
        assert_eq!(kept, PointsKept { listed: 1, unlisted: 1, gone: 1, oldest_at, median_at });
    });
}

#[test]
fn what_is_older_never_takes_the_place_of_what_is_newer() {
    on_both(|store| async move {
        let gone = known(1, after(100), Standing::Gone { since: after(200) });
        store.keep_points(vec![gone.clone()]).await.expect("kept");
        store.keep_points(vec![known(1, after(150), Standing::Listed)]).await.expect("kept");
        assert_eq!(store.points().await.expect("read"), [gone], "it was seen before it was said to be gone");
        let back = known(1, after(201), Standing::Listed);
        store.keep_points(vec![back.clone()]).await.expect("kept");
        assert_eq!(store.points().await.expect("read"), [back]);
    });
}

#[test]
fn another_process_finds_what_was_written_since() {
    let dir = tempfile::tempdir().expect("a directory");
    run(async {
        let server = open_with(Options::dir(dir.path(), key())).await;
        let command = Store::open(Options { exclusive: false, ..Options::dir(dir.path(), key()) }).expect("beside it");
        let first = server.keep_points(vec![known(1, START, Standing::Listed)]).await.expect("kept");
        let theirs = known(2, START, Standing::Listed);
        let second = command.keep_points(vec![theirs.clone()]).await.expect("kept");
        assert_eq!(second, first + 1);
        assert_eq!(server.points_since(first).await.expect("read"), (vec![theirs], second));
        assert_eq!(server.points_since(second).await.expect("read"), (Vec::new(), second));
        command.close().await.expect("closed");
        server.close().await.expect("closed");
    });
}

#[test]
fn areas_read_back_and_are_kept_once_each() {
    on_both(|store| async move {
        let area = Area { country: Country::FR, postal_code: "29200".into(), city: "Brest".into() };
        let row =
            AreaRow { area, uses: 1.5, used_at: START, answered_at: Some(after(1)), failures: 0, failed_at: None };
        store.keep_areas(vec![row.clone()]).await.expect("kept");
        let later = AreaRow { uses: 2.5, ..row };
        store.keep_areas(vec![later.clone()]).await.expect("kept");
        assert_eq!(store.areas().await.expect("read"), [later]);
    });
}

#[test]
fn accounts_are_gone_through_by_carrier() {
    on_both(|store| async move {
        let login = Login::ApiKey("hush".into());
        let other = Account { id: "zz".into(), merchant: "zz".parse().expect("an id"), login, ..account() };
        store.upsert_account(other).await.expect("added");
        let after = async |id| store.account_after("colissimo", id).await.expect("read").map(|account| account.id);
        assert_eq!(after(None).await.as_deref(), Some(ACCOUNT));
        assert_eq!(after(Some(ACCOUNT)).await.as_deref(), Some("zz"));
        assert_eq!(after(Some("zz")).await, None);
        assert!(store.account_after("chronopost", None).await.expect("read").is_none());
    });
}

#[test]
fn a_backup_has_the_directory_in_it() {
    let dir = tempfile::tempdir().expect("a directory");
    let (data, place) = (dir.path().join("data"), dir.path().join("restored"));
    let all = vec![known(1, START, Standing::Listed), known(2, START, Standing::Listed)];
    run(async {
        let store = open_with(Options::dir(&data, key())).await;
        store.keep_points(all.clone()).await.expect("kept");
        store.close().await.expect("closed");
    });
    let go_on = &mut |_: store::Progress| ControlFlow::Continue(());
    let (file, manifest) = back_up(&data, &key(), dir.path(), after(60), go_on).expect("a backup");
    assert_eq!(manifest.rows.get("pickup_points"), Some(&2));
    let wanted = Restore {
        from: file,
        dir: place.clone(),
        key: key(),
        policy: dispatch::Policy::default(),
        replace: false,
        nothing_ran_since: true,
        skip_numbers: None,
        now: after(120),
    };
    restore(&wanted, go_on).expect("restored");
    run(async {
        let store = Store::open(Options::dir(&place, key())).expect("opened");
        assert_eq!(store.points().await.expect("read"), all);
        store.close().await.expect("closed");
    });
}
