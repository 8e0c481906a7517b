//! The store's face for local labels: their numbers, the merchants' wishes, the announcements.

use super::Store;
use crate::{
    AccountId, Announcing, Candidate, FileName, LocalWish, Looked, NewRange, Numbers, OpenAnnouncement, StoreError,
    Unseen, announcements, numbers, stopgaps,
};
use clock::Time;
use jiff::civil::Date;
use label::{Block, Range};
use parcel::{ClientNumber, MerchantId, Product, ShipmentId};

/// As for the rest of [`Store`]: only errors beside [`StoreError::Database`] and [`StoreError::Closed`] are said.
impl Store {
    /// Registers a range of numbers for local labels.
    ///
    /// # Errors
    /// [`StoreError::NoAccount`], [`StoreError::RangeKnown`] when any of the numbers was registered before under any
    /// account, [`StoreError::OtherSite`] when it was cut out for another site than this one.
    pub async fn add_range(&self, new: NewRange, at: Time) -> Result<(), StoreError> {
        self.inner.engine.write(move |writing| numbers::add(writing, &new, at)).await
    }

    /// Gives out up to `count` numbers of an account for a product, in one commit; nothing when they are used up. What is
    /// not used of them is lost: no number is ever given out twice.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when a range cannot be read.
    pub async fn reserve(
        &self,
        account: &str,
        product: &Product,
        count: u64,
        at: Time,
    ) -> Result<Option<Block>, StoreError> {
        let (account, product) = (account.to_owned(), product.clone());
        self.inner.engine.write(move |writing| numbers::reserve(writing, &account, &product, count, at)).await
    }

    /// Cuts `each` numbers out for every site and hands them over: they are never given out here.
    ///
    /// # Errors
    /// [`StoreError::NoAccount`], [`StoreError::NumbersShort`] when no range has so many left.
    pub async fn split_range(
        &self,
        account: &str,
        product: &Product,
        sites: Vec<String>,
        each: u64,
        at: Time,
    ) -> Result<Vec<(String, Range)>, StoreError> {
        let (account, product) = (account.to_owned(), product.clone());
        self.inner.engine.write(move |writing| numbers::split(writing, &account, &product, &sites, each, at)).await
    }

    /// All numbers for local labels, by account and product.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when a range cannot be read.
    pub async fn numbers(&self, today: Date) -> Result<Vec<Numbers>, StoreError> {
        self.inner.engine.read(move |conn| numbers::list(conn, today)).await
    }

    /// What a merchant wants in the dark; nothing for one that is not there.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn local_wish(&self, merchant: &MerchantId) -> Result<Option<LocalWish>, StoreError> {
        let merchant = merchant.clone();
        self.inner.engine.read(move |conn| stopgaps::wish(conn, &merchant)).await
    }

    /// Changes what a merchant wants in the dark, for what waits now as for what comes. Broken off in the middle it holds
    /// for what comes, and setting it again completes it.
    ///
    /// # Errors
    /// [`StoreError::NoMerchant`].
    pub async fn set_local_wish(&self, merchant: &MerchantId, wish: LocalWish) -> Result<(), StoreError> {
        let whose = merchant.clone();
        self.inner.engine.write(move |writing| stopgaps::set_wish(writing, &whose, &wish)).await?;
        let mut done = Some(0);
        while let Some(after) = done {
            let whose = merchant.clone();
            done = self.inner.engine.write(move |writing| stopgaps::mark_piece(writing, &whose, after)).await?;
        }
        Ok(())
    }

    /// Up to `limit` urgent jobs that are to be looked at in the dark, the most urgent first.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when a job has no intent or first fact.
    pub async fn candidates(&self, today: Date, limit: usize) -> Result<Vec<Candidate>, StoreError> {
        self.inner.engine.read(move |conn| stopgaps::candidates(conn, today, limit)).await
    }

    /// One shipment as a candidate for a local label, whatever its state; nothing for one that is not this merchant's.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when its first fact is missing.
    pub async fn candidate(&self, merchant: &MerchantId, id: ShipmentId) -> Result<Option<Candidate>, StoreError> {
        let merchant = merchant.clone();
        self.inner.engine.read(move |conn| stopgaps::of_shipment(conn, &merchant, id)).await
    }

    /// Notes how jobs were left, so that they are not looked at again until something changes for them.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn looked_at(&self, jobs: Vec<(ShipmentId, Looked)>) -> Result<(), StoreError> {
        self.inner.engine.write(move |writing| stopgaps::looked_at(writing, &jobs)).await
    }

    /// Why there is no local label for a job that waits, where one was wanted.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn why_no_local_label(&self, id: ShipmentId) -> Result<Option<String>, StoreError> {
        self.inner.engine.read(move |conn| stopgaps::why_not(conn, id)).await
    }

    /// The accounts that have local labels to announce.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn accounts_to_announce(&self) -> Result<Vec<AccountId>, StoreError> {
        self.inner.engine.read(announcements::accounts).await
    }

    /// The announcement of this account to be delivered next: the one that is open, the same as before, or a new one of up
    /// to `most` labels, written down already. Nothing when there is none.
    ///
    /// # Errors
    /// [`StoreError::NoClient`] when the merchant's number at the carrier is not known.
    pub async fn next_announcement(
        &self,
        account: &str,
        most: u32,
        name: FileName,
        at: Time,
    ) -> Result<Option<OpenAnnouncement>, StoreError> {
        let account = account.to_owned();
        self.inner.engine.write(move |writing| announcements::next(writing, &account, most, name, at)).await
    }

    /// Writes down that an announcement's file is with the carrier.
    ///
    /// # Errors
    /// [`StoreError::Misused`] when there is no such announcement.
    pub async fn announced(&self, client: ClientNumber, bordereau: u32, at: Time) -> Result<(), StoreError> {
        self.inner.engine.write(move |writing| announcements::announced(writing, client, bordereau, at)).await
    }

    /// Up to `limit` announced labels that the carrier's tracking was not seen to know, after this shipment.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn unseen(&self, after: Option<ShipmentId>, limit: usize) -> Result<Vec<Unseen>, StoreError> {
        self.inner.engine.read(move |conn| announcements::unseen(conn, after, limit)).await
    }

    /// How much is on its way to the carrier.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn announcing(&self) -> Result<Announcing, StoreError> {
        self.inner.engine.read(announcements::announcing).await
    }
}
