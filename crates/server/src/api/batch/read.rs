//! Reading a batch and what became of its rows.

use super::{
    answer::{BatchAnswer, LineAnswer, LineList},
    columns::{self, Column},
};
use crate::{
    api::path::BatchPath,
    auth::Signed,
    failure,
    problem::{Kind, Problem},
    refusals::{Always, BadQuery, NotYourBatch},
    state::{App, Caller, Shared},
};
use axum::{
    Json,
    extract::{Query, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Uri, header};
use parcel::BatchId;
use serde::{Deserialize, Serialize};
use store::{Batch, LineStatus, Scope};
use utoipa::{IntoParams, ToSchema};

/// Rows on a page when nothing is asked.
const PAGE_COUNT: usize = 100;
/// Rows on a page, at most.
const PAGE_COUNT_MAX: usize = 1_000;
/// Rows in one answer of CSV, which is for people and for files: when nothing is asked, and at most.
const CSV_COUNT_MAX: usize = 10_000;

/// The columns that a CSV batch can have.
#[derive(Serialize, ToSchema)]
pub(crate) struct Columns {
    /// The columns.
    columns: &'static [Column],
}

/// Which rows are wanted.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LinesQuery {
    /// Only rows after this one.
    #[param(value_type = Option<u64>)]
    after: Option<String>,
    /// Only rows with this result: accepted, known or refused.
    status: Option<String>,
    /// How many on a page, 1 to 1,000 (100 when absent); as CSV 1 to 10,000 (10,000 when absent).
    #[param(value_type = Option<u32>, minimum = 1, maximum = 10_000)]
    limit: Option<String>,
}

/// List the columns of a CSV batch
///
/// The columns of a CSV batch: the plain fields of a shipment, with the other names that they can have.
#[utoipa::path(get, path = "/v1/batches/columns", tag = "batches",
    responses((status = 200, description = "The columns", body = Columns)))]
pub(crate) async fn batch_columns() -> Json<Columns> {
    Json(Columns { columns: columns::all() })
}

/// Read a batch
///
/// Where a batch stands, with the present states of its shipments.
#[utoipa::path(get, path = "/v1/batches/{id}", tag = "batches",
    params(("id" = String, Path, description = "The batch's id")),
    responses((status = 200, description = "The batch", body = BatchAnswer),
        Always, NotYourBatch),
    security(("api_key" = [])))]
pub(crate) async fn batch(
    State(app): State<Shared>,
    Signed(caller): Signed,
    BatchPath(id): BatchPath,
) -> Result<Json<BatchAnswer>, Problem> {
    caller.require(Scope::Read)?;
    let batch = own(&app, &caller, id).await?;
    let states = app.store.batch_states(id).await.map_err(failure::of_store)?;
    Ok(Json(BatchAnswer::of(&batch, Vec::new()).with_states(&states)))
}

/// Read the results of a batch
///
/// What became of each row, in the order of the file, page by page; as CSV with `Accept: text/csv`.
#[utoipa::path(get, path = "/v1/batches/{id}/lines", tag = "batches",
    params(("id" = String, Path, description = "The batch's id"), LinesQuery),
    responses((status = 200, description = "A page", content((LineList = "application/json"), (String = "text/csv")),
            headers(("Link" = String, description = "rel=next: the next page; absent on the last"))),
        Always, BadQuery, NotYourBatch),
    security(("api_key" = [])))]
pub(crate) async fn batch_lines(
    State(app): State<Shared>,
    Signed(caller): Signed,
    BatchPath(id): BatchPath,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.require(Scope::Read)?;
    let query = Query::<LinesQuery>::try_from_uri(&uri).map_err(|_| unreadable())?.0;
    let as_csv = wants_csv(&headers);
    let (after, status, limit) = query.parse(as_csv)?;
    own(&app, &caller, id).await?;
    let mut found = app.store.batch_lines(id, after, status, limit + 1).await.map_err(failure::of_store)?;
    let more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().filter(|_| more).map(|line| line.row);
    let next = last.map(|last| query.next_path(id, last));
    let lines: Vec<_> = found.iter().map(LineAnswer::from).collect();
    let link = next.as_ref().map(|path| [(header::LINK, format!("<{path}>; rel=\"next\""))]);
    let page = if as_csv { csv(id, &lines)? } else { Json(LineList { lines, next }).into_response() };
    Ok(match link {
        Some(link) => (link, page).into_response(),
        None => page,
    })
}

/// The batch, if it is this merchant's.
async fn own(app: &App, caller: &Caller, id: BatchId) -> Result<Batch, Problem> {
    let found = app.store.batch(&caller.merchant, id).await.map_err(failure::of_store)?;
    found.ok_or_else(no_batch)
}

/// No such batch, or not this merchant's: the two are told apart to nobody.
pub(crate) fn no_batch() -> Problem {
    Problem::new(Kind::NoSuchBatch, "No batch of your shop has this id; check it, and check the API key.")
}

fn unreadable() -> Problem {
    Problem::new(Kind::BadQuery, "The query takes after, status and limit, each at most once.")
}

fn wants_csv(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let first = accept.split([',', ';']).next().unwrap_or_default();
    first.trim().eq_ignore_ascii_case("text/csv")
}

fn csv(id: BatchId, lines: &[LineAnswer]) -> Result<Response, Problem> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    let written = std::iter::once(LineAnswer::COLUMNS.map(str::to_owned)).chain(lines.iter().map(LineAnswer::cells));
    let failed = || failure::defect("results could not be written as CSV");
    for cells in written {
        writer.write_record(cells).map_err(|_| failed())?;
    }
    let text = writer.into_inner().map_err(|_| failed())?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"batch-{id}.csv\"")),
    ];
    Ok((headers, text).into_response())
}

impl LinesQuery {
    fn parse(&self, as_csv: bool) -> Result<(u64, Option<LineStatus>, usize), Problem> {
        let (usual, most) = if as_csv { (CSV_COUNT_MAX, CSV_COUNT_MAX) } else { (PAGE_COUNT, PAGE_COUNT_MAX) };
        let wrong = |field: &str, detail: String| Problem::new(Kind::BadQuery, detail).field(field);
        let after = self.after.as_deref().map_or(Ok(0), str::parse);
        let after = after.map_err(|_| wrong("after", "after is the number of a row.".into()))?;
        let limit = self.limit.as_deref().map_or(Ok(usual), str::parse).ok().filter(|n| (1..=most).contains(n));
        let limit = limit.ok_or_else(|| wrong("limit", format!("limit is a number from 1 to {most}.")))?;
        Ok((after, self.status.as_deref().map(status).transpose()?, limit))
    }

    /// The path of the page after this row, with the same wishes.
    fn next_path(&self, id: BatchId, last: u64) -> String {
        let mut path = format!("/v1/batches/{id}/lines?after={last}");
        for (name, value) in [("status", &self.status), ("limit", &self.limit)] {
            if let Some(value) = value {
                path.push_str(&format!("&{name}={value}"));
            }
        }
        path
    }
}

fn status(text: &str) -> Result<LineStatus, Problem> {
    match text {
        "accepted" => Ok(LineStatus::Accepted),
        "known" => Ok(LineStatus::Known),
        "refused" => Ok(LineStatus::Refused),
        _ => Err(Problem::new(Kind::BadQuery, "status is one of accepted, known or refused.").field("status")),
    }
}
