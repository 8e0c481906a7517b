//! Reads the answers of the label service: a label, a class of failure, and nothing in between.
//!
//! A label that is whole in the answer is given back whatever else is wrong with it; a number that came without its
//! label goes with the failure, so that the label can be had by a reprint.

use super::{
    LabelAnswer, LineEnds, Message,
    errors::{self, TOO_MANY_RETRY},
    lenient::{self, field, many, readable, text_of},
    multipart::{self, Multipart, Part},
};
use crate::{Blame, Broken, CarrierError, Exchange, Kind, Response, Retry};
use bytes::Bytes;
use memchr::memmem;
use parcel::ParcelNumber;
use serde_json::Value;

/// Reads the answer of `generateLabel`.
///
/// # Errors
/// The class of what came instead of a label and its number.
pub fn decode_label(exchange: &Exchange) -> Result<LabelAnswer, CarrierError> {
    Answer::of(exchange)?.into_label(None)
}

/// Reads the answer of `getLabel` for this number, which the answer itself need not repeat.
///
/// # Errors
/// The class of what came instead of a label, also when the label is of another number.
pub fn decode_reprint(exchange: &Exchange, number: &ParcelNumber) -> Result<LabelAnswer, CarrierError> {
    Answer::of(exchange)?.into_label(Some(*number))
}

/// Reads the answer of `checkGenerateLabel`.
///
/// # Errors
/// The class of what came instead of a plain yes. A check makes nothing, so that [`Retry::Unknown`] is not among them.
pub fn decode_check(exchange: &Exchange) -> Result<(), CarrierError> {
    let answer = Answer::of(exchange).map_err(CarrierError::of_a_question)?;
    let says_yes = !answer.messages.is_empty() && answer.errors().next().is_none();
    if answer.complete && (200..300).contains(&answer.status) && says_yes {
        Ok(())
    } else {
        Err(answer.failure().of_a_question())
    }
}

/// What stands in an answer, as far as it can be read.
pub(super) struct Answer {
    pub(super) status: u16,
    /// The body came whole (its length was met), whatever its content.
    pub(super) complete: bool,
    failure_without_json: CarrierError,
    pub(super) messages: Vec<Message>,
    number: Option<String>,
    partner_number: Option<String>,
    pdf_url: Option<String>,
    gateway: Option<Message>,
    label: Piece,
    cn23: Option<Bytes>,
    line_ends: LineEnds,
}

enum Piece {
    Whole(Bytes),
    Cut,
    Absent,
}

impl Answer {
    pub(super) fn of(exchange: &Exchange) -> Result<Self, CarrierError> {
        let (response, complete) = match &exchange.result {
            Ok(response) => (response, true),
            Err(Broken::AnswerCut(response)) => (&**response, false),
            Err(broken) => return Err(CarrierError::of_break(exchange.reached, broken)),
        };
        let failure_without_json = match &exchange.result {
            Err(broken) => CarrierError::of_break(exchange.reached, broken),
            Ok(response) => failure_by_status(response),
        };
        let mut answer = Self {
            status: response.status,
            complete,
            failure_without_json,
            messages: Vec::new(),
            number: None,
            partner_number: None,
            pdf_url: None,
            gateway: None,
            label: Piece::Absent,
            cn23: None,
            line_ends: LineEnds::Crlf,
        };
        match multipart::read(&response.body, &response.content_type, complete) {
            Some(parts) => answer.take_parts(response, &parts),
            None => answer.take_json(&response.body),
        }
        Ok(answer)
    }

    fn take_parts(&mut self, response: &Response, multipart: &Multipart<'_>) {
        let bytes = |part: &Part<'_>| response.body.slice(part.content.clone());
        let start = multipart::parameter(&response.content_type, "start").unwrap_or_default();
        let infos = infos(&response.body, multipart, start.trim_matches(['<', '>']));
        if let Some(part) = infos {
            self.take_json(&bytes(part));
        }
        let others = || multipart.parts.iter().filter(|p| infos.is_none_or(|i| !std::ptr::eq(*p, i)));
        let named = others().find(|p| p.id == "label");
        let label = named.or_else(|| others().find(|p| p.id.is_empty()));
        self.label = label.map_or(Piece::Absent, |part| match (part.whole, part.content.is_empty()) {
            (true, true) => Piece::Absent,
            (true, false) => Piece::Whole(bytes(part)),
            (false, _) => Piece::Cut,
        });
        self.cn23 = others().find(|p| p.id == "cn23" && p.whole && !p.content.is_empty()).map(bytes);
        self.line_ends = multipart.line_ends;
    }

    fn take_json(&mut self, bytes: &[u8]) {
        if let Some(json) = lenient::parse(bytes) {
            self.messages = many(field(&json, "messages")).iter().map(message).collect();
            let made = [field(&json, "labelV2Response"), field(&json, "labelXmlV2Reponse")];
            let of_made = |name| made.iter().find_map(|m| text_of(m, name));
            self.number = of_made("parcelNumber");
            self.partner_number = of_made("parcelNumberPartner");
            self.pdf_url = of_made("pdfUrl");
            self.gateway = gateway(&json);
        }
        self.number = self.number.take().or_else(|| salvage_number(bytes));
    }

    pub(super) fn errors(&self) -> impl Iterator<Item = &Message> {
        self.messages.iter().filter(|m| m.kind.eq_ignore_ascii_case("ERROR") || (m.kind.is_empty() && m.id != "0"))
    }

    fn into_label(mut self, asked: Option<ParcelNumber>) -> Result<LabelAnswer, CarrierError> {
        let said: Option<Result<ParcelNumber, _>> = self.number.as_deref().map(str::parse);
        let has_error = self.errors().next().is_some();
        match (std::mem::replace(&mut self.label, Piece::Absent), said, asked) {
            (Piece::Whole(label), Some(Ok(number)), None) => Ok(self.with(number, label)),
            (Piece::Whole(label), Some(Ok(number)), Some(asked)) if number == asked => Ok(self.with(number, label)),
            (Piece::Whole(label), None, Some(asked)) if !has_error => Ok(self.with(asked, label)),
            (Piece::Whole(label), said, _) => Err(self.stray(label, said.and_then(Result::ok), has_error)),
            (Piece::Cut, said, _) => Err(cut(self.status).with_number(said.and_then(Result::ok))),
            (Piece::Absent, Some(said), _) if !has_error => Err(self.without_label().with_number(said.ok())),
            (Piece::Absent, _, _) => Err(self.failure()),
        }
    }

    fn with(self, number: ParcelNumber, label: Bytes) -> LabelAnswer {
        LabelAnswer {
            number,
            partner_number: self.partner_number,
            pdf_url: self.pdf_url,
            label,
            cn23: self.cn23,
            messages: self.messages,
            line_ends: self.line_ends,
        }
    }

    /// A whole label whose number is missing, unreadable or of another parcel: a person must look.
    fn stray(&self, label: Bytes, other: Option<ParcelNumber>, has_error: bool) -> CarrierError {
        let unknown = |code, message| {
            CarrierError::new(Kind::NotTheProtocol(self.status), Blame::Them, Retry::Unknown, code, message)
        };
        let mut error = match (&self.number, other) {
            (None, _) if has_error => self.failure(),
            (None, _) => unknown("number_missing", "the carrier sent a label without a number".to_owned()),
            (Some(_), Some(_)) => unknown("number_differs", "the carrier sent the label of another parcel".to_owned()),
            (Some(said), None) => {
                unknown("number_unread", format!("the carrier's number {} is of no known form", id_like(said)))
            }
        };
        error.number = other;
        error.label = Some(Box::new(label));
        error
    }

    fn without_label(&self) -> CarrierError {
        if !self.complete {
            return cut(self.status);
        }
        let message = "the carrier gave a number and no label; ask for a reprint";
        CarrierError::new(Kind::NotTheProtocol(self.status), Blame::Them, Retry::Unknown, "label_missing", message)
    }

    /// The class of an answer that holds neither label nor number.
    pub(super) fn failure(&self) -> CarrierError {
        let by_status = &self.failure_without_json;
        if by_status.kind == Kind::TooMany {
            return by_status.clone();
        }
        if let Some(first) = self.errors().next() {
            let texts: Vec<&str> = self.errors().map(|m| m.content.as_str()).filter(|t| !t.is_empty()).collect();
            let told = errors::failure(&first.id, &texts.join(" ; "));
            let unclear = told.retry == Retry::Unknown;
            return if unclear { by_refusing_status(self.status, first).unwrap_or(told) } else { told };
        }
        match &self.gateway {
            Some(told) => gateway_failure(self.status, told).unwrap_or_else(|| by_status.clone()),
            None => by_status.clone(),
        }
    }
}

/// The part that holds the JSON: by its id, by being named as the first, or by looking like JSON.
fn infos<'m, 'b>(body: &[u8], multipart: &'m Multipart<'b>, start: &str) -> Option<&'m Part<'b>> {
    let by_id = |id: &str| multipart.parts.iter().find(|p| p.id == id && !id.is_empty());
    let is_json = |part: &&Part<'_>| body[part.content.clone()].trim_ascii_start().starts_with(b"{");
    by_id("jsonInfos").or_else(|| by_id(start)).or_else(|| multipart.parts.iter().find(is_json))
}

fn message(value: &Value) -> Message {
    let text = |name| text_of(value, name).unwrap_or_default();
    Message { id: id_like(&text("id")), kind: id_like(&text("type")), content: readable(&text("messageContent")) }
}

/// The error of a gateway in front of the service: `{error, message}` or `{errorCode, errorLabel}`.
fn gateway(json: &Value) -> Option<Message> {
    let either = |a, b| text_of(json, a).or_else(|| text_of(json, b));
    let (id, content) = (either("errorCode", "error"), either("errorLabel", "message"));
    if id.is_none() && content.is_none() {
        return None;
    }
    let content = readable(&content.unwrap_or_default());
    Some(Message { id: id_like(&id.unwrap_or_default()), kind: "ERROR".to_owned(), content })
}

/// A gateway's word is taken where it proves that nothing was made; `None` where it proves nothing.
fn gateway_failure(status: u16, told: &Message) -> Option<CarrierError> {
    let known = errors::failure(&told.id, &told.content);
    if known.retry != Retry::Unknown { Some(known) } else { by_refusing_status(status, told) }
}

/// The class of a well-formed error by a status that refuses; `None` for any other status.
fn by_refusing_status(status: u16, told: &Message) -> Option<CarrierError> {
    let class = match status {
        401 | 403 => "403",
        400 | 413 | 415 | 422 => "422",
        _ => return None,
    };
    // An error of the service itself that says only "it failed" proves nothing with a plain 400.
    if status == 400 && told.id == "1" {
        return None;
    }
    let mut failure = errors::failure(class, &told.content);
    failure.code = if told.id.is_empty() { status.to_string() } else { told.id.clone() };
    Some(failure)
}

/// The class of an answer that is no JSON of the carrier's.
fn failure_by_status(response: &Response) -> CarrierError {
    let is_page = response.body.trim_ascii_start().starts_with(b"<") || response.content_type.contains("html");
    match response.status {
        429 => {
            let retry = Retry::After(response.retry_after.unwrap_or(TOO_MANY_RETRY));
            CarrierError::new(Kind::TooMany, Blame::Them, retry, "429", "the carrier asks for fewer calls")
        }
        401 if !is_page => errors::failure("401", ""),
        422 if !is_page => errors::failure("422", ""),
        status => not_the_protocol(status),
    }
}

/// The class of an answer that is not the protocol's.
pub(super) fn not_the_protocol(status: u16) -> CarrierError {
    let message = "the carrier's answer is not one of its service; it may or may not have acted";
    CarrierError::new(Kind::NotTheProtocol(status), Blame::Them, Retry::Unknown, "not_the_protocol", message)
}

fn cut(status: u16) -> CarrierError {
    let message = "the answer was cut in the middle of the label; ask for a reprint";
    CarrierError::new(Kind::NotTheProtocol(status), Blame::Them, Retry::Unknown, "label_cut", message)
}

/// A number in JSON that is broken or was cut: the characters after `"parcelNumber":"` up to the next quote.
fn salvage_number(bytes: &[u8]) -> Option<String> {
    const KEY: &[u8] = b"\"parcelNumber\"";
    let rest = bytes.get(memmem::find(bytes, KEY)? + KEY.len()..)?.trim_ascii_start();
    let rest = rest.strip_prefix(b":")?.trim_ascii_start().strip_prefix(b"\"")?;
    let number = rest.split(|b| *b == b'"').next().filter(|n| n.len() < rest.len())?;
    std::str::from_utf8(number).ok().filter(|n| !n.trim().is_empty()).map(|n| n.trim().to_owned())
}

/// An id as it may stand in a log: letters, digits and `_-+.` only.
fn id_like(text: &str) -> String {
    const CHARACTERS_MAX: usize = 40;
    let plain = |c: &char| c.is_ascii_alphanumeric() || "_-+.".contains(*c);
    text.chars().filter(plain).take(CHARACTERS_MAX).collect()
}
