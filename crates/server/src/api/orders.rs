//! Orders of several parcels: what they share is written once, and they are taken in whole or not at all.

use super::{
    answer::ShipmentAnswer,
    batch::name,
    path::OrderPath,
    prefer,
    request::{ShipmentRequest, deposit_past},
    submit::REPLAYED,
};
use crate::{
    auth::Signed,
    body, failure, fingerprint, points,
    problem::{Kind, Problem},
    refusals::{Always, BadBody, NotTaken, NotYourOrder},
    state::{App, Caller, Shared},
};
use axum::{
    Json,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use dispatch::{State as Stands, Via};
use http::{HeaderValue, StatusCode, header};
use parcel::{OrderNumber, Shipment};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashSet};
use store::{Accepted, Filter, IntentView, Key, NewIntent, OrderAccepted, Scope};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ArrayBuilder, Object, Ref, RefOr, Schema},
};

/// Parcels of one order, at most: what fits on its labels as "12/99".
const PARCELS_COUNT_MAX: usize = 99;
/// Fields that make parcels one order: a parcel cannot have one of its own.
const OF_THE_ORDER: [&str; 8] = [
    "order_number",
    "product",
    "pickup_point",
    "pickup_choice",
    "deposit_date",
    "commercial_name",
    "sender",
    "addressee",
];
/// Fields that no two parcels can share.
const OF_A_PARCEL: [&str; 2] = ["parcel_ref", "parcel_number"];

/// An order of several parcels, for the description alone: it is read as the fields of a shipment.
pub(crate) enum OrderRequest {}

/// One parcel of an order, for the description alone.
pub(crate) enum ParcelRequest {}

/// The description of a shipment without some of its fields.
fn shipment_without(fields: &[&str], description: &str) -> Object {
    let RefOr::T(Schema::Object(mut object)) = ShipmentRequest::schema() else { return Object::new() };
    object.properties.retain(|name, _| !fields.contains(&name.as_str()));
    object.required.retain(|name| name != "weight_g" && !fields.contains(&name.as_str()));
    object.description = Some(description.into());
    object
}

impl PartialSchema for OrderRequest {
    fn schema() -> RefOr<Schema> {
        let about = "An order of several parcels. Fields that stand here hold for every parcel; a parcel's own weight, \
                     insurance, instructions and the like go before.";
        let mut object = shipment_without(&OF_A_PARCEL, about);
        let parcels = ArrayBuilder::new().items(Ref::from_schema_name("Parcel")).min_items(Some(1));
        let parcels = parcels.max_items(Some(PARCELS_COUNT_MAX)).description(Some("The parcels."));
        object.properties.insert("parcels".into(), Schema::Array(parcels.build()).into());
        object.required.extend(["order_number".to_owned(), "parcels".to_owned()]);
        Schema::Object(object).into()
    }
}

impl ToSchema for OrderRequest {
    fn name() -> std::borrow::Cow<'static, str> {
        "OrderRequest".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push(("Parcel".into(), ParcelRequest::schema()));
        ShipmentRequest::schemas(schemas);
    }
}

impl PartialSchema for ParcelRequest {
    fn schema() -> RefOr<Schema> {
        let about =
            "One parcel of an order: what is its own. Without `parcel_ref` it is called by its place, such as 1/3.";
        Schema::Object(shipment_without(&OF_THE_ORDER, about)).into()
    }
}

/// An order with its parcels as they stand.
#[derive(Serialize, ToSchema)]
#[schema(as = Order)]
pub(crate) struct OrderAnswer {
    /// Your order number.
    order_number: String,
    /// How many parcels there are, those given up included.
    count: usize,
    /// How many are in each state.
    states: BTreeMap<String, usize>,
    /// Whether every parcel that was not given up has its label.
    complete: bool,
    /// What will happen next, or what you can do, in a sentence.
    next_step: &'static str,
    /// The parcels, in their order.
    parcels: Vec<ShipmentAnswer>,
}

/// Create an order of several parcels
///
/// Accepts an order of several parcels: all of them by one write to the disk, or none. From then on each parcel is a
/// shipment of its own.
///
/// The same order sent again is the first one. An order is known by its `Idempotency-Key`, or without one by its
/// order number; another order under the same key or number is refused.
#[utoipa::path(post, path = "/v1/orders", tag = "orders",
    request_body = OrderRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "Your own key of this order, 1 to 255 printable \
        characters; the order number stands for it when absent")),
    responses(
        (status = 202, description = "Accepted; the labels will follow", body = OrderAnswer, headers(
            ("Location" = String, description = "The order"),
            ("Idempotent-Replayed" = Option<String>, description = "true: an earlier request made it"))),
        Always, BadBody, NotTaken,
    ), security(("api_key" = [])))]
pub(crate) async fn submit_order(
    State(app): State<Shared>,
    Signed(caller): Signed,
    request: Request,
) -> Result<Response, Problem> {
    caller.require(Scope::Ship)?;
    let (head, body) = request.into_parts();
    body::require_json(&head.headers)?;
    let key = prefer::idempotency_key(&head.headers)?;
    let bytes = body::read(body, &app.settings).await?;
    let (order, parcels) = parse(body::json(&bytes)?)?;
    let keys = fingerprint::of_order(key, order.as_str(), &parcels);
    let (views, replayed) = match accept(&app, &caller, parcels, keys).await? {
        OrderAccepted::New(views) => (views, false),
        OrderAccepted::Known(views) => (views, true),
        OrderAccepted::Conflict { existing } => {
            let detail = "This order number or Idempotency-Key made another order before. Send the order as it was, or \
                          with a new Idempotency-Key if more parcels are to be made.";
            return Err(Problem::new(Kind::KeyReused, detail).field("order_number").shipment(existing));
        }
    };
    let mut response = (StatusCode::ACCEPTED, Json(OrderAnswer::of(&order, &views))).into_response();
    if replayed {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    if let Ok(path) = HeaderValue::try_from(format!("/v1/orders/{}", super::list::escape(order.as_str()))) {
        response.headers_mut().insert(header::LOCATION, path);
    }
    Ok(response)
}

/// Read an order
///
/// The parcels of an order with the state of each, and a summary.
#[utoipa::path(get, path = "/v1/orders/{order_number}", tag = "orders",
    params(("order_number" = String, Path, description = "Your order number")),
    responses((status = 200, description = "The order", body = OrderAnswer),
        Always, NotYourOrder),
    security(("api_key" = [])))]
pub(crate) async fn order(
    State(app): State<Shared>,
    Signed(caller): Signed,
    OrderPath(order): OrderPath,
) -> Result<Json<OrderAnswer>, Problem> {
    caller.require(Scope::Read)?;
    let mut parcels = Vec::new();
    let mut after = None;
    loop {
        let filter = Filter { order_number: Some(order.clone()), ..Filter::default() };
        let page = app.store.list(&caller.merchant, filter, after, PARCELS_COUNT_MAX).await;
        let page = page.map_err(failure::of_store)?;
        parcels.extend(page.items);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    if parcels.is_empty() {
        return Err(no_order());
    }
    parcels.sort_by_key(|view| view.parcel_no);
    Ok(Json(OrderAnswer::of(&order, &parcels)))
}

/// No such order, or not this merchant's: the two are told apart to nobody.
pub(crate) fn no_order() -> Problem {
    Problem::new(Kind::NoSuchOrder, "No order of your shop has this number; check it, and check the API key.")
}

async fn accept(app: &App, caller: &Caller, parcels: Vec<Shipment>, keys: Vec<Key>) -> Result<OrderAccepted, Problem> {
    let at = app.now();
    let past = parcels.first().is_some_and(|parcel| parcel.deposit_date < at.paris_date());
    if past {
        return known(app, caller, &keys).await?.ok_or_else(|| deposit_past(at.paris_date()));
    }
    let new = |(shipment, key)| NewIntent {
        id: app.new_id(at),
        merchant: caller.merchant.clone(),
        account: caller.account.clone(),
        key: Some(key),
        pickup: points::known_of(app, &shipment, None, at),
        shipment,
        via: Via::Api,
        at,
    };
    let parcels = parcels.into_iter().zip(keys).map(new).collect();
    app.store.accept_order(parcels).await.map_err(failure::of_store)
}

/// An order of a day that is past is no new one: it finds the parcels that it made.
async fn known(app: &App, caller: &Caller, keys: &[Key]) -> Result<Option<OrderAccepted>, Problem> {
    let mut views = Vec::new();
    for key in keys {
        match app.store.known(&caller.merchant, *key, app.now()).await.map_err(failure::of_store)? {
            Some(Accepted::Known(view) | Accepted::New(view)) => views.push(view),
            Some(Accepted::Conflict { existing }) => return Ok(Some(OrderAccepted::Conflict { existing })),
            None => return Ok(None),
        }
    }
    Ok(Some(OrderAccepted::Known(views)))
}

/// Makes a shipment of each parcel and what it shares with the others.
fn parse(mut shared: Map<String, Value>) -> Result<(OrderNumber, Vec<Shipment>), Problem> {
    let order = match shared.get("order_number") {
        Some(Value::String(order)) => order.parse()?,
        _ => return Err(Problem::new(Kind::MissingField, "order_number is missing; add it.").field("order_number")),
    };
    let parcels = match shared.remove("parcels") {
        Some(Value::Array(parcels)) if (1..=PARCELS_COUNT_MAX).contains(&parcels.len()) => parcels,
        None => return Err(Problem::new(Kind::MissingField, "parcels is missing; add it.").field("parcels")),
        _ => {
            let detail = format!("parcels is a list of 1 to {PARCELS_COUNT_MAX} parcels.");
            return Err(Problem::invalid("parcels", detail));
        }
    };
    if let Some(field) = OF_A_PARCEL.into_iter().find(|field| shared.contains_key(*field)) {
        return Err(Problem::new(Kind::UnknownField, format!("{field} belongs to a parcel.")).field(field));
    }
    let count = parcels.len();
    let parcels = (1..).zip(parcels).map(|(place, own)| parcel(&shared, own, (place, count)));
    let parcels = parcels.collect::<Result<Vec<_>, _>>()?;
    each_its_own(&parcels)?;
    Ok((order, parcels))
}

fn parcel(shared: &Map<String, Value>, own: Value, (place, count): (usize, usize)) -> Result<Shipment, Problem> {
    let within = |problem: Problem| {
        let field = problem.named_field().map(str::to_owned);
        let at = field.filter(|field| !OF_THE_ORDER.iter().any(|of_order| field.starts_with(of_order)));
        match at {
            Some(field) => problem.field(format!("parcels.{}.{field}", place - 1)),
            None => problem,
        }
    };
    let Value::Object(own) = own else {
        return Err(Problem::invalid(&format!("parcels.{}", place - 1), "A parcel is an object in braces."));
    };
    if let Some(field) = OF_THE_ORDER.into_iter().find(|field| own.contains_key(*field)) {
        let detail = format!("{field} belongs to the whole order: write it beside parcels.");
        return Err(within(Problem::new(Kind::UnknownField, detail)).field(format!("parcels.{}.{field}", place - 1)));
    }
    let mut whole = shared.clone();
    whole.extend(own);
    whole.entry("parcel_ref").or_insert_with(|| format!("{place}/{count}").into());
    body::from_value::<ShipmentRequest>(&Value::Object(whole)).and_then(ShipmentRequest::parse).map_err(within)
}

fn each_its_own(parcels: &[Shipment]) -> Result<(), Problem> {
    let (mut refs, mut numbers) = (HashSet::new(), HashSet::new());
    for (place, parcel) in parcels.iter().enumerate() {
        let twice = |field: &str| {
            let detail = format!("{field} is that of another parcel of the order; give each its own.");
            Err(Problem::invalid(&format!("parcels.{place}.{field}"), detail))
        };
        if !refs.insert(&parcel.parcel_ref) {
            return twice("parcel_ref");
        }
        if parcel.parcel_number.is_some_and(|number| !numbers.insert(number)) {
            return twice("parcel_number");
        }
    }
    Ok(())
}

impl OrderAnswer {
    fn of(order: &OrderNumber, views: &[IntentView]) -> Self {
        let mut states = BTreeMap::new();
        for view in views {
            *states.entry(name(view.intent.state)).or_insert(0) += 1;
        }
        let any = |state| views.iter().any(|view| view.intent.state == state);
        let done = |view: &IntentView| matches!(view.intent.state, Stands::Confirmed | Stands::Void);
        let complete = views.iter().all(done) && any(Stands::Confirmed);
        let next_step = match () {
            () if complete => "Fetch the labels at each parcel's label_url.",
            () if any(Stands::Human) => "A person has to decide about a parcel: POST to its …/resolve.",
            () if any(Stands::Question) => "Somebody has to say where a parcel goes: read its question.",
            () if any(Stands::Rejected) => "Correct what the carrier refused and create that parcel anew.",
            () if views.iter().all(done) => "Nothing: every parcel was given up.",
            () => "The carrier is being asked for the labels. There is nothing for you to do.",
        };
        let parcels = views.iter().map(ShipmentAnswer::from).collect();
        Self { order_number: order.as_str().to_owned(), count: views.len(), states, complete, next_step, parcels }
    }
}
