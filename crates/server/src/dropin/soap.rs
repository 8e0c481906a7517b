//! The SOAP twin of the label service: the same operations by another door, with the same answers in XML.
//!
//! A label goes out as an attachment (MTOM), as the carrier sends it; within the XML in base64 to a client whose header
//! `Accept` takes XML and no attachments. What cannot be understood is a SOAP fault.

use super::{
    answer::{Form, Writer, respond},
    generate::{self, ANY_DAY},
    reprint, slip,
};
use crate::{body, problem::Problem, state::Shared};
use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use carriers::colissimo::{self, SoapFault, SoapOperation};
use http::{HeaderMap, HeaderName, header};

/// What a proxy says of the scheme by which its client came.
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
/// Media ranges under which a client takes attachments.
const ATTACHED: [&str; 4] = ["*/*", "multipart/*", "multipart/related", "application/xop+xml"];

/// Colissimo SLS by SOAP
///
/// `generateLabel`, `checkGenerateLabel`, `getLabel` and `generateBordereauByParcelsNumbers` by SOAP 1.1: same envelope,
/// same answer as the carrier's `SlsServiceWS`.
#[utoipa::path(post, path = "/sls-ws/SlsServiceWS/2.0", tag = "carrier-compatible", operation_id = "sls_soap",
    request_body(content = String, description = "A SOAP 1.1 envelope, as for the carrier", content_type = "text/xml"),
    params(("apiKey" = Option<String>, Header,
            description = "The carrier's key; or contractNumber and password in the request"),
        ("Prefer" = Option<String>, Header, description = "`wait=N`: how long to wait for the carrier, in seconds")),
    responses((status = 200, description = "The answer, with what it carries attached (MTOM), or without attachments", content(
            (String = "multipart/related"), (String = "text/xml"))),
        (status = 408, description = "A fault: the body did not arrive in time", body = String, content_type = "text/xml"),
        (status = 413, description = "A fault: too large", body = String, content_type = "text/xml"),
        (status = 500, description = "A fault: not a call of this service", body = String, content_type = "text/xml")))]
pub(crate) async fn call(State(app): State<Shared>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let headers = &head.headers;
    let bytes = match body::read(body, &app.settings).await {
        Ok(bytes) => bytes,
        Err(problem) => return not_read(problem),
    };
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let call = match colissimo::read_soap(kind, &bytes) {
        Ok(call) => call,
        Err(fault) => return respond(500, colissimo::write_soap_fault(&fault)),
    };
    let operation = call.operation;
    let to = Writer { app: &app, form: Form::Soap { operation, attached: takes_attachments(headers) } };
    match operation {
        SoapOperation::Generate => generate::generated(&to, headers, call.generate(headers, ANY_DAY)).await,
        SoapOperation::Check => generate::checked(&to, call.generate(headers, ANY_DAY)).await,
        SoapOperation::Reprint => reprint::reprinted(&to, call.reprint(headers)).await,
        SoapOperation::Slip => slip::passed_on(&to, call.slip(headers)).await,
    }
}

/// A body that could not be read, as a fault with the status of the problem.
fn not_read(problem: Problem) -> Response {
    let fault = SoapFault { code: "Client", text: problem.detail().to_owned() };
    let status = problem.into_response().status().as_u16();
    respond(status, colissimo::write_soap_fault(&fault))
}

/// A client that does not say what it takes is one of the carrier's, and takes what the carrier sends.
fn takes_attachments(headers: &HeaderMap) -> bool {
    let mut accepted = headers.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok()).peekable();
    let said = accepted.peek().is_some();
    let media = |range: &str| range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    !said || accepted.flat_map(|line| line.split(',')).any(|range| ATTACHED.contains(&media(range).as_str()))
}

/// The description of SLS by SOAP, usually asked with ?wsdl
///
/// What the service can do, with its address as the client reached it (WSDL 1.1).
#[utoipa::path(get, path = "/sls-ws/SlsServiceWS/2.0", tag = "carrier-compatible", operation_id = "sls_wsdl",
    responses((status = 200, description = "WSDL 1.1", body = String, content_type = "text/xml")))]
pub(crate) async fn description(headers: HeaderMap) -> Response {
    respond(200, colissimo::wsdl(&format!("{}{}", origin(&headers), colissimo::SOAP)))
}

/// Scheme and host as the client named them.
pub(super) fn origin(headers: &HeaderMap) -> String {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let plain = |host: &&str| host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
    let host = text(header::HOST).filter(plain).unwrap_or("localhost");
    let scheme = if text(FORWARDED_PROTO) == Some("https") { "https" } else { "http" };
    format!("{scheme}://{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().expect("a value"))])
    }

    #[test]
    fn attachments_go_to_whoever_does_not_say_otherwise() {
        assert!(takes_attachments(&HeaderMap::new()));
        for (accept, takes) in [
            ("*/*", true),
            ("text/xml, multipart/related; q=0.5", true),
            ("application/xop+xml", true),
            ("text/xml", false),
            ("application/soap+xml, text/xml; charset=utf-8", false),
        ] {
            assert_eq!(takes_attachments(&with(header::ACCEPT, accept)), takes, "{accept}");
        }
    }

    #[test]
    fn the_address_is_as_the_client_named_it_and_never_more() {
        assert_eq!(origin(&with(header::HOST, "shop.example:8080")), "http://shop.example:8080");
        assert_eq!(origin(&with(header::HOST, "x/\"><y")), "http://localhost");
        let mut behind = with(header::HOST, "[::1]:80");
        behind.insert(FORWARDED_PROTO, "https".parse().expect("a value"));
        assert_eq!(origin(&behind), "https://[::1]:80");
    }
}
