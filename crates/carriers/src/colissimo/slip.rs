//! Deposit slips (`generateBordereauByParcelsNumbers`), both ends.
//!
//! A slip is paper and nothing else: asked again, the carrier makes another with another number, and no harm is done.

use super::{
    LineEnds, SlipAnswer, SlipHeader, SlipRequest, SlsRefusal,
    answer::Answer,
    encode::{Credentials, post, to_bytes},
    lenient::{self, field, many, readable, text, text_of},
    multipart,
    read::{object, take_login},
    rules::refusal,
    write::{MessageOut, ended, message, with_json},
};
use crate::{Blame, CarrierError, Exchange, Kind, Request, Retry};
use bytes::Bytes;
use http::HeaderMap;
use parcel::{Login, ParcelNumber};
use serde::Serialize;
use serde_json::{Map, Value};

/// Path of the operation that makes a deposit slip.
pub const SLIP: &str = "/sls-ws/SlsServiceWSRest/2.0/generateBordereauByParcelsNumbers";
/// How many parcels go on one slip: the carrier's own shop modules begin another after so many.
pub const SLIP_PARCELS_MAX: usize = 50;

/// The id of a part that holds the paper.
const PAPER: &str = "deliveryPaper";
/// Numbers in one request that a server looks at.
const NUMBERS_COUNT_MAX: usize = 10_000;

/// Asks for a deposit slip of these parcels.
pub fn encode_slip(numbers: &[ParcelNumber], login: &Login) -> Request {
    let parcels_numbers = numbers.iter().map(ParcelNumber::as_str).collect();
    let body = SlipOut {
        credentials: Credentials::of(login),
        generate_bordereau_parcel_number_list: Numbers { parcels_numbers },
    };
    post(SLIP, login, to_bytes(&body))
}

/// Reads the answer to it.
///
/// # Errors
/// The class of what came instead of a paper. It can always be asked again, so that [`Retry::Unknown`] is not among them.
pub fn decode_slip(exchange: &Exchange) -> Result<SlipAnswer, CarrierError> {
    let answer = Answer::of(exchange).map_err(CarrierError::of_a_question)?;
    let papers = exchange.result.as_ref().ok().and_then(|r| parts(&r.body, &r.content_type));
    let Some((json, Some(paper), line_ends)) = papers else { return Err(no_paper(&answer)) };
    if answer.errors().next().is_some() {
        return Err(answer.failure().of_a_question());
    }
    Ok(SlipAnswer {
        header: SlipHeader::of(field(&json, "bordereauHeader")),
        paper,
        messages: answer.messages,
        line_ends,
    })
}

fn no_paper(answer: &Answer) -> CarrierError {
    let said_well = !answer.messages.is_empty() && answer.errors().next().is_none();
    if said_well && answer.complete {
        let message = "the carrier made a deposit slip and did not send it; ask again";
        let kind = Kind::NotTheProtocol(answer.status);
        return CarrierError::new(kind, Blame::Them, Retry::Unknown, "paper_missing", message).of_a_question();
    }
    answer.failure().of_a_question()
}

/// The JSON, the paper if there is one, and the line ends.
fn parts(body: &Bytes, content_type: &str) -> Option<(Value, Option<Bytes>, LineEnds)> {
    let multipart = multipart::read(body, content_type, true)?;
    let whole = || multipart.parts.iter().filter(|part| part.whole && !part.content.is_empty());
    let bytes = |part: &multipart::Part<'_>| body.slice(part.content.clone());
    let json = whole().find_map(|part| lenient::parse(&bytes(part))).unwrap_or_default();
    let is_pdf = |part: &&multipart::Part<'_>| body[part.content.clone()].starts_with(b"%PDF");
    let paper = whole().find(|part| part.id == PAPER).or_else(|| whole().find(is_pdf)).map(bytes);
    Some((json, paper, multipart.line_ends))
}

/// Reads a request for a deposit slip.
///
/// # Errors
/// The first of the carrier's rules that the request breaks.
pub fn read_slip(headers: &HeaderMap, body: &[u8]) -> Result<SlipRequest, SlsRefusal> {
    of_object(headers, object(body)?)
}

/// The same of a body that is read already.
pub(super) fn of_object(headers: &HeaderMap, mut body: Map<String, Value>) -> Result<SlipRequest, SlsRefusal> {
    let login = take_login(headers, &mut body);
    let body = Value::Object(body);
    let written = many(field(field(&body, "generateBordereauParcelNumberList"), "parcelsNumbers"));
    if written.is_empty() || written.len() > NUMBERS_COUNT_MAX {
        return Err(refusal("30327"));
    }
    let number = |value| text(value).and_then(|text| text.parse().ok()).ok_or_else(|| refusal("50031"));
    Ok(SlipRequest { login, numbers: written.iter().map(number).collect::<Result<_, _>>()? })
}

/// Writes a deposit slip: content type and body of an answer of status 200.
pub fn write_slip(answer: &SlipAnswer, line_ends: LineEnds, boundary_uuid: &str) -> (String, Bytes) {
    let done = [message("0", "")];
    let messages = if answer.messages.is_empty() { &done[..] } else { &answer.messages };
    let json = Infos { messages: MessageOut::all(messages), bordereau_header: HeaderOut::of(&answer.header) };
    let mut writer = with_json(&json, line_ends, boundary_uuid, answer.paper.len());
    writer.part("application/octet-stream", PAPER, &answer.paper);
    ended(writer)
}

impl SlipHeader {
    /// What stands in a `bordereauHeader`.
    pub(super) fn of(value: &Value) -> Self {
        let number = |name| text_of(value, name).and_then(|text| text.parse().ok());
        let words = |names: [&str; 2]| names.iter().find_map(|name| text_of(value, name)).map(|text| readable(&text));
        Self {
            number: number("bordereauNumber"),
            parcels: text_of(value, "numberOfParcels").and_then(|text| text.parse().ok()),
            published_ms: text_of(value, "publishingDate").and_then(|text| published_ms(&text)),
            client: words(["clientNumber", "ClientNumber"]),
            company: words(["company", "Company"]),
            address: words(["address", "Address"]),
            site: words(["codeSitePCH", "codeSitePch"]),
            site_name: words(["nameSitePCH", "nameSitePch"]),
        }
    }
}

/// Milliseconds as REST has them, or a moment in RFC 3339 as SOAP has it.
fn published_ms(text: &str) -> Option<i64> {
    let moment = || text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond);
    text.parse().ok().or_else(moment)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SlipOut<'a> {
    #[serde(flatten)]
    credentials: Credentials<'a>,
    generate_bordereau_parcel_number_list: Numbers<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Numbers<'a> {
    parcels_numbers: Vec<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Infos<'a> {
    messages: Vec<MessageOut<'a>>,
    bordereau_header: HeaderOut<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HeaderOut<'a> {
    bordereau_number: Option<u64>,
    number_of_parcels: Option<u32>,
    publishing_date: Option<i64>,
    client_number: Option<&'a str>,
    company: Option<&'a str>,
    address: Option<&'a str>,
    #[serde(rename = "codeSitePCH")]
    code_site_pch: Option<&'a str>,
    #[serde(rename = "nameSitePCH")]
    name_site_pch: Option<&'a str>,
}

impl<'a> HeaderOut<'a> {
    fn of(header: &'a SlipHeader) -> Self {
        Self {
            bordereau_number: header.number,
            number_of_parcels: header.parcels,
            publishing_date: header.published_ms,
            client_number: header.client.as_deref(),
            company: header.company.as_deref(),
            address: header.address.as_deref(),
            code_site_pch: header.site.as_deref(),
            name_site_pch: header.site_name.as_deref(),
        }
    }
}
