//! Orders from a file, for shops without a connector or beside one: each row with a result of its own.

use super::{ShopIdPath, answer::folded};
use crate::{
    auth::Signed,
    body, failure,
    problem::{Kind, Problem},
    refusals::{Always, BadImport, BadQuery},
    state::{App, Shared},
};
use axum::{
    Json,
    extract::{Query, Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, Uri, header};
use serde::{Deserialize, Serialize};
use shops::import::{Form, Imported, RowError};
use std::collections::BTreeMap;
use store::{Scope, SeenOrder};
use utoipa::{IntoParams, ToSchema};

/// Orders that one commit folds in.
const CHUNK_COUNT: usize = 200;

/// How a file is to be read.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportQuery {
    /// true: look at every row and say what is wrong; take nothing in.
    dry_run: bool,
}

/// What became of a file of orders.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImportAnswer {
    /// Rows that were read.
    rows: usize,
    /// How many of them were new, changed, known, older (what is known is newer) or refused.
    counts: BTreeMap<&'static str, usize>,
    /// Each row with its result, in the order of the file.
    results: Vec<RowAnswer>,
}

/// What became of a row.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportedRow)]
pub(crate) struct RowAnswer {
    /// On which line of the file it begins, from 1; in a JSON list, its place.
    line: u64,
    /// new, changed, known, older or refused; read in a dry run.
    result: &'static str,
    /// The order's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// The column that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u64>,
    /// The field that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// What is wrong and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

impl RowAnswer {
    fn good(line: u64, number: String, result: &'static str) -> Self {
        Self { line, result, number: Some(number), column: None, field: None, detail: None }
    }
}

impl From<RowError> for RowAnswer {
    fn from(e: RowError) -> Self {
        Self {
            line: e.line,
            result: "refused",
            number: None,
            column: e.column,
            field: e.field,
            detail: Some(e.problem),
        }
    }
}

/// Take in a file of orders
///
/// Takes in the orders of a shop from JSON (a list, or an object whose only field `orders` is one), NDJSON or CSV. A row
/// that is wrong harms no other; an order that is known just so, or newer, stays as it is, so a file may be sent again.
#[utoipa::path(post, path = "/v1/shops/{shop}/orders", tag = "shops",
    operation_id = "import_shop_orders",
    request_body(description = "The orders", content(
        (Vec<serde_json::Value> = "application/json"), (String = "application/x-ndjson"), (String = "text/csv"))),
    params(ImportQuery, ("shop" = String, Path, description = "The shop's id")),
    responses((status = 200, description = "Every row was taken in or known", body = ImportAnswer),
        (status = 207, description = "Some rows were refused; the others were taken in", body = ImportAnswer),
        Always, BadQuery, BadImport),
    security(("api_key" = [])))]
pub(crate) async fn import(
    State(app): State<Shared>,
    Signed(caller): Signed,
    ShopIdPath(shop): ShopIdPath,
    uri: Uri,
    request: Request,
) -> Result<Response, Problem> {
    caller.require(Scope::Ship)?;
    let (head, body) = request.into_parts();
    let query = Query::<ImportQuery>::try_from_uri(&uri).map_err(|_| unreadable())?.0;
    let form = form(&head.headers)?;
    let found = app.store.shop(&shop).await.map_err(failure::of_store)?;
    found.filter(|shop| shop.merchant == caller.merchant).ok_or_else(failure::no_shop)?;
    let bytes = body::read_or_drain(app.settings.import_bytes_max, body, &app.settings).await?;
    let read = shops::import::read(form, &bytes, app.now());
    let read = read.map_err(|e| Problem::new(Kind::EmptyBatch, e.to_string()))?;
    let results = take(&app, &shop, read, query.dry_run).await?;
    if results.is_empty() {
        return Err(Problem::new(Kind::EmptyBatch, "There is no order in the file: send at least one row."));
    }
    Ok(answer(results))
}

fn unreadable() -> Problem {
    Problem::new(Kind::BadQuery, "The query takes dry_run, true or false.")
}

fn form(headers: &HeaderMap) -> Result<Form, Problem> {
    let text = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "application/json" => Ok(Form::Json),
        "application/x-ndjson" | "application/ndjson" => Ok(Form::Ndjson),
        "text/csv" | "text/tab-separated-values" => Ok(Form::Csv),
        _ => {
            let known = "application/json, application/x-ndjson, text/csv";
            Err(Problem::new(Kind::MediaType, format!("Send the file with one of these Content-Types: {known}."))
                .header(header::ACCEPT, known.into()))
        }
    }
}

async fn take(app: &App, shop: &str, read: Imported, dry_run: bool) -> Result<Vec<RowAnswer>, Problem> {
    let mut results: Vec<RowAnswer> = read.refused.into_iter().map(RowAnswer::from).collect();
    let mut rows = read.orders.into_iter().peekable();
    while rows.peek().is_some() {
        let (mut named, mut seen) = (Vec::new(), Vec::new());
        for (line, order) in rows.by_ref().take(CHUNK_COUNT) {
            let json = serde_json::to_string(&order).map_err(|_| failure::defect("an order cannot be written"))?;
            named.push((line, order.number));
            seen.push(SeenOrder::read(json).map_err(failure::of_store)?);
        }
        if dry_run {
            results.extend(named.into_iter().map(|(line, number)| RowAnswer::good(line, number, "read")));
            continue;
        }
        let done = app.store.fold_orders(shop, seen, app.now()).await.map_err(failure::of_store)?;
        let told = named.into_iter().zip(done);
        results.extend(told.map(|((line, number), done)| RowAnswer::good(line, number, folded(done))));
    }
    results.sort_by_key(|row| row.line);
    Ok(results)
}

fn answer(results: Vec<RowAnswer>) -> Response {
    let mut counts = BTreeMap::new();
    for row in &results {
        *counts.entry(row.result).or_default() += 1;
    }
    let status = if counts.contains_key("refused") { StatusCode::MULTI_STATUS } else { StatusCode::OK };
    (status, Json(ImportAnswer { rows: results.len(), counts, results })).into_response()
}
