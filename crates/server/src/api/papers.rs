//! Papers that go with parcels: the customs form, which is kept with the label, and the deposit slip, which only the
//! carrier can make.

use super::{
    answer::LabelFile,
    label::{no_label, no_longer_kept},
    own,
    path::ShipmentPath,
};
use crate::{
    auth::Signed,
    body, failure,
    problem::{Kind, Problem},
    refusals::{Always, BadBody, NoForm, NoSlip},
    state::{App, Caller, Shared},
};
use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use carriers::{
    Blame,
    colissimo::{self, SLIP_PARCELS_MAX},
};
use dispatch::State as Stands;
use http::{HeaderName, header};
use parcel::ParcelNumber;
use serde::Deserialize;
use std::collections::HashSet;
use store::{Account, Scope};
use utoipa::ToSchema;

/// The number of a deposit slip.
const SLIP_NUMBER: HeaderName = HeaderName::from_static("x-tournee-slip");
const PDF: &str = "application/pdf";

/// Which parcels are handed over together.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DepositSlip)]
pub(crate) struct SlipRequest {
    /// Numbers of labels of yours, 1 to 50, each once.
    #[schema(min_items = 1, max_items = 50, example = json!(["6A15984040331"]))]
    parcel_numbers: Vec<String>,
}

/// Fetch the customs form
///
/// The customs form (CN23) that came with the label. Print it and put it on the parcel.
#[utoipa::path(get, path = "/v1/shipments/{id}/cn23", tag = "shipments",
    params(("id" = String, Path, description = "The shipment's id")),
    responses((status = 200, description = "The form", content((LabelFile = "application/pdf"))), Always, NoForm),
    security(("api_key" = [])))]
pub(crate) async fn cn23(
    State(app): State<Shared>,
    Signed(caller): Signed,
    ShipmentPath(id): ShipmentPath,
) -> Result<Response, Problem> {
    caller.require(Scope::Read)?;
    let view = own(&app, &caller, id).await?;
    if view.intent.state != Stands::Confirmed {
        return Err(no_label(&app, &view));
    }
    let label = app.store.label(&caller.merchant, id).await.map_err(failure::of_store)?;
    let label = label.ok_or_else(|| no_longer_kept(&view))?;
    let form = label.cn23.filter(|form| !form.is_empty()).ok_or_else(|| {
        let detail = "No customs form came with this label: customs were told nothing of the parcel.";
        Problem::new(Kind::NoCustomsForm, detail).shipment(id)
    })?;
    Ok(pdf(form, &format!("{}-cn23", label.number)))
}

/// Make a deposit slip
///
/// Makes the deposit slip (bordereau) of parcels that you hand over together. Only the carrier can make it: while it does
/// not answer, ask again later; nothing is lost, and a slip asked for twice is two papers of which one is thrown away.
#[utoipa::path(post, path = "/v1/deposit-slips", tag = "shipments",
    request_body = SlipRequest,
    responses((status = 200, description = "The slip", content((LabelFile = "application/pdf")), headers(
        ("X-Tournee-Slip" = Option<String>, description = "The slip's number at the carrier"))),
        Always, BadBody, NoSlip),
    security(("api_key" = [])))]
pub(crate) async fn make_slip(
    State(app): State<Shared>,
    Signed(caller): Signed,
    request: Request,
) -> Result<Response, Problem> {
    caller.require(Scope::Ship)?;
    let (head, body) = request.into_parts();
    body::require_json(&head.headers)?;
    let bytes = body::read(body, &app.settings).await?;
    let numbers = numbers(&body::json::<SlipRequest>(&bytes)?)?;
    let account = account_of(&app, &caller, &numbers).await?;
    let exchange = app.carrier.relay(colissimo::encode_slip(&numbers, &account.login)).await;
    let slip = colissimo::decode_slip(&exchange).map_err(|e| match e.blame {
        Blame::Them => failure::carrier_dark(),
        Blame::Us | Blame::Caller => {
            let detail = "The carrier makes no slip of these parcels; read what it says.";
            Problem::new(Kind::SlipRefused, detail).carrier(&e.code, &e.message)
        }
    })?;
    let number = slip.header.number.map(|number| number.to_string());
    let mut response = pdf(slip.paper, &format!("bordereau-{}", number.as_deref().unwrap_or("colissimo")));
    if let Some(value) = number.and_then(|number| number.parse().ok()) {
        response.headers_mut().insert(SLIP_NUMBER, value);
    }
    Ok(response)
}

/// The numbers, each of its form and there once.
fn numbers(asked: &SlipRequest) -> Result<Vec<ParcelNumber>, Problem> {
    let written = &asked.parcel_numbers;
    if !(1..=SLIP_PARCELS_MAX).contains(&written.len()) {
        let detail = format!("parcel_numbers holds 1 to {SLIP_PARCELS_MAX} numbers; make several slips for more.");
        return Err(Problem::invalid("parcel_numbers", detail));
    }
    let mut seen = HashSet::new();
    let one = |(place, text): (usize, &String)| {
        let field = format!("parcel_numbers[{place}]");
        let number: ParcelNumber =
            text.parse().map_err(|e: parcel::Invalid| Problem::invalid(&field, format!("{field}: {}.", e.problem)))?;
        if seen.insert(number) {
            Ok(number)
        } else {
            Err(Problem::invalid(&field, format!("{field} stands here twice; leave one.")))
        }
    };
    written.iter().enumerate().map(one).collect()
}

/// The one account under which all these labels of the merchant's were made.
async fn account_of(app: &App, caller: &Caller, numbers: &[ParcelNumber]) -> Result<Account, Problem> {
    let mut account = None;
    for (place, number) in numbers.iter().enumerate() {
        let field = format!("parcel_numbers[{place}]");
        let wrong = |why: &str| Problem::invalid(&field, format!("{field}: {why}"));
        let id = app.store.shipment_of_number(&caller.merchant, *number).await.map_err(failure::of_store)?;
        let id = id.ok_or_else(|| wrong("not the number of a label of your shop."))?;
        let view = own(app, caller, id).await?;
        if view.intent.state != Stands::Confirmed {
            return Err(wrong("its shipment was given up; take the number out.").shipment(id));
        }
        if *account.get_or_insert_with(|| view.account.clone()) != view.account {
            return Err(wrong("made under another account at the carrier; make a slip for each account.").shipment(id));
        }
    }
    let account = app.store.account(&account.unwrap_or_default()).await.map_err(failure::of_store)?;
    account.ok_or_else(|| failure::defect("a shipment's account is gone"))
}

fn pdf(bytes: Bytes, name: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, PDF.to_owned()),
        (header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}.pdf\"")),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    (headers, bytes).into_response()
}
