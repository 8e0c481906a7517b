//! The public face of the store.

use crate::{
    Accepted, Account, AccountId, Claimed, Counts, Cursor, Filter, IntentView, Label, LabelBytes, Late, Merchant,
    NewIntent, Options, Page, StoreError, Watch, watch::Watchers,
};
use clock::Time;
use dispatch::{Fact, Job, Stamped};
use parcel::{ColissimoNumber, MerchantId, Shipment, ShipmentId};
use std::sync::Arc;
use tokio::sync::Notify;

/// The store. Cheap to clone; every clone is the same store.
#[derive(Clone)]
pub struct Store {
    watchers: Arc<Watchers>,
    due: Arc<Notify>,
}

type Done<T> = Result<T, StoreError>;

#[allow(unused_variables, missing_docs)]
impl Store {
    /// Opens.
    pub fn open(options: Options) -> Done<Self> {
        Err(StoreError::Closed)
    }
    pub async fn accept(&self, new: NewIntent) -> Done<Accepted> {
        Err(StoreError::Closed)
    }
    pub async fn record(
        &self,
        id: ShipmentId,
        facts: Vec<Fact>,
        at: Time,
        label: Option<LabelBytes>,
    ) -> Done<IntentView> {
        Err(StoreError::Closed)
    }
    pub fn record_later(&self, id: ShipmentId, fact: Late, at: Time) {}
    pub async fn claim(&self, job: Option<Job>, account: Option<&str>, count: u32, now: Time) -> Done<Vec<Claimed>> {
        Err(StoreError::Closed)
    }
    pub async fn next_due(&self) -> Done<Option<Time>> {
        Err(StoreError::Closed)
    }
    pub async fn due_changed(&self) {
        self.due.notified().await;
    }
    pub async fn recover(&self, now: Time) -> Done<usize> {
        Err(StoreError::Closed)
    }
    pub async fn get(&self, merchant: &MerchantId, id: ShipmentId) -> Done<Option<IntentView>> {
        Err(StoreError::Closed)
    }
    pub async fn shipment(&self, merchant: &MerchantId, id: ShipmentId) -> Done<Option<Shipment>> {
        Err(StoreError::Closed)
    }
    pub async fn facts(&self, id: ShipmentId) -> Done<Vec<Stamped>> {
        Err(StoreError::Closed)
    }
    pub async fn facts_from(&self, seq: u64, limit: u32) -> Done<Vec<(ShipmentId, Stamped)>> {
        Err(StoreError::Closed)
    }
    pub async fn label(&self, merchant: &MerchantId, id: ShipmentId) -> Done<Option<Label>> {
        Err(StoreError::Closed)
    }
    pub async fn label_by_number(
        &self,
        merchant: &MerchantId,
        number: &ColissimoNumber,
    ) -> Done<Option<(ShipmentId, Label)>> {
        Err(StoreError::Closed)
    }
    pub async fn list(&self, merchant: &MerchantId, filter: Filter, after: Option<Cursor>, limit: u32) -> Done<Page> {
        Err(StoreError::Closed)
    }
    pub async fn neighbours(&self, account: &str, prefix: &str, at: Time, count: u32) -> Done<Vec<ColissimoNumber>> {
        Err(StoreError::Closed)
    }
    pub fn watch(&self, id: ShipmentId) -> Watch {
        self.watchers.watch(id)
    }
    pub async fn counts(&self) -> Done<Counts> {
        Err(StoreError::Closed)
    }
    pub async fn add_merchant(&self, merchant: Merchant, api_key_digest: [u8; 32], account: Account) -> Done<()> {
        Err(StoreError::Closed)
    }
    pub async fn merchant_by_key(&self, api_key_digest: &[u8; 32]) -> Done<Option<Merchant>> {
        Err(StoreError::Closed)
    }
    /// Adds or changes an account, and its merchant (named after its id) when missing: for drop-in enrolment.
    pub async fn upsert_account(&self, account: Account) -> Done<()> {
        Err(StoreError::Closed)
    }
    pub async fn account(&self, id: &str) -> Done<Option<Account>> {
        Err(StoreError::Closed)
    }
    pub async fn accounts_of(&self, merchant: &MerchantId) -> Done<Vec<Account>> {
        Err(StoreError::Closed)
    }
    pub async fn remember_tracking(&self, merchant: &MerchantId, id: &str, json: &str, at: Time) -> Done<()> {
        Err(StoreError::Closed)
    }
    pub async fn tracking(&self, merchant: &MerchantId, id: &str) -> Done<Option<(String, Time)>> {
        Err(StoreError::Closed)
    }
    /// Drains what is queued, checkpoints, joins the threads. Every later call says [`StoreError::Closed`].
    pub async fn close(&self) -> Done<()> {
        Err(StoreError::Closed)
    }
}
