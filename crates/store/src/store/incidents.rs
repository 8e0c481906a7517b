//! The store's face for incidents.

use super::Store;
use crate::{
    Delayed, StoreError, delayed,
    incidents::{self, Written},
};
use clock::Time;
use watch::{IncidentId, Transition};

/// As for the other methods: only errors are said that not every method has.
impl Store {
    /// Appends what happened to incidents, in this order.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn append_incident_facts(&self, facts: &[Transition]) -> Result<(), StoreError> {
        let written = facts.iter().map(Written::new).collect::<Result<Vec<_>, _>>()?;
        self.inner.engine.write(move |writing| incidents::append(writing, &written)).await
    }

    /// Everything that ever happened to incidents, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when a fact cannot be read.
    pub async fn incident_facts(&self) -> Result<Vec<Transition>, StoreError> {
        self.inner.engine.read(incidents::all).await
    }

    /// What happened to one incident, the oldest first, at most so many facts; empty for one that never was.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when a fact cannot be read.
    pub async fn facts_of_incident(&self, id: IncidentId, limit: u32) -> Result<Vec<Transition>, StoreError> {
        self.inner.engine.read(move |conn| incidents::of(conn, id, limit)).await
    }

    /// What became of the labels that had to wait since this time. It looks at each of them: it is for the end of an incident.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn delayed(&self, since: Time) -> Result<Delayed, StoreError> {
        self.inner.engine.read(move |conn| delayed::count(conn, since)).await
    }

    /// A durable write of no consequence, to see how quick the disk is.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn probe_disk(&self, at: Time) -> Result<(), StoreError> {
        self.inner.engine.write(move |writing| incidents::probe(writing, at)).await
    }
}
