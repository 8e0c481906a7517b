//! Many labels in one file, in the order in which they are asked for: for a day's printing.

use super::{
    answer::LabelFile,
    label::{combined, file, hand_out, no_label, no_longer_kept},
    own,
};
use crate::{
    auth::Signed,
    body, failure,
    problem::{Kind, Problem},
    refusals::{Always, BadBody, NoFormat, NotAllReady, NotYours},
    sheet::{Layout, Position},
    state::{App, Caller, Shared},
};
use axum::{
    extract::{Request, State},
    response::Response,
};
use bytes::Bytes;
use dispatch::State as Stands;
use parcel::ShipmentId;
use serde::Deserialize;
use std::collections::HashSet;
use store::{IntentView, Label, Scope};
use utoipa::ToSchema;

/// Labels in one file, at most.
const LABELS_COUNT_MAX: usize = 500;
/// All of them together, in bytes.
const LABELS_BYTES_MAX: usize = 64 << 20;

/// Which labels are wanted, and how.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LabelsRequest {
    /// The shipments' ids, 1 to 500, in the order in which their labels are to come.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 500)]
    shipments: Vec<ShipmentId>,
    /// How they are put together; `as_kept` when absent.
    layout: Option<Arrangement>,
    /// With `quarters`: the first free place of the first sheet, 1 (when absent) to 4.
    #[schema(minimum = 1, maximum = 4)]
    position: Option<u32>,
}

/// as_kept: each label as it is, one after the other. quarters: PDF labels unscaled on A4, four to a sheet (1 top left,
/// 2 top right, 3 bottom left, 4 bottom right).
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Arrangement {
    AsKept,
    Quarters,
}

/// Fetch many labels in one file
///
/// Fetches many labels as one file: all of them, or none and a problem that names the shipments that have no label. PDF
/// labels become one PDF, ZPL or DPL labels one after the other; each is as the carrier made it. Fetching them counts as
/// handing them out.
#[utoipa::path(post, path = "/v1/labels", tag = "shipments",
    request_body = LabelsRequest,
    responses((status = 200, description = "The labels", content(
            (LabelFile = "application/pdf"), (LabelFile = "application/x-zpl"), (LabelFile = "application/x-dpl"))),
        Always, BadBody, NotYours, NotAllReady, NoFormat),
    security(("api_key" = [])))]
pub(crate) async fn labels(
    State(app): State<Shared>,
    Signed(caller): Signed,
    request: Request,
) -> Result<Response, Problem> {
    caller.require(Scope::Read)?;
    let (head, body) = request.into_parts();
    body::require_json(&head.headers)?;
    let bytes = body::read(body, &app.settings).await?;
    let wanted: LabelsRequest = body::json(&bytes)?;
    let layout = wanted.check()?;
    let found = gather(&app, &caller, &wanted.shipments).await?;
    let response = put_together(&found, layout).await?;
    found.iter().for_each(|(view, _)| hand_out(&app, view));
    Ok(response)
}

impl LabelsRequest {
    fn check(&self) -> Result<Layout, Problem> {
        let count = self.shipments.len();
        if count == 0 || count > LABELS_COUNT_MAX {
            let detail = format!("shipments names 1 to {LABELS_COUNT_MAX} shipments, not {count}; ask in parts.");
            return Err(Problem::invalid("shipments", detail));
        }
        let mut seen = HashSet::new();
        if let Some(twice) = self.shipments.iter().find(|id| !seen.insert(**id)) {
            return Err(Problem::invalid("shipments", "A shipment is named twice; leave one.").shipment(*twice));
        }
        let position = self.position.map(|number| {
            Position::new(number).ok_or_else(|| Problem::invalid("position", "position is a number from 1 to 4."))
        });
        match (self.layout.unwrap_or(Arrangement::AsKept), position.transpose()?) {
            (Arrangement::AsKept, None) => Ok(Layout::AsKept),
            (Arrangement::AsKept, Some(_)) => {
                Err(Problem::invalid("position", "position is for the layout quarters; leave it out."))
            }
            (Arrangement::Quarters, position) => Ok(Layout::Quarters(position.unwrap_or(Position::FIRST))),
        }
    }
}

/// All the labels, or a problem with every shipment that has none.
async fn gather(app: &App, caller: &Caller, ids: &[ShipmentId]) -> Result<Vec<(IntentView, Label)>, Problem> {
    let (mut found, mut without) = (Vec::with_capacity(ids.len()), Vec::new());
    let mut bytes = 0;
    for &id in ids {
        let view = own(app, caller, id).await.map_err(|problem| problem.shipment(id))?;
        if view.intent.state != Stands::Confirmed {
            without.push(view);
            continue;
        }
        let label = app.store.label(&caller.merchant, id).await.map_err(failure::of_store)?;
        let label = label.ok_or_else(|| no_longer_kept(&view))?;
        bytes += label.bytes.len();
        if bytes > LABELS_BYTES_MAX {
            return Err(Problem::invalid("shipments", "Together these labels are larger than 64 MiB; ask in parts."));
        }
        found.push((view, label));
    }
    match &without[..] {
        [] => Ok(found),
        [only] => Err(no_label(app, only)),
        several => Err(not_all_ready(several, ids.len())),
    }
}

fn not_all_ready(without: &[IntentView], of: usize) -> Problem {
    let detail = format!(
        "{} of these {of} shipments have no label; they are listed in shipments. Ask without them, or later.",
        without.len()
    );
    Problem::new(Kind::NotReady, detail).shipments(without.iter().map(|view| view.intent.id))
}

async fn put_together(found: &[(IntentView, Label)], layout: Layout) -> Result<Response, Problem> {
    let Some((_, first)) = found.first() else { return Err(failure::defect("no labels to put together")) };
    let kind = first.format.media_type();
    if let Some((view, _)) = found.iter().find(|(_, label)| label.format.media_type() != kind) {
        let detail = "PDF, ZPL and DPL labels do not go into one file; ask for each kind by itself.";
        return Err(Problem::new(Kind::FormatUnavailable, detail).field("shipments").shipment(view.intent.id));
    }
    let all: Vec<Bytes> = found.iter().map(|(_, label)| label.bytes.clone()).collect();
    let bytes = match (kind, layout) {
        ("application/pdf", layout) => combined(all, layout).await?.map_err(|e| {
            let problem = Problem::new(Kind::FormatUnavailable, format!("A label's PDF {}; fetch it alone.", e.why));
            match found.get(e.index) {
                Some((view, _)) => problem.shipment(view.intent.id),
                None => problem,
            }
        })?,
        (_, Layout::AsKept) => all.concat().into(),
        (_, Layout::Quarters(_)) => {
            let detail = "Only PDF labels are placed on A4; leave layout out.";
            return Err(Problem::new(Kind::FormatUnavailable, detail).field("layout"));
        }
    };
    Ok(file("labels", first.format, bytes))
}
