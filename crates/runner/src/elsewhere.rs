//! Whether parcels to pickup points wait at another point than the one chosen: the carrier's timeline is asked for them,
//! modestly, and what it says is written down once.
//!
//! A few parcels each round, only while the carrier's label service and its timeline look well, within the timeline's own
//! pace. A pass goes through the parcels of the last two weeks whose labels were handed out, and the next begins a day
//! after it began at the soonest.
//!
//! State: how far the pass has come and when it began. Both may be lost: it begins anew.

use crate::{
    Context,
    relay::{self, TIMELINE},
};
use carriers::colissimo;
use clock::Time;
use dispatch::{Fact, Health};
use parcel::ShipmentId;
use std::{sync::Arc, time::Duration};
use store::{OutOfHome, StoreError};
use tokio::sync::watch;

/// Time between two rounds.
const ROUND_EVERY: Duration = Duration::from_secs(300);
/// Time between the beginnings of two passes, at least.
const PASS_EVERY: Duration = Duration::from_secs(86_400);
/// For how long after it was asked for a parcel is looked for: it has been fetched by then, or is on its way back.
const LOOKED_FOR: Duration = Duration::from_secs(14 * 86_400);

/// How far a pass has come.
#[derive(Default)]
struct Pass {
    began_at: Option<Time>,
    after: Option<ShipmentId>,
    done: bool,
}

/// Makes a round now and then until told to stop.
pub(crate) async fn run(context: Arc<Context>, mut stopped: watch::Receiver<bool>) {
    let mut pass = Pass::default();
    while !*stopped.borrow() {
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stop| *stop) => break,
            () = tokio::time::sleep(ROUND_EVERY) => {}
        }
        if let Err(error) = round(&context, &mut pass).await {
            tracing::warn!(%error, "parcels to pickup points could not be looked for; the next round goes on");
        }
    }
}

async fn round(context: &Context, pass: &mut Pass) -> Result<(), StoreError> {
    let (now, most) = (context.now(), context.settings.looks_per_round);
    let rests = pass.done && pass.began_at.is_some_and(|began| now.since(began) < PASS_EVERY);
    if most == 0 || rests || !is_well(context) {
        return Ok(());
    }
    if pass.done || pass.began_at.is_none() {
        *pass = Pass { began_at: Some(now), ..Pass::default() };
    }
    let parcels = context.store.out_of_home(before(now, LOOKED_FOR), pass.after, most).await?;
    pass.done = parcels.len() < most;
    for parcel in parcels {
        if !is_well(context) {
            pass.done = false;
            break;
        }
        look(context, &parcel).await?;
        pass.after = Some(parcel.id);
    }
    Ok(())
}

fn is_well(context: &Context) -> bool {
    [&*context.label, &context.timeline].into_iter().all(|gate| gate.health() == Health::Well)
}

fn before(now: Time, span: Duration) -> Time {
    let ms = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
    Time::from_unix_ms(now.unix_ms().saturating_sub(ms))
}

/// Asks about one parcel. What cannot be asked or told now is asked in the next pass.
async fn look(context: &Context, parcel: &OutOfHome) -> Result<(), StoreError> {
    let Some(account) = context.store.account(&parcel.account).await? else { return Ok(()) };
    let request = colissimo::encode_timeline(&parcel.number, &account.login, "fr_FR");
    let exchange = relay::counted(context, &context.timeline, (&context.carrier.shipping, request), TIMELINE).await;
    let Ok(tracked) = colissimo::decode_timeline(&exchange, &parcel.number) else { return Ok(()) };
    match tracked.result.as_ref().ok().and_then(colissimo::elsewhere) {
        Some(code) => note(context, parcel.id, code).await,
        None => Ok(()),
    }
}

async fn note(context: &Context, id: ShipmentId, code: &str) -> Result<(), StoreError> {
    let now = context.now();
    let fact = Fact::Elsewhere { code: code.to_owned(), seen_at: now };
    match context.store.record(id, vec![fact.clone()], now, None).await {
        Ok(_) => {
            context.metrics.fact(&fact);
            tracing::warn!(shipment = %id, code, "a parcel waits at another point than the one that was chosen");
            Ok(())
        }
        // Somebody else has heard of it meanwhile.
        Err(StoreError::Illegal(_)) => Ok(()),
        Err(error) => Err(error),
    }
}
