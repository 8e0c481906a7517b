//! Shops and their orders: folded in from webhooks, polls and imports, linked to shipments, told back to the shop.
//!
//! An order may come any number of times, by any way and in any order: a webhook whose event is known changes nothing,
//! and what is older by the shop's own clock never overwrites what is newer. What follows from an order (that a label is
//! to be made of it, what the buyer chose) is written in the commit that folds it in. The shipment that was made of an
//! order is linked to it in the commit that takes it in, so that no order has two; and what the shop is to be told is due
//! in the commit of the fact that it is about.

pub(crate) mod book;
pub(crate) mod events;
pub(crate) mod fold;
pub(crate) mod link;
pub(crate) mod list;
pub(crate) mod order;
pub(crate) mod push;
pub(crate) mod seen;

pub use list::{OrderCursor, OrderFilter, OrderPage};
pub use seen::SeenOrder;

use crate::{IntentView, codes::Coded};
use clock::Time;
use parcel::{MerchantId, ParcelNumber, ShipmentId};
use std::fmt;

/// What happens to an order that comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnOrder {
    /// It is kept, and somebody asks for its label.
    Keep,
    /// Its label is asked for as soon as the shop says that it is to be shipped.
    Label,
}

impl Coded for OnOrder {
    const ALL: &'static [Self] = &[Self::Keep, Self::Label];
    const WHAT: &'static str = "on_order";
}

/// Where an order stands in its shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Not paid, or not released yet.
    Pending,
    /// To be shipped.
    ToShip,
    /// Shipped.
    Shipped,
    /// Given up.
    Cancelled,
    /// Something else; the order itself says what.
    Other,
    /// Deleted in the shop.
    Gone,
}

impl Coded for Standing {
    const ALL: &'static [Self] =
        &[Self::Pending, Self::ToShip, Self::Shipped, Self::Cancelled, Self::Other, Self::Gone];
    const WHAT: &'static str = "order status";
}

/// How far an order has come here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OrderStep {
    /// It is kept, and nothing follows from it.
    Kept,
    /// It is to be looked at: a label is to be made of it.
    New,
    /// Its label was asked for.
    Asked,
    /// Its label is there and the shop was told the number.
    Told,
    /// A person has to decide something.
    Person,
}

impl Coded for OrderStep {
    const ALL: &'static [Self] = &[Self::Kept, Self::New, Self::Asked, Self::Told, Self::Person];
    const WHAT: &'static str = "order step";
}

/// How we sign in at a shop, and what its webhooks are signed with; both as the room `shops` writes them. Sealed at rest.
#[derive(Clone, PartialEq, Eq)]
pub struct ShopSecrets {
    /// The credentials, as JSON.
    pub credentials: String,
    /// The secret of its webhooks; none for a platform that has none.
    pub webhook: Option<String>,
}

impl fmt::Debug for ShopSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ShopSecrets(…)")
    }
}

/// A shop, to be added or changed.
#[derive(Clone, Debug)]
pub struct NewShop {
    /// Its id: part of the URL at which its webhooks come in.
    pub id: String,
    /// Whose.
    pub merchant: MerchantId,
    /// Under which account at the carrier its labels are made.
    pub account: String,
    /// The platform, by its code.
    pub platform: String,
    /// Where the shop is; empty where it is not called.
    pub url: String,
    /// How we sign in there.
    pub secrets: ShopSecrets,
    /// What happens to its orders.
    pub on_order: OnOrder,
    /// What its labels are made with, as JSON of the room `shops`.
    pub settings: String,
    /// From which moment of its own clock on its orders are read.
    pub read_from: Time,
    /// When.
    pub at: Time,
}

/// A shop, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shop {
    /// Its id.
    pub id: String,
    /// Whose.
    pub merchant: MerchantId,
    /// Under which account at the carrier its labels are made.
    pub account: String,
    /// The platform, by its code.
    pub platform: String,
    /// Where the shop is; empty where it is not called.
    pub url: String,
    /// What happens to its orders.
    pub on_order: OnOrder,
    /// What its labels are made with, as JSON.
    pub settings: String,
    /// When it was added.
    pub added_at: Time,
    /// Up to which moment of its own clock every change was read.
    pub read_to: Time,
    /// Where the next poll begins, as JSON; none: at `read_to`.
    pub cursor: Option<String>,
    /// When it was last read to its end.
    pub polled_at: Option<Time>,
    /// When its subscriptions were last found in order.
    pub watched_at: Option<Time>,
    /// When a webhook of it last came.
    pub heard_at: Option<Time>,
    /// Since when it does not answer as it should, and how.
    pub failing: Option<(Time, String)>,
}

/// A webhook of a shop, its signature found good.
#[derive(Clone)]
pub struct ShopEvent {
    /// The shop.
    pub shop: String,
    /// The platform's own id of the event.
    pub event: String,
    /// What it tells.
    pub what: Came,
    /// When.
    pub at: Time,
}

/// What a webhook tells.
#[derive(Clone)]
pub enum Came {
    /// An order, new or changed.
    Order(Box<SeenOrder>),
    /// An order was deleted.
    Deleted {
        /// The platform's id.
        order_id: String,
    },
    /// Nothing about an order.
    Nothing,
    /// It cannot be read: the shop is asked for its order, and until that comes somebody has to look.
    Unread {
        /// The order that it is about, where that could be read.
        order_id: Option<String>,
        /// What is wrong with it, without any of it.
        why: String,
        /// What came.
        body: Vec<u8>,
    },
}

/// What became of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Heard {
    /// Its order was folded in.
    Folded(Folded),
    /// It came before; nothing changed.
    Replayed,
    /// It told nothing about an order.
    Nothing,
    /// It could not be read and is kept for a person.
    Unread,
}

/// What became of an order that was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Folded {
    /// It is new here.
    New,
    /// It is newer than what was known.
    Newer,
    /// It was known just so.
    Same,
    /// What is known is newer: it changed nothing.
    Older,
}

/// A webhook that could not be read, without what came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The shop.
    pub shop: String,
    /// The platform's own id of the event.
    pub event: String,
    /// When it came.
    pub at: Time,
    /// The order that it is about, where that could be read.
    pub order_id: Option<String>,
    /// What is wrong with it.
    pub why: String,
}

/// An order as it stands here.
#[derive(Clone, PartialEq)]
pub struct StoredOrder {
    /// Its id here.
    pub id: String,
    /// Its shop.
    pub shop: String,
    /// Whose.
    pub merchant: MerchantId,
    /// The platform's id.
    pub order_id: String,
    /// The number as people say it.
    pub number: String,
    /// Where it stands in the shop.
    pub status: Standing,
    /// When it was placed.
    pub placed_at: Time,
    /// When the shop last changed it, by the shop's own clock.
    pub updated_at: Time,
    /// When it last came here.
    pub seen_at: Time,
    /// The whole order, as JSON; none when it is past its time.
    pub json: Option<String>,
    /// How far it has come.
    pub step: OrderStep,
    /// What a person has to decide.
    pub why: Option<String>,
    /// The shipment that was made of it.
    pub shipment: Option<ShipmentId>,
    /// The parcel's number on the label.
    pub our_number: Option<ParcelNumber>,
    /// The parcel's number as the shop has it.
    pub shop_number: Option<String>,
    /// The number that the shop was told last.
    pub told_number: Option<ParcelNumber>,
    /// When the shop was told our number; none while it has not the one that is on the label.
    pub told_at: Option<Time>,
    /// What the shop is still to be told.
    pub push: Option<Pushing>,
    pub(crate) print: [u8; 16],
    pub(crate) shipped_print: Option<[u8; 16]>,
}

impl fmt::Debug for StoredOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoredOrder({} of {}, {:?}, {:?}, …)", self.number, self.shop, self.status, self.step)
    }
}

/// The news that a shop is still to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushing {
    /// When, or when again.
    pub due_at: Time,
    /// How often it was tried.
    pub attempts: u32,
    /// Why the last attempt did not do.
    pub error: Option<String>,
}

/// What became of the wish for an order's shipment.
#[derive(Clone, Debug, PartialEq)]
pub enum OrderShipment {
    /// It is new and durable.
    New(IntentView),
    /// The order has one already.
    Known(IntentView),
}

/// A shop with what there is to do for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopWork {
    /// The shop.
    pub shop: Shop,
    /// Whether orders are to be looked at.
    pub look: bool,
    /// Whether orders are to be asked for.
    pub ask: bool,
    /// When the next number is to be told.
    pub push_at: Option<Time>,
}

/// A number that a shop is to be told, taken for a while by who tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuePush {
    /// The order's id here.
    pub order: String,
    /// The platform's id.
    pub order_id: String,
    /// The number to tell.
    pub parcel_number: ParcelNumber,
    /// How often it was tried before.
    pub attempts: u32,
    /// The number that the shop was told before, whose place this one takes.
    pub replaces: Option<ParcelNumber>,
}

/// How an attempt to tell a shop ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PushEnd {
    /// The shop has it.
    Told,
    /// It did not do, or it is not known whether: again at this time.
    Again {
        /// When.
        at: Time,
        /// Why, for people; nothing private.
        why: String,
    },
    /// The shop refuses it: somebody has to look. It is tried again at this time all the same.
    Refused {
        /// When.
        at: Time,
        /// Why, for people; nothing private.
        why: String,
    },
}

/// How many orders a shop has at each step, and how much it is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopCounts {
    /// The shop.
    pub shop: String,
    /// Orders at each step.
    pub steps: Vec<(OrderStep, u64)>,
    /// Orders whose number the shop does not have yet.
    pub untold: u64,
    /// Webhooks that nobody could read.
    pub unread: u64,
}

/// The id of an order here: the same for the same order, and no secret.
pub(crate) fn order_key(shop: &str, order_id: &str) -> String {
    use sha2::{Digest, Sha256};
    let hash = Sha256::new().chain_update(shop).chain_update([0]).chain_update(order_id).finalize();
    let hex: String = hash.iter().take(10).map(|byte| format!("{byte:02x}")).collect();
    format!("ord_{hex}")
}
