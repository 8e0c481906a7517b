//! Reads calls at the server's end, by each of the three doors.

use super::{PickupCall, PickupOperation, PickupRefusal, rules};
use crate::colissimo::{SoapFault, envelope};
use http::HeaderMap;
use serde_json::{Map, Value};

/// Parameters in one query.
const PARAMETERS_MAX: usize = 40;

/// Reads a call by REST.
///
/// # Errors
/// The first of the service's rules that it breaks; what is no object breaks the first of all.
pub fn read_pickup_json(
    operation: PickupOperation,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<PickupCall, PickupRefusal> {
    let fields: Value = serde_json::from_slice(body).unwrap_or_default();
    rules::call(operation, headers, &fields)
}

/// Reads a call by plain GET: `query` is what follows the question mark.
///
/// # Errors
/// The first of the service's rules that it breaks.
pub fn read_pickup_get(
    operation: PickupOperation,
    headers: &HeaderMap,
    query: &str,
) -> Result<PickupCall, PickupRefusal> {
    let mut fields = Map::new();
    for pair in query.split('&').take(PARAMETERS_MAX) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        fields.insert(unescaped(name), Value::String(unescaped(value)));
    }
    rules::call(operation, headers, &Value::Object(fields))
}

/// Reads a call by SOAP: the operation that it names, and the call or why it is refused.
///
/// # Errors
/// When it is not a SOAP envelope with one of the two operations.
pub fn read_pickup_soap(
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(PickupOperation, Result<PickupCall, PickupRefusal>), SoapFault> {
    let envelope = envelope::read(body)?;
    let known = PickupOperation::ALL.map(PickupOperation::name).join(", ");
    let operation = PickupOperation::of(&envelope.operation).ok_or_else(|| SoapFault {
        code: "Client",
        text: format!("not an operation of this service; it has {known}"),
    })?;
    Ok((operation, rules::call(operation, headers, &envelope.content)))
}

/// A part of a query without its escapes; bytes that make no text become the replacement character.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped = match (first, after) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)).map(|(high, low)| high * 16 + low),
            _ => None,
        };
        match escaped {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(if *first == b'+' { b' ' } else { *first });
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}
