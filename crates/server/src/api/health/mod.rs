//! How the carriers are as we see them, whose fault a trouble is, and the incidents that came of it.

mod answer;

pub use answer::{CarrierHealth, EvidenceAnswer, FunctionAnswer, HealthAnswer, MinuteAnswer};

use super::hooks::json;
use crate::{
    auth::Signed,
    failure,
    problem::{Kind, Problem},
    refusals::{Always, BadBody, NoSuchIncident},
    state::{App, Shared},
};
use answer::{IncidentAnswer, IncidentFact, IncidentFacts, IncidentList};
use axum::{
    Json,
    extract::{FromRequestParts, RawPathParams, Request, State},
};
use clock::Time;
use http::{StatusCode, request::Parts};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use store::Scope;
use utoipa::ToSchema;
use watch::{Carrier, Class, Function, IncidentId, Observation, Outside, REMARK_CHARS_MAX, Reached, Source, Verdict};
use watch::{Watch, Word};

/// Facts of one incident that are told, at most: an outage of days has a few hundred.
const FACTS_COUNT_MAX: u32 = 5_000;
/// Reports by the same account within this time are one.
const REPORT_AGAIN: Duration = Duration::from_secs(3_600);
/// Accounts remembered that have reported.
const REPORTERS_COUNT_MAX: usize = 100_000;
/// The longest name of an account, in bytes.
const ACCOUNT_BYTES_MAX: usize = 200;
/// The longest address of a source, in characters.
const SOURCE_CHARS_MAX: usize = 500;

/// Who has reported a trouble lately, by digest.
#[derive(Default)]
pub(crate) struct Reporters(Mutex<HashMap<[u8; 32], Time>>);

impl Reporters {
    /// Whether this is the first report of the account for a while.
    fn is_first(&self, account: [u8; 32], at: Time) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, last| at.since(*last) < REPORT_AGAIN);
        let first = known.len() < REPORTERS_COUNT_MAX && !known.contains_key(&account);
        if first {
            known.insert(account, at);
        }
        first
    }
}

fn watch(app: &App) -> MutexGuard<'_, Watch> {
    app.watch.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Read how the carriers are
///
/// How each carrier and each of its functions is as we see it: its condition, whose fault a trouble is and the evidence
/// of that, the odds that a return does not hold, and the last hour by minute. Beside it the probes of ourselves.
#[utoipa::path(get, path = "/v1/health/carriers", operation_id = "carrier_health", tag = "health",
    responses((status = 200, description = "Every carrier that was ever called", body = HealthAnswer), Always),
    security(("api_key" = [])))]
pub(crate) async fn carriers(State(app): State<Shared>, Signed(caller): Signed) -> Result<Json<HealthAnswer>, Problem> {
    caller.require(Scope::Read)?;
    let now = app.now();
    let watch = watch(&app);
    let health = watch.carriers().filter_map(|carrier| watch.health(carrier, now));
    let carriers = health.map(|one| CarrierHealth::of(&one)).collect();
    let ourselves = watch.ourselves(now).iter().map(EvidenceAnswer::of).collect();
    Ok(Json(HealthAnswer { at: now.to_string(), carriers, ourselves }))
}

/// List incidents
///
/// The incidents that are open or not long over, the newest first.
#[utoipa::path(get, path = "/v1/incidents", operation_id = "list_incidents", tag = "health",
    responses((status = 200, description = "All of them", body = IncidentList), Always),
    security(("api_key" = [])))]
pub(crate) async fn list(State(app): State<Shared>, Signed(caller): Signed) -> Result<Json<IncidentList>, Problem> {
    caller.require(Scope::Read)?;
    let mut incidents: Vec<_> = watch(&app).incidents().map(IncidentAnswer::of).collect();
    incidents.reverse();
    Ok(Json(IncidentList { incidents }))
}

/// Read what happened to an incident
///
/// Everything that happened to it, the oldest first, each change with the numbers that caused it.
#[utoipa::path(get, path = "/v1/incidents/{id}/facts", operation_id = "incident_facts", tag = "health",
    params(("id" = u64, Path, description = "The incident's number")),
    responses((status = 200, description = "Its facts", body = IncidentFacts), Always, NoSuchIncident),
    security(("api_key" = [])))]
pub(crate) async fn facts(
    State(app): State<Shared>,
    Signed(caller): Signed,
    IncidentPath(id): IncidentPath,
) -> Result<Json<IncidentFacts>, Problem> {
    caller.require(Scope::Read)?;
    let id = id.ok_or_else(no_incident)?;
    let facts = app.store.facts_of_incident(id, FACTS_COUNT_MAX).await.map_err(failure::of_store)?;
    if facts.is_empty() {
        return Err(no_incident());
    }
    Ok(Json(IncidentFacts { facts: facts.iter().map(IncidentFact::of).collect() }))
}

/// An operator's word about an incident.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Remark)]
pub(crate) struct RemarkRequest {
    /// What kind of word it is.
    word: WordKind,
    /// The word itself, or the reason of a correction; up to 2000 characters.
    #[schema(example = "Their duty engineer confirms it by telephone.")]
    text: String,
    /// With `correct`: whose fault it is: unknown, ours, our_path, carrier, or one of the functions label, pickup, tracking
    /// and orders.
    verdict: Option<String>,
    /// With `confirm`: where everybody can read it, an https address. The status page cites it.
    #[schema(example = "https://status.carrier.example/incidents/1")]
    source: Option<String>,
}

/// note: to be known. confirm: it is as it is said, at a source that is cited. correct: it is somebody else's fault. Each is
/// shown on the status page, signed with the id of the key.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum WordKind {
    Note,
    Confirm,
    Correct,
}

/// Add a word to an incident
///
/// Adds an operator's note, confirmation or correction. It stands beside what was found and is signed with the key's id;
/// nothing is erased, and nothing can be taken back. Needs the scope `operate`.
#[utoipa::path(post, path = "/v1/incidents/{id}/remarks", operation_id = "remark_incident", tag = "health",
    params(("id" = u64, Path, description = "The incident's number")), request_body = RemarkRequest,
    responses((status = 201, description = "Written down", body = IncidentFact), Always, NoSuchIncident, BadBody),
    security(("api_key" = [])))]
pub(crate) async fn remark(
    State(app): State<Shared>,
    Signed(caller): Signed,
    IncidentPath(id): IncidentPath,
    request: Request,
) -> Result<(StatusCode, Json<IncidentFact>), Problem> {
    caller.require(Scope::Operate)?;
    let said = word(json(&app, request).await?)?;
    let id = id.ok_or_else(no_incident)?;
    let by = caller.key.as_ref().map_or("", |key| key.id.as_str());
    let fact = watch(&app).remark(app.now(), id, by, said).map_err(|_| no_incident())?;
    app.store.append_incident_facts(std::slice::from_ref(&fact)).await.map_err(failure::of_store)?;
    watch(&app).hear(&fact);
    Ok((StatusCode::CREATED, Json(IncidentFact::of(&fact))))
}

fn word(asked: RemarkRequest) -> Result<Word, Problem> {
    let RemarkRequest { word, text, verdict, source } = asked;
    if text.trim().is_empty() || text.chars().count() > REMARK_CHARS_MAX {
        let detail = format!("text must have from 1 to {REMARK_CHARS_MAX} characters.");
        return Err(Problem::new(Kind::InvalidField, detail).field("text"));
    }
    let source = match (word, source) {
        (WordKind::Confirm, source) => Some(source_of(source)?),
        (WordKind::Note | WordKind::Correct, None) => None,
        (WordKind::Note | WordKind::Correct, Some(_)) => {
            let detail = "Only a confirmation has a source; leave it out, or send the word confirm.";
            return Err(Problem::new(Kind::InvalidField, detail).field("source"));
        }
    };
    match (word, verdict) {
        (WordKind::Note, None) => Ok(Word::Note { text }),
        (WordKind::Confirm, None) => Ok(Word::Confirm { text, source }),
        (WordKind::Correct, Some(verdict)) => Ok(Word::Correct { verdict: verdict_of(&verdict)?, text }),
        (WordKind::Correct, None) => {
            let detail = "A correction says whose fault it is; add verdict.";
            Err(Problem::new(Kind::MissingField, detail).field("verdict"))
        }
        (WordKind::Note | WordKind::Confirm, Some(_)) => {
            let detail = "Only a correction has a verdict; leave it out, or send the word correct.";
            Err(Problem::new(Kind::InvalidField, detail).field("verdict"))
        }
    }
}

/// Nobody's word alone makes a thing confirmed: others must be able to read it.
fn source_of(source: Option<String>) -> Result<String, Problem> {
    let Some(source) = source else {
        let detail = "A confirmation cites where it can be read; add source, an https address, or send the word note.";
        return Err(Problem::new(Kind::MissingField, detail).field("source"));
    };
    let uri = source.parse::<http::Uri>().ok().filter(|uri| uri.scheme_str() == Some("https"));
    let names_a_host = uri.and_then(|uri| uri.authority().cloned()).is_some_and(|host| !host.as_str().contains('@'));
    if !names_a_host || source.chars().count() > SOURCE_CHARS_MAX {
        let detail = format!("source must be an https address of at most {SOURCE_CHARS_MAX} characters.");
        return Err(Problem::new(Kind::InvalidField, detail).field("source"));
    }
    Ok(source)
}

fn verdict_of(text: &str) -> Result<Verdict, Problem> {
    let plain = [Verdict::Unknown, Verdict::Ours, Verdict::OurPath, Verdict::Carrier];
    let mut all = plain.into_iter().chain(Function::ALL.map(Verdict::OneFunction));
    all.find(|verdict| answer::verdict(*verdict) == text).ok_or_else(|| {
        let detail = "verdict must be unknown, ours, our_path, carrier, label, pickup, tracking or orders.";
        Problem::new(Kind::InvalidField, detail).field("verdict")
    })
}

/// A report that something does not work.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TroubleReport)]
pub(crate) struct ReportRequest {
    /// Which carrier.
    #[schema(example = "colissimo")]
    carrier: String,
    /// Who says so, in your own words: a customer's number, a ticket's account. Only a digest is remembered, so that the
    /// same account counts once an hour.
    account: String,
}

/// What became of a report.
#[derive(Serialize, ToSchema)]
#[schema(as = TroubleReported)]
pub(crate) struct ReportAnswer {
    /// Whether it counts: the first of its account within an hour does.
    counted: bool,
}

/// Report a trouble
///
/// A user or a ticket says that a carrier does not work. It is evidence beside our own calls, never instead of them.
#[utoipa::path(post, path = "/v1/health/reports", operation_id = "report_trouble", tag = "health",
    request_body = ReportRequest,
    responses((status = 202, description = "Taken in", body = ReportAnswer), Always, BadBody),
    security(("api_key" = [])))]
pub(crate) async fn report(
    State(app): State<Shared>,
    Signed(caller): Signed,
    request: Request,
) -> Result<(StatusCode, Json<ReportAnswer>), Problem> {
    caller.require(Scope::Ship)?;
    let ReportRequest { carrier, account } = json(&app, request).await?;
    let carrier = known(&app, &carrier)?;
    if account.is_empty() || account.len() > ACCOUNT_BYTES_MAX {
        let detail = format!("account must have from 1 to {ACCOUNT_BYTES_MAX} bytes.");
        return Err(Problem::new(Kind::InvalidField, detail).field("account"));
    }
    let now = app.now();
    let digest = Sha256::new().chain_update(caller.merchant.as_str()).chain_update([0]).chain_update(account);
    let counted = app.reporters.is_first(digest.finalize().into(), now);
    if counted {
        let source = Source::Outside(carrier, Outside::Report);
        let class = Class::Unavailable;
        // A word from outside changes no condition by itself, so that nothing follows from it at once.
        let _ = watch(&app).observe(&Observation { at: now, source, reached: Reached::Whole, class, latency: None });
    }
    Ok((StatusCode::ACCEPTED, Json(ReportAnswer { counted })))
}

fn known(app: &App, name: &str) -> Result<Carrier, Problem> {
    let watch = watch(app);
    let names: Vec<&str> = watch.carriers().map(Carrier::name).collect();
    if names.contains(&name) {
        return Ok(Carrier::new(name));
    }
    let all = if names.is_empty() { "none so far".to_owned() } else { names.join(", ") };
    let detail = format!("carrier must be one that was called from here: {all}.");
    Err(Problem::new(Kind::InvalidField, detail).field("carrier"))
}

/// The number in `/v1/incidents/{id}…`; none where the text is no number.
pub(crate) struct IncidentPath(Option<IncidentId>);

impl FromRequestParts<Shared> for IncidentPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, app).await;
        let params = params.map_err(|_| Problem::new(Kind::NoSuchPath, "The path is not written in UTF-8."))?;
        let id = params.iter().find(|(name, _)| *name == "id").and_then(|(_, id)| id.parse().ok());
        Ok(Self(id.map(IncidentId)))
    }
}

fn no_incident() -> Problem {
    Problem::new(Kind::NoSuchIncident, "There is no incident of this number; GET /v1/incidents has them.")
}
