//! What can go wrong with the disk or with what was asked of it, each with what to do about it.

use dispatch::Illegal;
use parcel::{ColissimoNumber, MerchantId, ParcelNumber, ShipmentId};
use std::{path::PathBuf, sync::Arc};

/// Why the store did not do what was asked. Cheap to clone: one failed commit is told to everyone in its group.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The fact cannot follow what is known. Nothing was written.
    #[error("{0}: read the shipment again and decide anew")]
    Illegal(#[from] Illegal),
    /// No shipment has this id.
    #[error("there is no shipment {0}: check the id")]
    NoShipment(ShipmentId),
    /// A shipment with this id is there already and no key said that it is the same.
    #[error("the id {0} is taken: make a fresh one")]
    IdTaken(ShipmentId),
    /// No account has this id, or it is another merchant's.
    #[error("there is no account {0} of this merchant: add it first")]
    NoAccount(String),
    /// No merchant has this id.
    #[error("there is no merchant {0}: `tournee merchant list` has them all")]
    NoMerchant(MerchantId),
    /// No API key has this public id.
    #[error("there is no API key {0}: `tournee key list` has them all")]
    NoApiKey(String),
    /// The API key was revoked or has expired.
    #[error("the API key {0} has ended: add a new one")]
    ApiKeyEnded(String),
    /// The merchant has local labels and no number at the carrier to announce them under.
    #[error("the client number of the merchant {0} is not known: `tournee merchant set --id {0} --client NUMBER`")]
    NoClient(String),
    /// Some of the numbers were registered before.
    #[error("numbers between {first} and {last} were registered before: no number may be used twice, give a new range")]
    RangeKnown {
        /// The first number of the range that was refused.
        first: ColissimoNumber,
        /// The last one.
        last: ColissimoNumber,
    },
    /// No range has so many numbers left.
    #[error("{wanted} numbers were asked for and no range has more than {left} left: ask for fewer, or add a range")]
    NumbersShort {
        /// What the range with the most left has.
        left: u64,
        /// How many were asked for.
        wanted: u64,
    },
    /// The numbers were cut out for another site.
    #[error("these numbers are for the site {wanted} and this is {known}: take them in there, or correct the site")]
    OtherSite {
        /// The site that this store is.
        known: String,
        /// The site of the numbers.
        wanted: String,
    },
    /// A number that no local label may have. Nothing was written.
    #[error("{number} {why}: it is not printed, take another")]
    NumberUnfit {
        /// The number.
        number: ParcelNumber,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The merchant has as many webhook endpoints as it may.
    #[error("a shop has at most {0} webhook endpoints: drop one first")]
    TooManyHooks(i64),
    /// No ticket has this id.
    #[error("there is no ticket {0}: GET /v1/tickets has them all")]
    NoTicket(String),
    /// The ticket stands where this cannot be done with it.
    #[error("the ticket {id} is {state}: read it again and decide anew")]
    TicketMoved {
        /// Which.
        id: String,
        /// Where it stands.
        state: &'static str,
    },
    /// The ticket has as many messages as one may have.
    #[error("the ticket has as many messages as one may have: close it and open another")]
    TicketFull,
    /// No shop has this id.
    #[error("there is no shop {0}: `tournee shop list` has them all")]
    NoShop(String),
    /// No order of a shop has this id.
    #[error("there is no order {0}: GET /v1/shop-orders has them all")]
    NoShopOrder(String),
    /// The id is another merchant's shop.
    #[error("the id {0} is another merchant's shop: choose another")]
    ShopTaken(String),
    /// The digest of the API key belongs to another merchant.
    #[error("this API key belongs to another merchant: make a fresh one")]
    ApiKeyTaken,
    /// A search that would have to sort too much.
    #[error("more than {0} shipments match: write more of what is looked for, or narrow the time")]
    TooManyMatches(usize),
    /// The bytes of a label came without the fact that confirms it, or the first fact came twice.
    #[error("{0}: this is a defect of the caller")]
    Misused(&'static str),
    /// Another server works on this directory.
    #[error("{} is in use by another server{}: stop that one, or choose another data directory", .dir.display(), pid_text(*.pid))]
    InUse {
        /// The data directory.
        dir: PathBuf,
        /// The other server's process id, where it could be read.
        pid: Option<u32>,
    },
    /// A restore into this directory goes on just now, or was broken off while it exchanged the databases.
    #[error(
        "a restore into {} is under way or was broken off: wait for its end, or run `tournee restore` again with \
         --replace", .dir.display()
    )]
    HalfRestored {
        /// The data directory.
        dir: PathBuf,
    },
    /// The secrets in this store were sealed under another key.
    #[error("the sealing key from {key_source} is not the one this store was made with: give the original key")]
    WrongKey {
        /// Where the key came from, as told to [`crate::SealingKey::from_source`].
        key_source: String,
    },
    /// Text that is not a sealing key.
    #[error(
        "a sealing key is 32 bytes, written as 64 hexadecimal digits or in base64: make one with 32 bytes of chance"
    )]
    BadKey,
    /// The system gave no random bytes.
    #[error("the system gives no random bytes: check that /dev/urandom can be read")]
    NoChance,
    /// The database was made by a later version of this program.
    #[error("the database has layout {found} and this program knows up to {known}: run the newer program again")]
    TooNew {
        /// The database's layout.
        found: u32,
        /// The latest layout that this program knows.
        known: u32,
    },
    /// The database was made by an earlier version of this program, and only looking does not change it.
    #[error(
        "the database has layout {found} and this program needs {known}: start the server once to bring it up to date"
    )]
    TooOld {
        /// The database's layout.
        found: u32,
        /// The latest layout that this program knows.
        known: u32,
    },
    /// The data directory cannot be used.
    #[error("cannot {doing} {path}: {source}; check that the directory exists, is writable and has space", path = .path.display())]
    Directory {
        /// What was being done.
        doing: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: Arc<std::io::Error>,
    },
    /// The database refused: disk full, read-only, damaged, or not a database. Nothing of the group was written.
    #[error("the database failed: {source}; {}", advice(.source))]
    Database {
        /// What SQLite said.
        source: Arc<rusqlite::Error>,
    },
    /// A row that this program did not write, or a damaged one.
    #[error(
        "the database holds something unreadable ({what}): run `tournee doctor`, and restore a backup if it finds damage"
    )]
    Damaged {
        /// Which value, never what is in it.
        what: &'static str,
    },
    /// The store was closed or its writer has stopped.
    #[error("the store is closed: restart the server")]
    Closed,
}

impl StoreError {
    /// Whether the request was refused for what it says, with nothing wrong with the disk.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Illegal(_)
                | Self::NoShipment(_)
                | Self::IdTaken(_)
                | Self::NoAccount(_)
                | Self::NoMerchant(_)
                | Self::NoApiKey(_)
                | Self::ApiKeyEnded(_)
                | Self::NoClient(_)
                | Self::RangeKnown { .. }
                | Self::NumbersShort { .. }
                | Self::OtherSite { .. }
                | Self::NumberUnfit { .. }
                | Self::TooManyHooks(_)
                | Self::NoTicket(_)
                | Self::TicketMoved { .. }
                | Self::TicketFull
                | Self::NoShop(_)
                | Self::NoShopOrder(_)
                | Self::ShopTaken(_)
                | Self::ApiKeyTaken
                | Self::TooManyMatches(_)
                | Self::Misused(_)
        )
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(source: rusqlite::Error) -> Self {
        Self::Database { source: Arc::new(source) }
    }
}

fn pid_text(pid: Option<u32>) -> String {
    pid.map(|pid| format!(" (process {pid})")).unwrap_or_default()
}

fn advice(error: &rusqlite::Error) -> &'static str {
    use rusqlite::ErrorCode::{
        CannotOpen, DatabaseBusy, DatabaseCorrupt, DiskFull, NotADatabase, PermissionDenied, ReadOnly,
    };
    match error.sqlite_error_code() {
        Some(DiskFull) => "free some space on the disk of the data directory",
        Some(ReadOnly | PermissionDenied | CannotOpen) => "make the data directory writable for this user",
        Some(NotADatabase) => "this file is not a database of ours: check the path",
        Some(DatabaseCorrupt) => "run `tournee doctor`, and restore a backup",
        Some(DatabaseBusy) => "another process holds it for long: end that one",
        _ => "run `tournee doctor`",
    }
}
