//! Updates with their notices, subscriptions with their sealed addresses, receipts, and what a restore does with all that.

mod support;

use notice::{
    Claim, Lang, Method, Says, SeenBy, Stage, Update, UpdateId, Window,
    plan::{ChannelKind, Digest, End, Reason, Standing, State, Wants},
};
use std::{ops::ControlFlow, path::Path, time::Duration};
use store::{
    ChannelRoom, MessageEnd, NewSubscription, NewWay, NoticeView, Options, Outgoing, Restore, Store, StoreError,
    Subscribed, SubscriptionChange, back_up, restore,
};
use support::*;
use watch::{Carrier, Function, IncidentId};
use zeroize::Zeroizing;

fn update(id: u64, incident: u64, secs: u64, says: Says) -> Update {
    let at = after(secs);
    let claim = Claim {
        carrier: Carrier::new("colissimo"),
        function: Some(Function::Label),
        says,
        since: at,
        seen_by: SeenBy::Ourselves,
        window: Window { from: at, to: at },
        counts: None,
        method: Method::Calls,
        confidence: None,
        made: at,
        expires: at.plus(Duration::from_secs(1_800)),
    };
    Update {
        id: UpdateId(id),
        incident: IncidentId(incident),
        carrier: claim.carrier.clone(),
        at,
        stage: Stage::Monitoring,
        verdict: watch::Verdict::Unknown,
        claims: vec![claim],
        remark: None,
        next_by: Some(at.plus(Duration::from_secs(3_600))),
    }
}

fn subscriber(id: &str, ways: &[(ChannelKind, &str, bool)]) -> NewSubscription {
    let way = |(channel, address, confirmed): &(ChannelKind, &str, bool)| NewWay {
        channel: *channel,
        address: Zeroizing::new((*address).to_owned()),
        confirmed: *confirmed,
    };
    NewSubscription {
        id: id.into(),
        lang: Lang::French,
        ways: ways.iter().map(way).collect(),
        wants: Wants::default(),
        budget_per_day: None,
        quiet: None,
        digest: Digest::AtOnce,
        at: START,
    }
}

async fn subscribed(store: &Store, id: &str, ways: &[(ChannelKind, &str, bool)]) {
    let made = store.subscribe(subscriber(id, ways)).await.expect("written");
    assert!(matches!(made, Subscribed::New(_)), "{made:?}");
}

fn room(channel: ChannelKind) -> ChannelRoom {
    ChannelRoom { channel, first: 100, again: 100, down: false }
}

async fn claimed(store: &Store, channels: &[ChannelKind], secs: u64) -> Vec<Outgoing> {
    let rooms = channels.iter().copied().map(room).collect();
    store.claim_notices(rooms, after(secs)).await.expect("claimed").outgoing
}

async fn ended(store: &Store, outgoing: &Outgoing, end: End, receipt: Option<&str>, secs: u64) {
    let end = MessageEnd { end, receipt: receipt.map(str::to_owned), why: None, at: after(secs) };
    store.notice_ended(outgoing, end).await.expect("written");
}

async fn all(store: &Store) -> Vec<NoticeView> {
    store.notices(0, 100_000).await.expect("read").0
}

const MAIL: ChannelKind = ChannelKind::Mail;
const SMS: ChannelKind = ChannelKind::Sms;

#[test]
fn a_subscription_counts_once_it_is_confirmed_and_its_address_is_gone_once_it_ends() {
    on_both(|store| async move {
        let ways = [(MAIL, "Ann@shop.example", false)];
        subscribed(&store, "s1", &ways).await;
        let again = store.subscribe(subscriber("s2", &[(MAIL, "ann@SHOP.example", false)])).await.expect("written");
        assert_eq!(again, Subscribed::Enough, "asked a moment ago, whatever the case of its letters");
        store.append_updates(&[update(1, 1, 1, Says::Signs)]).await.expect("written");
        assert_eq!(all(&store).await, [], "nobody agreed yet");

        let token = store.confirm_token("s1", 0);
        for wrong in ["", "s1", "s1.0.", &store.confirm_token("s1", 1), &store.unsubscribe_token("s1")] {
            assert_eq!(store.confirm(wrong, after(2)).await.expect("read"), None, "{wrong}");
        }
        let confirmed = store.confirm(&token, after(3)).await.expect("written").expect("confirmed");
        assert_eq!((confirmed.standing, confirmed.budget_per_day), (Standing::Confirmed, 24));
        let known = store.subscribe(subscriber("s3", &ways)).await.expect("written");
        assert!(matches!(known, Subscribed::Known(one) if one.id == "s1"));

        let change = SubscriptionChange { digest: Some(Digest::Hourly), ..SubscriptionChange::default() };
        let changed = store.change_subscription("s1", change).await.expect("written").expect("there");
        assert_eq!(changed.digest, Digest::Hourly);
        assert_eq!(store.subscriptions_of(MAIL, " ann@shop.example").await.expect("read").len(), 1);

        store.append_updates(&[update(2, 1, 10, Says::Signs)]).await.expect("written");
        assert!(store.unsubscribe(&store.unsubscribe_token("s1"), after(11)).await.expect("written"));
        assert!(!store.unsubscribe(&store.unsubscribe_token("s1"), after(12)).await.expect("twice is once"));
        assert_eq!(all(&store).await[0].reason, Some(Reason::Unsubscribed));
        assert_eq!(store.way_address("s1", 0).await.expect("read"), None);
        assert_eq!(store.subscriptions_of(MAIL, "ann@shop.example").await.expect("read"), []);
        assert_eq!(store.confirm(&token, after(13)).await.expect("read"), None, "an old link brings nothing back");
    });
}

#[test]
fn codes_are_guessed_five_times_and_then_none_is_right() {
    on_both(|store| async move {
        for (id, guesses) in [("s1", 4), ("s2", 5)] {
            subscribed(&store, id, &[(SMS, &format!("+3360000000{guesses}"), false)]).await;
            let code = store.confirm_code(id, 0);
            for _ in 0..guesses {
                let wrong = store.confirm_by_code(id, 0, "12", after(1)).await.expect("written");
                assert_eq!(wrong, None);
            }
            let right = store.confirm_by_code(id, 0, &code, after(1)).await.expect("written");
            assert_eq!(right.is_some(), guesses == 4);
        }
    });
}

#[test]
fn one_update_is_one_transaction_with_all_its_notices_and_supersedes_what_was_not_sent() {
    on_both(|store| async move {
        for n in 0..10 {
            subscribed(&store, &format!("s{n}"), &[(MAIL, &format!("m{n}@shop.example"), true)]).await;
        }
        assert_eq!(store.append_updates(&[update(1, 7, 1, Says::Signs)]).await.expect("written"), 10);
        let rooms = vec![ChannelRoom { first: 3, ..room(MAIL) }];
        let first = store.claim_notices(rooms, after(2)).await.expect("claimed").outgoing;
        assert_eq!(first.len(), 3);
        assert_eq!(store.append_updates(&[update(2, 7, 3, Says::UnderWatch)]).await.expect("written"), 10);
        assert_eq!(store.append_updates(&[update(2, 7, 3, Says::UnderWatch)]).await.expect("is there"), 0);
        let other = store.append_updates(&[update(2, 7, 3, Says::Signs)]).await;
        assert!(matches!(other, Err(StoreError::Misused(_))));
        // The three that are being sent are let go first; nobody is told of both at once.
        let second = claimed(&store, &[MAIL], 3).await;
        assert_eq!(second.len(), 7);
        assert!(second.iter().all(|outgoing| outgoing.updates[0].id == UpdateId(2)));
        ended(&store, &first[0], End::NotNow, None, 4).await;
        ended(&store, &first[1], End::Delivered, None, 4).await;
        ended(&store, &first[2], End::Unknown, None, 4).await;
        assert_eq!(claimed(&store, &[MAIL], 600).await.len(), 3, "what failed is not tried again: something newer is");
        let views = all(&store).await;
        let superseded = views.iter().filter(|one| one.reason == Some(Reason::Superseded)).count();
        assert_eq!(superseded, 9, "{views:#?}");
        assert_eq!(store.updates(UpdateId(0), 9).await.expect("read").len(), 2);
        assert_eq!(store.last_update().await.expect("read"), UpdateId(2));
    });
}

#[test]
fn a_receipt_is_known_by_either_name_also_before_what_it_is_for() {
    on_both(|store| async move {
        subscribed(&store, "s1", &[(SMS, "+33600000001", true), (MAIL, "m@shop.example", true)]).await;
        for (n, early) in [(1, true), (2, false)] {
            store.append_updates(&[update(n, n, n * 100, Says::Signs)]).await.expect("written");
            let sent = claimed(&store, &[SMS, MAIL], n * 100).await;
            assert_eq!((sent.len(), sent[0].to.as_str()), (1, "+33600000001"));
            let name = if early { "gw-1" } else { &sent[0].message };
            if early {
                assert!(!store.receipt(SMS, name, true, after(n * 100)).await.expect("kept"));
            }
            ended(&store, &sent[0], End::Accepted { receipt: true }, Some(&format!("gw-{n}")), n * 100 + 1).await;
            if !early {
                assert!(store.receipt(SMS, name, true, after(n * 100 + 2)).await.expect("known"));
            }
            assert_eq!(claimed(&store, &[SMS, MAIL], n * 100 + 99).await.len(), 0, "nothing goes the next way");
        }
        assert!(all(&store).await.iter().all(|one| one.state == State::Delivered));
    });
}

fn go_on(_: store::Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn wanted(from: &Path, dir: &Path, nothing_ran_since: bool) -> Restore {
    Restore {
        from: from.to_path_buf(),
        dir: dir.to_path_buf(),
        key: key(),
        policy: dispatch::Policy::default(),
        replace: false,
        nothing_ran_since,
        skip_numbers: None,
        now: after(3_600),
    }
}

#[test]
fn a_restored_store_sends_no_old_notice_and_uses_no_number_again() {
    let dir = tempfile::tempdir().expect("a directory");
    let data = dir.path().join("data");
    run(async {
        let store = open_with(Options::dir(&data, key())).await;
        subscribed(&store, "s1", &[(MAIL, "m@shop.example", true)]).await;
        subscribed(&store, "s2", &[(SMS, "+33600000001", true)]).await;
        store.append_updates(&[update(1, 1, 1, Says::Signs)]).await.expect("written");
        assert_eq!(claimed(&store, &[SMS], 2).await.len(), 1);
        let (file, _) = back_up(&data, &key(), dir.path(), after(60), &mut go_on).expect("a backup");
        store.close().await.expect("closed");
        for (name, nothing_ran_since) in [("lost", false), ("moved", true)] {
            let place = dir.path().join(name);
            restore(&wanted(&file, &place, nothing_ran_since), &mut go_on).expect("restored");
            let store = Store::open(Options::dir(&place, key())).expect("opened");
            store.recover_notices(after(90)).await.expect("recovered");
            let sent = claimed(&store, &[MAIL, SMS], 120).await.len();
            assert_eq!(sent, if nothing_ran_since { 2 } else { 0 }, "{name}");
            let last = store.last_update().await.expect("read").0;
            assert_eq!(last > 1 << 20, !nothing_ran_since, "{name}: {last}");
            store.close().await.expect("closed");
        }
    });
}

#[test]
fn what_is_past_its_time_is_cleared_away() {
    on_both(|store| async move {
        subscribed(&store, "s1", &[(MAIL, "m@shop.example", true)]).await;
        subscribed(&store, "s2", &[(MAIL, "n@shop.example", false)]).await;
        store.append_updates(&[update(1, 1, 1, Says::Signs)]).await.expect("written");
        let sent = claimed(&store, &[MAIL], 2).await;
        ended(&store, &sent[0], End::Delivered, None, 3).await;
        store.end_subscription("s1", after(4)).await.expect("written");
        let day = 86_400;
        while store.clear_notices(after(3 * day)).await.expect("cleared") > 0 {}
        assert!(store.subscription("s2").await.expect("read").is_none(), "nobody confirmed it");
        assert_eq!(all(&store).await.len(), 1);
        while store.clear_notices(after(31 * day)).await.expect("cleared") > 0 {}
        assert_eq!(all(&store).await, []);
        assert!(store.subscription("s1").await.expect("read").is_none());
    });
}

#[test]
fn nothing_of_an_address_lies_in_the_open() {
    let dir = tempfile::tempdir().expect("a directory");
    run(async {
        let store = open_with(Options::dir(dir.path(), key())).await;
        subscribed(&store, "s1", &[(MAIL, "very.private@shop.example", true)]).await;
        store.append_updates(&[update(1, 1, 1, Says::Signs)]).await.expect("written");
        let sent = claimed(&store, &[MAIL], 2).await;
        assert!(!format!("{sent:?}").contains("private"));
        store.close().await.expect("closed");
    });
    let bytes = std::fs::read(dir.path().join("tournee.db")).expect("the database");
    assert!(!bytes.windows(12).any(|part| part == b"very.private"));
}
