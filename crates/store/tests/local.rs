//! Local labels on disk: numbers given out once, wishes that mark what waits, announcements that repeat after a crash.

mod support;

use dispatch::{By, Fact, InTheDark, Job, State};
use label::Range;
use parcel::{ClientNumber, ColissimoNumber, LabelFormat, ParcelNumber, Product};
use std::{
    collections::HashSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use store::{LabelBytes, LocalWish, Looked, Mode, NewRange, Options, Store, StoreError};
use support::*;

const FIRST: u64 = 10_001;

fn serial(serial: u64) -> ColissimoNumber {
    ColissimoNumber::from_serial("9L", serial).expect("a number")
}

fn range(first: u64, last: u64) -> NewRange {
    let range = Range::new(serial(first), serial(last)).expect("a range");
    NewRange { account: ACCOUNT.into(), product: Product::Dom, range, site: None }
}

fn client() -> ClientNumber {
    "900001".parse().expect("a number")
}

fn wish(in_the_dark: InTheDark) -> LocalWish {
    LocalWish { in_the_dark, client: Some(client()), site: Some("75".into()) }
}

fn local(attempt: u32, number: ColissimoNumber) -> Fact {
    let number = ParcelNumber::from(number);
    Fact::Confirmed { attempt, number, partner_number: None, format: LabelFormat::PDF_10X15, by: By::Local }
}

fn bytes() -> LabelBytes {
    LabelBytes { label: b"%PDF".as_slice().into(), cn23: None, answer_json: "{}".into() }
}

/// Takes up to `count` numbers; empty when there are none.
async fn reserve(store: &Store, count: u64) -> Vec<u64> {
    let block = store.reserve(ACCOUNT, &Product::Dom, count, START).await.expect("reserved");
    block.into_iter().flatten().map(|number| number.serial()).collect()
}

async fn with_label(store: &Store, n: u64) -> parcel::ShipmentId {
    let view = new(store.accept(intent(n, None, after(n))).await.expect("accepted"));
    let number = store.reserve(ACCOUNT, &Product::Dom, 1, START).await.expect("reserved").into_iter().flatten().next();
    let fact = local(0, number.expect("a number"));
    store.record(view.intent.id, vec![fact], after(n), Some(bytes())).await.expect("recorded").intent.id
}

#[test]
fn numbers_go_out_once_in_order_to_the_last_and_then_from_the_next_range() {
    on_both(|store| async move {
        assert!(reserve(&store, 5).await.is_empty(), "no range yet");
        store.add_range(range(FIRST, FIRST + 6), START).await.expect("added");
        store.add_range(range(20_000, 20_001), START).await.expect("added");
        assert_eq!(reserve(&store, 5).await, [10_001, 10_002, 10_003, 10_004, 10_005]);
        assert_eq!(reserve(&store, 5).await, [10_006, 10_007], "a block ends with its range");
        assert_eq!(reserve(&store, 5).await, [20_000, 20_001]);
        for _ in 0..3 {
            assert!(reserve(&store, 5).await.is_empty(), "no wrap-around");
        }
        assert!(store.reserve(ACCOUNT, &Product::Dos, 1, START).await.expect("read").is_none(), "another product");
    });
}

#[test]
fn no_number_is_registered_twice_under_any_account_or_product() {
    on_both(|store| async move {
        let other = store::Account { id: "other".into(), ..account() };
        store.upsert_account(other).await.expect("an account");
        store.add_range(range(FIRST, FIRST + 9), START).await.expect("added");
        reserve(&store, 10).await;
        for (first, last) in [(FIRST, FIRST + 9), (FIRST + 9, FIRST + 20), (1, FIRST), (FIRST + 3, FIRST + 4)] {
            let again = NewRange { account: "other".into(), product: Product::Dos, ..range(first, last) };
            let refused = store.add_range(again, START).await;
            assert!(matches!(refused, Err(StoreError::RangeKnown { .. })), "{refused:?}");
        }
        store
            .add_range(NewRange { account: "other".into(), ..range(FIRST + 10, FIRST + 20) }, START)
            .await
            .expect("free");
        let nobody = NewRange { account: "nobody".into(), ..range(1, 2) };
        assert!(matches!(store.add_range(nobody, START).await, Err(StoreError::NoAccount(_))));
    });
}

#[test]
fn the_use_of_a_range_foretells_its_end() {
    on_both(|store| async move {
        store.add_range(range(FIRST, FIRST + 999), START).await.expect("added");
        let day = |n: u64| after(n * 86_400);
        for n in 0..8 {
            store.reserve(ACCOUNT, &Product::Dom, 100, day(n)).await.expect("reserved");
        }
        let all = store.numbers(day(7).paris_date()).await.expect("read");
        let [numbers] = all.as_slice() else { panic!("one: {all:?}") };
        assert_eq!((numbers.left, numbers.ranges.len()), (200, 1));
        assert!((numbers.forecast.per_day - 100.0).abs() < 1e-9, "{:?}", numbers.forecast);
        assert!(numbers.forecast.warn);
    });
}

#[test]
fn ten_sites_never_print_a_number_of_another() {
    run(async {
        let home = open_with(Options::memory(key())).await;
        home.add_range(range(FIRST, FIRST + 4_999), START).await.expect("added");
        reserve(&home, 7).await;
        let sites: Vec<String> = (1..=10).map(|n| format!("site-{n}")).collect();
        let cut = home.split_range(ACCOUNT, &Product::Dom, sites, 300, START).await.expect("cut");
        let mut given_out: Vec<u64> = reserve(&home, 10_000).await;
        assert_eq!(given_out.len(), 5_000 - 7 - 3_000);
        for (site, part) in &cut {
            let part = NewRange { site: Some(site.clone()), range: *part, ..range(1, 2) };
            let store = open_with(Options::memory(key())).await;
            store.add_range(part.clone(), START).await.expect("taken in");
            let twice = store.add_range(part.clone(), START).await;
            assert!(matches!(twice, Err(StoreError::RangeKnown { .. })), "a site's file is taken once");
            let elsewhere = home.add_range(NewRange { site: None, ..part }, START).await;
            assert!(matches!(elsewhere, Err(StoreError::RangeKnown { .. })), "handed over for good");
            for (_, foreign) in cut.iter().filter(|(other, _)| other != site) {
                let foreign = NewRange { site: Some("another".into()), range: *foreign, ..range(1, 2) };
                assert!(matches!(store.add_range(foreign, START).await, Err(StoreError::OtherSite { .. })));
            }
            while let [first, ..] = reserve(&store, 64).await.as_slice() {
                given_out.extend(*first..(*first + 64).min(part_end(&cut, site) + 1));
            }
        }
        let different: HashSet<u64> = given_out.iter().copied().collect();
        assert_eq!((different.len(), given_out.len()), (5_000 - 7, 5_000 - 7));
        let short = home.split_range(ACCOUNT, &Product::Dom, vec!["x".into()], 1, START).await;
        assert!(matches!(short, Err(StoreError::NumbersShort { left: 0, wanted: 1 })), "{short:?}");
    });
}

fn part_end(cut: &[(String, Range)], site: &str) -> u64 {
    cut.iter().find(|(name, _)| name == site).map_or(0, |(_, range)| range.last().serial())
}

#[test]
fn a_local_label_needs_a_number_that_was_given_out_here_and_that_nobody_has() {
    on_both(|store| async move {
        store.add_range(range(FIRST, FIRST + 9), START).await.expect("added");
        reserve(&store, 2).await;
        let one = new(store.accept(intent(1, None, START)).await.expect("accepted")).intent.id;
        let two = new(store.accept(intent(2, None, START)).await.expect("accepted")).intent.id;
        for foreign in [FIRST + 2, FIRST - 1, 77] {
            let refused = store.record(one, vec![local(0, serial(foreign))], START, Some(bytes())).await;
            assert!(matches!(refused, Err(StoreError::NumberUnfit { .. })), "{refused:?}");
        }
        store.record(one, vec![local(0, serial(FIRST))], START, Some(bytes())).await.expect("recorded");
        let twice = store.record(two, vec![local(0, serial(FIRST))], START, Some(bytes())).await;
        assert!(matches!(twice, Err(StoreError::NumberUnfit { .. })), "{twice:?}");
        store.record(two, vec![local(0, serial(FIRST + 1))], START, Some(bytes())).await.expect("recorded");
        let label = store.label_by_number(&merchant(), &serial(FIRST).into()).await.expect("read");
        assert_eq!(label.map(|(id, _)| id), Some(one));
        let near = store.neighbours(ACCOUNT, "9L", START, 10).await.expect("read");
        assert!(near.is_empty(), "no number of the carrier's is looked for among ours");
    });
}

#[test]
fn only_urgent_jobs_of_those_who_do_not_wait_are_looked_at_and_each_once() {
    on_both(|store| async move {
        let yesterday = today().yesterday().expect("a day");
        for (n, day) in [(1, today()), (2, today().tomorrow().expect("a day")), (3, yesterday)] {
            store.accept(due_on(n, day)).await.expect("accepted");
        }
        let looked = |limit| {
            let store = store.clone();
            async move {
                let found = store.candidates(today(), limit).await.expect("read");
                found.iter().map(|candidate| candidate.view.intent.id).collect::<Vec<_>>()
            }
        };
        assert!(looked(9).await.is_empty(), "the merchant waits");
        store.set_local_wish(&merchant(), wish(InTheDark::Local)).await.expect("set");
        assert_eq!(looked(9).await, [id(3), id(1)], "the most urgent first");
        assert_eq!(looked(1).await, [id(3)]);
        store.accept(due_on(4, today())).await.expect("accepted");
        store.claim(&[Job::Submit], 1, 0, after(1)).await.expect("claimed");
        assert_eq!(looked(9).await, [id(1), id(4)], "one is under way, one is new");
        let no_range = Looked::Lacks("no numbers".into());
        store.looked_at(vec![(id(1), no_range), (id(4), Looked::Cannot("abroad".into()))]).await.expect("noted");
        assert!(looked(9).await.is_empty());
        assert_eq!(store.why_no_local_label(id(4)).await.expect("read").as_deref(), Some("abroad"));
        store.add_range(range(FIRST, FIRST + 9), START).await.expect("added");
        assert_eq!(looked(9).await, [id(1)], "what it lacked has come");
        store.set_local_wish(&merchant(), wish(InTheDark::Ask)).await.expect("set");
        assert_eq!(looked(9).await, [id(1), id(4)], "another wish, another look");
        store.record(id(1), vec![Fact::LocalOffered], after(2), None).await.expect("offered");
        assert!(store.get(&merchant(), id(1)).await.expect("read").is_some_and(|view| view.intent.offered));
        store.looked_at(vec![(id(1), Looked::Offered)]).await.expect("noted");
        store.set_local_wish(&merchant(), wish(InTheDark::Wait)).await.expect("set");
        assert!(looked(9).await.is_empty());
        let stranger = "stranger".parse().expect("an id");
        let refused = store.set_local_wish(&stranger, wish(InTheDark::Local)).await;
        assert!(matches!(refused, Err(StoreError::NoMerchant(_))));
    });
}

#[test]
fn a_wish_reaches_every_job_however_many_wait() {
    run(async {
        let store = open_with(Options::memory(key())).await;
        for n in 1..=9_000 {
            store.accept(due_on(n, today())).await.expect("accepted");
        }
        store.set_local_wish(&merchant(), wish(InTheDark::Local)).await.expect("set");
        assert_eq!(store.candidates(today(), 10_000).await.expect("read").len(), 9_000);
        store.set_local_wish(&merchant(), wish(InTheDark::Wait)).await.expect("set");
        assert_eq!(store.candidates(today(), 10_000).await.expect("read").len(), 0);
    });
}

fn file(client: ClientNumber, at: clock::Time, count: u32) -> String {
    format!("{client}.{}_{count:03}", at.unix_ms())
}

#[test]
fn an_announcement_is_the_same_until_it_was_delivered_and_leaves_out_what_is_void() {
    on_both(|store| async move {
        store.add_range(range(FIRST, FIRST + 99), START).await.expect("added");
        let mut ids = Vec::new();
        for n in 1..=4 {
            ids.push(with_label(&store, n).await);
        }
        let refused = store.next_announcement(ACCOUNT, 2, file, after(9)).await;
        assert!(matches!(refused, Err(StoreError::NoClient(_))), "{refused:?}");
        store.set_local_wish(&merchant(), wish(InTheDark::Wait)).await.expect("set");
        store.record(ids[0], vec![Fact::Voided], after(5), None).await.expect("void");
        let of = |most, at| store.next_announcement(ACCOUNT, most, file, after(at));
        let first = of(2, 9).await.expect("made").expect("one");
        let told = |a: &store::OpenAnnouncement| a.parcels.iter().map(|(id, ..)| *id).collect::<Vec<_>>();
        assert_eq!((first.bordereau, told(&first)), (1, vec![ids[1], ids[2]]));
        store.record(ids[1], vec![Fact::Voided], after(10), None).await.expect("void, and too late");
        let again = of(1, 11).await.expect("made").expect("one");
        assert_eq!((again.bordereau, &again.file, told(&again)), (1, &first.file, told(&first)));
        for at in [12, 13] {
            store.announced(client(), 1, after(at)).await.expect("announced");
        }
        let second = of(9, 9).await.expect("made").expect("one");
        assert_eq!((second.bordereau, told(&second)), (2, vec![ids[3]]));
        assert_ne!(second.file, first.file, "of the same second");
        assert_eq!(store.announcing().await.expect("read").waiting, 1);
        store.announced(client(), 2, after(14)).await.expect("announced");
        assert!(of(9, 15).await.expect("read").is_none());
        assert!(store.accounts_to_announce().await.expect("read").is_empty());
        let unseen = store.unseen(None, 9).await.expect("read");
        assert_eq!(unseen.iter().map(|u| u.id).collect::<Vec<_>>(), ids[1..]);
        assert_eq!(store.unseen(Some(ids[1]), 1).await.expect("read").len(), 1);
        store.record(ids[2], vec![Fact::Integrated], after(20), None).await.expect("integrated");
        assert_eq!(store.announcing().await.expect("read").unseen, 2);
        let view = store.get(&merchant(), ids[2]).await.expect("read").expect("there");
        assert_eq!(view.intent.state, State::Confirmed);
        assert_eq!((view.intent.announced_at, view.intent.integrated_at), (Some(after(12)), Some(after(20))));
        holds_to_the_journal(&store).await;
    });
}

/// A generator of the textbook (Knuth's MMIX): the seeds of the crashes.
fn chance(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

/// Ends in a panic at a seeded moment around a commit, as a process ends that is killed there: what it was told before
/// it may have used, what it was told no more it has not.
fn lives_until_it_dies(dir: &std::path::Path, seed: &mut u64, told: &mut Vec<u64>, labelled: &mut u64) {
    let (passed, moment) = (AtomicU64::new(0), chance(seed) % 12);
    let boundary = Arc::new(move |_| assert!(passed.fetch_add(1, Ordering::SeqCst) != moment, "killed"));
    let options = Options { mode: Mode::Inline, ..Options::dir(dir, key()) };
    let store = Store::open(Options { boundary: Some(boundary), ..options }).expect("a store");
    let died = catch_unwind(AssertUnwindSafe(|| {
        run(async {
            loop {
                let block = store.reserve(ACCOUNT, &Product::Dom, 1 + chance(seed) % 4, START).await.expect("reserved");
                let Some(block) = block else { return };
                for number in block.take(usize::try_from(chance(seed) % 5).expect("small")) {
                    told.push(number.serial());
                    *labelled += 1;
                    store.accept(intent(*labelled, None, START)).await.expect("accepted");
                    let fact = local(0, number);
                    store.record(id(*labelled), vec![fact], START, Some(bytes())).await.expect("recorded");
                }
            }
        });
    }));
    drop(store);
    assert!(died.is_err() || told.last().is_some());
}

#[test]
fn a_thousand_crashes_use_no_number_twice_none_beyond_the_last_and_none_again() {
    let loud = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !panic.to_string().contains("killed") {
            loud(panic);
        }
    }));
    let (mut seed, mut crashes) = (7, 0);
    while crashes < 1_000 {
        let dir = tempfile::tempdir().expect("a directory");
        let (length, mut told, mut labelled) = (200 + chance(&mut seed) % 200, Vec::new(), 0);
        run(async {
            let store = open_with(Options { mode: Mode::Inline, ..Options::dir(dir.path(), key()) }).await;
            store.add_range(range(FIRST, FIRST + length - 1), START).await.expect("added");
            store.close().await.expect("closed");
        });
        for _ in 0..100 {
            lives_until_it_dies(dir.path(), &mut seed, &mut told, &mut labelled);
            crashes += 1;
        }
        assert!(told.iter().all(|serial| (FIRST..FIRST + length).contains(serial)));
        assert!(told.is_sorted_by(|a, b| a < b), "none twice and none again");
        run(async {
            let store = open_with(Options { mode: Mode::Inline, ..Options::dir(dir.path(), key()) }).await;
            let left = store.numbers(today()).await.expect("read")[0].left;
            let rest = std::iter::from_fn(|| Some(())).take(1_000);
            let mut given: u64 = 0;
            for () in rest {
                given += reserve(&store, 7).await.len() as u64;
            }
            assert_eq!(given, left, "to the last, and no further");
            holds_to_the_journal(&store).await;
            store.close().await.expect("closed");
        });
    }
}
