//! API keys: from when to when each is good, what it may do, how one follows another.

mod support;

use clock::Time;
use std::time::Duration;
use store::{ApiKey, NewApiKey, Options, Scope, Scopes, Store, StoreError};
use support::*;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn new_key(digest: u8, scopes: &str, expires_at: Option<Time>) -> NewApiKey {
    let scopes = scopes.parse().expect("scopes");
    NewApiKey { digest: [digest; 32], merchant: merchant(), name: "till".into(), scopes, at: START, expires_at }
}

async fn key_of(store: &Store, digest: u8) -> ApiKey {
    store.api_key(&[digest; 32]).await.expect("read").expect("known")
}

#[test]
fn a_key_may_what_it_was_given_and_nothing_else() {
    on_both(|store| async move {
        let added = store.add_api_key(new_key(5, "read,ship", None)).await.expect("added");
        assert_eq!(added, key_of(&store, 5).await);
        assert_eq!((added.account.as_str(), added.name.as_str()), (ACCOUNT, "till"));
        assert!(added.scopes.contains(Scope::Ship) && !added.scopes.contains(Scope::Decide));
        assert_eq!(
            key_of(&store, 1).await.scopes,
            Scopes::of_a_shop(),
            "the merchant's first key may do all that a shop may"
        );
        let ids: Vec<_> = store.api_keys().await.expect("read").into_iter().map(|key| key.id).collect();
        assert_eq!(ids, ["key_0101010101010101", "key_0505050505050505"]);
    });
}

#[test]
fn a_merchant_that_enrolled_by_itself_gets_its_first_key() {
    on_both(|store| async move {
        let theirs = store::Account { merchant: "other".parse().expect("an id"), id: "theirs".into(), ..account() };
        let new = NewApiKey { merchant: theirs.merchant.clone(), ..new_key(5, "decide", None) };
        let unknown = store.add_api_key(new.clone()).await;
        assert!(matches!(&unknown, Err(StoreError::NoMerchant(_))), "{unknown:?}");
        store.upsert_account(theirs).await.expect("enrolled");
        assert_eq!(store.add_api_key(new).await.expect("added").account, "theirs");
        let stolen = store.add_api_key(new_key(5, "read", None)).await;
        assert!(matches!(stolen, Err(StoreError::ApiKeyTaken)), "{stolen:?}");
    });
}

#[test]
fn a_rotated_key_goes_on_for_the_grace_period_and_its_successor_lives_as_long() {
    on_both(|store| async move {
        let old = store.add_api_key(new_key(5, "ship", Some(START.plus(90 * DAY)))).await.expect("added");
        let at = START.plus(30 * DAY);
        let new = store.rotate_api_key(&old.id, [6; 32], at, DAY).await.expect("rotated");
        assert_eq!((new.name, new.scopes, new.expires_at), (old.name, old.scopes, Some(at.plus(90 * DAY))));
        let old = key_of(&store, 5).await;
        assert!(old.is_good(at) && !old.is_good(at.plus(DAY)));
        let late = store.rotate_api_key(&old.id, [7; 32], at.plus(DAY), DAY).await;
        assert!(matches!(late, Err(StoreError::ApiKeyEnded(_))), "{late:?}");
    });
}

#[test]
fn the_grace_period_never_makes_a_life_longer() {
    on_both(|store| async move {
        let end = START.plus(DAY);
        let old = store.add_api_key(new_key(5, "ship", Some(end))).await.expect("added");
        store.rotate_api_key(&old.id, [6; 32], START, 30 * DAY).await.expect("rotated");
        assert_eq!(key_of(&store, 5).await.expires_at, Some(end));
    });
}

#[test]
fn a_revoked_key_stays_revoked() {
    on_both(|store| async move {
        let first = key_of(&store, 1).await;
        store.revoke_api_key(&first.id, after(1)).await.expect("revoked");
        let again = store.revoke_api_key(&first.id, after(9)).await.expect("again");
        assert_eq!(again.revoked_at, Some(after(1)));
        let shop = store::Merchant { id: merchant(), name: "The Shop".into() };
        store.add_merchant(shop, [1; 32], account(), after(9)).await.expect("added again");
        assert!(!key_of(&store, 1).await.is_good(after(10)), "adding it again does not bring it back");
        let nobody = store.revoke_api_key("key_00", START).await;
        assert!(matches!(nobody, Err(StoreError::NoApiKey(_))), "{nobody:?}");
    });
}

#[test]
fn the_last_use_is_kept_to_the_hour_and_never_goes_back() {
    run(async {
        let store = open_with(Options::memory(key())).await;
        let first = key_of(&store, 1).await;
        assert!(first.use_is_news(START));
        store.api_key_used(&first.id, after(100));
        store.api_key_used(&first.id, after(50));
        let used = key_of(&store, 1).await;
        assert_eq!(used.used_at, Some(after(100)));
        assert!(!used.use_is_news(after(3_699)) && used.use_is_news(after(3_700)));
    });
}

#[test]
fn keys_of_a_database_of_before_may_everything() {
    let dir = tempfile::tempdir().expect("a directory");
    let old = rusqlite::Connection::open(dir.path().join("tournee.db")).expect("a database");
    old.execute_batch(include_str!("../src/schema/1.sql")).expect("the first layout");
    old.execute_batch(
        "INSERT INTO merchants VALUES ('shop', 'The Shop'); \
         INSERT INTO api_keys (digest, merchant, account) VALUES (unhex('05' || hex(zeroblob(31))), 'shop', 'a'); \
         PRAGMA user_version = 1;",
    )
    .expect("a key of then");
    drop(old);
    run(async {
        let store = Store::open(Options::dir(dir.path(), key())).expect("brought up to date");
        let mut digest = [0; 32];
        digest[0] = 5;
        let found = store.api_key(&digest).await.expect("read").expect("known");
        assert_eq!((found.id, found.scopes), (ApiKey::id_of(&digest), Scopes::of_a_shop()));
        assert_eq!((found.created_at, found.expires_at), (None, None));
        store.close().await.expect("closed");
    });
}
