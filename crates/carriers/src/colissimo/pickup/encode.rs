//! Makes the requests, by REST.

use super::{PICKUP_REST, PickupAsk, PickupById, PickupCall, PickupSearch};
use crate::{
    Request,
    colissimo::encode::{API_KEY, JSON, to_bytes},
};
use http::{Method, header};
use jiff::civil::Date;
use parcel::Login;
use serde_json::{Map, Value};

/// Asks the carrier. Absent parts are not sent.
pub fn encode_pickup(call: &PickupCall) -> Request {
    let mut body = Body::default();
    let mut headers = vec![(header::CONTENT_TYPE, JSON.to_owned())];
    match &call.login {
        Login::ApiKey(key) => {
            headers.push((API_KEY, key.clone()));
            body.put("apikey", key);
        }
        Login::Contract { number, password } => {
            body.put("accountNumber", number);
            body.put("password", password);
        }
    }
    match &call.ask {
        PickupAsk::Search(search) => body.search(search),
        PickupAsk::ById(one) => body.by_id(one),
    }
    let path_and_query = format!("{PICKUP_REST}{}", call.operation().name());
    Request { method: Method::POST, path_and_query, headers, body: to_bytes(&body.0) }
}

#[derive(Default)]
struct Body(Map<String, Value>);

impl Body {
    fn put(&mut self, name: &str, text: &str) {
        self.0.insert(name.to_owned(), Value::String(text.to_owned()));
    }

    fn option(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.put(name, text);
        }
    }

    fn weight(&mut self, grams: Option<u32>) {
        self.option("weight", grams.map(|g| g.to_string()).as_deref());
    }

    fn search(&mut self, search: &PickupSearch) {
        self.option("address", search.address.as_deref());
        self.put("zipCode", &search.postal_code);
        self.put("city", &search.city);
        self.put("countryCode", search.country.as_str());
        self.weight(search.weight_g);
        self.put("shippingDate", &day(search.shipping_date));
        self.put("filterRelay", flag(search.with_shops));
        self.put("optionInter", flag(search.international));
        self.option("requestId", search.request_id.as_deref());
        self.option("lang", search.lang.as_deref());
    }

    fn by_id(&mut self, one: &PickupById) {
        self.put("id", one.id.as_str());
        self.put("date", &day(one.date));
        self.weight(one.weight_g);
        self.put("filterRelay", flag(one.with_shops));
        self.option("reseau", one.network.as_deref());
        self.option("langue", one.lang.as_deref());
    }
}

fn day(date: Date) -> String {
    date.strftime("%d/%m/%Y").to_string()
}

fn flag(on: bool) -> &'static str {
    if on { "1" } else { "0" }
}
