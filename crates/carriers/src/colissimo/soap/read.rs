//! Reads a SOAP call: which operation, and its request as the object that the REST codec reads.

use super::ENVELOPE;
use crate::colissimo::{
    ReprintRequest, SlipRequest, SlsRefusal, SlsRequest, multipart, read, slip,
    xml::{self, Element, XmlError},
};
use http::HeaderMap;
use jiff::civil::Date;
use serde_json::{Map, Value};
use std::fmt;

/// What is a list also where it has one item.
const LISTS: [&str; 5] = ["article", "original", "field", "customField", "parcelsNumbers"];

/// An operation of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SoapOperation {
    /// `generateLabel`.
    Generate,
    /// `checkGenerateLabel`.
    Check,
    /// `getLabel`.
    Reprint,
    /// `generateBordereauByParcelsNumbers`.
    Slip,
}

impl SoapOperation {
    /// Every operation.
    pub const ALL: [Self; 4] = [Self::Generate, Self::Check, Self::Reprint, Self::Slip];

    /// The operation's element.
    pub fn name(self) -> &'static str {
        match self {
            Self::Generate => "generateLabel",
            Self::Check => "checkGenerateLabel",
            Self::Reprint => "getLabel",
            Self::Slip => "generateBordereauByParcelsNumbers",
        }
    }
}

/// A call. `Debug` shows the operation alone: a request holds credentials and addresses.
#[derive(Clone, PartialEq)]
pub struct SoapCall {
    /// What is asked.
    pub operation: SoapOperation,
    request: Map<String, Value>,
}

impl fmt::Debug for SoapCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SoapCall({:?}, …)", self.operation)
    }
}

/// Why a call is not understood, as a SOAP fault tells it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {text}")]
pub struct SoapFault {
    /// `Client` or `VersionMismatch` for what the caller did wrong, `Server` for what befell us.
    pub code: &'static str,
    /// What is wrong and what to do, without any value of the request.
    pub text: String,
}

impl From<XmlError> for SoapFault {
    fn from(e: XmlError) -> Self {
        Self { code: "Client", text: format!("{e}; send a SOAP 1.1 envelope in UTF-8") }
    }
}

/// Reads a call; a body in several parts is read for its first.
///
/// # Errors
/// What is not a SOAP 1.1 envelope with an operation of the service in it.
pub fn read_soap(content_type: &str, body: &[u8]) -> Result<SoapCall, SoapFault> {
    let envelope = xml::parse(first_part(content_type, body))?;
    if envelope.name != "Envelope" {
        return Err(fault("Client", "the document is not a SOAP envelope"));
    }
    if envelope.namespace.as_deref().is_some_and(|namespace| namespace != ENVELOPE) {
        return Err(fault("VersionMismatch", "this service speaks SOAP 1.1"));
    }
    let called = envelope.child("Body").and_then(|body| body.children.first());
    let called = called.ok_or_else(|| fault("Client", "the SOAP body is empty; put an operation into it"))?;
    let operation = SoapOperation::ALL.into_iter().find(|operation| operation.name() == called.name);
    let operation = operation.ok_or_else(|| {
        let known = SoapOperation::ALL.map(SoapOperation::name).join(", ");
        fault("Client", format!("not an operation of this service; it has {known}"))
    })?;
    Ok(SoapCall { operation, request: request(called).to_object(&LISTS)? })
}

/// The element that holds the request: `…Request` within the operation, or the operation itself.
fn request(called: &Element) -> &Element {
    called.child(&format!("{}Request", called.name)).unwrap_or(called)
}

fn first_part<'b>(content_type: &str, body: &'b [u8]) -> &'b [u8] {
    let kind = content_type.trim_start().to_ascii_lowercase();
    if !kind.starts_with("multipart/") {
        return body;
    }
    let parts = multipart::read(body, content_type, true);
    let first = parts.and_then(|multipart| multipart.parts.into_iter().next());
    first.map_or(body, |part| &body[part.content])
}

fn fault(code: &'static str, text: impl Into<String>) -> SoapFault {
    SoapFault { code, text: text.into() }
}

impl SoapCall {
    /// The request of `generateLabel` or `checkGenerateLabel`; `today` is the day in Paris.
    ///
    /// # Errors
    /// The first of the carrier's rules that it breaks.
    pub fn generate(self, headers: &HeaderMap, today: Date) -> Result<SlsRequest, SlsRefusal> {
        read::generate_of(headers, self.request, today)
    }

    /// The request of `getLabel`.
    ///
    /// # Errors
    /// The first of the carrier's rules that it breaks.
    pub fn reprint(self, headers: &HeaderMap) -> Result<ReprintRequest, SlsRefusal> {
        read::get_label_of(headers, self.request)
    }

    /// The request for a deposit slip.
    ///
    /// # Errors
    /// The first of the carrier's rules that it breaks.
    pub fn slip(self, headers: &HeaderMap) -> Result<SlipRequest, SlsRefusal> {
        slip::of_object(headers, self.request)
    }
}
