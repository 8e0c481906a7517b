//! Makes the requests: a shipment, in our words or as a shop's module wrote it, to the bytes that the carrier reads.

use super::{
    CHECK, GENERATE, GET_LABEL, SUIVI,
    customs_write::{CustomsOut, Fields},
    latin::plain,
    lenient::{field, text_of},
};
use crate::Request;
use bytes::Bytes;
use http::{HeaderName, Method, header};
use jiff::civil::Date;
use parcel::{
    Address, LabelFormat, Letter, Login, ParcelNumber, PickupPointId, Shipment, ShipmentParts, Undeliverable,
};
use serde::Serialize;
use serde_json::{Map, Value};
use std::{borrow::Cow, fmt::Write};

/// The header in which the carrier takes a key instead of contract number and password.
pub(super) const API_KEY: HeaderName = HeaderName::from_static("apikey");
const OKAPI_KEY: HeaderName = HeaderName::from_static("x-okapi-key");
pub(super) const JSON: &str = "application/json;charset=UTF-8";

/// Asks for a parcel and its label, to be handed over on `deposit`.
///
/// A letter in our words is cut to the carrier's lengths and loses its accents; absent parts are not sent. A letter
/// as it was written stays so, but for credentials, deposit date, format, parcel number, and the product and the pickup
/// point where others were agreed to since.
pub fn encode_generate(shipment: &Shipment, login: &Login, deposit: Date, format: LabelFormat) -> Request {
    post(GENERATE, login, body(shipment, login, deposit, format))
}

/// Asks whether [`encode_generate`] of the same would be taken; makes nothing.
pub fn encode_check(shipment: &Shipment, login: &Login, deposit: Date, format: LabelFormat) -> Request {
    post(CHECK, login, body(shipment, login, deposit, format))
}

/// Asks for the label of a number once more.
pub fn encode_get_label(number: &ParcelNumber, login: &Login, format: LabelFormat) -> Request {
    let credentials = Credentials::of(login);
    let output_printing_type = format.as_str();
    post(GET_LABEL, login, to_bytes(&Reprint { credentials, parcel_number: number.as_str(), output_printing_type }))
}

/// Asks Suivi for the tracks of these ids.
pub fn encode_track(ids: &[String], okapi_key: &str, lang: &str) -> Request {
    let mut path = SUIVI.to_owned();
    for (at, id) in ids.iter().enumerate() {
        path.push_str(if at == 0 { "" } else { "," });
        push_escaped(&mut path, id);
    }
    path.push_str("?lang=");
    push_escaped(&mut path, lang);
    let headers = vec![(OKAPI_KEY, okapi_key.to_owned()), (header::ACCEPT, "application/json".to_owned())];
    Request { method: Method::GET, path_and_query: path, headers, body: Bytes::new() }
}

/// Asks for one of the [`super::HEALTH_PAGES`].
pub fn encode_health(page: &str) -> Request {
    Request { method: Method::GET, path_and_query: page.to_owned(), headers: Vec::new(), body: Bytes::new() }
}

pub(super) fn post(path: &str, login: &Login, body: Bytes) -> Request {
    let mut headers = vec![(header::CONTENT_TYPE, JSON.to_owned())];
    if let Login::ApiKey(key) = login {
        headers.push((API_KEY, key.clone()));
    }
    Request { method: Method::POST, path_and_query: path.to_owned(), headers, body }
}

fn body(shipment: &Shipment, login: &Login, deposit: Date, format: LabelFormat) -> Bytes {
    match &shipment.letter {
        Letter::Parts(parts) => to_bytes(&Generate::of(shipment, parts, login, deposit, format)),
        Letter::AsWritten(written) => to_bytes(&fill_in(written, shipment, login, deposit, format)),
    }
}

pub(super) fn to_bytes(value: &impl Serialize) -> Bytes {
    // Plain structs and JSON values always serialise: their keys are texts.
    serde_json::to_vec(value).unwrap_or_default().into()
}

/// The request as it was written, with what we know better put in.
fn fill_in(written: &Value, shipment: &Shipment, login: &Login, deposit: Date, format: LabelFormat) -> Value {
    let mut body = written.as_object().cloned().unwrap_or_default();
    for key in ["contractNumber", "password", "apiKey", "apikey"] {
        body.remove(key);
    }
    if let Login::Contract { number, password } = login {
        put(&mut body, "contractNumber", number);
        put(&mut body, "password", password);
    }
    edit(&mut body, "outputFormat", |output| put(output, "outputPrintingType", format.as_str()));
    let agreed = Agreed::of(written, shipment);
    edit(&mut body, "letter", |letter| {
        edit(letter, "service", |service| {
            put(service, "depositDate", &deposit.to_string());
            if agreed.product {
                put(service, "productCode", shipment.product.code());
            }
        });
        if let Some(number) = &shipment.parcel_number {
            edit(letter, "parcel", |parcel| put(parcel, "parcelNumber", number.as_str()));
        }
        if agreed.product || agreed.point {
            edit(letter, "parcel", |parcel| agreed.put_into(parcel, shipment));
        }
    });
    Value::Object(body)
}

/// What was agreed to since the letter was written: where the shipment says something else than it.
struct Agreed {
    product: bool,
    point: bool,
}

impl Agreed {
    fn of(written: &Value, shipment: &Shipment) -> Self {
        let letter = field(written, "letter");
        let product = text_of(field(letter, "service"), "productCode");
        let point = text_of(field(letter, "parcel"), "pickupLocationId");
        let point: Option<PickupPointId> = point.and_then(|point| point.parse().ok());
        Self {
            product: product.as_deref() != Some(shipment.product.code()),
            point: point != shipment.mode.pickup_point(),
        }
    }

    /// The home has no pickup point, and a number of another product's range is not this one's.
    fn put_into(&self, parcel: &mut Map<String, Value>, shipment: &Shipment) {
        match shipment.mode.pickup_point() {
            Some(point) => put(parcel, "pickupLocationId", point.as_str()),
            None => drop(parcel.remove("pickupLocationId")),
        }
        if self.product && shipment.parcel_number.is_none() {
            parcel.remove("parcelNumber");
        }
    }
}

fn put(object: &mut Map<String, Value>, name: &str, text: &str) {
    object.insert(name.to_owned(), Value::String(text.to_owned()));
}

/// Changes the object of this name, which is made if there is none (or anything else).
fn edit(outer: &mut Map<String, Value>, name: &str, change: impl FnOnce(&mut Map<String, Value>)) {
    let mut inner = match outer.remove(name) {
        Some(Value::Object(object)) => object,
        _ => Map::new(),
    };
    change(&mut inner);
    outer.insert(name.to_owned(), Value::Object(inner));
}

pub(super) fn push_escaped(path: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(path, "%{byte:02X}");
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Credentials<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    contract_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reprint<'a> {
    #[serde(flatten)]
    credentials: Credentials<'a>,
    parcel_number: &'a str,
    output_printing_type: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Generate<'a> {
    #[serde(flatten)]
    credentials: Credentials<'a>,
    output_format: OutputFormat<'a>,
    letter: LetterOut<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Fields<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OutputFormat<'a> {
    x: u8,
    y: u8,
    output_printing_type: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LetterOut<'a> {
    service: Service<'a>,
    parcel: Parcel<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customs_declarations: Option<CustomsOut<'a>>,
    sender: Sender<'a>,
    addressee: Addressee<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Service<'a> {
    product_code: &'a str,
    deposit_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commercial_name: Option<Cow<'a, str>>,
    /// What the transport costs, in cents, for customs; the carrier has two names for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    transportation_amount: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_amount: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    return_type_choice: Option<u8>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Parcel<'a> {
    /// Kilograms with two decimals, as the carrier takes them.
    weight: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    parcel_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pickup_location_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    insurance_value: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instructions: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    non_machinable: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sender<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    sender_parcel_ref: Option<&'a str>,
    address: AddressOut<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Addressee<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    addressee_parcel_ref: Option<&'a str>,
    address: AddressOut<'a>,
}

/// An address: names and texts in the order of the carrier's form; what is absent is not sent.
struct AddressOut<'a>(&'a Address);

impl<'a> Credentials<'a> {
    pub(super) fn of(login: &'a Login) -> Self {
        match login {
            Login::Contract { number, password } => Self { contract_number: Some(number), password: Some(password) },
            Login::ApiKey(_) => Self { contract_number: None, password: None },
        }
    }
}

impl<'a> Generate<'a> {
    fn of(
        shipment: &'a Shipment,
        parts: &'a ShipmentParts,
        login: &'a Login,
        deposit: Date,
        format: LabelFormat,
    ) -> Self {
        let parcel_ref = shipment.parcel_ref.as_deref();
        Self {
            credentials: Credentials::of(login),
            output_format: OutputFormat { x: 0, y: 0, output_printing_type: format.as_str() },
            letter: LetterOut {
                service: Service::of(shipment, parts, deposit),
                parcel: Parcel::of(shipment, parts),
                customs_declarations: parts.customs.as_ref().map(CustomsOut::of),
                sender: Sender { sender_parcel_ref: parcel_ref, address: AddressOut(&parts.sender) },
                addressee: Addressee {
                    addressee_parcel_ref: parcel_ref.filter(|r| r.len() <= 15),
                    address: AddressOut(&parts.addressee),
                },
            },
            fields: parts.customs.as_ref().and_then(Fields::of),
        }
    }
}

impl<'a> Service<'a> {
    fn of(shipment: &'a Shipment, parts: &'a ShipmentParts, deposit: Date) -> Self {
        let shipping_cost = parts.customs.as_ref().map(|customs| customs.shipping_cost.0);
        Self {
            product_code: shipment.product.code(),
            deposit_date: deposit.to_string(),
            order_number: shipment.order_number.as_ref().map(|n| n.as_str()),
            commercial_name: parts.commercial_name.as_deref().map(|n| plain(n, 38)),
            transportation_amount: shipping_cost,
            total_amount: shipping_cost,
            return_type_choice: parts.undeliverable.map(|choice| match choice {
                Undeliverable::Return => 2,
                Undeliverable::Abandon => 3,
            }),
        }
    }
}

impl<'a> Parcel<'a> {
    fn of(shipment: &'a Shipment, parts: &'a ShipmentParts) -> Self {
        // Up to the next ten grams: a parcel is never declared lighter than it is.
        let weight = f64::from(shipment.weight.grams().div_ceil(10)) / 100.0;
        Self {
            weight,
            parcel_number: shipment.parcel_number.as_ref().map(ParcelNumber::as_str),
            pickup_location_id: shipment.mode.pickup_point().map(|p| p.to_string()),
            insurance_value: parts.insurance.map(|c| c.0),
            instructions: parts.instructions.as_deref().map(|i| plain(i, 35)),
            non_machinable: parts.non_machinable,
        }
    }
}

impl Serialize for AddressOut<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let f = self.0.fields();
        let texts = [
            ("companyName", &f.company, 35),
            ("lastName", &f.last_name, 35),
            ("firstName", &f.first_name, 29),
            ("line0", &f.floor, 35),
            ("line1", &f.building, 35),
            ("line2", &f.street, 35),
            ("line3", &f.locality, 35),
            ("city", &f.city, 35),
            ("zipCode", &f.postal_code, 9),
            ("phoneNumber", &f.phone, 20),
            ("mobileNumber", &f.mobile, 20),
            ("doorCode1", &f.door_code1, 8),
            ("doorCode2", &f.door_code2, 8),
            ("intercom", &f.intercom, 30),
            ("email", &f.email, 80),
        ];
        let given = texts.iter().filter_map(|(name, text, max)| Some((*name, plain(text.as_deref()?, *max))));
        let country = self.0.country();
        serializer.collect_map(given.chain([("countryCode", Cow::Borrowed(country.as_str()))]))
    }
}
