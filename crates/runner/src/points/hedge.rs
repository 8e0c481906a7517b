//! A search of pickup points that never waits longer than its client would.
//!
//! The call to the carrier begins at once, where its pace allows one. When it has not come back at the deadline, what the
//! directory knows goes out in its place; the call goes on in a task of its own, and what it brings is learned. While the
//! carrier is known to be slow the directory answers at once beside every call, and in the dark beside the one canary. An answer that comes in time is passed on as the
//! carrier gave it.

use super::{Points, convert, local};
use crate::{Context, call, relay};
use carriers::{
    Blame, CarrierError,
    colissimo::pickup::{
        PICKUP_POINTS_MAX, PickupAnswer, PickupAsk, PickupById, PickupCall, PickupPoint, PickupRefusal, PickupSearch,
        decode_pickup, encode_pickup, pickup_text,
    },
};
use clock::Time;
use dispatch::Call;
use parcel::Country;
use pickup::{Area, Asked, Position, Seen, Source, Sourced, measured_from, places};
use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, oneshot},
    time::timeout,
};
use watch::Function;

/// The service's id of a failure of its own.
const FAILED: u16 = 1000;
/// The service's id of a point that it does not know.
const NO_POINT: u16 = 301;
/// The heaviest parcel, in grams, whose search still lists about all points: shops take 20 kg.
const LIGHT_G_MAX: u32 = 20_000;

/// What is said to a search.
pub(crate) type Answer = Sourced<Result<PickupAnswer, PickupRefusal>>;

/// What came of asking the carrier.
enum Heard {
    /// Its answer, or its refusal in its own words.
    Said(Result<PickupAnswer, PickupRefusal>),
    /// Nothing that can be passed on.
    Nothing,
}

/// Answers a search, from the carrier or from the directory.
pub(crate) async fn ask(context: &Arc<Context>, call: PickupCall) -> Answer {
    let settings = &context.settings.points;
    if let Some(area) = known_area(&call) {
        context.points.used(area, context.now());
    }
    let Some((kind, mut heard)) = begin(context, &call) else { return locally(context, &call) };
    let hedge = match kind {
        _ if !settings.enabled => Duration::MAX,
        // It is dark, and this call is the one that looks whether it still is.
        Call::Canary => Duration::ZERO,
        // It is known to be slow: nobody waits for it in vain, and what it says is learned all the same.
        Call::First | Call::Again if context.lookout.is_down(Function::Pickup) => Duration::ZERO,
        Call::First | Call::Again => Duration::from_millis(settings.hedge_ms),
    };
    let in_time = timeout(hedge, &mut heard).await;
    if in_time.is_err() {
        context.point_metrics.hedged();
        if let Some(answer) = from_directory(context, &call) {
            return answer;
        }
    }
    let heard = match in_time {
        Ok(heard) => heard,
        Err(_) => heard.await,
    };
    match heard {
        Ok(Heard::Said(answer)) => {
            context.point_metrics.answered("carrier");
            Sourced { answer, source: Source::Carrier, as_of: Some(context.now()) }
        }
        // A task that ended without a word was stopped with the process.
        Ok(Heard::Nothing) | Err(_) => locally(context, &call),
    }
}

/// Begins the call in a task of its own, where the carrier's pace and the places for relayed calls allow one.
fn begin(context: &Arc<Context>, call: &PickupCall) -> Option<(Call, oneshot::Receiver<Heard>)> {
    let place = Arc::clone(&context.relays).try_acquire_owned().ok()?;
    let kind = relay::admitted(context, &context.pickup)?;
    let (tell, heard) = oneshot::channel();
    let live = live(Arc::clone(context), call.clone(), kind, place, tell);
    let mut calls = context.background.lock().unwrap_or_else(PoisonError::into_inner);
    while calls.try_join_next().is_some() {}
    calls.spawn(live);
    Some((kind, heard))
}

/// The call itself, to its end, whoever still waits for it.
async fn live(
    context: Arc<Context>,
    call: PickupCall,
    kind: Call,
    place: OwnedSemaphorePermit,
    tell: oneshot::Sender<Heard>,
) {
    let heard = match carried_out(&context, &call, kind).await {
        Ok(answer) => Heard::Said(Ok(answer)),
        Err(error) => passed_on(&error).map_or(Heard::Nothing, |refusal| Heard::Said(Err(refusal))),
    };
    drop(place);
    // Whoever was answered from the directory does not wait any more.
    let _ = tell.send(heard);
}

/// Asks the carrier, within a pace that was asked before, and learns from what it says.
pub(super) async fn carried_out(
    context: &Context,
    call: &PickupCall,
    kind: Call,
) -> Result<PickupAnswer, CarrierError> {
    let deadline = Duration::from_millis(context.settings.relay_ms);
    let exchange = context.carrier.shipping.exchange(encode_pickup(call), deadline, Box::new(|| {})).await;
    let said = decode_pickup(&exchange);
    let signal = call::signal(&said);
    context.saw(Function::Pickup, call.operation().name(), (&exchange, signal, kind == Call::Canary));
    context.pickup.ended(kind, Some(signal), context.now());
    if let Ok(answer) = &said {
        learn(context, call, answer);
    }
    said
}

/// The carrier's refusal in its own words; its silence is none.
fn passed_on(error: &CarrierError) -> Option<PickupRefusal> {
    match (error.blame, error.code.parse()) {
        (Blame::Us | Blame::Caller, Ok(code)) => Some(PickupRefusal { code, message: error.message.clone() }),
        _ => None,
    }
}

/// The directory's answer, or the service's word for a failure.
fn locally(context: &Context, call: &PickupCall) -> Answer {
    if let Some(answer) = from_directory(context, call) {
        return answer;
    }
    context.point_metrics.answered("nobody");
    let refusal = PickupRefusal { code: FAILED, message: pickup_text(FAILED).to_owned() };
    Sourced { answer: Err(refusal), source: Source::Directory, as_of: None }
}

fn from_directory(context: &Context, call: &PickupCall) -> Option<Answer> {
    if !context.settings.points.enabled {
        return None;
    }
    let local::Local { answer, as_of } = local::answer(&context.points, call)?;
    context.point_metrics.answered("directory");
    Some(Sourced { answer: Ok(answer), source: Source::Directory, as_of: Some(as_of) })
}

/// The area that a search is for, under the commune's own name: nobody can fill the plan with places that are none.
fn known_area(call: &PickupCall) -> Option<Area> {
    let PickupAsk::Search(search) = &call.ask else { return None };
    let place = places::find(search.country, &search.postal_code, &search.city)?;
    Some(Area { country: search.country, postal_code: place.postal_code.into(), city: place.name.into() })
}

/// The area under the name that was asked for: where no list has the places of a country, its carrier's answer proves them.
fn proved_area(search: &PickupSearch) -> Option<Area> {
    let (country, postal_code, city) = (search.country, search.postal_code.clone(), search.city.clone());
    (country != Country::FR).then_some(Area { country, postal_code, city })
}

/// Takes in what an answer says about points, and about those that are missing in it.
fn learn(context: &Context, call: &PickupCall, answer: &PickupAnswer) {
    let (points, now) = (&context.points, context.now());
    match &call.ask {
        PickupAsk::Search(search) => {
            let asked = asked(search, answer);
            points.learn(&Seen { points: answer.points.iter().map(convert::kept).collect(), asked }, now);
            let whole = search.with_shops && search.weight_g.is_none_or(|grams| grams <= LIGHT_G_MAX);
            if whole && answer.code == 0 {
                note_answered(points, call, search, now);
            }
        }
        PickupAsk::ById(_) if answer.code == 0 => {
            points.learn(&Seen { points: answer.points.iter().map(convert::kept).collect(), asked: None }, now);
        }
        PickupAsk::ById(one) if tells_of_the_point(points, one, answer.code) => points.gone(one.id, now),
        PickupAsk::ById(_) => {}
    }
}

fn note_answered(points: &Points, call: &PickupCall, search: &PickupSearch, now: Time) {
    match (known_area(call), proved_area(search)) {
        (Some(area), _) => points.answered(&area, now),
        (None, Some(area)) => {
            points.used(area.clone(), now);
            points.answered(&area, now);
        }
        (None, None) => {}
    }
}

/// What the answer to a search says about points that are missing in it: only where all of its distances agree with one
/// place from which they were measured.
fn asked(search: &PickupSearch, answer: &PickupAnswer) -> Option<Asked> {
    let placed = |point: &PickupPoint| {
        let position = Position::new(point.latitude?, point.longitude?).ok()?;
        Some((position, point.distance_m?))
    };
    let points: Vec<(Position, u32)> = answer.points.iter().map(placed).collect::<Option<_>>()?;
    let from = measured_from(&points, points.first()?.0)?;
    Some(Asked { from, need: local::need(search), whole: answer.points.len() < PICKUP_POINTS_MAX })
}

/// Whether it is the point that is gone, and not the parcel that is too heavy for it.
fn tells_of_the_point(points: &Points, asked: &PickupById, code: u16) -> bool {
    let max_g = points.read().get(asked.id).and_then(|known| known.point.weight_max_g);
    let light = asked.weight_g.is_none_or(|grams| max_g.is_some_and(|max| grams <= max));
    code == NO_POINT || (light && asked.with_shops)
}
