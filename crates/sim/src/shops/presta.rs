//! A simulated PrestaShop: its web service over tables of rows, by PrestaShop's own published rules. It has no webhooks.
//!
//! Times are Paris times without a zone, in whole seconds. The buyer's pickup point is what Colissimo's module makes of
//! it: the carrier is the module's, and the parcel's address is the point's. The point's id stands in a table of the
//! module that the web service does not show; a shop may note it in the address too ([`Options::pickup_noted`]).

mod list;
mod spec;
mod store;
mod write;
mod xml;

use super::{
    access::{Access, Options},
    call::{Call, with_headers},
    order::{BookedOrder, Change, NewOrder, Pickup, Push, State, country, part, second_line},
    text::{euros, id_of, paris_sql, whole_second},
};
use bytes::Bytes;
use carriers::{Request, Response};
use clock::Time;
use http::Method;
use parcel::AddressFields;
use serde_json::{Value, json};
use spec::{SPECS, Spec};
use std::collections::BTreeMap;
use store::{Row, Tables};

/// The version that the shop says it has.
const VERSION: &str = "8.2.1";
/// The carriers of the module: to the home, and to a pickup point.
const TO_HOME: u64 = 2;
const TO_POINT: u64 = 3;
/// Order states that matter here, by PrestaShop's own numbers.
const PAID: u64 = 2;
const CANCELLED: u64 = 6;
const AWAITS_TRANSFER: u64 = 10;

/// The shop.
#[derive(Debug)]
pub(super) struct Presta {
    options: Options,
    access: Access,
    seed: u64,
    tables: Tables,
    extras: BTreeMap<u64, Extra>,
}

/// What the shop knows of an order beside its rows.
#[derive(Debug)]
struct Extra {
    placed: Time,
    updated: Time,
    pickup: Option<Pickup>,
    carrier_row: u64,
    pushes: Vec<Push>,
}

/// What goes wrong, in the platform's form.
#[derive(Clone, Debug, PartialEq)]
struct PrestaError {
    status: u16,
    code: u16,
    message: String,
}

impl PrestaError {
    fn new(status: u16, code: u16, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }
}

impl Presta {
    pub(super) fn new(options: Options, access: Access, seed: u64) -> Self {
        let tables = Tables::new(options.first_number);
        Self { options, access, seed, tables, extras: BTreeMap::new() }
    }

    pub(super) fn place(&mut self, now: Time, new: NewOrder) -> u64 {
        let now = whole_second(now);
        let customer = self.tables.add("customers", customer(&new.buyer, now));
        let home = self.tables.add("addresses", address(&new.buyer, customer, now));
        let delivery = match &new.pickup {
            None => home,
            Some(pickup) => {
                let noted = self.options.pickup_noted;
                self.tables.add("addresses", point_address(&new.buyer, pickup, noted, customer, now))
            }
        };
        let carrier = if new.pickup.is_some() { TO_POINT } else { TO_HOME };
        let state = if new.paid { PAID } else { AWAITS_TRANSFER };
        let row = self.order_row(&new, [customer, delivery, home, carrier, state], now);
        let id = self.tables.add("orders", row);
        let weight = format!("{}.{:03}000", new.weight_g / 1_000, new.weight_g % 1_000);
        let carried = [
            ("id_order", id.to_string()),
            ("id_carrier", carrier.to_string()),
            ("id_order_invoice", "0".into()),
            ("weight", weight),
            ("shipping_cost_tax_excl", "4.950000".into()),
            ("shipping_cost_tax_incl", "4.950000".into()),
            ("tracking_number", String::new()),
            ("date_add", paris_sql(now)),
        ];
        let carrier_row = self.tables.add("order_carriers", carried.into());
        let extra = Extra { placed: now, updated: now, pickup: new.pickup, carrier_row, pushes: Vec::new() };
        self.extras.insert(id, extra);
        self.tables.add("order_histories", history(id, state, now));
        id
    }

    fn order_row(&self, new: &NewOrder, [customer, delivery, home, carrier, state]: [u64; 5], now: Time) -> Row {
        let total = format!("{}0000", euros(new.total_cents));
        let goods = format!("{}0000", euros(new.total_cents.saturating_sub(495)));
        let number = self.tables.next("orders").to_string();
        let fields = [
            ("id_address_delivery", delivery.to_string()),
            ("id_address_invoice", home.to_string()),
            ("id_cart", number.clone()),
            ("id_currency", "1".into()),
            ("id_lang", "1".into()),
            ("id_customer", customer.to_string()),
            ("id_carrier", carrier.to_string()),
            ("current_state", state.to_string()),
            ("module", "ps_checkout".into()),
            ("invoice_number", "0".into()),
            ("invoice_date", "0000-00-00 00:00:00".into()),
            ("delivery_number", "0".into()),
            ("delivery_date", "0000-00-00 00:00:00".into()),
            ("valid", u8::from(new.paid).to_string()),
            ("date_add", paris_sql(now)),
            ("date_upd", paris_sql(now)),
            ("id_shop_group", "1".into()),
            ("id_shop", "1".into()),
            ("secure_key", id_of(&["cart", &self.seed.to_string(), &number])),
            ("payment", "Carte bancaire".into()),
            ("recyclable", "0".into()),
            ("gift", "0".into()),
            ("mobile_theme", "0".into()),
            ("total_discounts", "0.000000".into()),
            ("total_paid", total.clone()),
            ("total_paid_tax_incl", total.clone()),
            ("total_paid_tax_excl", total.clone()),
            ("total_paid_real", total),
            ("total_products", goods.clone()),
            ("total_products_wt", goods),
            ("total_shipping", "4.950000".into()),
            ("carrier_tax_rate", "0.000".into()),
            ("total_wrapping", "0.000000".into()),
            ("round_mode", "2".into()),
            ("round_type", "2".into()),
            ("conversion_rate", "1.000000".into()),
            ("reference", self.reference(&number)),
        ];
        fields.into()
    }

    /// Nine letters, as PrestaShop makes them.
    fn reference(&self, number: &str) -> String {
        let id = id_of(&["reference", &self.seed.to_string(), number]);
        id.bytes().take(9).map(|byte| char::from(b'A' + byte % 26)).collect()
    }

    pub(super) fn change(&mut self, now: Time, id: u64, change: Change) -> bool {
        let now = whole_second(now);
        if !self.extras.contains_key(&id) {
            return false;
        }
        match change {
            Change::Address(buyer) => self.move_to(now, id, &buyer),
            Change::Pay => self.set_state(now, id, PAID),
            Change::Cancel => self.set_state(now, id, CANCELLED),
            Change::Delete => {
                self.tables.remove("orders", id);
                self.extras.remove(&id).is_some()
            }
        }
    }

    /// PrestaShop keeps an address that an order was sent to, and gives the order a new one.
    fn move_to(&mut self, now: Time, id: u64, buyer: &AddressFields) -> bool {
        let customer = self.tables.number("orders", id, "id_customer");
        let made = self.tables.add("addresses", address(buyer, customer, now));
        self.tables.set("orders", id, "id_address_delivery", made.to_string());
        self.touch(now, id);
        true
    }

    fn touch(&mut self, now: Time, id: u64) {
        self.tables.set("orders", id, "date_upd", paris_sql(now));
        if let Some(extra) = self.extras.get_mut(&id) {
            extra.updated = now;
        }
    }

    /// An order gets another state, and a line in its history.
    fn set_state(&mut self, now: Time, id: u64, state: u64) -> bool {
        self.tables.add("order_histories", history(id, state, now));
        self.take_state(now, id, state);
        true
    }

    fn take_state(&mut self, now: Time, id: u64, state: u64) {
        self.tables.set("orders", id, "current_state", state.to_string());
        if self.tables.text("order_states", state, "paid") == "1" {
            self.tables.set("orders", id, "valid", "1".into());
        }
        self.touch(now, id);
    }

    pub(super) fn handle(&mut self, now: Time, request: &Request) -> Response {
        let now = whole_second(now);
        let call = Call::of(request);
        let format = Format::of(&call);
        let answer = match self.sign_in(&call) {
            Ok(true) => {
                let done = self.serve(now, &call, format).unwrap_or_else(|error| format.errors(&error));
                with_headers(done, [("psws-version", VERSION.to_owned())])
            }
            Ok(false) => Response::new(401, "text/html; charset=utf-8", "401 Unauthorized"),
            Err(error) => format.errors(&error),
        };
        let mut answer = with_headers(answer, [("x-powered-by", "PrestaShop Webservice".to_owned())]);
        if answer.status == 401 {
            let realm = "Basic realm=\"Welcome to PrestaShop Webservice, please enter the authentication key as the login. No password required.\"";
            answer = with_headers(answer, [("www-authenticate", realm.to_owned())]);
        }
        if *call.method() == Method::HEAD {
            answer.body = Bytes::new();
        }
        answer
    }

    /// Whether there is a key; an error when it is none of ours.
    fn sign_in(&self, call: &Call<'_>) -> Result<bool, PrestaError> {
        let given = call.get("ws_key").map(str::to_owned).or_else(|| call.basic().map(|(user, _)| user));
        match given {
            None => Ok(false),
            Some(key) if key == self.access.key => Ok(true),
            Some(key) if key.is_empty() => Err(PrestaError::new(401, 17, "Authentication key is empty")),
            Some(key) if key.len() != 32 => Err(PrestaError::new(401, 18, "Invalid authentication key format")),
            Some(_) => Err(PrestaError::new(401, 20, "Authentification key is not active")),
        }
    }

    fn serve(&mut self, now: Time, call: &Call<'_>, format: Format) -> Result<Response, PrestaError> {
        let path = call.path.trim_end_matches('/');
        let rest = path.strip_prefix("/api").filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let Some(rest) = rest else { return Ok(Response::new(404, "text/html; charset=utf-8", "404 Not Found")) };
        let mut segments = rest.trim_start_matches('/').split('/');
        let (resource, id) = (segments.next().unwrap_or_default(), segments.next());
        if resource.is_empty() {
            return Ok(format.index(&self.options));
        }
        let spec = spec::find(resource).ok_or_else(|| unknown(resource))?;
        let method = call.method().as_str();
        if !spec.methods.contains(&method) {
            let message =
                format!("Method {method} is not allowed for the resource {resource} with this authentication key");
            return Err(PrestaError::new(405, 25, message));
        }
        match method {
            "GET" | "HEAD" => self.read(spec, id, call, format),
            "DELETE" => self.delete(spec, id, call),
            _ => self.write(now, spec, call, format),
        }
    }

    pub(super) fn orders(&self) -> Vec<BookedOrder> {
        self.extras.iter().map(|(id, extra)| self.view(*id, extra)).collect()
    }

    fn view(&self, id: u64, extra: &Extra) -> BookedOrder {
        let number = self.tables.text("order_carriers", extra.carrier_row, "tracking_number");
        BookedOrder {
            id,
            number: self.tables.text("orders", id, "reference").to_owned(),
            state: state(self.tables.number("orders", id, "current_state")),
            placed_at: extra.placed,
            updated_at: extra.updated,
            buyer: self.buyer(id),
            pickup: extra.pickup.clone(),
            parcel_number: Some(number.to_owned()).filter(|number| !number.is_empty()),
            pushes: extra.pushes.clone(),
            notes: Vec::new(),
        }
    }

    /// Where the parcel of an order is to go, from its rows.
    fn buyer(&self, id: u64) -> AddressFields {
        let address = self.tables.number("orders", id, "id_address_delivery");
        let customer = self.tables.number("orders", id, "id_customer");
        let text = |table, row, field| {
            Some(self.tables.text(table, row, field).to_owned()).filter(|text: &String| !text.is_empty())
        };
        let of = |field| text("addresses", address, field);
        let country = self.tables.number("addresses", address, "id_country");
        AddressFields {
            company: of("company"),
            last_name: of("lastname"),
            first_name: of("firstname"),
            street: of("address1"),
            building: of("address2"),
            postal_code: of("postcode"),
            city: of("city"),
            country: text("countries", country, "iso_code"),
            phone: of("phone"),
            mobile: of("phone_mobile"),
            email: text("customers", customer, "email"),
            ..AddressFields::default()
        }
    }
}

fn unknown(resource: &str) -> PrestaError {
    let names: Vec<&str> = SPECS.iter().map(|spec| spec.resource).collect();
    let close = |name: &&&str| name.bytes().zip(resource.bytes()).take_while(|(a, b)| a == b).count();
    let closest = names.iter().max_by_key(close).copied().unwrap_or_default();
    let list = names.join("\", \"");
    let message = format!(
        "Resource of type \"{resource}\" does not exists. Did you mean: \"{closest}\"? The full list is: \"{list}\""
    );
    PrestaError::new(400, 27, message)
}

/// Where an order of this state stands.
fn state(number: u64) -> State {
    match number {
        1 | 8 | 10 => State::Pending,
        2 | 3 | 9 => State::ToShip,
        4 | 5 => State::Shipped,
        6 | 7 => State::Cancelled,
        _ => State::Other,
    }
}

fn history(order: u64, state: u64, now: Time) -> Row {
    [
        ("id_employee", "0".into()),
        ("id_order_state", state.to_string()),
        ("id_order", order.to_string()),
        ("date_add", paris_sql(now)),
    ]
    .into()
}

fn customer(buyer: &AddressFields, now: Time) -> Row {
    [
        ("id_default_group", "3".into()),
        ("id_lang", "1".into()),
        ("deleted", "0".into()),
        ("passwd", "not shown".into()),
        ("lastname", part(buyer.last_name.as_ref()).to_owned()),
        ("firstname", part(buyer.first_name.as_ref()).to_owned()),
        ("email", part(buyer.email.as_ref()).to_owned()),
        ("active", "1".into()),
        ("is_guest", "1".into()),
        ("id_shop", "1".into()),
        ("date_add", paris_sql(now)),
        ("date_upd", paris_sql(now)),
    ]
    .into()
}

fn address(buyer: &AddressFields, customer: u64, now: Time) -> Row {
    let text = |field: &Option<String>| part(field.as_ref()).to_owned();
    [
        ("id_customer", customer.to_string()),
        ("id_manufacturer", "0".into()),
        ("id_supplier", "0".into()),
        ("id_warehouse", "0".into()),
        ("id_country", store::country_id(country(buyer)).to_string()),
        ("id_state", "0".into()),
        ("alias", "Mon adresse".into()),
        ("company", text(&buyer.company)),
        ("lastname", text(&buyer.last_name)),
        ("firstname", text(&buyer.first_name)),
        ("address1", text(&buyer.street)),
        ("address2", second_line(buyer)),
        ("postcode", text(&buyer.postal_code)),
        ("city", text(&buyer.city)),
        ("phone", text(&buyer.phone)),
        ("phone_mobile", text(&buyer.mobile)),
        ("deleted", "0".into()),
        ("date_add", paris_sql(now)),
        ("date_upd", paris_sql(now)),
    ]
    .into()
}

/// The point's own address, under the buyer's name, as the module writes it.
fn point_address(buyer: &AddressFields, pickup: &Pickup, noted: bool, customer: u64, now: Time) -> Row {
    let mut row = address(buyer, customer, now);
    row.insert("alias", "Colissimo - Point de retrait".into());
    row.insert("company", pickup.label.clone());
    row.insert("address1", "1 place du Marché".into());
    row.insert("address2", String::new());
    if noted {
        row.insert("other", format!("Point de retrait {}", pickup.id));
    }
    row
}

/// In which form the client wants its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Xml,
    Json,
}

impl Format {
    fn of(call: &Call<'_>) -> Self {
        let asked = ["output_format", "io_format"].iter().find_map(|name| call.get(name));
        let asked = asked.or_else(|| ["output-format", "io-format"].iter().find_map(|name| call.header(name)));
        if asked.is_some_and(|format| format.eq_ignore_ascii_case("json")) { Self::Json } else { Self::Xml }
    }

    fn answer(self, status: u16, xml: impl FnOnce() -> String, json: impl FnOnce() -> Value) -> Response {
        match self {
            Self::Xml => Response::new(status, "text/xml;charset=utf-8", xml::document(&xml())),
            Self::Json => Response::new(status, "application/json;charset=utf-8", json().to_string()),
        }
    }

    fn errors(self, error: &PrestaError) -> Response {
        let PrestaError { status, code, message } = error;
        let xml = || {
            let (code, message) = (xml::cdata(&code.to_string()), xml::cdata(message));
            format!("<errors>\n<error>\n<code>{code}</code>\n<message>{message}</message>\n</error>\n</errors>\n")
        };
        self.answer(*status, xml, || json!({ "errors": [{ "code": code, "message": message }] }))
    }

    /// What the key may see and do.
    fn index(self, options: &Options) -> Response {
        let line = |spec: &Spec| xml::index_line(spec, &options.url);
        let xml = || {
            let lines: String = SPECS.iter().map(line).collect();
            format!("<api shopName=\"{}\">\n{lines}</api>\n", xml::escaped(&options.name))
        };
        self.answer(200, xml, || SPECS.iter().map(|spec| Value::from(spec.resource)).collect())
    }
}
