//! Telling a shop the numbers of its parcels: looked up before it is written, never given up, and never twice at once.

use super::{
    Context,
    client::OpenShop,
    turn::{PUSHES_COUNT_MAX, Stop},
};
use ::shops::{Blame, Pushed, Retry, Shipped, ShopError};
use clock::Time;
use parcel::ParcelNumber;
use std::time::Duration;
use store::{DuePush, PushEnd, Store, StoreError};

/// The wait after an attempt that failed: doubling from the first to the last.
const WAIT_FIRST: Duration = Duration::from_secs(30);
const WAIT_LAST: Duration = Duration::from_secs(3_600);
/// When a number that the shop refuses is tried again: somebody may have put it right meanwhile.
const REFUSED_WAIT: Duration = Duration::from_secs(6 * 3_600);

/// Where the buyer can follow a parcel.
fn tracking_url(number: ParcelNumber) -> String {
    format!("https://www.laposte.fr/outils/suivre-vos-envois?code={number}")
}

/// Tells the shop what is due.
pub(super) async fn turn(context: &Context, open: &OpenShop) -> Result<(), Stop> {
    let due = context.store.take_pushes(&open.shop.id, context.clock.now(), PUSHES_COUNT_MAX).await?;
    let mut due = due.into_iter();
    while let Some(push) = due.next() {
        let told = tell(open, &push).await;
        context.metrics.pushed(&told);
        let now = context.clock.now();
        settle(&context.store, &push, &told, now).await?;
        if let Err(error) = told
            && is_the_shops(&error)
        {
            for rest in due {
                // Taken and not told: free again as soon as the shop answers.
                let end = PushEnd::Again { at: now, why: error.to_string() };
                context.store.settle_push(&rest.order, rest.parcel_number, end, now).await?;
            }
            return Err(error.into());
        }
    }
    Ok(())
}

/// Tells one number.
pub(super) async fn tell(open: &OpenShop, push: &DuePush) -> Result<Pushed, ShopError> {
    let shipped = Shipped {
        order_id: push.order_id.clone(),
        parcel_number: push.parcel_number,
        tracking_url: tracking_url(push.parcel_number),
        carrier: "Colissimo".into(),
        mark_shipped: open.labels.mark_shipped,
        replaces: push.replaces,
    };
    open.client.push_shipment(&shipped).await
}

/// Whether the failure says something about the shop and not about this order.
pub(super) fn is_the_shops(error: &ShopError) -> bool {
    error.retry != Retry::Never || error.blame == Blame::Us
}

/// Writes down how it ended.
pub(super) async fn settle(
    store: &Store,
    push: &DuePush,
    told: &Result<Pushed, ShopError>,
    now: Time,
) -> Result<(), StoreError> {
    let end = match told {
        Ok(Pushed::Done | Pushed::AlreadyThere) => PushEnd::Told,
        Err(error) => {
            tracing::info!(order = push.order, attempt = push.attempts + 1, code = error.code, "a shop was not told");
            not_told(push, error, now)
        }
    };
    store.settle_push(&push.order, push.parcel_number, end, now).await
}

fn not_told(push: &DuePush, error: &ShopError, now: Time) -> PushEnd {
    let doubled = WAIT_FIRST.saturating_mul(1 << push.attempts.min(10)).min(WAIT_LAST);
    let why = error.to_string();
    match error.retry {
        Retry::Never if error.blame == Blame::Us => PushEnd::Again { at: now.plus(doubled), why },
        Retry::Never => PushEnd::Refused { at: now.plus(REFUSED_WAIT), why },
        Retry::After(least) => PushEnd::Again { at: now.plus(doubled.max(least)), why },
        // It may have happened: the next attempt looks before it writes.
        Retry::Unknown => PushEnd::Again { at: now.plus(doubled), why },
    }
}
