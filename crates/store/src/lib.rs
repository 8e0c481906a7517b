//! The only disk: journal, folded tables, outbox, sealed secrets; SQLite with one writer and group commit.
//!
//! Facts go into an append-only journal, and the tables that are read (intents, outbox, keys, labels) are folded from
//! them in the same transaction, so that neither is ever ahead of the other. An acknowledgement leaves only after
//! the commit that made it true has returned.
//!
//! One thread owns the writing connection and shares each sync of the disk among all who wait; two threads read.
//! Under simulated time the caller's own thread does everything, on a file or in memory.

mod accept;
mod announcements;
mod api_keys;
mod backup;
mod backup_error;
mod batches;
mod choices;
mod claim;
mod codes;
mod compact;
mod delayed;
mod doctor;
mod engine;
mod error;
mod files;
mod given_out;
mod hooks;
mod incidents;
mod merchants;
mod model;
mod neighbours;
mod numbers;
mod opening;
mod options;
mod orders;
mod pickup_points;
mod questions;
mod reads;
mod record;
mod report;
mod restore;
mod rows;
mod scope;
mod seal;
mod search;
mod shops;
mod snapshot;
mod stopgaps;
mod store;
mod tickets;
mod told;
mod tracking;
mod watchers;
mod writer;
mod writing;

pub use announcements::{Announcing, FileName, OpenAnnouncement, Unseen};
pub use api_keys::{ApiKey, NewApiKey};
pub use backup::{FileFacts, Manifest, Mark, Progress, Step, Teller, back_up, manifest_at, manifest_of, verify};
pub use backup_error::BackupError;
pub use batches::{Batch, Ending, Line, LineStatus, LineWork, NewBatch, NewLine, NotTaken, Refusal};
pub use choices::{Chose, PastChoice, Replaces};
pub use compact::{Keep, Place as CompactPlace, Removed};
pub use delayed::Delayed;
pub use doctor::Finding;
pub use error::StoreError;
pub use given_out::NumberListener;
pub use hooks::{
    Attempt, Delivery, DeliveryState, DueDelivery, Hook, HookChange, HookCounts, HookEvent, HookEvents, HookState,
    JournalPoint, NewHook, Settled, UnknownEvent,
};
pub use model::{
    Accepted, Account, AccountId, Claimed, Counts, Cursor, Filter, IntentView, Key, KeyScope, Label, LabelBytes, Late,
    Merchant, NewIntent, NewPickup, Page,
};
pub use numbers::{KnownRange, NewRange, Numbers};
pub use options::{Boundary, BoundaryHook, Mode, Options, Place};
pub use orders::OrderAccepted;
pub use pickup_points::PointsKept;
pub use questions::{Agreed, OpenQuestion, PointRule};
pub use report::{Local, Report, Tally, Unknowns, Waited};
pub use restore::{Found, Restore, Restored, restore};
pub use scope::{Scope, Scopes, UnknownScope};
pub use seal::SealingKey;
pub use shops::{
    Came, DuePush, Folded, Heard, NewShop, OnOrder, OrderCursor, OrderFilter, OrderPage, OrderShipment, OrderStep,
    PushEnd, Pushing, SeenOrder, Shop, ShopCounts, ShopEvent, ShopSecrets, ShopWork, Standing, StoredOrder, Unread,
};
pub use snapshot::{GivenOut, Kind, Period, Snapshot, without_private_parts};
pub use stopgaps::{Candidate, LocalWish, Looked};
pub use store::{HooksGathered, Store};
pub use tickets::{
    NewTicket, OpenTicket, ReplyTo, TICKET_KEPT_FOR, Ticket, TicketAct, TicketCame, TicketDecided, TicketEnd,
    TicketFile, TicketFilter, TicketMessage, TicketMessageKind, TicketParcel, TicketQuery, TicketSend, TicketSent,
    TicketSource, TicketState, TicketText, TicketToClose, TicketWhole,
};
pub use told::{
    ChannelRoom, ClaimedNotices, MessageEnd, NOTICES_KEPT, NewSubscription, NewWay, NoticeTry, NoticeView,
    NoticesWaiting, Outcome, Outgoing, Subscribed, SubscriptionChange, UNCONFIRMED_KEPT,
};
pub use tracking::OutOfHome;
pub use watchers::Watch;
