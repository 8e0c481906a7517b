//! The carrier's pickup searches by its three doors, each passed on to the carrier by REST with the client's own login.
//!
//! What the carrier says in time is passed on as it came; else the directory answers in the same form, and headers say so
//! and how old the answer is. Where nobody knows, that is said in the service's own protocol (`errorCode` 1000), never as
//! if there were no points: there are modules that then take the nearest point, or ship to the home.

use super::{generate, soap::origin};
use crate::{
    body,
    problem::Problem,
    refusals::BadBytes,
    state::{App, Shared},
};
use ::pickup::{Source, Sourced};
use axum::{
    extract::{RawPathParams, Request, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use carriers::colissimo::{
    envelope,
    pickup::{self, PICKUP_SOAP, PickupAnswer, PickupCall, PickupOperation, PickupRefusal, pickup_text},
};
use clock::Time;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};

/// The service's id of a failure of its own, and of wrong credentials.
const FAILED: u16 = 1000;
const WRONG_LOGIN: u16 = 201;
/// Seconds after which it is worth asking again.
const AGAIN_S: HeaderValue = HeaderValue::from_static("30");
/// Who answered: `carrier` or `directory`.
const SOURCE: HeaderName = HeaderName::from_static("x-tournee-source");
/// When the carrier said the oldest part of an answer of the directory's, RFC 3339.
const AS_OF: HeaderName = HeaderName::from_static("x-tournee-as-of");
/// As for every answer that was said before (RFC 7234, 5.5.1).
const STALE: HeaderValue = HeaderValue::from_static("110 tournee \"Response is Stale\"");

/// Pickup points near an address: same body, same answer as the carrier's `findRDVPointRetraitAcheminement`. When the
/// carrier does not answer in time, the points as they were last known, with the headers `X-Tournee-Source: directory` and
/// `Age`; where none are known, `errorCode` 1000, never an empty list.
#[utoipa::path(post, path = "/pointretrait-ws-cxf/rest/v2/pointretrait/findRDVPointRetraitAcheminement",
    tag = "carrier-compatible", operation_id = "pickup_search", summary = "Colissimo's search of pickup points",
    request_body(content = serde_json::Value, description = "As for the carrier", content_type = "application/json"),
    responses((status = 200, description = "The points, or why there are none (errorCode)", body = serde_json::Value), BadBytes))]
pub(crate) async fn search(State(app): State<Shared>, request: Request) -> Response {
    by_rest(&app, PickupOperation::Search, request).await
}

/// One pickup point: same body, same answer as the carrier's `findPointRetraitAcheminementByID`. When the
/// carrier does not answer in time, the point as it was last known.
#[utoipa::path(post, path = "/pointretrait-ws-cxf/rest/v2/pointretrait/findPointRetraitAcheminementByID",
    tag = "carrier-compatible", operation_id = "pickup_by_id", summary = "Colissimo's look-up of one pickup point",
    request_body(content = serde_json::Value, description = "As for the carrier", content_type = "application/json"),
    responses((status = 200, description = "The point, or why there is none (errorCode)", body = serde_json::Value), BadBytes))]
pub(crate) async fn by_id(State(app): State<Shared>, request: Request) -> Response {
    by_rest(&app, PickupOperation::ById, request).await
}

/// Both searches by SOAP: same envelope, same answer as the carrier's `PointRetraitServiceWS`.
#[utoipa::path(post, path = "/pointretrait-ws-cxf/PointRetraitServiceWS/2.0", tag = "carrier-compatible",
    operation_id = "pickup_soap", summary = "Colissimo's pickup searches by SOAP",
    request_body(content = String, description = "A SOAP envelope, as for the carrier", content_type = "text/xml"),
    responses((status = 200, description = "The answer", body = String, content_type = "text/xml"),
        (status = 500, description = "A fault: not a call of this service", body = String, content_type = "text/xml"), BadBytes))]
pub(crate) async fn soap(State(app): State<Shared>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let bytes = match body::read(body, &app.settings).await {
        Ok(bytes) => bytes,
        Err(problem) => return problem.into_response(),
    };
    match pickup::read_pickup_soap(&head.headers, &bytes) {
        Ok((operation, call)) => answer(&app, Door::Xml, operation, call).await,
        Err(fault) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            [(header::CONTENT_TYPE, envelope::CONTENT_TYPE)],
            envelope::write_fault(fault.code, &fault.text),
        )
            .into_response(),
    }
}

/// What the SOAP service can do, with its address as the client reached it (WSDL 1.1).
#[utoipa::path(get, path = "/pointretrait-ws-cxf/PointRetraitServiceWS/2.0", tag = "carrier-compatible",
    operation_id = "pickup_wsdl", summary = "The description of the pickup searches by SOAP, usually asked with ?wsdl",
    responses((status = 200, description = "WSDL 1.1", body = String, content_type = "text/xml")))]
pub(crate) async fn description(headers: HeaderMap) -> Response {
    let address = format!("{}{PICKUP_SOAP}", origin(&headers));
    Door::Xml.respond(pickup::pickup_wsdl(&address))
}

/// Both searches by plain GET, answered in XML as the carrier does.
#[utoipa::path(get, path = "/pointretrait-ws-cxf/PointRetraitServiceWS/2.0/{operation}", tag = "carrier-compatible",
    operation_id = "pickup_get", summary = "Colissimo's pickup searches by plain GET",
    params(("operation" = String, Path,
        description = "findRDVPointRetraitAcheminement or findPointRetraitAcheminementByID; its parameters are the query")),
    responses((status = 200, description = "The answer", body = String, content_type = "text/xml"),
        (status = 404, description = "No such operation", body = String, content_type = "text/xml")))]
pub(crate) async fn plain(State(app): State<Shared>, params: RawPathParams, uri: Uri, headers: HeaderMap) -> Response {
    let name = params.iter().find(|(name, _)| *name == "operation").map_or("", |(_, name)| name);
    let Some(operation) = PickupOperation::of(name) else {
        let known = PickupOperation::ALL.map(PickupOperation::name).join(", ");
        let mut none = Door::Xml.respond(envelope::write_fault("Client", &format!("the operations are {known}")));
        *none.status_mut() = StatusCode::NOT_FOUND;
        return none;
    };
    let call = pickup::read_pickup_get(operation, &headers, uri.query().unwrap_or_default());
    answer(&app, Door::Xml, operation, call).await
}

/// In which form an answer leaves.
#[derive(Clone, Copy)]
enum Door {
    Json,
    Xml,
}

impl Door {
    fn respond(self, body: Bytes) -> Response {
        let kind = match self {
            Self::Json => "application/json",
            Self::Xml => envelope::CONTENT_TYPE,
        };
        ([(header::CONTENT_TYPE, kind)], body).into_response()
    }

    fn write(self, operation: PickupOperation, result: Result<&PickupAnswer, &PickupRefusal>) -> Response {
        self.respond(match self {
            Self::Json => pickup::write_pickup_json(operation, result),
            Self::Xml => pickup::write_pickup_soap(operation, result),
        })
    }
}

async fn by_rest(app: &App, operation: PickupOperation, request: Request) -> Response {
    let (head, body) = request.into_parts();
    match body::read(body, &app.settings).await {
        Ok(bytes) => {
            answer(app, Door::Json, operation, pickup::read_pickup_json(operation, &head.headers, &bytes)).await
        }
        Err(problem) => problem.into_response(),
    }
}

async fn answer(
    app: &App,
    door: Door,
    operation: PickupOperation,
    call: Result<PickupCall, PickupRefusal>,
) -> Response {
    let (result, source) = match call {
        // What is wrong with the store was logged where it was found.
        Ok(call) => ask(app, call).await.unwrap_or_else(|_| (Err(refusal(FAILED)), None)),
        Err(refusal) => (Err(refusal), None),
    };
    let mut response = door.write(operation, result.as_ref());
    if result.is_err_and(|refusal| refusal.code == FAILED) {
        response.headers_mut().insert(header::RETRY_AFTER, AGAIN_S);
    }
    if let Some((source, as_of)) = source {
        tell(response.headers_mut(), source, as_of, app.now());
    }
    response
}

type Said = Result<PickupAnswer, PickupRefusal>;
/// Who answered, and as of when.
type Origin = Option<(Source, Option<Time>)>;

async fn ask(app: &App, call: PickupCall) -> Result<(Said, Origin), Problem> {
    if !generate::may_ask(app, &call.login).await? {
        return Ok((Err(refusal(WRONG_LOGIN)), None));
    }
    let Sourced { answer, source, as_of } = app.carrier.pickup(call).await;
    let somebody = source == Source::Carrier || as_of.is_some();
    Ok((answer, somebody.then_some((source, as_of))))
}

/// Says who answered and how old the answer is: beside the carrier's form, for those who run the server.
fn tell(headers: &mut HeaderMap, source: Source, as_of: Option<Time>, now: Time) {
    headers.insert(SOURCE, HeaderValue::from_static(source.name()));
    let Some(as_of) = as_of.filter(|_| source == Source::Directory) else { return };
    headers.insert(header::AGE, now.since(as_of).as_secs().into());
    headers.insert(header::WARNING, STALE);
    if let Ok(moment) = HeaderValue::try_from(as_of.to_string()) {
        headers.insert(AS_OF, moment);
    }
}

fn refusal(code: u16) -> PickupRefusal {
    PickupRefusal { code, message: pickup_text(code).to_owned() }
}
