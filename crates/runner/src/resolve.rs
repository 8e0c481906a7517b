//! What became of an attempt that may have happened: the anchors, in the order of their strength.
//!
//! 1. The number that the merchant chose: asked again with the same number, the carrier either makes the label now
//!    or says 30702, which proves that it made it before; then it is printed again. A refusal of the pickup point proves
//!    nothing, since it may have shut meanwhile: the number is looked up by itself.
//! 2. The number that a cut answer still named: printed again.
//! 3. Our order number in tracking: the numbers between those confirmed just before and just after are looked up,
//!    and the one that carries our order number is ours. Only for an order of one parcel, or it could be a sibling's.
//! 4. None of these, or tracking is mute: `dispatch` gives the attempt up for good, or leaves it to a person.

use crate::{Context, call, question};
use carriers::{CarrierError, Retry, colissimo};
use colissimo::LabelAnswer;
use dispatch::{By, Call, Fact, Found, Reject, Signal};
use parcel::{LabelFormat, ParcelNumber};
use std::{sync::Arc, time::Duration};
use store::{Claimed, StoreError};
use watch::Function;

/// The carrier's error id for a number that is in use (within 13 months).
const NUMBER_IN_USE: &str = "30702";
/// How many numbers of one gap are looked up: what one tracking request takes.
const CANDIDATE_COUNT_MAX: usize = 10;

/// What an anchor said.
enum Anchor {
    /// The label was made, and this is it.
    Made(Box<LabelAnswer>, By),
    /// The carrier refuses the shipment for what it says, so it cannot have made it.
    Refused(Reject),
    /// It could not tell.
    Mute(Found),
    /// Our own store failed before anything was asked; the job comes back when its lease is over.
    Unasked,
}

/// Asks the anchors about the unknown attempt that was claimed and records what they said.
pub(crate) async fn resolve(context: Arc<Context>, claimed: Arc<Claimed>, kind: Call) {
    let (anchor, signal) = ask(&context, &claimed).await;
    context.label.ended(kind, signal, context.now());
    match anchor {
        Anchor::Made(answer, by) => call::confirm(&context, &claimed, *answer, by).await,
        Anchor::Refused(reject) => {
            call::record(&context, &claimed, vec![Fact::Rejected { attempt: claimed.attempt, reject }], None).await;
        }
        Anchor::Unasked => {}
        Anchor::Mute(found) => {
            let next = claimed.view.intent.after_probe(&found, &context.policy);
            let probed = Fact::Probed { attempt: claimed.attempt, found };
            call::record(&context, &claimed, [probed].into_iter().chain(next).collect(), None).await;
        }
    }
}

async fn ask(context: &Context, claimed: &Claimed) -> (Anchor, Option<Signal>) {
    match (claimed.view.intent.number, claimed.shipment.parcel_number) {
        (Some(number), Some(chosen)) if number == chosen => by_chosen_number(context, claimed, number).await,
        (Some(number), _) => by_known_number(context, claimed, number, By::Answer).await,
        (None, _) => by_tracking(context, claimed).await,
    }
}

async fn by_chosen_number(context: &Context, claimed: &Claimed, number: ParcelNumber) -> (Anchor, Option<Signal>) {
    let shipment = &claimed.shipment;
    let deposit_date = claimed.deposit_date;
    let request = colissimo::encode_generate(shipment, &claimed.account.login, deposit_date, shipment.format);
    let exchange = context.carrier.shipping.exchange(request, patience(context), Box::new(|| {})).await;
    let answer = colissimo::decode_label(&exchange);
    let signal = call::signal(&answer);
    context.saw(Function::Label, "generateLabel", (&exchange, signal, false));
    let signal = Some(signal);
    match answer {
        Ok(answer) => (Anchor::Made(Box::new(answer), By::Anchor), signal),
        Err(error) if error.code == NUMBER_IN_USE => by_known_number(context, claimed, number, By::Anchor).await,
        // The point may have shut since: that says nothing of whether the label was made while it was open.
        Err(error) if question::is_about_the_point(&error) => by_number_alone(context, claimed, number).await,
        Err(error) if error.retry == Retry::Never && error.blame == carriers::Blame::Caller => {
            (Anchor::Refused(Reject { code: error.code, message: error.message }), signal)
        }
        Err(_) => (Anchor::Mute(Found::NoAnswer), signal),
    }
}

/// As [`by_known_number`] for a number that the carrier is not known to have used: what it does not know is no anchor.
async fn by_number_alone(context: &Context, claimed: &Claimed, number: ParcelNumber) -> (Anchor, Option<Signal>) {
    let (anchor, signal) = by_known_number(context, claimed, number, By::Answer).await;
    let anchor = match anchor {
        Anchor::Made(answer, _) => Anchor::Made(answer, By::Anchor),
        other => other,
    };
    (anchor, signal)
}

async fn by_known_number(
    context: &Context,
    claimed: &Claimed,
    number: ParcelNumber,
    by: By,
) -> (Anchor, Option<Signal>) {
    let answer = reprint(context, claimed, number, claimed.shipment.format).await;
    let signal = Some(call::signal(&answer));
    match answer {
        Ok(answer) => (Anchor::Made(Box::new(answer), by), signal),
        Err(error) if error.retry == Retry::Never && by != By::Anchor => (Anchor::Mute(Found::NoAnchor), signal),
        Err(_) => (Anchor::Mute(Found::NoAnswer), signal),
    }
}

async fn by_tracking(context: &Context, claimed: &Claimed) -> (Anchor, Option<Signal>) {
    let candidates = match candidates(context, claimed).await {
        Ok(candidates) => candidates,
        Err(error) => {
            tracing::error!(%error, "the store could not be asked for candidates");
            return (Anchor::Unasked, None);
        }
    };
    match find_order(context, claimed, &candidates).await {
        Ok(Some(number)) => by_known_number(context, claimed, number, By::Tracking).await,
        // Tracking may be dark for days, while labels are not: it is not waited for before it has named a number.
        Ok(None) | Err(_) => (Anchor::Mute(Found::NoAnchor), None),
    }
}

/// The numbers that may be ours; none where tracking could not tell this parcel from another.
async fn candidates(context: &Context, claimed: &Claimed) -> Result<Vec<ParcelNumber>, StoreError> {
    let view = &claimed.view;
    let (Some(order), Some(series), Some(sent_at), true) = (
        &view.order_number,
        colissimo::series(&claimed.shipment),
        view.intent.claimed_at,
        claimed.account.okapi_key.is_some(),
    ) else {
        return Ok(Vec::new());
    };
    if context.store.parcels_of(&view.merchant, order).await? != 1 {
        return Ok(Vec::new());
    }
    context.store.neighbours(&view.account, series.prefix(), sent_at, CANDIDATE_COUNT_MAX).await
}

/// The candidate that carries our order number in tracking; none where none does, or nothing can be asked.
async fn find_order(
    context: &Context,
    claimed: &Claimed,
    numbers: &[ParcelNumber],
) -> Result<Option<ParcelNumber>, CarrierError> {
    let (Some(order), Some(key), false) =
        (&claimed.view.order_number, claimed.account.okapi_key.as_deref(), numbers.is_empty())
    else {
        return Ok(None);
    };
    let ids: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    let request = colissimo::encode_track(&ids, key, "fr_FR");
    let exchange = context.carrier.tracking.exchange(request, patience(context), Box::new(|| {})).await;
    let tracked = colissimo::decode_track(&exchange);
    let signal = call::signal(&tracked);
    context.saw(Function::Tracking, "idships", (&exchange, signal, false));
    context.tracking.observed(signal, context.now());
    let is_ours = |track: &colissimo::Track| track.order_number.as_deref() == Some(order.as_str());
    let ours = tracked?.into_iter().find(|tracked| tracked.result.as_ref().is_ok_and(is_ours));
    Ok(ours.and_then(|tracked| tracked.id.parse().ok()))
}

/// The label of a number that exists, printed again.
pub(crate) async fn reprint(
    context: &Context,
    claimed: &Claimed,
    number: ParcelNumber,
    format: LabelFormat,
) -> Result<LabelAnswer, CarrierError> {
    let request = colissimo::encode_get_label(&number, &claimed.account.login, format);
    let exchange = context.carrier.shipping.exchange(request, patience(context), Box::new(|| {})).await;
    let answer = colissimo::decode_reprint(&exchange, &number);
    context.saw(Function::Label, "getLabel", (&exchange, call::signal(&answer), false));
    answer
}

fn patience(context: &Context) -> Duration {
    Duration::from_millis(context.settings.patience_ms)
}
