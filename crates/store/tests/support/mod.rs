//! What the suites share: stores of both kinds and shipments to put into them.

#![allow(dead_code, reason = "each suite uses its own part")]

use clock::Time;
use dispatch::{By, Cause, Fact, Job, Reject, Via};
use jiff::civil::{Date, date};
use parcel::{
    Address, AddressFields, DeliveryMode, LabelFormat, Letter, Login, MerchantId, ParcelNumber, Product, Shipment,
    ShipmentId, ShipmentParts, Weight,
};
use std::{path::Path, time::Duration};
use store::{
    Accepted, Account, IntentView, Key, KeyScope, LabelBytes, Merchant, Mode, NewIntent, NewPickup, Options,
    SealingKey, Store,
};

/// 2025-12-22T05:24:00Z, the morning of it all.
pub(crate) const START: Time = Time::from_unix_ms(1_766_381_040_000);
pub(crate) const ACCOUNT: &str = "shop-colissimo";

pub(crate) fn after(secs: u64) -> Time {
    START.plus(Duration::from_secs(secs))
}

pub(crate) fn today() -> Date {
    date(2025, 12, 22)
}

pub(crate) fn key() -> SealingKey {
    SealingKey::from_bytes([7; 32])
}

pub(crate) fn merchant() -> MerchantId {
    "shop".parse().expect("an id")
}

pub(crate) fn account() -> Account {
    Account {
        id: ACCOUNT.into(),
        merchant: merchant(),
        carrier: "colissimo".into(),
        login: Login::Contract { number: "964744".into(), password: "hush-hush".into() },
        okapi_key: Some("okapi-hush".into()),
    }
}

/// A store with a merchant in it, opened so.
pub(crate) async fn open_with(options: Options) -> Store {
    let store = Store::open(options).expect("a store");
    let shop = Merchant { id: merchant(), name: "The Shop".into() };
    store.add_merchant(shop, [1; 32], account(), START).await.expect("a merchant");
    store
}

/// The two kinds of store, each with a place of its own.
pub(crate) fn kinds(dir: &Path) -> [Options; 2] {
    [Options::dir(dir, key()), Options { mode: Mode::Inline, ..Options::memory(key()) }]
}

/// Runs a test on both kinds of store.
pub(crate) fn on_both<F: Future<Output = ()>>(test: impl Fn(Store) -> F) {
    let dir = tempfile::tempdir().expect("a directory");
    for options in kinds(dir.path()) {
        run(async {
            let store = open_with(options).await;
            test(store.clone()).await;
            store.close().await.expect("closed");
        });
    }
}

pub(crate) fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

pub(crate) fn id(n: u64) -> ShipmentId {
    let mut random = [0; 10];
    random[2..].copy_from_slice(&n.to_be_bytes());
    ShipmentId::new(1_766_381_040_000 + n, random)
}

pub(crate) fn address() -> Address {
    Address::parse(AddressFields {
        last_name: Some("Martin".into()),
        street: Some("12 rue des Lilas".into()),
        postal_code: Some("75002".into()),
        city: Some("Paris".into()),
        ..AddressFields::default()
    })
    .expect("an address")
}

pub(crate) fn shipment(order: Option<&str>, deposit_date: Date) -> Shipment {
    Shipment {
        order_number: order.map(|n| n.parse().expect("an order number")),
        parcel_ref: None,
        parcel_number: None,
        product: Product::Dom,
        mode: DeliveryMode::Home,
        deposit_date,
        weight: Weight::from_grams(1_200).expect("a weight"),
        format: LabelFormat::PDF_10X15,
        letter: Letter::Parts(Box::new(ShipmentParts {
            sender: address(),
            addressee: address(),
            commercial_name: None,
            insurance: None,
            instructions: None,
            non_machinable: false,
            undeliverable: None,
            customs: None,
        })),
    }
}

pub(crate) fn intent(n: u64, key: Option<Key>, at: Time) -> NewIntent {
    let order = format!("CMD-{n}");
    NewIntent {
        id: id(n),
        merchant: merchant(),
        account: ACCOUNT.into(),
        shipment: shipment(Some(&order), today()),
        via: Via::Api,
        key,
        pickup: NewPickup::default(),
        at,
    }
}

pub(crate) fn due_on(n: u64, deposit_date: Date) -> NewIntent {
    NewIntent { shipment: shipment(None, deposit_date), ..intent(n, None, START) }
}

pub(crate) fn idempotency(digest: u8, body: u8) -> Key {
    Key { scope: KeyScope::Idempotency, digest: [digest; 16], body: [body; 16] }
}

pub(crate) fn number(serial: u64) -> ParcelNumber {
    ParcelNumber::from_serial("6A", serial).expect("a number")
}

pub(crate) fn claimed(attempt: u32) -> Fact {
    Fact::Claimed { attempt, deposit_date: today(), number: None }
}

pub(crate) fn confirmed(attempt: u32, serial: u64) -> Fact {
    Fact::Confirmed {
        attempt,
        number: number(serial),
        partner_number: None,
        format: LabelFormat::PDF_10X15,
        by: By::Answer,
    }
}

pub(crate) fn unknown(attempt: u32) -> Fact {
    Fact::Unknown { attempt, cause: Cause::NoAnswer, number: None }
}

pub(crate) fn not_done(attempt: u32) -> Fact {
    Fact::NotDone { attempt, cause: Cause::NoConnection, retry_after: None }
}

pub(crate) fn rejected(attempt: u32) -> Fact {
    Fact::Rejected { attempt, reject: Reject { code: "30221".into(), message: "numéro de portable".into() } }
}

pub(crate) fn new(accepted: Accepted) -> IntentView {
    match accepted {
        Accepted::New(view) => view,
        other => panic!("not new: {other:?}"),
    }
}

/// Takes the intent of this number in.
pub(crate) async fn accepted(store: &Store, n: u64) -> IntentView {
    new(store.accept(intent(n, Some(idempotency(u8::try_from(n % 251).expect("small"), 1)), START)).await.expect("in"))
}

/// One intent in each state: 1 in flight, 2 unknown, 3 confirmed, 4 rejected, 5 a person's, 6 void, 7 waiting.
pub(crate) async fn one_of_each(store: &Store) {
    for n in 1..=7 {
        accepted(store, n).await;
    }
    let label = LabelBytes { label: b"%PDF".as_slice().into(), cn23: None, answer_json: "{}".into() };
    store.claim(&[Job::Submit], 6, 0, after(1)).await.expect("claimed");
    store.record(id(2), vec![unknown(1)], after(2), None).await.expect("recorded");
    store.record(id(3), vec![confirmed(1, 3)], after(2), Some(label)).await.expect("recorded");
    store.record(id(4), vec![rejected(1)], after(2), None).await.expect("recorded");
    let human = vec![unknown(1), Fact::LeftToHuman { reason: "nobody knows".into() }];
    store.record(id(5), human, after(2), None).await.expect("recorded");
    store.record(id(6), vec![not_done(1), Fact::Voided], after(2), None).await.expect("recorded");
}

/// Holds the tables on disk to what must always be true of them.
pub(crate) fn audit(dir: &Path) {
    let conn = rusqlite::Connection::open(dir.join("tournee.db")).expect("the database");
    // state: 0 waiting, 1 in flight, 2 unknown; job: 0 submit, 1 resolve.
    let must_be_empty = [
        "SELECT i.id FROM intents i LEFT JOIN outbox o ON o.seq = i.accepted_seq AND o.intent = i.id \
         WHERE CASE i.state WHEN 0 THEN o.job IS NOT 0 OR o.taken WHEN 1 THEN o.taken IS NOT 1 OR o.due_at IS NOT NULL \
         WHEN 2 THEN o.job IS NOT 1 ELSE o.seq IS NOT NULL END",
        "SELECT o.intent FROM outbox o LEFT JOIN intents i ON i.id = o.intent WHERE i.id IS NULL",
        "SELECT state FROM tally t WHERE count <> (SELECT count(*) FROM intents i WHERE i.state = t.state)",
        "SELECT id FROM intents i WHERE compacted = 0 AND version <> (SELECT count(*) FROM facts f WHERE f.intent = i.id)",
        "SELECT id FROM intents i WHERE NOT EXISTS (SELECT 1 FROM facts f WHERE f.seq = i.accepted_seq \
         AND f.intent = i.id AND f.fact LIKE iif(i.compacted, '{\"fact\":\"compacted\"%', '{\"fact\":\"accepted\"%'))",
        "SELECT intent FROM compacting",
        "SELECT intent FROM labels l WHERE NOT EXISTS \
         (SELECT 1 FROM facts f WHERE f.intent = l.intent AND f.fact LIKE '{\"fact\":\"confirmed\"%')",
        "SELECT intent FROM keys k WHERE NOT EXISTS (SELECT 1 FROM intents i WHERE i.id = k.intent)",
    ];
    for sql in must_be_empty {
        let broken = conn.prepare(sql).expect("a question").exists([]).expect("an answer");
        assert!(!broken, "{sql}");
    }
    let whole: String = conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("an answer");
    assert_eq!(whole, "ok");
}

/// Folds the whole journal anew and holds every intent to it.
pub(crate) async fn holds_to_the_journal(store: &Store) -> usize {
    let mut folded = std::collections::BTreeMap::<ShipmentId, dispatch::Intent>::new();
    for (id, stamped) in store.facts_from(0, usize::MAX).await.expect("the journal") {
        if let Fact::Accepted { shipment, .. } = &stamped.fact {
            folded.insert(id, dispatch::Intent::accept(id, shipment.deposit_date, stamped.at).0);
        } else if let Fact::Compacted { intent, .. } = &stamped.fact {
            folded.insert(id, (**intent).clone());
        } else {
            let intent = folded.get_mut(&id).expect("accepted before");
            intent.step(&stamped.fact, stamped.at, &dispatch::Policy::default()).expect("a legal life");
        }
    }
    for (id, intent) in &folded {
        let view = store.get(&merchant(), *id).await.expect("read").expect("there");
        assert_eq!(&view.intent, intent);
    }
    folded.len()
}
