//! Tickets in as JSON, by a shop's own program.

use super::{add, answer::Taken, new_id, text};
use crate::{
    auth::Signed,
    body,
    problem::Problem,
    refusals::{Always, BadBody},
    state::Shared,
};
use axum::{
    Json,
    extract::{Request, State},
};
use http::StatusCode;
use serde::Deserialize;
use store::{NewTicket, ReplyTo, Scope, TicketCame, TicketSource};
use utoipa::ToSchema;

/// The longest reference, in bytes.
const REFERENCE_BYTES_MAX: usize = 100;

/// A ticket to be opened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TicketRequest)]
pub(crate) struct TicketRequest {
    /// A line.
    #[serde(default)]
    #[schema(example = "Étiquette de la commande CMD-2025-118")]
    subject: String,
    /// What is asked, in plain text, up to 100,000 characters.
    #[schema(example = "Bonjour, où en est l'étiquette de la commande CMD-2025-118 ?")]
    text: String,
    /// Your own name for it, up to 100 bytes: the same again is the same ticket.
    reference: Option<String>,
}

/// Open a support ticket
///
/// Asks about your parcels in your own words, in French or English: name a parcel or an order. It is answered from what
/// is known of that parcel, or goes to a person; read the answer with GET /v1/tickets/{id}. Taken in when it is on disk.
#[utoipa::path(post, path = "/v1/tickets", operation_id = "create_ticket", tag = "support",
    request_body = TicketRequest,
    responses((status = 201, description = "Taken in", body = Taken),
        (status = 200, description = "Taken in before, under the same reference", body = Taken), Always, BadBody),
    security(("api_key" = [])))]
pub(crate) async fn create(
    State(app): State<Shared>,
    Signed(caller): Signed,
    request: Request,
) -> Result<(StatusCode, Json<Taken>), Problem> {
    caller.require_one(&[Scope::Ship, Scope::Read])?;
    let (head, body) = request.into_parts();
    body::require_json(&head.headers)?;
    let TicketRequest { subject, text: body, reference } = body::json(&body::read(body, &app.settings).await?)?;
    let length = body.chars().count();
    if body.trim().is_empty() || length > text::BODY_CHARS_MAX {
        let most = text::BODY_CHARS_MAX;
        return Err(Problem::invalid("text", format!("text must have from 1 to {most} characters.")));
    }
    if reference.as_ref().is_some_and(|one| one.is_empty() || one.len() > REFERENCE_BYTES_MAX) {
        let detail = format!("reference must have from 1 to {REFERENCE_BYTES_MAX} bytes.");
        return Err(Problem::invalid("reference", detail));
    }
    let id = new_id(&app);
    let text = text::text(&subject, &body);
    let external = format!("{}/{}", caller.merchant, reference.as_ref().unwrap_or(&id));
    let came = add(
        &app,
        NewTicket {
            id,
            source: TicketSource::Api,
            external,
            thread: None,
            replies_to: None,
            merchant: Some(caller.merchant.clone()),
            reply_to: ReplyTo { subject: text.subject.clone(), ..ReplyTo::default() },
            text,
            is_automatic: false,
            is_unreadable: false,
            files: Vec::new(),
            at: app.now(),
        },
    )
    .await?;
    let status = if matches!(came, TicketCame::New(_)) { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(Taken::of(&came))))
}
