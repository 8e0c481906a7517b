//! Returns: the shipment with which a buyer sends a parcel back, made from the one that was sent.

use super::{
    answer::ShipmentAnswer,
    own,
    path::ShipmentPath,
    prefer,
    request::{deposit_date, deposit_past},
    submit,
};
use crate::{
    auth::Signed,
    body, failure, fingerprint,
    problem::{Kind, Problem},
    refusals::{Always, BadBody, NotReturned, NotYours},
    state::{App, Caller, Shared},
    wait,
};
use axum::{
    extract::{Request, State},
    response::Response,
};
use carriers::colissimo;
use dispatch::State as Stands;
use jiff::civil::Date;
use parcel::{ParcelNumber, Shipment, WayBack, Weight};
use serde::Deserialize;
use store::{IntentView, Scope};
use utoipa::ToSchema;

/// What is particular to the way back; all of it can be left out.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Return)]
pub(crate) struct ReturnRequest {
    /// The day on which the buyer hands the parcel over, today in Paris or later; today when absent.
    #[schema(format = Date, example = "2025-12-29")]
    deposit_date: Option<String>,
    /// Weight in grams, 10 to 30,000; that of the parcel that was sent when absent.
    #[schema(minimum = 10, maximum = 30000)]
    weight_g: Option<u32>,
    /// The label's format; that of the first label when absent.
    label_format: Option<String>,
    /// With a customs declaration: the day of the sale's invoice; the day on which the first shipment was accepted when
    /// absent.
    #[schema(format = Date)]
    invoice_date: Option<String>,
}

/// Make a return
///
/// Makes the return of a parcel: sender and addressee change places; CORE brings it back within France, CORI from
/// anywhere else, with the first parcel's customs declaration as goods returned. Also for a shipment that came through
/// the carrier-compatible endpoints.
#[utoipa::path(post, path = "/v1/shipments/{id}/return", tag = "shipments",
    request_body = Option<ReturnRequest>,
    params(
        ("id" = String, Path, description = "The id of the shipment that was sent; its label must be there"),
        ("Idempotency-Key" = Option<String>, Header, description = "Your own key of this request, 1 to 255 printable \
            characters; with it the request can be sent again without harm for 13 months"),
        ("Prefer" = Option<String>, Header, description = "`wait=N`: wait up to N seconds (0 to 60) for the label"),
    ),
    responses(
        (status = 201, description = "Accepted and settled: the label is there, or the carrier refused",
            body = ShipmentAnswer, headers(("Location" = String, description = "The return, a shipment of its own"))),
        (status = 202, description = "Accepted; the label will follow",
            body = ShipmentAnswer, headers(("Location" = String, description = "The return, a shipment of its own"))),
        Always, BadBody, NotYours, NotReturned,
    ), security(("api_key" = [])))]
pub(crate) async fn make_return(
    State(app): State<Shared>,
    Signed(caller): Signed,
    ShipmentPath(id): ShipmentPath,
    request: Request,
) -> Result<Response, Problem> {
    caller.require(Scope::Ship)?;
    let (head, body) = request.into_parts();
    body::require_json(&head.headers)?;
    let wait = prefer::wait(&head.headers, app.settings.wait_max)?;
    let key = prefer::idempotency_key(&head.headers)?;
    let asked = read(&body::read(body, &app.settings).await?)?;
    let view = own(&app, &caller, id).await?;
    let sent = sent(&app, &caller, &view).await?;
    let back = asked.way_back(&view, &sent, app.now().paris_date())?;
    // The key is of what was asked: a day of deposit that was left out is another one tomorrow.
    let printed = match asked.deposit_date {
        Some(_) => back.clone(),
        None => Shipment { deposit_date: sent.deposit_date, ..back.clone() },
    };
    let key = fingerprint::of_request(key, &printed);
    let (made, replayed) = submit::accept(&app, &caller, key, back, None).await?;
    let made = wait::until_settled(&app, made, wait.unwrap_or_default()).await.map_err(failure::of_store)?;
    Ok(submit::answer(&made, replayed, wait))
}

fn read(bytes: &[u8]) -> Result<ReturnRequest, Problem> {
    if bytes.iter().all(u8::is_ascii_whitespace) { Ok(ReturnRequest::default()) } else { body::json(bytes) }
}

/// What was sent, if it is something that can come back.
async fn sent(app: &App, caller: &Caller, view: &IntentView) -> Result<Shipment, Problem> {
    let id = view.intent.id;
    if view.intent.state != Stands::Confirmed {
        let detail = "Only a parcel whose label is there can come back; read the shipment's state and next_step.";
        return Err(Problem::new(Kind::WrongState, detail).shipment(id));
    }
    if view.product.is_return() {
        let detail = "This shipment is a return itself; create a new shipment to send the goods again.";
        return Err(Problem::new(Kind::WrongState, detail).shipment(id));
    }
    let sent = app.store.shipment(&caller.merchant, id).await.map_err(failure::of_store)?;
    sent.ok_or_else(|| failure::no_shipment().shipment(id))
}

impl ReturnRequest {
    /// The shipment of the way back, held to the rules of its product.
    fn way_back(&self, view: &IntentView, sent: &Shipment, today: Date) -> Result<Shipment, Problem> {
        let id = view.intent.id;
        let first: ParcelNumber =
            view.intent.number.ok_or_else(|| failure::defect("a confirmed shipment has no number"))?;
        let asked_day = self.deposit_date.as_deref().map(deposit_date).transpose()?;
        let day = asked_day.unwrap_or(today);
        if day < today {
            return Err(deposit_past(today));
        }
        let parts = colissimo::letter_parts(sent).map_err(|e| {
            let detail = format!("The first shipment's letter lacks what a return needs: {e}. Create the return anew.");
            Problem::new(Kind::WrongState, detail).shipment(id)
        })?;
        let invoice_date = match self.invoice_date.as_deref() {
            Some(text) => text.parse().map_err(|_| {
                Problem::invalid("invoice_date", "invoice_date is a day as YYYY-MM-DD, for example 2025-12-01.")
            })?,
            None => view.intent.accepted_at.paris_date(),
        };
        let way = WayBack {
            first,
            invoice_date,
            deposit_date: day,
            weight: self.weight_g.map(Weight::from_grams).transpose()?,
            format: self.label_format.as_deref().map(str::parse).transpose()?,
        };
        let back = way.of(sent, &parts);
        back.check()?;
        Ok(back)
    }
}
