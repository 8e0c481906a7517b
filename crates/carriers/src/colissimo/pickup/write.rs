//! Writes answers, JSON or SOAP, from one list of fields.

use super::{Closure, DAYS, PICKUP_NAMESPACE, PickupAnswer, PickupOperation, PickupPoint, PickupRefusal, SORTING};
use crate::colissimo::{
    envelope::{self, Elements},
    xml,
};
use bytes::Bytes;
use serde_json::{Map, Value};

const WSDL: &str = include_str!("service.wsdl");

/// Writes an answer by REST.
pub fn write_pickup_json(operation: PickupOperation, result: Result<&PickupAnswer, &PickupRefusal>) -> Bytes {
    let Shape { head, points } = Shape::of(result);
    let mut body = object(&head);
    let mut points: Vec<Value> = points.iter().map(point_json).collect();
    match operation {
        PickupOperation::Search => body.insert("listePointRetraitAcheminement".into(), Value::Array(points)),
        PickupOperation::ById => body.insert("pointRetraitAcheminement".into(), points.pop().unwrap_or_default()),
    };
    Value::Object(body).to_string().into()
}

/// Writes an answer by SOAP, and by plain GET, which answers alike.
pub fn write_pickup_soap(operation: PickupOperation, result: Result<&PickupAnswer, &PickupRefusal>) -> Bytes {
    let Shape { head, points } = Shape::of(result);
    let name = match operation {
        PickupOperation::Search => "listePointRetraitAcheminement",
        PickupOperation::ById => "pointRetraitAcheminement",
    };
    let within = points.iter().fold(elements(&head), |all, point| all.inner(name, &point_xml(point)));
    let response = format!("{}Response", operation.name());
    envelope::write(PICKUP_NAMESPACE, &response, &Elements::new().inner("return", &within))
}

/// The description of the service at this address (WSDL 1.1), of our own hand.
pub fn pickup_wsdl(address: &str) -> Bytes {
    WSDL.replace("{address}", &xml::escaped(address)).into()
}

/// What an answer says beside its points, and the points.
struct Shape<'a> {
    head: Vec<Field<'a>>,
    points: &'a [PickupPoint],
}

type Field<'a> = (String, Scalar<'a>);

/// One value, as both forms can say it.
enum Scalar<'a> {
    Text(&'a str),
    Number(i64),
    Decimal(String),
    Truth(bool),
    Nothing,
}

impl<'a> Shape<'a> {
    fn of(result: Result<&'a PickupAnswer, &'a PickupRefusal>) -> Self {
        let (code, message, answer) = match result {
            Ok(answer) => (answer.code, &answer.message, Some(answer)),
            Err(refusal) => (refusal.code, &refusal.message, None),
        };
        let head = vec![
            ("errorCode".into(), Scalar::Number(code.into())),
            ("errorMessage".into(), Scalar::Text(message)),
            ("qualiteReponse".into(), given(answer.and_then(|a| a.quality.as_deref()))),
            ("wsRequestId".into(), given(answer.and_then(|a| a.request_id.as_deref()))),
        ];
        Self { head, points: answer.map_or(&[], |a| &a.points) }
    }
}

fn given(text: Option<&str>) -> Scalar<'_> {
    text.map_or(Scalar::Nothing, Scalar::Text)
}

/// The fields of a point, in the order of the service's description.
fn fields(point: &PickupPoint) -> Vec<Field<'_>> {
    let text = |name: &str, text| (name.to_owned(), Scalar::Text(text));
    let number =
        |name: &str, n: Option<u32>| (name.to_owned(), n.map_or(Scalar::Nothing, |n| Scalar::Number(n.into())));
    let degrees = |name: &str, d: Option<f64>| {
        (name.to_owned(), d.map_or(Scalar::Nothing, |d| Scalar::Decimal(format!("{d:.6}"))))
    };
    let truth = |name: &str, on| (name.to_owned(), Scalar::Truth(on));
    let mut all = vec![
        truth("accesPersonneMobiliteReduite", point.accessible),
        text("adresse1", &point.address[0]),
        text("adresse2", &point.address[1]),
        text("adresse3", &point.address[2]),
        text("codePays", &point.country),
        text("codePostal", &point.postal_code),
        truth("congesPartiel", point.partly_closed),
        truth("congesTotal", point.closed),
        degrees("coordGeolocalisationLatitude", point.latitude),
        degrees("coordGeolocalisationLongitude", point.longitude),
        number("distanceEnMetre", point.distance_m),
    ];
    all.extend(DAYS.iter().zip(&point.hours).map(|(day, hours)| text(&format!("horairesOuverture{day}"), hours)));
    all.extend([
        text("identifiant", point.id.as_str()),
        text("langue", &point.language),
        text("localite", &point.city),
        text("nom", &point.name),
        number("poidsMaxi", point.weight_max_g),
        text("reseau", &point.network),
        text("typeDePoint", point.kind.code()),
    ]);
    all.extend(SORTING.iter().zip(&point.sorting).map(|(name, value)| text(name, value)));
    all
}

fn closure_fields(closure: &Closure) -> Vec<Field<'static>> {
    vec![
        ("calendarDeDebut".into(), Scalar::Number(closure.from_ms)),
        ("calendarDeFin".into(), Scalar::Number(closure.until_ms)),
    ]
}

fn object(fields: &[Field<'_>]) -> Map<String, Value> {
    fields.iter().map(|(name, value)| (name.clone(), value.json())).collect()
}

fn elements(fields: &[Field<'_>]) -> Elements {
    fields.iter().fold(Elements::new(), |all, (name, value)| all.option(name, value.xml().as_deref()))
}

fn point_json(point: &PickupPoint) -> Value {
    let mut one = object(&fields(point));
    let closures = point.closures.iter().map(|c| Value::Object(object(&closure_fields(c)))).collect();
    one.insert("listeConges".into(), Value::Array(closures));
    Value::Object(one)
}

fn point_xml(point: &PickupPoint) -> Elements {
    point.closures.iter().fold(elements(&fields(point)), |all, closure| {
        let moment = |ms| jiff::Timestamp::from_millisecond(ms).map(|t| t.to_string()).unwrap_or_default();
        let within = Elements::new()
            .text("calendarDeDebut", &moment(closure.from_ms))
            .text("calendarDeFin", &moment(closure.until_ms));
        all.inner("listeConges", &within)
    })
}

impl Scalar<'_> {
    fn json(&self) -> Value {
        match self {
            Self::Text(text) => Value::String((*text).to_owned()),
            Self::Decimal(text) => Value::String(text.clone()),
            Self::Number(n) => Value::from(*n),
            Self::Truth(on) => Value::Bool(*on),
            Self::Nothing => Value::Null,
        }
    }

    fn xml(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some((*text).to_owned()),
            Self::Decimal(text) => Some(text.clone()),
            Self::Number(n) => Some(n.to_string()),
            Self::Truth(on) => Some(on.to_string()),
            Self::Nothing => None,
        }
    }
}
