//! The queue for people: look, take, hand over, merge, answer, close. Each act is signed with the key's id.

use super::{
    TicketPath,
    answer::{TicketAnswer, TicketList, WholeAnswer},
    is_at_desk, no_ticket, of_store, require_desk, text,
};
use crate::{
    auth::Signed,
    body,
    problem::{Kind, Problem},
    refusals::{Always, BadBody, BadQuery, NoSuchTicket, NotDone},
    state::{App, Caller, Shared},
};
use axum::{
    Json,
    extract::{Query, Request, State, rejection::QueryRejection},
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use store::{Scope, TicketAct, TicketFilter, TicketState, TicketText};
use utoipa::{IntoParams, ToSchema};

/// Tickets in one page of the list, where nothing else is asked, and at most.
const PAGE_COUNT: u32 = 50;
const PAGE_COUNT_MAX: u32 = 200;
/// Tickets answered by one request, at most.
const BULK_COUNT_MAX: usize = 200;
/// The longest note, in characters.
const NOTE_CHARS_MAX: usize = 4_000;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TicketQuery {
    /// Only in this state: new, answered, with_person, merged or closed.
    state: Option<String>,
    /// Only for this reason.
    reason: Option<String>,
    /// Only of this incident.
    incident: Option<u64>,
    /// Only behind this place: the `next` of the page before.
    after: Option<i64>,
    /// How many, up to 200.
    limit: Option<u32>,
}

/// List support tickets
///
/// The queue, the oldest first. Needs the scope `support` or `operate`.
#[utoipa::path(get, path = "/v1/tickets", operation_id = "list_tickets", tag = "support", params(TicketQuery),
    responses((status = 200, description = "A page of them", body = TicketList), Always, BadQuery),
    security(("api_key" = [])))]
pub(crate) async fn list(
    State(app): State<Shared>,
    Signed(caller): Signed,
    query: Result<Query<TicketQuery>, QueryRejection>,
) -> Result<Json<TicketList>, Problem> {
    require_desk(&caller)?;
    let bad = |detail: String| Problem::new(Kind::BadQuery, detail);
    let Query(query) = query.map_err(|e| bad(format!("{}.", e.body_text())))?;
    let state = query.state.as_deref().map(|name| {
        TicketState::named(name)
            .ok_or_else(|| bad("state must be new, answered, with_person, merged or closed.".into()))
    });
    let filter = TicketFilter {
        state: state.transpose()?,
        reason: query.reason.clone().filter(|reason| !reason.is_empty()),
        incident: query.incident,
        after: query.after,
    };
    let limit = query.limit.unwrap_or(PAGE_COUNT).clamp(1, PAGE_COUNT_MAX);
    let tickets = app.store.tickets(filter, limit).await.map_err(of_store)?;
    let full = tickets.len() == usize::try_from(limit).unwrap_or(usize::MAX);
    let next = tickets.last().map(|last| last.seq).filter(|_| full);
    Ok(Json(TicketList { tickets: tickets.iter().map(|one| TicketAnswer::of(one, true)).collect(), next }))
}

/// Read a support ticket
///
/// A ticket of yours with its messages and its answer; with the scope `support` or `operate` any ticket, with its files,
/// the notes among people and what happened to it.
#[utoipa::path(get, path = "/v1/tickets/{id}", operation_id = "read_ticket", tag = "support",
    params(("id" = String, Path, description = "The ticket's id")),
    responses((status = 200, description = "The ticket", body = WholeAnswer), Always, NoSuchTicket),
    security(("api_key" = [])))]
pub(crate) async fn read(
    State(app): State<Shared>,
    Signed(caller): Signed,
    TicketPath { id, .. }: TicketPath,
) -> Result<Json<WholeAnswer>, Problem> {
    let at_desk = is_at_desk(&caller);
    if !at_desk {
        caller.require_one(&[Scope::Ship, Scope::Read])?;
    }
    Ok(Json(WholeAnswer::of(&whole(&app, &caller, &id, at_desk).await?, at_desk)))
}

async fn whole(app: &App, caller: &Caller, id: &str, at_desk: bool) -> Result<store::TicketWhole, Problem> {
    let merchant = (!at_desk).then(|| caller.merchant.clone());
    app.store.ticket(id, merchant).await.map_err(of_store)?.ok_or_else(no_ticket)
}

/// What a person does with a ticket.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TicketActRequest)]
pub(crate) struct ActRequest {
    /// What: take, hand_over, merge, answer, close or reopen.
    act: Act,
    /// With `hand_over`: what the next one has to know.
    note: Option<String>,
    /// With `hand_over`: the key of who is to have it; nobody in particular where it is left out.
    to: Option<String>,
    /// With `merge`: the ticket in which it goes on.
    into: Option<String>,
    /// With `answer`: the text, which is sent where the ticket came from.
    text: Option<String>,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TicketActKind)]
enum Act {
    Take,
    HandOver,
    Merge,
    Answer,
    Close,
    Reopen,
}

/// Act on a support ticket
///
/// Takes a ticket, hands it over with a note, merges it into another, answers it, closes it or takes it up once more. Each
/// act is written down with the key's id. Needs the scope `support` or `operate`.
#[utoipa::path(post, path = "/v1/tickets/{id}/acts", operation_id = "act_on_ticket", tag = "support",
    params(("id" = String, Path, description = "The ticket's id")), request_body = ActRequest,
    responses((status = 200, description = "Done; the ticket as it stands", body = WholeAnswer), Always, BadBody,
        NoSuchTicket, NotDone),
    security(("api_key" = [])))]
pub(crate) async fn act(
    State(app): State<Shared>,
    Signed(caller): Signed,
    TicketPath { id, .. }: TicketPath,
    request: Request,
) -> Result<Json<WholeAnswer>, Problem> {
    require_desk(&caller)?;
    let asked: ActRequest = json(&app, request).await?;
    let what = match asked.act {
        Act::Take => TicketAct::Take,
        Act::HandOver => TicketAct::HandOver {
            to: asked.to.map(|to| text::line(&to, 80)).filter(|to| !to.is_empty()),
            note: needed("note", asked.note, NOTE_CHARS_MAX)?,
        },
        Act::Merge => TicketAct::Merge { into: needed("into", asked.into, 40)? },
        Act::Answer => {
            let body = needed("text", asked.text, text::BODY_CHARS_MAX)?;
            TicketAct::Answer(answer_text(&whole(&app, &caller, &id, true).await?.ticket, &body))
        }
        Act::Close => TicketAct::Close,
        Act::Reopen => TicketAct::Reopen,
    };
    app.store.act_on_ticket(&id, by(&caller), what, app.now()).await.map_err(of_store)?;
    Ok(Json(WholeAnswer::of(&whole(&app, &caller, &id, true).await?, true)))
}

fn by(caller: &Caller) -> &str {
    caller.key.as_ref().map_or("", |key| key.id.as_str())
}

fn answer_text(ticket: &store::Ticket, body: &str) -> TicketText {
    let subject = notice::ticket::words::reply_subject(&ticket.subject, &ticket.id);
    TicketText { subject, ..text::text("", body) }
}

fn needed(field: &'static str, value: Option<String>, chars_max: usize) -> Result<String, Problem> {
    let value = value.filter(|value| !value.trim().is_empty());
    let value =
        value.ok_or_else(|| Problem::new(Kind::MissingField, format!("{field} is missing; add it.")).field(field))?;
    if value.chars().count() > chars_max {
        return Err(Problem::invalid(field, format!("{field} must have at most {chars_max} characters.")));
    }
    Ok(value)
}

async fn json<T: DeserializeOwned>(app: &App, request: Request) -> Result<T, Problem> {
    let (head, body) = request.into_parts();
    body::require_json(&head.headers)?;
    body::json(&body::read(body, &app.settings).await?)
}

/// One answer for several tickets.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TicketBulkAnswer)]
pub(crate) struct BulkRequest {
    /// The tickets, up to 200: all for the same reason, and of the same incident.
    ids: Vec<String>,
    /// The text, which is sent where each came from.
    text: String,
}

/// What became of each.
#[derive(Serialize, ToSchema)]
#[schema(as = TicketBulkAnswered)]
pub(crate) struct BulkAnswer {
    /// Those that were answered.
    answered: Vec<String>,
    /// Those that were not: they are gone, or stand where they cannot be answered.
    left: Vec<String>,
}

/// Answer several support tickets
///
/// The same answer to tickets that are with people for the same reason and of the same incident. Needs the scope `support`
/// or `operate`.
#[utoipa::path(post, path = "/v1/tickets/answers", operation_id = "answer_tickets", tag = "support",
    request_body = BulkRequest,
    responses((status = 200, description = "What became of each", body = BulkAnswer), Always, BadBody, NotDone),
    security(("api_key" = [])))]
pub(crate) async fn answer_many(
    State(app): State<Shared>,
    Signed(caller): Signed,
    request: Request,
) -> Result<Json<BulkAnswer>, Problem> {
    require_desk(&caller)?;
    let BulkRequest { ids, text: body } = json(&app, request).await?;
    let body = needed("text", Some(body), text::BODY_CHARS_MAX)?;
    if ids.is_empty() || ids.len() > BULK_COUNT_MAX {
        return Err(Problem::invalid("ids", format!("ids must name from 1 to {BULK_COUNT_MAX} tickets.")));
    }
    let mut tickets = Vec::with_capacity(ids.len());
    for id in &ids {
        tickets.push(whole(&app, &caller, id, true).await?.ticket);
    }
    let alike = |one: &store::Ticket| {
        one.state == TicketState::WithPerson && (&one.reason, one.incident) == (&tickets[0].reason, tickets[0].incident)
    };
    if !tickets.iter().all(alike) {
        let detail =
            "The tickets must all be with people, for the same reason and of the same incident; nothing was sent.";
        return Err(Problem::new(Kind::TicketMoved, detail));
    }
    let (mut answered, mut left) = (Vec::new(), Vec::new());
    for ticket in &tickets {
        let what = TicketAct::Answer(answer_text(ticket, &body));
        let done = app.store.act_on_ticket(&ticket.id, by(&caller), what, app.now()).await;
        let to = if done.is_ok() { &mut answered } else { &mut left };
        to.push(ticket.id.clone());
    }
    Ok(Json(BulkAnswer { answered, left }))
}

/// Read a file of a support ticket
///
/// A file that came with a ticket, as it came: to be looked at with care. Needs the scope `support` or `operate`.
#[utoipa::path(get, path = "/v1/tickets/{id}/files/{no}", operation_id = "read_ticket_file", tag = "support",
    params(("id" = String, Path, description = "The ticket's id"), ("no" = u32, Path, description = "The file's number")),
    responses((status = 200, description = "The file, to be saved", body = String, content_type = "application/octet-stream"),
        Always, NoSuchTicket),
    security(("api_key" = [])))]
pub(crate) async fn file(
    State(app): State<Shared>,
    Signed(caller): Signed,
    TicketPath { id, no }: TicketPath,
) -> Result<Response, Problem> {
    require_desk(&caller)?;
    let found = app.store.ticket_file(&id, no.ok_or_else(no_ticket)?).await.map_err(of_store)?;
    let bytes = found.ok_or_else(no_ticket)?.bytes;
    // Whatever its sender called it: it is saved, and never shown by a browser as something that acts.
    let told = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CONTENT_DISPOSITION, "attachment"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((told, bytes).into_response())
}

/// An address from which a merchant asks for help.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SupportContact)]
pub(crate) struct ContactRequest {
    /// The merchant.
    merchant: String,
    /// The address. Only a digest of it is kept.
    mail: String,
}

/// Register an address of a merchant
///
/// From now on who writes from this address is that merchant, as with its key: the answer goes there. Needs the scope
/// `support` or `operate`.
#[utoipa::path(post, path = "/v1/tickets/contacts", operation_id = "register_support_contact", tag = "support",
    request_body = ContactRequest, responses((status = 204, description = "Registered"), Always, BadBody),
    security(("api_key" = [])))]
pub(crate) async fn register(
    State(app): State<Shared>,
    Signed(caller): Signed,
    request: Request,
) -> Result<StatusCode, Problem> {
    require_desk(&caller)?;
    let ContactRequest { merchant, mail } = json(&app, request).await?;
    let known = app.store.merchants().await.map_err(of_store)?;
    let merchant = known.into_iter().find(|one| one.id.as_str() == merchant).map(|one| one.id);
    let merchant = merchant.ok_or_else(|| Problem::invalid("merchant", "merchant must be one that is known here."))?;
    let address = text::address(&mail).ok_or_else(|| Problem::invalid("mail", "mail must be a plain mail address."))?;
    app.store.add_support_contact(&merchant, &address).await.map_err(of_store)?;
    Ok(StatusCode::NO_CONTENT)
}
