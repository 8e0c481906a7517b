//! La Poste's tracking (Suivi v2), passed on with the client's own key and remembered.
//!
//! Every track that comes through is kept under a digest of the key that fetched it, so that nothing leaks from one
//! account to another. While the carrier does not answer, what was last heard is given with its age; a parcel that
//! it never spoke of, and whose label we hold for the owner of this key, is told as declared.

use crate::{
    failure,
    problem::Problem,
    state::{App, Shared},
};
use axum::{
    extract::{RawPathParams, State},
    response::{IntoResponse, Response},
};
use carriers::{
    Blame, Exchange,
    colissimo::{self, SuiviError, TrackEvent, TrackQuery, TrackRecord, Tracked, write_suivi_fault, write_track},
};
use clock::Time;
use dispatch::{Fact, State as Stands};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use parcel::{MerchantId, ParcelNumber};
use serde::de::IgnoredAny;
use sha2::{Digest, Sha256};

/// The client's key at La Poste.
const OKAPI_KEY: HeaderName = HeaderName::from_static("x-okapi-key");
/// The language in which the carrier answers when none is asked.
const USUAL_LANG: &str = "fr_FR";
const JSON: &str = "application/json";

/// Suivi v2 of La Poste
///
/// Where parcels are: same path, same answer as La Poste's Suivi v2. While it does not answer, what it last said is
/// given again with the headers `Age` and `Warning`.
#[utoipa::path(get, path = "/suivi/v2/idships/{ids}", tag = "carrier-compatible",
    params(("ids" = String, Path, description = "One parcel number, or up to ten with commas between"),
        ("lang" = Option<String>, Query, description = "The language, for example fr_FR"),
        ("X-Okapi-Key" = String, Header, description = "Your key at La Poste")),
    responses((status = 200, description = "One id: an object; several: an array", body = serde_json::Value),
        (status = 401, description = "The key is missing or wrong", body = serde_json::Value),
        (status = 404, description = "Not known", body = serde_json::Value),
        (status = 503, description = "The carrier does not answer and nothing is remembered", body = serde_json::Value)))]
pub(crate) async fn track(State(app): State<Shared>, params: RawPathParams, uri: Uri, headers: HeaderMap) -> Response {
    let ids = params.iter().find(|(name, _)| *name == "ids").map_or("", |(_, ids)| ids);
    let query = match colissimo::read_track(ids, uri.query()) {
        Ok(query) => query,
        Err(e) => return refused(ids, e),
    };
    let Some(key) = headers.get(OKAPI_KEY).and_then(|v| v.to_str().ok()).filter(|k| !k.is_empty()) else {
        return refused(ids, SuiviError { code: 401, message: "Clé d'API absente : en-tête X-Okapi-Key".into() });
    };
    let asker = Asker::new(key);
    let exchange = app.carrier.relay(colissimo::encode_track(&query.ids, key, &query.lang)).await;
    match colissimo::decode_track(&exchange) {
        Ok(tracked) => {
            remember(&app, &asker, &query, &tracked).await;
            as_it_came(exchange).unwrap_or_else(silence)
        }
        Err(e) if e.blame != Blame::Them => as_it_came(exchange).unwrap_or_else(silence),
        // What is wrong with the store was logged where it was found; the client is told what the carrier would tell.
        Err(_) => match from_memory(&app, &asker, &query).await {
            Ok(Some(response)) => response,
            Ok(None) | Err(_) => in_the_protocol(exchange).unwrap_or_else(silence),
        },
    }
}

/// One of La Poste's keys: known by its digest, which is also the name under which its tracks are kept.
struct Asker {
    digest: [u8; 32],
}

impl Asker {
    fn new(key: &str) -> Self {
        Self { digest: Sha256::digest(key.as_bytes()).into() }
    }

    fn scope(&self) -> Result<MerchantId, Problem> {
        let hex: String = self.digest[..24].iter().map(|b| format!("{b:02x}")).collect();
        Ok(format!("suivi:{hex}").parse()?)
    }
}

/// The name under which a track is kept: tracks in other languages than the usual are others.
fn memory_id(id: &str, lang: &str) -> String {
    if lang == USUAL_LANG { id.to_owned() } else { format!("{id};{lang}") }
}

async fn remember(app: &App, asker: &Asker, query: &TrackQuery, tracked: &[Tracked]) {
    let Ok(scope) = asker.scope() else { return };
    for one in tracked {
        let Ok(track) = &one.result else { continue };
        let id = memory_id(&one.id, &query.lang);
        if let Err(e) = app.store.remember_tracking(&scope, &id, &track.raw.to_string(), app.now()).await {
            tracing::warn!(error = %e, "a track could not be remembered");
        }
    }
}

/// The carrier's own answer, byte by byte.
pub(super) fn as_it_came(exchange: Exchange) -> Option<Response> {
    let answer = exchange.result.ok()?;
    let status = StatusCode::from_u16(answer.status).ok()?;
    let kind = if answer.content_type.is_empty() { JSON.to_owned() } else { answer.content_type };
    let mut response = (status, [(header::CONTENT_TYPE, kind)], answer.body).into_response();
    if let Some(wait) = answer.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, wait.as_secs().into());
    }
    Some(response)
}

/// The carrier's own word that it can't, such as its wish to be asked more slowly; never an error page.
fn in_the_protocol(exchange: Exchange) -> Option<Response> {
    let answer = exchange.result.as_ref().ok()?;
    let json = serde_json::from_slice::<IgnoredAny>(&answer.body).is_ok();
    (answer.status >= 400 && json).then(|| as_it_came(exchange)).flatten()
}

/// What is known of one parcel without the carrier, and when it was learned.
struct Remembered {
    json: String,
    at: Time,
}

async fn from_memory(app: &App, asker: &Asker, query: &TrackQuery) -> Result<Option<Response>, Problem> {
    let mut found = Vec::with_capacity(query.ids.len());
    for id in &query.ids {
        found.push(recall(app, asker, id, &query.lang).await?);
    }
    let Some(oldest) = found.iter().flatten().map(|r| r.at).min() else { return Ok(None) };
    let body = match (&found[..], &query.ids[..]) {
        ([Some(one)], _) => one.json.clone(),
        (several, ids) => array(several, ids, &query.lang),
    };
    Ok(Some(stale(app, body, oldest)))
}

/// An answer from memory, with its age.
pub(super) fn stale(app: &App, json: String, at: Time) -> Response {
    let mut response = ([(header::CONTENT_TYPE, JSON)], json).into_response();
    let headers = response.headers_mut();
    headers.insert(header::AGE, app.now().since(at).as_secs().into());
    headers.insert(header::WARNING, HeaderValue::from_static("110 tournee \"Response is Stale\""));
    response
}

fn array(several: &[Option<Remembered>], ids: &[String], lang: &str) -> String {
    let one = |(found, id): (&Option<Remembered>, &String)| match found {
        Some(known) => known.json.clone(),
        None => {
            let unknown = SuiviError { code: 504, message: "Service momentanément indisponible".into() };
            text(&write_track(&[(id.clone(), Err(unknown))], lang).1)
        }
    };
    let all: Vec<String> = several.iter().zip(ids).map(one).collect();
    format!("[{}]", all.join(","))
}

pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

async fn recall(app: &App, asker: &Asker, id: &str, lang: &str) -> Result<Option<Remembered>, Problem> {
    let kept = app.store.tracking(&asker.scope()?, &memory_id(id, lang)).await.map_err(failure::of_store)?;
    match kept {
        Some((json, at)) => Ok(Some(Remembered { json, at })),
        None => declared(app, asker, id, lang).await,
    }
}

/// A parcel of the key's owner whose label we hold is at least declared.
async fn declared(app: &App, asker: &Asker, id: &str, lang: &str) -> Result<Option<Remembered>, Problem> {
    let Some(owner) = app.keys.owner_of_okapi(&asker.digest) else { return Ok(None) };
    let Ok(number) = id.parse::<ParcelNumber>() else { return Ok(None) };
    let Some((order_number, at)) = held(app, &owner, &number).await? else { return Ok(None) };
    let event = TrackEvent { code: "DR1".into(), label: "Déclaratif réceptionné".into(), at: Some(at.to_paris()) };
    let record = TrackRecord { order_number, events: vec![event], ..TrackRecord::default() };
    let json = text(&write_track(&[(id.to_owned(), Ok(record))], lang).1);
    Ok(Some(Remembered { json, at }))
}

/// When this merchant's label of this number was made, and for which order, if we hold it and it counts.
pub(super) async fn held(
    app: &App,
    owner: &MerchantId,
    number: &ParcelNumber,
) -> Result<Option<(Option<String>, Time)>, Problem> {
    let found = app.store.label_by_number(owner, number).await.map_err(failure::of_store)?;
    let Some((shipment, _)) = found else { return Ok(None) };
    let view = app.store.get(owner, shipment).await.map_err(failure::of_store)?;
    let Some(view) = view.filter(|v| v.intent.state == Stands::Confirmed) else { return Ok(None) };
    let facts = app.store.facts(shipment).await.map_err(failure::of_store)?;
    let confirmed = facts.iter().find(|stamped| matches!(stamped.fact, Fact::Confirmed { .. }));
    let at = confirmed.map_or(view.intent.changed_at, |stamped| stamped.at);
    Ok(Some((view.order_number.map(String::from), at)))
}

fn refused(ids: &str, e: SuiviError) -> Response {
    let (status, body) = write_track(&[(ids.to_owned(), Err(e))], USUAL_LANG);
    with_status(status, body)
}

/// What La Poste's gateway says when there is nobody behind it.
fn silence() -> Response {
    let (status, body) = write_suivi_fault(503);
    with_status(status, body)
}

/// An answer in JSON.
pub(super) fn with_status(status: u16, body: bytes::Bytes) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    (status, [(header::CONTENT_TYPE, JSON)], body).into_response()
}
