//! A transport whose other side is a script, and what was asked of it.

use clock::{ManualClock, Time};
use exchange::{Broken, Exchange, OnSent, Reached, Request, Response, Transport};
use http::{HeaderValue, Method};
use parcel::ParcelNumber;
use serde_json::Value;
use shops::{Client, Credentials, Platform, Shipped};
use std::{
    collections::VecDeque,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

/// What the other side does with one call.
pub(crate) enum Act {
    Json(u16, Value),
    Paged(Value, &'static str, &'static str),
    Text(u16, &'static str),
    Whole(Response),
    Break(Reached, Broken),
}

/// One call as it came.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Call {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("a body of JSON")
    }
}

#[derive(Default)]
pub(crate) struct Script {
    acts: Mutex<VecDeque<Act>>,
    calls: Mutex<Vec<Call>>,
}

impl Script {
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().expect("no panic").clone()
    }

    /// Method and path of each call, without the query.
    pub(crate) fn asked(&self) -> Vec<String> {
        let path = |call: &Call| call.path.split('?').next().unwrap_or_default().to_owned();
        self.calls().iter().map(|call| format!("{} {}", call.method, path(call))).collect()
    }
}

impl Transport for Script {
    fn exchange(
        &self,
        request: Request,
        _deadline: Duration,
        on_sent: OnSent,
    ) -> Pin<Box<dyn Future<Output = Exchange> + Send + '_>> {
        let headers = request.headers.iter().map(|(name, value)| (name.to_string(), value.clone())).collect();
        let body = String::from_utf8(request.body.to_vec()).expect("text");
        let call = Call { method: request.method, path: request.path_and_query, headers, body };
        self.calls.lock().expect("no panic").push(call);
        let act = self.acts.lock().expect("no panic").pop_front().expect("the script has an act for each call");
        let whole = |status, content_type: &str, body: String| Response::new(status, content_type, body);
        let (reached, result) = match act {
            Act::Json(status, value) => (Reached::FirstByte, Ok(whole(status, "application/json", value.to_string()))),
            Act::Paged(value, name, header) => {
                let mut response = whole(200, "application/json", value.to_string());
                response.headers.insert(name, HeaderValue::from_static(header));
                (Reached::FirstByte, Ok(response))
            }
            Act::Text(status, text) => (Reached::FirstByte, Ok(whole(status, "text/html", text.to_owned()))),
            Act::Whole(response) => (Reached::FirstByte, Ok(response)),
            Act::Break(reached, broken) => (reached, Err(broken)),
        };
        if reached >= Reached::WholeRequest {
            on_sent();
        }
        Box::pin(std::future::ready(Exchange { reached, kept: false, elapsed: Duration::ZERO, result }))
    }
}

/// 22 December 2025, 06:24:00 in Paris.
pub(crate) fn now() -> Time {
    Time::from_unix_ms(1_766_381_040_000)
}

/// A client of a shop that does these acts, one after another.
pub(crate) fn client(base: &str, credentials: Credentials, acts: Vec<Act>) -> (Client, Arc<Script>) {
    let script = Arc::new(Script { acts: Mutex::new(acts.into()), ..Script::default() });
    let platform: Platform = credentials.platform();
    let base = base.parse().expect("an address");
    let clock = Arc::new(ManualClock::at(now()));
    let client = Client::new(platform, &base, credentials, script.clone(), clock).expect("a client");
    (client, script)
}

pub(crate) const NUMBER: &str = "6A15984040331";
pub(crate) const OTHER: &str = "8R41974798470";

pub(crate) fn shipped(order: &str) -> Shipped {
    let number: ParcelNumber = NUMBER.parse().expect("a number");
    Shipped {
        order_id: order.into(),
        parcel_number: number,
        tracking_url: format!("https://www.laposte.fr/outils/suivre-vos-envois?code={NUMBER}"),
        carrier: "Colissimo".into(),
        mark_shipped: true,
        replaces: None,
    }
}
