//! Making a shop's book and ours equal from a moment on: everything that the shop changed since is read, what was missing or
//! older here is folded in, what the shop lacks is told, and each difference is written down with what was done about it.
//!
//! Each page is on disk before the next is asked for, so that it may be broken off and begun again; run again when all is
//! done, it finds nothing. Works beside the running server: a number is told by one of the two at a time.

use super::{
    client::OpenShop,
    tell,
    turn::{PUSHES_COUNT_MAX, Stop, fold_page},
};
use ::shops::{Cursor, OrderPage, Pushed, ShopError, ShopOrder};
use clock::{Clock, Time};
use serde::Serialize;
use std::{collections::HashMap, fmt};
use store::{Folded, Standing, Store, StoreError, StoredOrder};

/// Differences that are written down one by one; more are only counted.
const DIFFERENCES_COUNT_MAX: usize = 10_000;
/// Our orders read at a time.
const OURS_COUNT: u32 = 500;

/// What differed about an order, and what was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The order's number.
    pub order: String,
    /// The platform's id.
    pub order_id: String,
    /// What differed.
    pub what: &'static str,
    /// What was done.
    pub done: &'static str,
}

/// What a resync found and did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The shop.
    pub shop: String,
    /// From which moment of the shop's clock on, RFC 3339.
    pub since: String,
    /// Orders that the shop has changed since.
    pub read: u64,
    /// Of them, those that were missing here and are taken in.
    pub missing_here: u64,
    /// Those that were older here and are brought up to date.
    pub older_here: u64,
    /// Orders here that the shop has no more.
    pub gone_there: u64,
    /// Numbers that the shop lacked.
    pub numbers_missing_there: u64,
    /// Of them, those that it was told.
    pub numbers_told: u64,
    /// Orders for which the shop has another parcel's number.
    pub numbers_differ: u64,
    /// Orders of the shop that cannot be read.
    pub unreadable: u64,
    /// Each difference, up to ten thousand.
    pub differences: Vec<Difference>,
    /// Why it stopped before its end; what was done until then stays done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}

impl Report {
    /// Whether the two books were equal.
    pub fn is_equal(&self) -> bool {
        let found = [self.missing_here, self.older_here, self.gone_there, self.numbers_missing_there];
        found.iter().all(|count| *count == 0) && self.numbers_differ + self.unreadable == 0 && self.stopped.is_none()
    }

    fn note(&mut self, order: (&str, &str), what: &'static str, done: &'static str) {
        if self.differences.len() < DIFFERENCES_COUNT_MAX {
            let (number, order_id) = order;
            self.differences.push(Difference { order: number.to_owned(), order_id: order_id.to_owned(), what, done });
        }
    }
}

/// How far it has come: which part, and which share of it is done.
pub type Teller<'a> = &'a mut (dyn FnMut(&'static str, f64, &Report) + Send);

/// What a resync works with.
pub struct Resync<'a> {
    /// The store, beside a server that may run.
    pub store: &'a Store,
    /// The shop.
    pub open: &'a OpenShop,
    /// What time it is.
    pub clock: &'a dyn Clock,
    /// From which moment of the shop's own clock on.
    pub since: Time,
}

impl fmt::Debug for Resync<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Resync({:?} since {})", self.open, self.since)
    }
}

/// Makes the two books equal, as far as the shop lets it.
///
/// # Errors
/// The store's. That the shop fails is in the report.
pub async fn resync(work: &Resync<'_>, tell: Teller<'_>) -> Result<Report, StoreError> {
    let mut report = Report { shop: work.open.shop.id.clone(), since: work.since.to_string(), ..Report::default() };
    match whole(work, &mut report, tell).await {
        Ok(()) => {}
        Err(Stop::Shop(error)) => report.stopped = Some(error.to_string()),
        Err(Stop::Store(error)) => return Err(error),
    }
    Ok(report)
}

async fn whole(work: &Resync<'_>, report: &mut Report, tell: Teller<'_>) -> Result<(), Stop> {
    let theirs = read(work, report, tell).await?;
    compare(work, &theirs, report, tell).await?;
    push(work, report, tell).await
}

/// The parcels' numbers as the shop has them, by the platform's id of the order.
type Theirs = HashMap<String, Option<String>>;

/// Reads what the shop changed, and folds it in.
async fn read(work: &Resync<'_>, report: &mut Report, tell: Teller<'_>) -> Result<Theirs, Stop> {
    let mut theirs = Theirs::new();
    let mut cursor = Some(Cursor::since(work.since));
    while let Some(place) = cursor {
        let page = work.open.client.orders_since(&place).await?;
        take(work, &page, &mut theirs, report).await?;
        tell("reading", share(work, &page), report);
        cursor = page.next;
    }
    Ok(theirs)
}

fn share(work: &Resync<'_>, page: &OrderPage) -> f64 {
    let Some(newest) = page.orders.iter().map(|order| order.updated_at).max() else { return 1.0 };
    let all = work.clock.now().since(work.since).as_secs_f64();
    if all > 0.0 { newest.since(work.since).as_secs_f64() / all } else { 1.0 }
}

async fn take(work: &Resync<'_>, page: &OrderPage, theirs: &mut Theirs, report: &mut Report) -> Result<(), Stop> {
    let folded = fold_page(work.store, &work.open.shop.id, page, work.clock.now()).await?;
    for (order, folded) in page.orders.iter().zip(folded) {
        let first_time = theirs.insert(order.id.clone(), order.parcel_number.clone()).is_none();
        report.read += u64::from(first_time);
        note_folded(order, folded, report);
    }
    for unread in &page.unread {
        report.unreadable += 1;
        let id = unread.id.as_deref().unwrap_or_default();
        report.note((id, id), "it cannot be read", "kept for a person");
    }
    Ok(())
}

fn note_folded(order: &ShopOrder, folded: Folded, report: &mut Report) {
    let name = (order.number.as_str(), order.id.as_str());
    match folded {
        Folded::New => {
            report.missing_here += 1;
            report.note(name, "it was missing here", "taken in");
        }
        Folded::Newer => {
            report.older_here += 1;
            report.note(name, "it was older here", "brought up to date");
        }
        Folded::Same | Folded::Older => {}
    }
}

/// Goes through our own book: what the shop has no more, and whose number it lacks.
async fn compare(work: &Resync<'_>, theirs: &Theirs, report: &mut Report, tell: Teller<'_>) -> Result<(), Stop> {
    let (shop, mut after) = (&work.open.shop.id, String::new());
    let mut done = 0.0;
    loop {
        let ours = work.store.orders_of_shop(shop, &after, OURS_COUNT).await?;
        let Some(last) = ours.last() else { return Ok(()) };
        after.clone_from(&last.order_id);
        done += ours.len() as f64;
        for order in ours {
            one(work, theirs, &order, report).await?;
        }
        tell("comparing", done / (done + f64::from(OURS_COUNT)), report);
    }
}

async fn one(work: &Resync<'_>, theirs: &Theirs, order: &StoredOrder, report: &mut Report) -> Result<(), Stop> {
    let name = (order.number.as_str(), order.order_id.as_str());
    let Some(their_number) = theirs.get(&order.order_id) else {
        return absent(work, order, report).await;
    };
    let Some(ours) = &order.our_number else { return Ok(()) };
    match their_number.as_deref().map(str::trim).filter(|number| !number.is_empty()) {
        Some(number) if number == ours.as_str() => {}
        None => {
            report.numbers_missing_there += 1;
            report.note(name, "the shop lacks the number of its parcel", "it is told");
            work.store.push_again(&order.id, work.clock.now()).await?;
        }
        // The one before, whose place ours takes: what is due will tell it.
        Some(number) if order.told_number.is_some_and(|told| told.as_str() == number && told != *ours) => {
            report.numbers_missing_there += 1;
            report.note(name, "the shop has the number before", "it is told");
            work.store.push_again(&order.id, work.clock.now()).await?;
        }
        Some(_) => {
            report.numbers_differ += 1;
            report.note(name, "the shop has another parcel's number", "left to a person");
        }
    }
    Ok(())
}

/// An order of ours that the shop did not list although it would have had to, if it were there.
async fn absent(work: &Resync<'_>, order: &StoredOrder, report: &mut Report) -> Result<(), Stop> {
    if order.updated_at < work.since || order.status == Standing::Gone {
        return Ok(());
    }
    match work.open.client.order(&order.order_id).await {
        Ok(Some(_)) => Ok(()),
        Ok(None) => {
            if work.store.order_gone(&work.open.shop.id, &order.order_id, work.clock.now()).await? {
                report.gone_there += 1;
                report.note((&order.number, &order.order_id), "the shop has it no more", "noted");
            }
            Ok(())
        }
        Err(error) if error.code == "unreadable_order" => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Tells the shop what is due.
async fn push(work: &Resync<'_>, report: &mut Report, tell: Teller<'_>) -> Result<(), Stop> {
    loop {
        let due = work.store.take_pushes(&work.open.shop.id, work.clock.now(), PUSHES_COUNT_MAX).await?;
        if due.is_empty() {
            return Ok(());
        }
        for push in due {
            let told: Result<Pushed, ShopError> = tell::tell(work.open, &push).await;
            tell::settle(work.store, &push, &told, work.clock.now()).await?;
            match told {
                Ok(_) => report.numbers_told += 1,
                Err(error) if tell::is_the_shops(&error) => return Err(error.into()),
                Err(_) => {}
            }
        }
        let all = report.numbers_missing_there.max(report.numbers_told).max(1);
        tell("telling", report.numbers_told as f64 / all as f64, report);
    }
}
