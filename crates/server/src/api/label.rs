//! One label: as it is kept, placed on a larger sheet, or printed again by the carrier. Never drawn anew: what a buyer's
//! parcel carries is what the carrier made, byte for byte. What is printed again is handed out and not kept.

use super::{act::reprint, answer::LabelFile, own, path::ShipmentPath};
use crate::{
    auth::Signed,
    failure,
    problem::{Kind, Problem},
    refusals::{Always, NoFormat, NoLabel, NotYours},
    sheet::{self, CannotPlace, Layout, Position},
    state::{App, Shared},
};
use axum::{
    extract::{Query, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use carriers::Blame;
use dispatch::{Health, State as Stands};
use http::{HeaderMap, Method, Uri, header};
use parcel::{LabelFormat, ShipmentId};
use serde::Deserialize;
use store::{IntentView, Label, Late, Scope};
use utoipa::IntoParams;

/// Seconds after which to ask for a label again, while the carrier answers.
const SOON_S: u64 = 5;
/// The same, while it does not, or while a person has to decide.
const LATER_S: u64 = 60;

/// How the label is wanted.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LabelQuery {
    /// The format, as in `label_format`; that in which the label is kept when absent. A smaller PDF is placed unscaled
    /// on PDF_A4_300dpi here; any other change is a reprint by the carrier.
    format: Option<String>,
    /// Where on the sheet a smaller label is placed: 1 top left (also when absent), 2 top right, 3 bottom left, 4 bottom
    /// right. A label of 10x15 is 1.5 mm taller than a quarter of A4 and reaches that far over the middle line.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 4)]
    position: Option<String>,
}

/// A query that was understood.
struct Wish {
    format: Option<LabelFormat>,
    position: Option<Position>,
}

/// Fetch the label
///
/// The label's bytes, as the carrier made them; with `format` in another format, where that loses nothing. Fetching it
/// counts as handing it out.
#[utoipa::path(get, path = "/v1/shipments/{id}/label", tag = "shipments",
    params(("id" = String, Path, description = "The shipment's id"), LabelQuery),
    responses((status = 200, description = "The label", content(
            (LabelFile = "application/pdf"), (LabelFile = "application/x-zpl"), (LabelFile = "application/x-dpl"))),
        Always, NotYours, NoLabel, NoFormat),
    security(("api_key" = [])))]
pub(crate) async fn label(
    State(app): State<Shared>,
    Signed(caller): Signed,
    ShipmentPath(id): ShipmentPath,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.require(Scope::Read)?;
    let wish = Wish::read(&uri)?;
    let view = own(&app, &caller, id).await?;
    if view.intent.state != Stands::Confirmed {
        return Err(no_label(&app, &view));
    }
    let kept = app.store.label(&caller.merchant, id).await.map_err(failure::of_store)?;
    let label = wish.fulfil(&app, &view, kept.ok_or_else(|| no_longer_kept(&view))?, &headers).await?;
    if method != Method::HEAD {
        hand_out(&app, &view);
    }
    Ok(file(label.number.as_str(), label.format, label.bytes))
}

/// Notes that the label leaves the house.
pub(super) fn hand_out(app: &App, view: &IntentView) {
    if !view.intent.released {
        app.store.record_later(view.intent.id, Late::Released, app.now());
    }
}

/// A file of labels.
pub(super) fn file(name: &str, format: LabelFormat, bytes: Bytes) -> Response {
    let kind = format.media_type();
    let ending = kind.rsplit(['/', '-']).next().unwrap_or("bin");
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}.{ending}\"")),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    (headers, bytes).into_response()
}

impl Wish {
    fn read(uri: &Uri) -> Result<Self, Problem> {
        let unreadable = || Problem::new(Kind::BadQuery, "The query takes format and position, each at most once.");
        let query = Query::<LabelQuery>::try_from_uri(uri).map_err(|_| unreadable())?.0;
        let format = query.format.as_deref().map(str::parse).transpose();
        let format =
            format.map_err(|e: parcel::Invalid| Problem::new(Kind::BadQuery, e.to_string()).field("format"))?;
        let position =
            query.position.as_deref().map(|text| text.parse().ok().and_then(Position::new).ok_or_else(no_place));
        Ok(Self { format, position: position.transpose()? })
    }

    async fn fulfil(&self, app: &App, view: &IntentView, kept: Label, headers: &HeaderMap) -> Result<Label, Problem> {
        let wanted = self.format.unwrap_or(kept.format);
        if !accepts(headers, wanted.media_type()) {
            return Err(not_accepted(&kept));
        }
        let placed = on_a4(kept.format) == Some(wanted);
        if self.position.is_some() && !placed {
            let detail =
                format!("position is for a PDF smaller than A4 that is placed on A4; this label is {}.", kept.format);
            return Err(Problem::new(Kind::BadQuery, detail).field("position"));
        }
        if wanted == kept.format {
            return Ok(kept);
        }
        if !placed {
            return printed_again(app, view, &kept, wanted).await;
        }
        let layout = Layout::Quarters(self.position.unwrap_or(Position::FIRST));
        let bytes = combined(vec![kept.bytes.clone()], layout).await?;
        let bytes =
            bytes.map_err(|e| unavailable(&kept, &format!("The label's PDF {}, so it is not placed on A4.", e.why)))?;
        Ok(Label { format: wanted, bytes, ..kept })
    }
}

fn no_place() -> Problem {
    Problem::new(Kind::BadQuery, "position is a number from 1 to 4.").field("position")
}

/// Puts labels together, away from the threads that answer.
pub(super) async fn combined(labels: Vec<Bytes>, layout: Layout) -> Result<Result<Bytes, CannotPlace>, Problem> {
    let made = tokio::task::spawn_blocking(move || sheet::combine(&labels, layout)).await;
    made.map(|made| made.map(Bytes::from)).map_err(|_| failure::defect("labels could not be put together"))
}

/// The sheet on which a label of this format can be placed as it is.
fn on_a4(format: LabelFormat) -> Option<LabelFormat> {
    let (kind, rest) = format.as_str().split_once('_')?;
    let (size, rest) = rest.split_once('_')?;
    (kind == "PDF" && size != "A4").then(|| format!("PDF_A4_{rest}").parse().ok()).flatten()
}

/// Whether a client that sends these headers takes this media type. One that says nothing takes everything.
fn accepts(headers: &HeaderMap, media: &str) -> bool {
    let all = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut ranges = all.flat_map(|value| value.split(',')).map(str::trim).filter(|range| !range.is_empty()).peekable();
    let takes = |range: &str| {
        let mut parts = range.split(';').map(str::trim);
        let named = parts.next().unwrap_or_default();
        let refused = parts.any(|part| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0_f32)));
        let family =
            named.strip_suffix("/*").is_some_and(|family| family == "*" || media.split('/').next() == Some(family));
        !refused && (named.eq_ignore_ascii_case(media) || family)
    };
    ranges.peek().is_none() || ranges.any(takes)
}

async fn printed_again(app: &App, view: &IntentView, kept: &Label, wanted: LabelFormat) -> Result<Label, Problem> {
    if view.intent.is_local() {
        return Err(unavailable(
            kept,
            "The label was printed here, and the carrier cannot print it in another format.",
        ));
    }
    if matches!(app.carrier.health(), Health::Dark { .. }) {
        return Err(dark(kept));
    }
    match reprint(app, view, &kept.number, wanted).await? {
        Ok(answer) => Ok(Label { format: wanted, bytes: answer.label, cn23: answer.cn23, ..kept.clone() }),
        Err(e) if e.blame == Blame::Them => Err(dark(kept)),
        Err(e) => {
            let why = format!("The carrier does not print this label as {wanted}.");
            Err(unavailable(kept, &why).carrier(&e.code, &e.message))
        }
    }
}

/// The formats that can be had whatever the carrier does.
fn at_hand(kept: &Label) -> String {
    std::iter::once(kept.format).chain(on_a4(kept.format)).map(LabelFormat::as_str).collect::<Vec<_>>().join(" or ")
}

fn unavailable(kept: &Label, why: &str) -> Problem {
    Problem::new(Kind::FormatUnavailable, format!("{why} It can be had as {}.", at_hand(kept))).field("format")
}

fn not_accepted(kept: &Label) -> Problem {
    let detail = format!("The label is not of a media type in the header Accept. It can be had as {}.", at_hand(kept));
    Problem::new(Kind::NotAcceptable, detail).field("Accept")
}

fn dark(kept: &Label) -> Problem {
    let now = at_hand(kept);
    failure::carrier_dark()
        .with_detail(format!(
            "Only the carrier can print the label in this format, and it does not answer. Now: {now}."
        ))
        .field("format")
}

/// Only a label that is past its time is missing.
pub(super) fn no_longer_kept(view: &IntentView) -> Problem {
    let number = view.intent.number.map(String::from).unwrap_or_default();
    let detail = format!("The label of {number} is past the time for which labels are kept here.");
    Problem::new(Kind::PastKeeping, detail).shipment(view.intent.id)
}

pub(super) fn no_label(app: &App, view: &IntentView) -> Problem {
    let id: ShipmentId = view.intent.id;
    let problem = match view.intent.state {
        Stands::Void => Problem::new(Kind::Void, "The shipment was given up; its label must not be used."),
        Stands::Rejected => {
            let problem = Problem::new(Kind::Rejected, "The carrier refused the shipment; correct it, create it anew.");
            match &view.reject {
                Some(reject) => problem.carrier(&reject.code, &reject.message),
                None => problem,
            }
        }
        Stands::Human => Problem::new(Kind::NotReady, "A person has to decide first: POST to the shipment's /resolve.")
            .retry_after(LATER_S),
        Stands::Question => {
            let detail = "Somebody has to say first where the parcel goes: read the shipment's question.";
            Problem::new(Kind::NotReady, detail).retry_after(LATER_S)
        }
        _ if matches!(app.carrier.health(), Health::Dark { .. }) => {
            let detail = "The carrier does not answer just now. The shipment is safe and its label will be fetched.";
            Problem::new(Kind::NotReady, detail).retry_after(LATER_S)
        }
        _ => Problem::new(Kind::NotReady, "The carrier is being asked for the label.").retry_after(SOON_S),
    };
    problem.shipment(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_type_is_taken_as_the_header_says() {
        for (accept, good) in [
            ("", true),
            ("*/*", true),
            ("application/*;q=0.1", true),
            ("text/html, application/pdf", true),
            ("application/PDF ; q=1", true),
            ("application/x-zpl", false),
            ("application/pdf;q=0", false),
            ("image/*", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT, accept.parse().expect("a value"))]);
            assert_eq!(accepts(&headers, "application/pdf"), good, "{accept}");
        }
        assert!(accepts(&HeaderMap::new(), "application/pdf"));
    }

    #[test]
    fn every_smaller_pdf_has_its_sheet() {
        let sheets = |of: &str| of.parse().ok().and_then(on_a4).map(LabelFormat::as_str);
        assert_eq!(sheets("PDF_10x12_300dpi"), Some("PDF_A4_300dpi"));
        assert_eq!(sheets("PDF_10x15_300dpi_UL"), Some("PDF_A4_300dpi_UL"));
        assert_eq!((sheets("PDF_A4_300dpi"), sheets("ZPL_10x15_300dpi")), (None, None));
    }
}
