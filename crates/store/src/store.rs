//! The public face of the store: every method hands a plain function to the engine and waits for what it says.

mod choice;
mod given_out;
mod hooks;
mod incidents;
mod keep;
mod keys;
mod local;
mod many;
mod pickup;
mod shops;
mod tickets;
mod told;

use crate::{
    Accepted, Account, Claimed, Counts, Finding, IntentView, Key, Label, LabelBytes, Late, Merchant, NewIntent,
    Options, StoreError, Watch,
    accept::{self, Request},
    claim, doctor,
    engine::Engine,
    given_out::Listener,
    merchants, neighbours, reads,
    record::{self, Happened},
    tracking,
    watchers::Watchers,
    writer::Surroundings,
};
use clock::Time;
use dispatch::{Fact, Job, Stamped};
use parcel::{MerchantId, OrderNumber, ParcelNumber, Shipment, ShipmentId};
use std::{
    fmt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::Notify;

pub use hooks::HooksGathered;

/// The store. Cheap to clone; every clone is the same store.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    around: Arc<Surroundings>,
    late_dropped: AtomicU64,
}

/// Every method fails with [`StoreError::Database`] when the disk or the database does, and with
/// [`StoreError::Closed`] after [`Store::close`]; only other errors are said.
impl Store {
    /// Opens the store, making it where there is none, and brings its layout up to date.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when another exclusive store has the directory, [`StoreError::WrongKey`] when its secrets
    /// were sealed under another key, [`StoreError::TooNew`] for a database of a later program,
    /// [`StoreError::Directory`] and [`StoreError::Database`] when it cannot be read or written.
    pub fn open(options: Options) -> Result<Self, StoreError> {
        let around = Arc::new(Surroundings {
            key: options.key.clone(),
            policy: options.policy.clone(),
            boundary: options.boundary.clone(),
            watchers: Watchers::new(),
            due: Notify::new(),
            grown: Notify::new(),
            hooks: Notify::new(),
            shops: Notify::new(),
            notices: Notify::new(),
            tickets: Notify::new(),
            given_out: Listener::default(),
        });
        let engine = Engine::start(&options, Arc::clone(&around))?;
        Ok(Self { inner: Arc::new(Inner { engine, around, late_dropped: AtomicU64::new(0) }) })
    }

    /// Looks at the disk under a data directory, for a person: never changes what is there.
    pub fn check(dir: &Path) -> Vec<Finding> {
        doctor::check(dir)
    }

    /// Takes a request for a label in, or says which shipment it is already. Durable when this returns.
    ///
    /// # Errors
    /// [`StoreError::NoAccount`] when the merchant has no such account, [`StoreError::IdTaken`] when the id is not fresh.
    pub async fn accept(&self, new: NewIntent) -> Result<Accepted, StoreError> {
        let request = Request::new(new)?;
        self.inner.engine.write(move |writing| accept::accept(writing, request)).await
    }

    /// What a request with this key would be told, without taking it in: nothing where it would be new.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn known(&self, merchant: &MerchantId, key: Key, at: Time) -> Result<Option<Accepted>, StoreError> {
        let merchant = merchant.clone();
        self.inner.engine.read(move |conn| accept::known(conn, &merchant, key, at)).await
    }

    /// Folds facts into an intent and writes them, all or none, with the label when one of them confirms it. Durable
    /// when this returns.
    ///
    /// # Errors
    /// [`StoreError::Illegal`] when a fact cannot follow, [`StoreError::NoShipment`] for an unknown id.
    pub async fn record(
        &self,
        id: ShipmentId,
        facts: Vec<Fact>,
        at: Time,
        label: Option<LabelBytes>,
    ) -> Result<IntentView, StoreError> {
        let happened = Happened::new(id, facts, at, label)?;
        self.inner.engine.write(move |writing| record::record(writing, &happened)).await
    }

    /// Records without waiting and in order with what is asked after it. Dropped, and counted, when the queue is
    /// full; dropped silently when it cannot follow.
    pub fn record_later(&self, id: ShipmentId, fact: Late, at: Time) {
        let fact = match fact {
            Late::Sent { attempt } => Fact::Sent { attempt },
            Late::Released => Fact::Released,
        };
        let kept = Happened::new(id, vec![fact], at, None).is_ok_and(|happened| {
            self.inner.engine.write_later(move |writing| record::record(writing, &happened).map(drop))
        });
        if !kept {
            self.inner.late_dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Takes up to `count` due jobs from the outbox, of these kinds in this order, of which up to `again` for which the
    /// carrier was asked before: the most urgent day of deposit first, then the oldest.
    ///
    /// A submit begins an attempt (`Fact::Claimed`, for the day of deposit or today in Paris, whichever is later) and
    /// is taken until its result is recorded; a resolve is only taken, and comes back when nothing is recorded for
    /// ten minutes.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when a job has no intent, account or first fact.
    pub async fn claim(
        &self,
        jobs: &'static [Job],
        count: u32,
        again: u32,
        now: Time,
    ) -> Result<Vec<Claimed>, StoreError> {
        self.inner.engine.write(move |writing| claim::claim(writing, jobs, count, again, now)).await
    }

    /// When the next job is due; a moment of the past when one is ready. Nothing when no job waits.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn next_due(&self) -> Result<Option<Time>, StoreError> {
        self.inner.engine.read(reads::next_due).await
    }

    /// Returns when the outbox has gained work since this last returned. For one caller at a time.
    pub async fn due_changed(&self) {
        self.inner.around.due.notified().await;
    }

    /// Takes up what a stopped process left in the middle: attempts under way become unknown, questions to anchors
    /// are free again. To be called once, before any claim. Says how many attempts were under way.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when a job and its intent disagree.
    pub async fn recover(&self, now: Time) -> Result<usize, StoreError> {
        self.inner.engine.write(move |writing| record::recover(writing, now)).await
    }

    /// The intent of this merchant with this id.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn get(&self, merchant: &MerchantId, id: ShipmentId) -> Result<Option<IntentView>, StoreError> {
        let merchant = merchant.clone();
        self.inner.engine.read(move |conn| reads::view(conn, &merchant, id)).await
    }

    /// What was asked to be labelled; nothing where that is past its time.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn shipment(&self, merchant: &MerchantId, id: ShipmentId) -> Result<Option<Shipment>, StoreError> {
        let merchant = merchant.clone();
        let read = move |conn: &rusqlite::Connection| {
            let row = reads::row(conn, &merchant, id)?;
            row.map_or(Ok(None), |row| claim::kept_shipment(conn, &row))
        };
        self.inner.engine.read(read).await
    }

    /// The facts about one intent, in order.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn facts(&self, id: ShipmentId) -> Result<Vec<Stamped>, StoreError> {
        self.inner.engine.read(move |conn| reads::facts(conn, id)).await
    }

    /// Up to `limit` facts of the journal from this number on, in order.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn facts_from(&self, seq: u64, limit: usize) -> Result<Vec<(ShipmentId, Stamped)>, StoreError> {
        self.inner.engine.read(move |conn| reads::facts_from(conn, seq, limit)).await
    }

    /// The label of an intent, whatever its state: whether it may be handed out is the caller's to ask.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn label(&self, merchant: &MerchantId, id: ShipmentId) -> Result<Option<Label>, StoreError> {
        let merchant = merchant.clone();
        self.inner.engine.read(move |conn| reads::label(conn, &merchant, id)).await
    }

    /// The label with this number; the latest, should the carrier have used the number again.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn label_by_number(
        &self,
        merchant: &MerchantId,
        number: &ParcelNumber,
    ) -> Result<Option<(ShipmentId, Label)>, StoreError> {
        let (merchant, number) = (merchant.clone(), *number);
        self.inner.engine.read(move |conn| reads::label_by_number(conn, &merchant, &number)).await
    }

    /// Whether a customs form is kept with the label of this shipment.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn has_customs_form(&self, id: ShipmentId) -> Result<bool, StoreError> {
        self.inner.engine.read(move |conn| reads::has_customs_form(conn, id)).await
    }

    /// How many parcels of this order there are, void ones included.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn parcels_of(&self, merchant: &MerchantId, order: &OrderNumber) -> Result<u32, StoreError> {
        let (merchant, order) = (merchant.clone(), order.clone());
        self.inner.engine.read(move |conn| accept::parcels_of(conn, &merchant, &order)).await
    }

    /// Up to `count` numbers that nobody here has, between those that the carrier gave to this account just before
    /// and just after a moment: candidates for an attempt that was lost then.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn neighbours(
        &self,
        account: &str,
        prefix: &str,
        at: Time,
        count: usize,
    ) -> Result<Vec<ParcelNumber>, StoreError> {
        let (account, prefix) = (account.to_owned(), prefix.to_owned());
        self.inner.engine.read(move |conn| neighbours::neighbours(conn, &account, &prefix, at, count)).await
    }

    /// Wakes up after each durable change of this intent from now on, also of a final one.
    pub fn watch(&self, id: ShipmentId) -> Watch {
        self.inner.around.watchers.watch(id)
    }

    /// How much there is.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn counts(&self) -> Result<Counts, StoreError> {
        let counts = self.inner.engine.read(reads::counts).await?;
        Ok(Counts { late_dropped: self.inner.late_dropped.load(Ordering::Relaxed), ..counts })
    }

    /// Adds a merchant with an API key (by its SHA-256 digest) that may do everything, and an account; adds the key and the account to a
    /// merchant that is there already, and renames it.
    ///
    /// # Errors
    /// [`StoreError::ApiKeyTaken`] when the key is another merchant's, [`StoreError::NoAccount`] when the account is.
    pub async fn add_merchant(
        &self,
        merchant: Merchant,
        api_key_digest: [u8; 32],
        account: Account,
        at: Time,
    ) -> Result<(), StoreError> {
        self.inner.engine.write(move |writing| merchants::add(writing, &merchant, &api_key_digest, &account, at)).await
    }

    /// Every merchant, by id: for a person at the command line.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn merchants(&self) -> Result<Vec<Merchant>, StoreError> {
        self.inner.engine.read(merchants::all).await
    }

    /// Adds or changes an account, and adds its merchant, named after its id, when missing: for shops that enrol by
    /// their first request. Writes nothing when it is there already just so.
    ///
    /// # Errors
    /// [`StoreError::NoAccount`] when the account is another merchant's.
    pub async fn upsert_account(&self, account: Account) -> Result<(), StoreError> {
        self.inner.engine.write(move |writing| merchants::upsert(writing, &account)).await
    }

    /// The account with this id.
    ///
    /// # Errors
    /// [`StoreError::WrongKey`] when its secrets do not open.
    pub async fn account(&self, id: &str) -> Result<Option<Account>, StoreError> {
        let (id, around) = (id.to_owned(), Arc::clone(&self.inner.around));
        self.inner.engine.read(move |conn| merchants::account(conn, &around.key, &id)).await
    }

    /// A merchant's accounts.
    ///
    /// # Errors
    /// [`StoreError::WrongKey`] when their secrets do not open.
    pub async fn accounts_of(&self, merchant: &MerchantId) -> Result<Vec<Account>, StoreError> {
        let (merchant, around) = (merchant.clone(), Arc::clone(&self.inner.around));
        self.inner.engine.read(move |conn| merchants::accounts_of(conn, &around.key, &merchant)).await
    }

    /// Keeps what tracking said about a parcel, unless something later is kept already.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn remember_tracking(
        &self,
        merchant: &MerchantId,
        id: &str,
        json: &str,
        at: Time,
    ) -> Result<(), StoreError> {
        let (merchant, id, json) = (merchant.clone(), id.to_owned(), json.to_owned());
        self.inner.engine.write(move |writing| tracking::remember(writing, &merchant, &id, &json, at)).await
    }

    /// What tracking last said about a parcel, and when.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn tracking(&self, merchant: &MerchantId, id: &str) -> Result<Option<(String, Time)>, StoreError> {
        let (merchant, id) = (merchant.clone(), id.to_owned());
        self.inner.engine.read(move |conn| tracking::last(conn, &merchant, &id)).await
    }

    /// Writes what is queued, carries the log into the database and lets go of the directory. Every later call says
    /// [`StoreError::Closed`]; closing again does nothing.
    ///
    /// # Errors
    /// When the log could not be carried over; what was acknowledged is safe in it.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.inner.engine.close().await
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store(…)")
    }
}
