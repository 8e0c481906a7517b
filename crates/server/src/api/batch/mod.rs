//! Batches: many shipments in one request, each row with a result of its own.

mod answer;
mod columns;
mod csv;
mod elements;
mod form;
mod intake;
mod lines;
pub(super) mod read;
mod text;

use super::{prefer, request::ShipmentRequest, submit::REPLAYED};
use crate::{
    auth::Signed,
    body, failure,
    problem::{Kind, Problem},
    refusals::{Always, BadBatch, BadQuery},
    state::{App, Caller, Shared},
};
pub(super) use answer::name;
use answer::{BatchAnswer, LineError};
use axum::{
    Json,
    body::Body,
    extract::{Query, Request, State},
    response::{IntoResponse, Response},
};
use csv::Wishes;
use form::Form;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use intake::{ERRORS_COUNT, Intake, Progress, Stopped};
use serde::Deserialize;
use serde_json::{Map, Value};
use store::{LineStatus, Scope};
use utoipa::IntoParams;

/// Fields that are given for every row, as a JSON object.
const DEFAULTS: HeaderName = HeaderName::from_static("batch-defaults");
/// Seconds after which a place may be free.
const BUSY_RETRY_S: u64 = 10;

/// How a batch is to be read.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BatchQuery {
    /// true: look at every row and say what is wrong; take nothing in and keep nothing.
    dry_run: bool,
    /// true: leave out columns of CSV that are not known, instead of refusing the file.
    ignore_unknown_columns: bool,
}

/// Create many shipments
///
/// Accepts many shipments at once. Each row is taken in or refused by itself, by the same rules as a shipment that
/// comes alone: one bad row harms no other. Rows are read as they arrive, so that a file can be large; what stands
/// before a limit, or before the connection breaks, is taken in.
///
/// `application/json`: a list of shipments, or an object whose only field `shipments` is one. `application/x-ndjson`:
/// a shipment a line. `text/csv`: the first line names the columns (`GET /v1/batches/columns` lists them), which are
/// separated by comma, semicolon or tab; in UTF-8, or in what `charset=` says (`iso-8859-1`, `windows-1252`).
///
/// With an `Idempotency-Key` the batch can be sent again without harm, whole or corrected: rows that were taken in are
/// found again, whatever broke off, and rows that were refused are tried anew. Rows keep their places in the file.
/// Without a key each row is judged by what it says, as a single shipment without a key.
#[utoipa::path(post, path = "/v1/batches", tag = "batches",
    request_body(description = "The shipments", content(
        (Vec<ShipmentRequest> = "application/json"), (String = "application/x-ndjson"), (String = "text/csv"))),
    params(BatchQuery,
        ("Idempotency-Key" = Option<String>, Header, description = "Your own key of this batch, 1 to 255 printable \
            characters; with it the batch can be sent again without harm for 13 months"),
        ("Batch-Defaults" = Option<String>, Header, description = "Fields for every row that does not have them \
            itself, as a JSON object, for example `{\"sender\": {…}, \"product\": \"DOM\"}`")),
    responses(
        (status = 200, description = "Every row was taken in or known", body = BatchAnswer, headers(
            ("Idempotent-Replayed" = Option<String>, description = "true: the batch was there already"))),
        (status = 207, description = "Some rows were refused; the others were taken in", body = BatchAnswer),
        Always, BadQuery, BadBatch,
    ), security(("api_key" = [])))]
pub(crate) async fn submit_batch(
    State(app): State<Shared>,
    Signed(caller): Signed,
    uri: Uri,
    request: Request,
) -> Result<Response, Problem> {
    caller.require(Scope::Ship)?;
    let (head, mut body) = request.into_parts();
    let query = Query::<BatchQuery>::try_from_uri(&uri).map_err(|_| unreadable())?.0;
    let key = prefer::idempotency_key(&head.headers)?;
    let given = defaults(&head.headers)?;
    let wishes = Wishes { ignore_unknown: query.ignore_unknown_columns, given: &given };
    let form = Form::of(&head.headers)?;
    refuse_at_once(&head.headers, app.settings.batch_bytes_max)?;
    let _place = app.batches.try_acquire().map_err(|_| busy())?;
    let mut intake = Intake { app: &app, caller: &caller, key, wishes, dry_run: query.dry_run, form };
    let mut progress = Progress::default();
    let stopped = intake.read(&mut body, &mut progress).await;
    if let Some((batch, _)) = progress.batch {
        let ending = stopped.as_ref().map_or(store::Ending::BrokenOff, |stopped| stopped.ending());
        app.store.end_batch(batch, ending, app.now()).await.map_err(|e| failure::of_store(e).batch(batch))?;
    }
    match stopped {
        Ok(Stopped::AtTheEnd) => answer(&app, &caller, progress, query.dry_run).await,
        Ok(stopped) => Err(ended_early(&app, &caller, stopped, &progress, &mut body).await?),
        Err(problem) => {
            body::drain(&mut body).await;
            Err(problem.header(header::CONNECTION, "close".into()))
        }
    }
}

fn unreadable() -> Problem {
    Problem::new(Kind::BadQuery, "The query takes dry_run and ignore_unknown_columns, each true or false.")
}

fn busy() -> Problem {
    Problem::new(Kind::BatchesBusy, "As many batches as can be are being read just now. Send this one again soon.")
        .retry_after(BUSY_RETRY_S)
}

/// Fields for every row.
fn defaults(headers: &HeaderMap) -> Result<Map<String, Value>, Problem> {
    let Some(text) = headers.get(&DEFAULTS) else { return Ok(Map::new()) };
    body::json(text.as_bytes()).map_err(|problem| {
        let detail = format!("Batch-Defaults is a JSON object of fields. {}", problem.detail());
        Problem::new(Kind::BadHeader, detail).field("Batch-Defaults")
    })
}

/// A body that says itself that it is too large is not read at all.
fn refuse_at_once(headers: &HeaderMap, most: u64) -> Result<(), Problem> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    match length {
        Some(length) if length > most => {
            let detail = format!("A batch has at most {most} bytes and this one {length}. Nothing was read: split it.");
            Err(Problem::new(Kind::BatchTooLarge, detail).header(header::CONNECTION, "close".into()))
        }
        _ => Ok(()),
    }
}

async fn answer(app: &App, caller: &Caller, progress: Progress, dry_run: bool) -> Result<Response, Problem> {
    if progress.rows == 0 {
        let detail =
            "There is no row in the batch: CSV has one after the line of its columns, JSON an element in its list.";
        return Err(Problem::new(Kind::EmptyBatch, detail));
    }
    let Some((id, replayed)) = progress.batch.filter(|_| !dry_run) else {
        let answer = BatchAnswer::of_dry_run(&progress);
        return Ok((status(progress.refused), Json(answer)).into_response());
    };
    let failed = |e| failure::of_store(e).batch(id);
    let batch = app.store.batch(&caller.merchant, id).await.map_err(failed)?.ok_or_else(read::no_batch)?;
    let lines = app.store.batch_lines(id, 0, Some(LineStatus::Refused), ERRORS_COUNT).await.map_err(failed)?;
    let errors = lines.iter().filter_map(LineError::of).collect();
    let mut response = (status(batch.refused), Json(BatchAnswer::of(&batch, errors))).into_response();
    if let Ok(path) = HeaderValue::try_from(format!("/v1/batches/{id}")) {
        response.headers_mut().insert(header::LOCATION, path);
    }
    if replayed {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

fn status(refused: u64) -> StatusCode {
    if refused == 0 { StatusCode::OK } else { StatusCode::MULTI_STATUS }
}

/// Says why reading stopped before the end, and what was taken in until then.
async fn ended_early(
    app: &App,
    caller: &Caller,
    stopped: Stopped,
    progress: &Progress,
    body: &mut Body,
) -> Result<Problem, Problem> {
    let (bytes, rows) = (app.settings.batch_bytes_max, app.settings.batch_rows_max);
    let (kind, why) = match stopped {
        Stopped::AtBytes => (Kind::BatchTooLarge, format!("A batch has at most {bytes} bytes.")),
        Stopped::AtRows => (Kind::BatchTooLarge, format!("A batch has at most {rows} rows.")),
        Stopped::TooSlow => (Kind::SlowBody, "The batch did not arrive in time.".into()),
        Stopped::Cut | Stopped::AtTheEnd => (Kind::BadJson, "The batch broke off before its end.".into()),
    };
    if stopped.ending() == store::Ending::TooLarge {
        body::drain(body).await;
    }
    let Some((id, _)) = progress.batch else {
        return Ok(Problem::new(kind, format!("{why} Nothing was taken in.")));
    };
    let failed = |e| failure::of_store(e).batch(id);
    let batch = app.store.batch(&caller.merchant, id).await.map_err(failed)?.ok_or_else(read::no_batch)?;
    let detail = format!(
        "{why} The {} rows up to the one on line {} were read: {} accepted, {} known, {} refused; see \
         /v1/batches/{id}/lines. Send what comes after as a batch of its own.",
        progress.rows, progress.last_line, batch.accepted, batch.known, batch.refused
    );
    Ok(Problem::new(kind, detail).batch(id).header(header::CONNECTION, "close".into()))
}
