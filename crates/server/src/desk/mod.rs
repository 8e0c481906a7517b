//! The support desk: tickets in by every door, the queue for people, and the page on which they work.
//!
//! A door reads within its bounds and writes the ticket down; nothing is decided here. The runner decides, answers and
//! closes. What came in is shown as text and never as markup, and no value of a mail gets into a header as it came.

mod answer;
mod form;
mod helpdesks;
mod intake;
mod mail;
mod page;
mod people;
mod settings;
mod text;

pub use settings::{DeskSecret, DeskSettings};

use crate::{
    failure,
    flood::Flood,
    problem::{Kind, Problem},
    state::{App, Caller, Shared},
};
use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use store::{NewTicket, Scope, StoreError, TicketCame};
use tokio::sync::Semaphore;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Mails and webhooks that are read at once, at most: each holds some megabytes.
const READ_COUNT_MAX: usize = 4;
/// Letters and digits of a ticket's id behind its first: without those that look alike.
const ID_CHARS: usize = 10;
const ID_ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Forms from one address within an hour, at most.
const FORMS_OF_ONE_MAX: u32 = 6;
/// Forms within a minute, at most, from everybody.
const FORMS_PER_MINUTE_MAX: u32 = 300;

/// The routes with their documentation.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(intake::create, people::list))
        .routes(routes!(people::read))
        .routes(routes!(people::act))
        .routes(routes!(people::answer_many))
        .routes(routes!(people::file))
        .routes(routes!(people::register))
        .routes(routes!(mail::take))
        .routes(routes!(helpdesks::chatwoot))
        .routes(routes!(helpdesks::zammad))
        .routes(routes!(form::show, form::take))
        .routes(routes!(page::show))
        .routes(routes!(page::script))
}

/// What the desk keeps in memory.
pub(crate) struct Desk {
    reading: Semaphore,
    forms: Flood,
}

impl Default for Desk {
    fn default() -> Self {
        Self { reading: Semaphore::new(READ_COUNT_MAX), forms: Flood::new(FORMS_OF_ONE_MAX, FORMS_PER_MINUTE_MAX) }
    }
}

/// A fresh id for a ticket.
fn new_id(app: &App) -> String {
    let chance: [u8; ID_CHARS] = app.chance();
    let letters = chance.iter().map(|byte| char::from(ID_ALPHABET[usize::from(byte % 32)]));
    std::iter::once('T').chain(letters).collect()
}

/// The id of a ticket in a text, as our answers name it: in the name of a mail, or in brackets in its subject.
fn id_in(text: &str) -> Option<String> {
    let is_of_id = |c: char| c.is_ascii() && ID_ALPHABET.contains(&(c as u8)) || c == 'T';
    text.split(|c| !is_of_id(c)).find(|word| word.len() == ID_CHARS + 1 && word.starts_with('T')).map(str::to_owned)
}

/// Writes a ticket down.
async fn add(app: &App, new: NewTicket) -> Result<TicketCame, Problem> {
    app.store.add_ticket(new).await.map_err(of_store)
}

/// Refuses a key of who does not work at the desk.
fn require_desk(caller: &Caller) -> Result<(), Problem> {
    caller.require_one(&[Scope::Support, Scope::Operate])
}

fn is_at_desk(caller: &Caller) -> bool {
    require_desk(caller).is_ok()
}

fn of_store(e: StoreError) -> Problem {
    match e {
        StoreError::NoTicket(_) => no_ticket(),
        e @ (StoreError::TicketMoved { .. } | StoreError::TicketFull) => {
            Problem::new(Kind::TicketMoved, format!("{e}."))
        }
        e => failure::of_store(e),
    }
}

fn no_ticket() -> Problem {
    Problem::new(Kind::NoSuchTicket, "There is no ticket of this id, or it is not yours.")
}

/// The parameters of a path, by name.
pub(crate) struct TicketPath {
    pub(super) id: String,
    pub(super) no: Option<u32>,
}

impl FromRequestParts<Shared> for TicketPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, app).await;
        let params = params.map_err(|_| Problem::new(Kind::NoSuchPath, "The path is not written in UTF-8."))?;
        let part = |name: &str| params.iter().find(|(part, _)| *part == name).map(|(_, text)| text.to_owned());
        Ok(Self { id: part("id").ok_or_else(no_ticket)?, no: part("no").and_then(|no| no.parse().ok()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_where_our_answers_put_them() {
        assert_eq!(id_in("<T0123456789-2@tournee.example>").as_deref(), Some("T0123456789"));
        assert_eq!(id_in("Re: Étiquette [TABCDEFGHJK]").as_deref(), Some("TABCDEFGHJK"));
        for text in ["", "T123", "TABCDEFGHJKM", "tabcdefghjk"] {
            assert_eq!(id_in(text), None, "{text}");
        }
    }
}
