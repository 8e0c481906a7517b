//! The store's face for the directory of pickup points.

use super::Store;
use crate::{
    Account, PointsKept, StoreError, merchants,
    pickup_points::{self, Written},
};
use pickup::{AreaRow, Known};
use std::sync::Arc;

/// As for the other methods: only errors are said that not every method has.
impl Store {
    /// Keeps these points, but none that is older than what is kept of it; gives the revision of this write. All of them
    /// are one write: a few thousand at a time leave the writer to everyone else between.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn keep_points(&self, points: Vec<Known>) -> Result<u64, StoreError> {
        let written = points.iter().map(Written::new).collect::<Result<Vec<_>, _>>()?;
        self.inner.engine.write(move |writing| pickup_points::keep(writing, &written)).await
    }

    /// Every point that is kept.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when one cannot be read.
    pub async fn points(&self) -> Result<Vec<Known>, StoreError> {
        Ok(self.points_since(0).await?.0)
    }

    /// The points that were written after this revision, by whatever process, and the last revision.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when one cannot be read.
    pub async fn points_since(&self, revision: u64) -> Result<(Vec<Known>, u64), StoreError> {
        self.inner.engine.read(move |conn| pickup_points::since(conn, revision)).await
    }

    /// How much of the directory is kept, and how old it is.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn points_kept(&self) -> Result<PointsKept, StoreError> {
        self.inner.engine.read(pickup_points::kept).await
    }

    /// Keeps these areas with what is known of them.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn keep_areas(&self, rows: Vec<AreaRow>) -> Result<(), StoreError> {
        self.inner.engine.write(move |writing| pickup_points::keep_areas(writing, &rows)).await
    }

    /// Every area that is kept.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when one cannot be read.
    pub async fn areas(&self) -> Result<Vec<AreaRow>, StoreError> {
        self.inner.engine.read(pickup_points::areas).await
    }

    /// The first account at this carrier whose id comes after this one: for calls that are nobody's own.
    ///
    /// # Errors
    /// [`StoreError::WrongKey`] when its secrets do not open.
    pub async fn account_after(&self, carrier: &str, after: Option<&str>) -> Result<Option<Account>, StoreError> {
        let (carrier, after) = (carrier.to_owned(), after.unwrap_or_default().to_owned());
        let around = Arc::clone(&self.inner.around);
        self.inner.engine.read(move |conn| merchants::account_after(conn, &around.key, &carrier, &after)).await
    }
}
