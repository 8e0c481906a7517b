//! The store's face for what buyers choose: the choices, the questions, the merchants' rules.

use super::Store;
use crate::{
    Chose, IntentView, Merchant, OutOfHome, PastChoice, PointRule, Replaces, StoreError, choices, merchants, questions,
    rows, tracking,
};

use clock::Time;
use dispatch::Consent;
use parcel::{MerchantId, OrderNumber, Shipment, ShipmentId};
use pickup::{Choice, ChoiceKey};

/// As for the rest of [`Store`]: only errors beside [`StoreError::Database`] and [`StoreError::Closed`] are said.
impl Store {
    /// The key by which choices and links are signed: derived from the sealing key for this alone, and so the same as
    /// long as the data are.
    pub fn choice_key(&self) -> ChoiceKey {
        self.inner.around.key.choice_key()
    }

    /// Records what a buyer chose for an order, and holds it to the order's shipments: one that surely has no label
    /// becomes a question where it goes elsewhere. Durable when this returns.
    ///
    /// # Errors
    /// [`StoreError::Misused`] for a choice without an order number.
    pub async fn choose(&self, choice: Choice, replaces: Replaces, at: Time) -> Result<Chose, StoreError> {
        self.inner.engine.write(move |writing| choices::choose(writing, &choice, &replaces, at)).await
    }

    /// The choice that counts for an order.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn choice_of(&self, merchant: &MerchantId, order: &OrderNumber) -> Result<Option<Choice>, StoreError> {
        let (merchant, order) = (merchant.clone(), order.clone());
        self.inner.engine.read(move |conn| choices::current(conn, &merchant, &order)).await
    }

    /// The choices of an order, the latest first, each with when it ceased to count.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn choices_of(&self, merchant: &MerchantId, order: &OrderNumber) -> Result<Vec<PastChoice>, StoreError> {
        let (merchant, order) = (merchant.clone(), order.clone());
        self.inner.engine.read(move |conn| choices::history(conn, &merchant, &order)).await
    }

    /// Records what was agreed to about a shipment that is a question; with the point that the buyer agreed to, that
    /// counts as chosen from then on. Durable when this returns.
    ///
    /// # Errors
    /// [`StoreError::Illegal`] when nothing is asked (any more), [`StoreError::NoShipment`].
    pub async fn consent(
        &self,
        id: ShipmentId,
        consent: Consent,
        chosen: Option<Choice>,
        at: Time,
    ) -> Result<IntentView, StoreError> {
        let chosen = chosen.map(Box::new);
        self.inner.engine.write(move |writing| questions::consent(writing, id, consent, chosen.as_deref(), at)).await
    }

    /// A shipment with its merchant and what is to be labelled, by the id in a signed link. Nothing for one that is not
    /// there, or whose first fact is past its time.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn linked(&self, id: ShipmentId) -> Result<Option<(IntentView, Merchant, Shipment)>, StoreError> {
        self.inner
            .engine
            .read(move |conn| {
                let Some(row) = rows::find(conn, id)? else { return Ok(None) };
                let Some(shipment) = crate::claim::kept_shipment(conn, &row)? else { return Ok(None) };
                let merchant = merchants::find(conn, &row.view.merchant)?;
                Ok(merchant.map(|merchant| (row.view, merchant, shipment)))
            })
            .await
    }

    /// Up to `limit` parcels to pickup points that were asked for since a moment and whose labels were handed out, after
    /// this one; those of which a mismatch is known are left out.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when a number cannot be read.
    pub async fn out_of_home(
        &self,
        since: Time,
        after: Option<ShipmentId>,
        limit: usize,
    ) -> Result<Vec<OutOfHome>, StoreError> {
        self.inner.engine.read(move |conn| tracking::out_of_home(conn, since, after, limit)).await
    }

    /// What a merchant wants where a buyer's point cannot be had; nothing for one that is not there.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn point_rule(&self, merchant: &MerchantId) -> Result<Option<PointRule>, StoreError> {
        let merchant = merchant.clone();
        self.inner.engine.read(move |conn| questions::rule(conn, &merchant)).await
    }

    /// Changes what a merchant wants, for every question from now on.
    ///
    /// # Errors
    /// [`StoreError::NoMerchant`].
    pub async fn set_point_rule(&self, merchant: &MerchantId, rule: PointRule) -> Result<(), StoreError> {
        let merchant = merchant.clone();
        self.inner.engine.write(move |writing| questions::set_rule(writing, &merchant, rule)).await
    }
}
