//! The only disk: journal, folded tables, outbox, sealed secrets; SQLite with one writer and group commit.
//!
//! Facts go into an append-only journal, and the tables that are read (intents, outbox, keys, labels) are folded from
//! them in the same transaction, so that neither is ever ahead of the other. An acknowledgement leaves only after
//! the commit that made it true has returned.

mod error;
mod model;
mod options;
mod seal;
mod store;
mod watch;

pub use error::StoreError;
pub use model::{
    Accepted, Account, AccountId, Claimed, Counts, Cursor, Filter, IntentView, Key, KeyScope, Label, LabelBytes, Late,
    Merchant, NewIntent, Page,
};
pub use options::{Boundary, BoundaryHook, Mode, Options, Place};
pub use seal::SealingKey;
pub use store::Store;
pub use watch::Watch;
