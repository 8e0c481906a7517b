//! What is said about a batch and its rows. Nothing of what a row held is in it but its order number and reference.

use super::intake::Progress;
use dispatch::State;
use parcel::{BatchId, ShipmentId};
use serde::Serialize;
use std::collections::BTreeMap;
use store::{Batch, Ending, Line, LineStatus, Refusal};
use utoipa::ToSchema;

/// A batch as it stands.
#[derive(Serialize, ToSchema)]
#[schema(as = Batch)]
pub(crate) struct BatchAnswer {
    /// Its id, a UUID; absent in a dry run, which keeps nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    id: Option<BatchId>,
    /// complete, too_large (it was read up to a limit), broken_off, dry_run; or receiving, while rows come in and for
    /// good when this server was stopped meanwhile. What broke off can be sent again with the same Idempotency-Key.
    #[schema(example = "complete")]
    state: &'static str,
    /// How many rows were read.
    rows: u64,
    /// How many made a new shipment; in a dry run, how many are good.
    accepted: u64,
    /// How many are shipments that were there already.
    known: u64,
    /// How many were refused.
    refused: u64,
    /// The first of the rows that were refused, up to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<Vec<LineError>>,
    /// How many of its shipments are in each state now. Only when the batch is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    shipments: Option<BTreeMap<String, u64>>,
    /// Where the result of every row is.
    #[serde(skip_serializing_if = "Option::is_none")]
    lines_url: Option<String>,
    /// When it began, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    began_at: Option<String>,
    /// When it ended, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    ended_at: Option<String>,
}

/// Why a row was refused.
#[derive(Serialize, ToSchema)]
pub(crate) struct LineError {
    /// Which row, from 1.
    row: u64,
    /// On which line of the file it begins, from 1.
    line: u64,
    /// What is wrong.
    error: ErrorAnswer,
}

/// What is wrong with a row.
#[derive(Serialize, ToSchema)]
#[schema(as = LineProblem)]
pub(crate) struct ErrorAnswer {
    /// A word for programs: the last part of the problem's type, as for single shipments.
    #[schema(example = "invalid-field")]
    pub(super) code: String,
    /// The field, dotted, in this API's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "addressee.postal_code")]
    pub(super) field: Option<String>,
    /// CSV: the column of the file, from 1. JSON: the character of the line at which reading stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) column: Option<u32>,
    /// What is wrong and what to do.
    pub(super) detail: String,
}

/// One row of a batch with what became of it.
#[derive(Serialize, ToSchema)]
#[schema(as = BatchLine)]
pub(crate) struct LineAnswer {
    /// Which row, from 1.
    row: u64,
    /// On which line of the file it begins, from 1.
    line: u64,
    /// accepted, known or refused.
    #[schema(example = "accepted")]
    status: &'static str,
    /// The shipment.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    shipment: Option<ShipmentId>,
    /// Your order number.
    #[serde(skip_serializing_if = "Option::is_none")]
    order_number: Option<String>,
    /// Your name for this parcel of the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    parcel_ref: Option<String>,
    /// The shipment's state now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    state: Option<State>,
    /// The carrier's parcel number, once the label is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    parcel_number: Option<String>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorAnswer>,
}

/// A page of the rows of a batch, in their order.
#[derive(Serialize, ToSchema)]
#[schema(as = BatchLines)]
pub(crate) struct LineList {
    /// The rows.
    pub(super) lines: Vec<LineAnswer>,
    /// The path of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<String>,
}

impl BatchAnswer {
    /// A batch that was kept, with the first of its errors.
    pub(super) fn of(batch: &Batch, errors: Vec<LineError>) -> Self {
        Self {
            id: Some(batch.id),
            state: batch.ended.map_or("receiving", |(_, ending)| ending_name(ending)),
            rows: batch.accepted + batch.known + batch.refused,
            accepted: batch.accepted,
            known: batch.known,
            refused: batch.refused,
            errors: Some(errors),
            shipments: None,
            lines_url: Some(format!("/v1/batches/{}/lines", batch.id)),
            began_at: Some(batch.began_at.to_string()),
            ended_at: batch.ended.map(|(at, _)| at.to_string()),
        }
    }

    /// The same batch with the present states of its shipments in place of its errors.
    pub(super) fn with_states(mut self, states: &[(State, u64)]) -> Self {
        let named = |(state, count): &(State, u64)| (name(*state), *count);
        (self.errors, self.shipments) = (None, Some(states.iter().map(named).collect()));
        self
    }

    /// What a batch would have been.
    pub(super) fn of_dry_run(progress: &Progress) -> Self {
        let error =
            |(row, line, refusal): &(u64, u64, Refusal)| LineError { row: *row, line: *line, error: refusal.into() };
        Self {
            id: None,
            state: "dry_run",
            rows: progress.rows,
            accepted: progress.rows - progress.refused,
            known: 0,
            refused: progress.refused,
            errors: Some(progress.errors.iter().map(error).collect()),
            shipments: None,
            lines_url: None,
            began_at: None,
            ended_at: None,
        }
    }
}

/// A state by its name in the API.
pub(crate) fn name(state: State) -> String {
    serde_json::to_value(state).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

fn ending_name(ending: Ending) -> &'static str {
    match ending {
        Ending::Complete => "complete",
        Ending::TooLarge => "too_large",
        Ending::BrokenOff => "broken_off",
    }
}

pub(super) fn status_name(status: LineStatus) -> &'static str {
    match status {
        LineStatus::Accepted => "accepted",
        LineStatus::Known => "known",
        LineStatus::Refused => "refused",
    }
}

impl LineError {
    /// The error of a row that has one.
    pub(super) fn of(line: &Line) -> Option<Self> {
        let error = line.refusal.as_ref()?.into();
        Some(Self { row: line.row, line: line.line, error })
    }
}

impl From<&Refusal> for ErrorAnswer {
    fn from(refusal: &Refusal) -> Self {
        let Refusal { code, field, column, detail } = refusal.clone();
        Self { code, field, column, detail }
    }
}

impl From<&Line> for LineAnswer {
    fn from(line: &Line) -> Self {
        let view = line.shipment.as_ref();
        let confirmed = view.filter(|view| view.intent.state == State::Confirmed);
        Self {
            row: line.row,
            line: line.line,
            status: status_name(line.status),
            shipment: view.map(|view| view.intent.id),
            order_number: view.and_then(|view| view.order_number.clone()).map(String::from),
            parcel_ref: view.and_then(|view| view.parcel_ref.clone()),
            state: view.map(|view| view.intent.state),
            parcel_number: confirmed.and_then(|view| view.intent.number).map(String::from),
            error: line.refusal.as_ref().map(ErrorAnswer::from),
        }
    }
}

impl LineAnswer {
    /// The names of the columns of results as CSV.
    pub(super) const COLUMNS: [&'static str; 12] = [
        "row",
        "line",
        "status",
        "shipment",
        "order_number",
        "parcel_ref",
        "state",
        "parcel_number",
        "code",
        "field",
        "column",
        "detail",
    ];

    /// The row as cells of CSV.
    pub(super) fn cells(&self) -> [String; 12] {
        let error = self.error.as_ref();
        let text = |text: Option<&String>| text.map_or_else(String::new, |text| harmless(text));
        [
            self.row.to_string(),
            self.line.to_string(),
            self.status.to_owned(),
            self.shipment.map_or_else(String::new, |id| id.to_string()),
            text(self.order_number.as_ref()),
            text(self.parcel_ref.as_ref()),
            self.state.map(name).unwrap_or_default(),
            text(self.parcel_number.as_ref()),
            text(error.map(|error| &error.code)),
            text(error.and_then(|error| error.field.as_ref())),
            error.and_then(|error| error.column).map_or_else(String::new, |column| column.to_string()),
            text(error.map(|error| &error.detail)),
        ]
    }
}

/// Text that a spreadsheet takes for text: one that begins like a formula gets an apostrophe before it (OWASP, "CSV
/// Injection").
fn harmless(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula { format!("'{text}") } else { text.to_owned() }
}
