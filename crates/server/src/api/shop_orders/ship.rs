//! The shipment of an order: made of the order with the shop's settings, and with what is wanted otherwise this time. An
//! order has one, whoever asks and however often.

use super::{ShopOrderPath, own};
use crate::{
    api::{
        prefer,
        request::{AddressRequest, deposit_date, deposit_past},
        submit,
    },
    auth::Signed,
    body, failure, points,
    problem::{Kind, Problem},
    refusals::{Always, BadBody, NoSuchShopOrder, OrderNotShipped},
    state::{App, Caller, Shared},
    wait,
};
use axum::{
    extract::{Request, State},
    response::Response,
};
use dispatch::{State as Stands, Via};
use parcel::{Cents, MerchantId};
use serde::Deserialize;
use shops::{ShopOrder, ShopSettings, Wishes};
use store::{IntentView, NewIntent, OrderShipment, Scope, Standing, StoredOrder};
use utoipa::ToSchema;

/// How often an order that changes while it is read is read anew.
const TRIES_COUNT_MAX: usize = 3;

/// What is wanted otherwise of one order's label.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShopOrderShipmentRequest {
    /// The carrier's product, in the place of the shop's.
    #[schema(example = "DOS")]
    product: Option<String>,
    /// The pickup point.
    pickup_point: Option<String>,
    /// The parcel's weight in grams, packing included.
    weight_g: Option<u32>,
    /// The day on which you hand the parcel over; today when absent.
    #[schema(format = Date)]
    deposit_date: Option<String>,
    /// The label's format.
    label_format: Option<String>,
    /// Your name for this parcel, 1 to 17 characters without accents.
    parcel_ref: Option<String>,
    /// Insured value in euro cents.
    insurance_cents: Option<u32>,
    /// Instructions to the postman, up to 35 characters.
    instructions: Option<String>,
    /// The buyer's address, in the place of the order's.
    addressee: Option<AddressRequest>,
    /// true: let the shipment stand as it is, although the order was changed in the shop since.
    #[serde(default)]
    keep: bool,
}

impl ShopOrderShipmentRequest {
    fn wishes(self) -> Result<Wishes, Problem> {
        Ok(Wishes {
            product: self.product.map(|text| text.parse()).transpose()?,
            pickup_point: self.pickup_point.map(|text| text.parse()).transpose()?,
            weight_g: self.weight_g,
            deposit_date: self.deposit_date.as_deref().map(deposit_date).transpose()?,
            format: self.label_format.map(|text| text.parse()).transpose()?,
            parcel_ref: self.parcel_ref,
            insurance: self.insurance_cents.map(Cents),
            instructions: self.instructions,
            addressee: self.addressee.map(AddressRequest::into_fields),
        })
    }
}

/// Ask for the label of an order
///
/// Makes a shipment of the order, with the shop's settings and what the body wants otherwise. Asked again, it is the same
/// shipment, also when the label was asked for by another way meanwhile; only when that was given up, or the carrier refused
/// it, is there another.
#[utoipa::path(post, path = "/v1/shop-orders/{id}/shipment", tag = "shops",
    operation_id = "ship_shop_order", request_body = Option<ShopOrderShipmentRequest>,
    params(("id" = String, Path, description = "The order's id here"),
        ("Prefer" = Option<String>, Header, description = "`wait=N`: wait up to N seconds (0 to 60) for the label")),
    responses(
        (status = 201, description = "Accepted and settled: the label is there, or the carrier refused",
            body = crate::api::answer::ShipmentAnswer),
        (status = 202, description = "Accepted; the label will follow", body = crate::api::answer::ShipmentAnswer),
        Always, BadBody, NoSuchShopOrder, OrderNotShipped),
    security(("api_key" = [])))]
pub(crate) async fn ship(
    State(app): State<Shared>,
    Signed(caller): Signed,
    ShopOrderPath(id): ShopOrderPath,
    request: Request,
) -> Result<Response, Problem> {
    caller.require(Scope::Ship)?;
    let (head, body) = request.into_parts();
    body::require_json(&head.headers)?;
    let wait = prefer::wait(&head.headers, app.settings.wait_max)?;
    let bytes = body::read(body, &app.settings).await?;
    let blank = bytes.trim_ascii().is_empty();
    let request = if blank { ShopOrderShipmentRequest::default() } else { body::json(&bytes)? };
    if request.keep {
        own(&app, &caller, &id).await?;
        app.store.let_stand(&id, app.now()).await.map_err(failure::of_store)?;
    }
    let (view, known) = accept(&app, &caller, &id, &request.wishes()?).await?;
    let view = wait::until_settled(&app, view, wait.unwrap_or_default()).await.map_err(failure::of_store)?;
    Ok(submit::answer(&view, known, wait))
}

/// Takes the order's shipment in, or finds the one that it has; and whether it was found.
async fn accept(app: &App, caller: &Caller, id: &str, wishes: &Wishes) -> Result<(IntentView, bool), Problem> {
    for _ in 0..TRIES_COUNT_MAX {
        let order = own(app, caller, id).await?;
        if let Some(view) = held(app, &caller.merchant, &order).await? {
            return Ok((view, true));
        }
        let new = request(app, &order, wishes.clone()).await?;
        match app.store.ship_order(&order.id, order.print(), false, new).await.map_err(failure::of_store)? {
            Some(OrderShipment::New(view)) => return Ok((view, false)),
            Some(OrderShipment::Known(view)) => return Ok((view, true)),
            None => {}
        }
    }
    Err(Problem::new(Kind::WrongState, "The order is being changed in the shop just now; ask again in a moment."))
}

/// The shipment that the order has; what is given up or refused does not count.
async fn held(app: &App, merchant: &MerchantId, order: &StoredOrder) -> Result<Option<IntentView>, Problem> {
    let Some(id) = order.shipment else { return Ok(None) };
    let view = app.store.get(merchant, id).await.map_err(failure::of_store)?;
    Ok(view.filter(|view| !matches!(view.intent.state, Stands::Void | Stands::Rejected)))
}

async fn request(app: &App, order: &StoredOrder, wishes: Wishes) -> Result<NewIntent, Problem> {
    if matches!(order.status, Standing::Cancelled | Standing::Gone) {
        return Err(Problem::new(Kind::WrongState, "The order was given up in the shop: there is nothing to send."));
    }
    let shop = app.store.shop(&order.shop).await.map_err(failure::of_store)?.ok_or_else(failure::no_shop)?;
    let past = || Problem::new(Kind::WrongState, "The order is past its time and no longer kept whole.");
    let text = order.json.as_deref().ok_or_else(past)?;
    let read: ShopOrder = serde_json::from_str(text).map_err(|_| failure::defect("an order cannot be read"))?;
    let settings: ShopSettings =
        serde_json::from_str(&shop.settings).map_err(|_| failure::defect("a shop's settings cannot be read"))?;
    let at = app.now();
    let shipment = settings.shipment(&read, wishes, at.paris_date())?;
    if shipment.deposit_date < at.paris_date() {
        return Err(deposit_past(at.paris_date()));
    }
    let pickup = points::known_of(app, &shipment, None, at);
    let (merchant, account) = (shop.merchant, shop.account);
    Ok(NewIntent { id: app.new_id(at), merchant, account, shipment, via: Via::Api, key: None, pickup, at })
}
