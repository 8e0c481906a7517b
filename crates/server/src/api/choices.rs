//! What buyers choose: recorded when the order is made, signed, told to the shop.

use super::request;
use crate::{
    auth::Signed,
    body, failure,
    points::looked_up,
    problem::{Kind, Problem},
    refusals::{Always, BadBody, BadQuery, NotChosen},
    state::{App, Caller, Shared},
};
use axum::{
    Json,
    extract::{Query, Request, State},
};
use clock::Time;
use http::{StatusCode, Uri};
use parcel::{Invalid, OrderNumber, PickupPointId, Product, Shipment};
use pickup::{Choice, Chosen, Fit, Need, Position, against};
use serde::{Deserialize, Serialize};
use store::{Chose, Replaces, Scope};
use utoipa::{IntoParams, ToSchema};

/// What a buyer chose.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PickupChoiceRequest)]
pub(crate) struct ChoiceRequest {
    /// The pickup point's id.
    #[schema(example = "750021")]
    point: String,
    /// The order, where it has a number already: then what the label is asked for is held to this choice.
    #[schema(max_length = 30)]
    order_number: Option<String>,
    /// The product that goes there; HD when absent.
    #[schema(example = "HD")]
    product: Option<String>,
    /// Where the buyer searched, for the distance.
    latitude: Option<f64>,
    /// Where the buyer searched, for the distance.
    longitude: Option<f64>,
    /// How far the point was shown to be, in metres; for those who give no latitude and longitude.
    distance_m: Option<u32>,
    /// The parcel's weight in grams: a point that does not take it is refused.
    weight_g: Option<u32>,
    /// The day on which the parcel is handed over; today when absent.
    #[schema(format = Date)]
    date: Option<String>,
    /// The `choice` that this one takes the place of. Needed for a key with the scope pick alone when the order has
    /// another choice already.
    replaces: Option<String>,
}

/// A choice as it was recorded.
#[derive(Serialize, ToSchema)]
#[schema(as = PickupChoice)]
pub(crate) struct ChoiceAnswer {
    /// The signed record. Send it as `pickup_choice` with the shipment.
    choice: String,
    /// The point, as the buyer saw it.
    point: ChosenPoint,
    /// The order.
    #[serde(skip_serializing_if = "Option::is_none")]
    order_number: Option<String>,
    /// The product that goes there.
    #[schema(example = "HD")]
    product: String,
    /// How far it was, in metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    distance_m: Option<u32>,
    /// When it was chosen, RFC 3339.
    #[schema(format = DateTime)]
    chosen_at: String,
    /// When another took its place, RFC 3339; absent while it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    ended_at: Option<String>,
}

/// A pickup point, as the buyer saw it when she chose it.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChosenPoint {
    /// Its id.
    id: String,
    /// Its name.
    name: String,
    /// Its address, without empty lines.
    address: Vec<String>,
    /// Its postal code.
    postal_code: String,
    /// Its city.
    city: String,
    /// Its country, two letters.
    country: String,
    /// What kind of place it is, by the carrier's code.
    #[schema(example = "A2P")]
    kind: String,
    /// Its opening hours from Monday to Sunday, as the carrier writes them.
    hours: [String; 7],
}

/// Whose choices are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChoicesQuery {
    /// The order's number.
    order_number: String,
}

/// The choices of an order, the latest first.
#[derive(Serialize, ToSchema)]
#[schema(as = PickupChoices)]
pub(crate) struct ChoiceList {
    choices: Vec<ChoiceAnswer>,
}

/// Record what a buyer chose
///
/// Takes down the pickup point that a buyer chose, as the directory knows it, and signs it. With an order number the
/// record is on disk before this is answered, and nothing changes it silently: a label that is asked for another point, or
/// for the home, becomes a question. A second choice for the same order takes the place of the first, which is kept.
#[utoipa::path(post, path = "/v1/pickup-choices", tag = "pickup-points", operation_id = "choose_pickup_point",
    request_body = ChoiceRequest,
    responses((status = 201, description = "Recorded", body = ChoiceAnswer), Always, BadBody, NotChosen),
    security(("api_key" = [])))]
pub(crate) async fn choose(
    State(app): State<Shared>,
    Signed(caller): Signed,
    request: Request,
) -> Result<(StatusCode, Json<ChoiceAnswer>), Problem> {
    let of_the_shop = caller.require(Scope::Ship).is_ok();
    if !of_the_shop {
        caller.require(Scope::Pick)?;
    }
    let (head, body) = request.into_parts();
    body::require_json(&head.headers)?;
    let asked: ChoiceRequest = body::json(&body::read(body, &app.settings).await?)?;
    let replaces = match (of_the_shop, &asked.replaces) {
        (true, _) => Replaces::Any,
        (false, Some(signed)) => Replaces::This(Box::new(open(&app, &caller, "replaces", signed)?)),
        (false, None) => Replaces::None,
    };
    let choice = asked.parse(&app, &caller, app.now())?;
    let choice = match choice.order_number {
        Some(_) => record(&app, choice, replaces).await?,
        None => choice,
    };
    Ok((StatusCode::CREATED, Json(ChoiceAnswer::of(&app, &choice, None))))
}

async fn record(app: &App, choice: Choice, replaces: Replaces) -> Result<Choice, Problem> {
    match app.store.choose(choice, replaces, app.now()).await.map_err(failure::of_store)? {
        Chose::Recorded(choice) | Chose::Same(choice) => Ok(choice),
        Chose::Taken => {
            let detail = "The order has another choice already; send the choice that this one takes the place of.";
            Err(Problem::new(Kind::ChoiceTaken, detail).field("replaces"))
        }
    }
}

/// Read what was chosen for an order
///
/// The choices that were recorded for an order, the latest first; the first one counts unless it has ended.
#[utoipa::path(get, path = "/v1/pickup-choices", tag = "pickup-points", operation_id = "pickup_choices",
    params(ChoicesQuery),
    responses((status = 200, description = "The choices", body = ChoiceList), Always, BadQuery),
    security(("api_key" = [])))]
pub(crate) async fn list(
    State(app): State<Shared>,
    Signed(caller): Signed,
    uri: Uri,
) -> Result<Json<ChoiceList>, Problem> {
    caller.require(Scope::Read)?;
    let unreadable = || Problem::new(Kind::BadQuery, "The query takes order_number, once.").field("order_number");
    let query = Query::<ChoicesQuery>::try_from_uri(&uri).map_err(|_| unreadable())?.0;
    let wrong = |e: Invalid| Problem::new(Kind::BadQuery, format!("{e}.")).field(e.field);
    let order: OrderNumber = query.order_number.parse().map_err(wrong)?;
    let found = app.store.choices_of(&caller.merchant, &order).await.map_err(failure::of_store)?;
    let choices = found.iter().map(|past| ChoiceAnswer::of(&app, &past.choice, past.ended_at)).collect();
    Ok(Json(ChoiceList { choices }))
}

/// The choice that a shipment brought along.
///
/// # Errors
/// It was not signed here, for another shop, or for another order.
pub(super) fn brought(app: &App, caller: &Caller, signed: &str, shipment: &Shipment) -> Result<Choice, Problem> {
    let choice = open(app, caller, "pickup_choice", signed)?;
    match (&choice.order_number, &shipment.order_number) {
        (Some(of), Some(order)) if of != order => {
            Err(Problem::invalid("pickup_choice", "pickup_choice is of another order; send that of this one."))
        }
        // From here on it is this order's.
        (None, Some(order)) => Ok(Choice { order_number: Some(order.clone()), ..choice }),
        _ => Ok(choice),
    }
}

fn open(app: &App, caller: &Caller, field: &str, signed: &str) -> Result<Choice, Problem> {
    let wrong =
        |why: &str| Problem::invalid(field, format!("{field}: {why}; send it as POST /v1/pickup-choices gave it."));
    let choice = Choice::open(signed, &app.store.choice_key()).map_err(|bad| wrong(&bad.to_string()))?;
    if choice.merchant == caller.merchant { Ok(choice) } else { Err(wrong("it is another shop's")) }
}

impl ChoiceRequest {
    fn parse(self, app: &App, caller: &Caller, now: Time) -> Result<Choice, Problem> {
        let point: PickupPointId =
            self.point.parse().map_err(|e: Invalid| Problem::from(Invalid { field: "point".into(), ..e }))?;
        let order_number = self.order_number.map(|order| order.parse::<OrderNumber>()).transpose()?;
        let product = self.product.map_or(Ok(Product::Hd), |product| product.parse())?;
        if !product.is_out_of_home() {
            let known = "HD, BPR or A2P, abroad CMT, BDP or PCS";
            return Err(Problem::invalid("product", format!("{product} goes to no pickup point; give {known}.")));
        }
        let from = position(self.latitude, self.longitude)?;
        let day = self.date.as_deref().map(|date| request::day("date", date)).transpose()?;
        let need = Need { weight_g: self.weight_g, ..Need::on(day.unwrap_or(now.paris_date())) };
        let (chosen, measured) = looked_up(app, |directory| {
            let fit = directory.fit(point, &need);
            let known = directory.get(point).filter(|_| against(fit).is_none());
            let known = known.ok_or_else(|| not_to_be_had(fit))?;
            let metres = from.zip(known.point.position).map(|(from, to)| from.metres_to(to));
            Ok::<_, Problem>((Chosen::from(known), metres))
        })?;
        Ok(Choice {
            merchant: caller.merchant.clone(),
            order_number,
            point: chosen,
            distance_m: measured.or(self.distance_m),
            product,
            chosen_at: now,
        })
    }
}

fn position(latitude: Option<f64>, longitude: Option<f64>) -> Result<Option<Position>, Problem> {
    match (latitude, longitude) {
        (Some(latitude), Some(longitude)) => Ok(Some(Position::new(latitude, longitude)?)),
        (None, None) => Ok(None),
        (Some(_), None) => Err(Problem::invalid("longitude", "longitude goes with latitude; give both or neither.")),
        (None, Some(_)) => Err(Problem::invalid("latitude", "latitude goes with longitude; give both or neither.")),
    }
}

/// Why a point cannot be chosen.
pub(super) fn not_to_be_had(fit: Fit) -> Problem {
    let detail = match fit {
        Fit::Fits | Fit::NotKnown | Fit::Unlisted => {
            "The point is not known here; search for points near the buyer first."
        }
        Fit::Gone => "The carrier takes no parcels at this point any more; let the buyer choose another.",
        Fit::Closed { .. } => "The point is shut while the parcel would come; let the buyer choose another.",
        Fit::TooHeavy { .. } => "The point does not take so heavy a parcel; let the buyer choose another.",
    };
    Problem::new(Kind::PointUnavailable, detail).field("point")
}

impl ChoiceAnswer {
    fn of(app: &App, choice: &Choice, ended_at: Option<Time>) -> Self {
        Self {
            choice: choice.sign(&app.store.choice_key()),
            point: ChosenPoint::from(&choice.point),
            order_number: choice.order_number.as_ref().map(|order| order.as_str().to_owned()),
            product: choice.product.code().to_owned(),
            distance_m: choice.distance_m,
            chosen_at: choice.chosen_at.to_string(),
            ended_at: ended_at.map(|at| at.to_string()),
        }
    }
}

impl From<&Chosen> for ChosenPoint {
    fn from(point: &Chosen) -> Self {
        Self {
            id: point.id.as_str().to_owned(),
            name: point.name.clone(),
            address: point.address.iter().filter(|line| !line.is_empty()).cloned().collect(),
            postal_code: point.postal_code.clone(),
            city: point.city.clone(),
            country: point.country.clone(),
            kind: point.kind.code().to_owned(),
            hours: point.hours.clone(),
        }
    }
}
