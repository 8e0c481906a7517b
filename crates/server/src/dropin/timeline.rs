//! Colissimo's tracking timeline, passed on with the client's own login and remembered under a digest of it.
//!
//! While the carrier does not answer, what was last heard is given with its age; a parcel that it never spoke of, and
//! whose label we hold for the owner of this login, is told as announced.

use super::{
    enrol, generate,
    suivi::{as_it_came, held, stale, text, with_status},
};
use crate::{
    body, failure,
    problem::Problem,
    refusals::BadBytes,
    state::{App, Shared},
};
use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use carriers::{
    Blame,
    colissimo::{self, TimelineQuery, TimelineRefusal, TrackEvent, TrackRecord, event, write_timeline},
};
use dispatch::Fact;
use parcel::{Login, MerchantId, ParcelNumber};
use store::StoreError;

/// The event of a parcel that was announced.
const ANNOUNCED: &str = "COMCFM";

/// Where a parcel is: same body, same answer as the carrier's `timelineCompany`. While the carrier does not answer, what
/// it last said is given again with the headers `Age` and `Warning`.
#[utoipa::path(post, path = "/tracking-timeline-ws/rest/tracking/timelineCompany", tag = "carrier-compatible",
    summary = "Colissimo's tracking timeline",
    request_body(content = serde_json::Value, description = "As for the carrier", content_type = "application/json"),
    responses((status = 200, description = "The timeline", body = serde_json::Value),
        (status = 401, description = "The credentials are missing or wrong", body = serde_json::Value),
        (status = 404, description = "Not known", body = serde_json::Value),
        (status = 503, description = "The carrier does not answer and nothing is remembered", body = serde_json::Value),
        BadBytes))]
pub(crate) async fn timeline(State(app): State<Shared>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let bytes = match body::read(body, &app.settings).await {
        Ok(bytes) => bytes,
        Err(problem) => return problem.into_response(),
    };
    let query = match colissimo::read_timeline(&head.headers, &bytes) {
        Ok(query) => query,
        Err(why) => return refused("", why),
    };
    // What is wrong with the store was logged where it was found; the client is told what the carrier would tell.
    let answered = answer(&app, &query).await;
    answered.unwrap_or_else(|_| refused(query.number.as_str(), TimelineRefusal::Unavailable))
}

async fn answer(app: &App, query: &TimelineQuery) -> Result<Response, Problem> {
    let number = &query.number;
    let Some(login) = &query.login else { return Ok(refused(number.as_str(), TimelineRefusal::Login)) };
    if !generate::may_ask(app, login).await? {
        return Ok(refused(number.as_str(), TimelineRefusal::Login));
    }
    let exchange = app.carrier.relay(colissimo::encode_timeline(number, login, &query.lang)).await;
    let heard = colissimo::decode_timeline(&exchange, number);
    match heard {
        Ok(tracked) => {
            if let Ok(track) = &tracked.result {
                remember(app, login, query, &track.raw.to_string()).await;
                if let Some(code) = colissimo::elsewhere(track) {
                    note_elsewhere(app, login, number, code).await;
                }
            }
        }
        Err(e) if e.blame != Blame::Them => {}
        Err(_) => return from_memory(app, login, query).await,
    }
    Ok(as_it_came(exchange).unwrap_or_else(|| refused(number.as_str(), TimelineRefusal::Unavailable)))
}

/// The name under which a login's timelines are kept.
fn scope(login: &Login) -> Result<MerchantId, Problem> {
    let hex: String = enrol::digest(login)[..24].iter().map(|b| format!("{b:02x}")).collect();
    Ok(format!("timeline:{hex}").parse()?)
}

fn memory_id(query: &TimelineQuery) -> String {
    format!("{};{}", query.number, query.lang)
}

async fn remember(app: &App, login: &Login, query: &TimelineQuery, json: &str) {
    let Ok(scope) = scope(login) else { return };
    if let Err(e) = app.store.remember_tracking(&scope, &memory_id(query), json, app.now()).await {
        tracing::warn!(error = %e, "a timeline could not be remembered");
    }
}

/// Writes down that a parcel of ours is not where its buyer chose; once.
async fn note_elsewhere(app: &App, login: &Login, number: &ParcelNumber, code: &str) {
    let Ok(Some(caller)) = enrol::known(app, login).await else { return };
    let found = app.store.shipment_of_number(&caller.merchant, *number).await;
    let Ok(Some(id)) = found else { return };
    let seen_at = app.now();
    let fact = Fact::Elsewhere { code: code.to_owned(), seen_at };
    match app.store.record(id, vec![fact], seen_at, None).await {
        Ok(_) => tracing::warn!(shipment = %id, code, "a parcel waits at another point than the one that was chosen"),
        // Known already.
        Err(StoreError::Illegal(_)) => {}
        Err(e) => tracing::warn!(error = %e, "a mismatch could not be written down"),
    }
}

async fn from_memory(app: &App, login: &Login, query: &TimelineQuery) -> Result<Response, Problem> {
    let kept = app.store.tracking(&scope(login)?, &memory_id(query)).await.map_err(failure::of_store)?;
    if let Some((json, at)) = kept {
        return Ok(stale(app, json, at));
    }
    let number = query.number.as_str();
    let Some(caller) = enrol::known(app, login).await? else {
        return Ok(refused(number, TimelineRefusal::Unavailable));
    };
    let Some((order_number, at)) = held(app, &caller.merchant, &query.number).await? else {
        return Ok(refused(number, TimelineRefusal::Unavailable));
    };
    let label = event(ANNOUNCED).map_or("", |event| event.french).to_owned();
    let announced = TrackEvent { code: ANNOUNCED.into(), label, at: Some(at.to_paris()) };
    let record = TrackRecord { order_number, events: vec![announced], ..TrackRecord::default() };
    Ok(stale(app, text(&write_timeline(number, Ok(&record)).1), at))
}

fn refused(number: &str, why: TimelineRefusal) -> Response {
    let (status, body) = write_timeline(number, Err(why));
    with_status(status, body)
}
