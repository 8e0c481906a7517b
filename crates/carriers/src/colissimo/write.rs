//! Writes the answers of the label service, as its servers do.
//!
//! `Content-ID` is the last header of each part and boundaries begin with `uuid:`: there are clients that look for
//! exactly that, some of them with one kind of line end only.

use super::{LabelAnswer, LineEnds, Message, errors::error_text};
use bytes::{BufMut, Bytes, BytesMut};
use serde::Serialize;

/// Room for boundaries, part headers and the JSON, beside the label.
const FRAME_BYTES: usize = 2048;

/// Writes a label: content type and body of an answer of status 200. `boundary_uuid` must not occur in the label;
/// its letters, digits and dashes are used.
pub fn write_label(answer: &LabelAnswer, line_ends: LineEnds, boundary_uuid: &str) -> (String, Bytes) {
    let done = [message("0", error_text("0").unwrap_or_default())];
    let messages = if answer.messages.is_empty() { &done[..] } else { &answer.messages };
    let made = Made {
        parcel_number: answer.number.as_str(),
        parcel_number_partner: answer.partner_number.as_deref(),
        pdf_url: answer.pdf_url.as_deref(),
        fields: None,
    };
    let cn23 = answer.cn23.as_deref().unwrap_or_default();
    let mut writer = Writer::new(line_ends, boundary_uuid, answer.label.len() + cn23.len());
    writer.part("application/json;charset=utf-8", "jsonInfos", &infos(messages, Some(made)));
    writer.part("application/octet-stream", "label", &answer.label);
    if !cn23.is_empty() {
        writer.part("application/octet-stream", "cn23", cn23);
    }
    writer.end()
}

/// Writes an answer without a label, content type and body: a refusal, or, with id `0`, the yes of a check. An empty
/// message stands for the table's.
pub fn write_refusal(id: &str, text: &str, line_ends: LineEnds, boundary_uuid: &str) -> (String, Bytes) {
    let text = if text.is_empty() { error_text(id).unwrap_or_default() } else { text };
    let mut writer = Writer::new(line_ends, boundary_uuid, 0);
    writer.part("application/json;charset=utf-8", "jsonInfos", &infos(&[message(id, text)], None));
    writer.end()
}

fn message(id: &str, text: &str) -> Message {
    let kind = if id == "0" { "INFOS" } else { "ERROR" };
    Message { id: id.to_owned(), kind: kind.to_owned(), content: text.to_owned() }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Infos<'a> {
    messages: Vec<MessageOut<'a>>,
    /// The carrier's own spelling.
    label_xml_v2_reponse: Option<()>,
    label_v2_response: Option<Made<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MessageOut<'a> {
    #[serde(flatten)]
    message: &'a Message,
    replacement_values: [(); 0],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Made<'a> {
    parcel_number: &'a str,
    parcel_number_partner: Option<&'a str>,
    pdf_url: Option<&'a str>,
    fields: Option<()>,
}

fn infos(messages: &[Message], label_v2_response: Option<Made<'_>>) -> Vec<u8> {
    let messages = messages.iter().map(|message| MessageOut { message, replacement_values: [] }).collect();
    // Plain structs always serialise: their keys are texts.
    serde_json::to_vec(&Infos { messages, label_xml_v2_reponse: None, label_v2_response }).unwrap_or_default()
}

/// Writes one multipart body.
struct Writer {
    line_end: &'static str,
    boundary: String,
    body: BytesMut,
}

impl Writer {
    fn new(line_ends: LineEnds, boundary_uuid: &str, content_bytes: usize) -> Self {
        let uuid: String = boundary_uuid.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(64).collect();
        let body = BytesMut::with_capacity(content_bytes + FRAME_BYTES);
        Self { line_end: line_ends.as_str(), boundary: format!("uuid:{uuid}"), body }
    }

    fn line(&mut self, pieces: &[&str]) {
        pieces.iter().for_each(|piece| self.body.put_slice(piece.as_bytes()));
        self.body.put_slice(self.line_end.as_bytes());
    }

    fn part(&mut self, content_type: &str, id: &str, content: &[u8]) {
        let boundary = std::mem::take(&mut self.boundary);
        self.line(&["--", &boundary]);
        self.line(&["Content-Type: ", content_type]);
        self.line(&["Content-Transfer-Encoding: binary"]);
        self.line(&["Content-ID: <", id, ">"]);
        self.line(&[]);
        self.body.put_slice(content);
        self.line(&[]);
        self.boundary = boundary;
    }

    fn end(mut self) -> (String, Bytes) {
        let boundary = std::mem::take(&mut self.boundary);
        self.line(&["--", &boundary, "--"]);
        let content_type = format!("multipart/mixed; boundary=\"{boundary}\"; start=\"<jsonInfos>\"");
        (content_type, self.body.freeze())
    }
}
