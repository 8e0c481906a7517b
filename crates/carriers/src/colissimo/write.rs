//! Writes the answers of the label service, as its servers do: JSON first, then what comes with it.

use super::{LabelAnswer, LineEnds, Message, errors::error_text, multipart_write::Writer};
use bytes::Bytes;
use serde::Serialize;

/// Writes a label: content type and body of an answer of status 200. `boundary_uuid` must not occur in the label;
/// its letters, digits and dashes are used.
pub fn write_label(answer: &LabelAnswer, line_ends: LineEnds, boundary_uuid: &str) -> (String, Bytes) {
    let done = [message("0", "")];
    let messages = if answer.messages.is_empty() { &done[..] } else { &answer.messages };
    let made = Made {
        parcel_number: answer.number.as_str(),
        parcel_number_partner: answer.partner_number.as_deref(),
        pdf_url: answer.pdf_url.as_deref(),
        fields: None,
    };
    let cn23 = answer.cn23.as_deref().unwrap_or_default();
    let bytes = answer.label.len() + cn23.len();
    let mut writer = with_json(&Infos::of(messages, Some(made)), line_ends, boundary_uuid, bytes);
    writer.part("application/octet-stream", "label", &answer.label);
    if !cn23.is_empty() {
        writer.part("application/octet-stream", "cn23", cn23);
    }
    ended(writer)
}

/// Writes an answer without a label, content type and body: a refusal, or, with id `0`, the yes of a check. An empty
/// message stands for the table's.
pub fn write_refusal(id: &str, text: &str, line_ends: LineEnds, boundary_uuid: &str) -> (String, Bytes) {
    ended(with_json(&Infos::of(&[message(id, text)], None), line_ends, boundary_uuid, 0))
}

/// A message by its id; an empty text stands for the table's.
pub(super) fn message(id: &str, text: &str) -> Message {
    let text = if text.is_empty() { error_text(id).unwrap_or_default() } else { text };
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
pub(super) struct MessageOut<'a> {
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

impl<'a> MessageOut<'a> {
    pub(super) fn all(messages: &'a [Message]) -> Vec<Self> {
        messages.iter().map(|message| Self { message, replacement_values: [] }).collect()
    }
}

impl<'a> Infos<'a> {
    fn of(messages: &'a [Message], label_v2_response: Option<Made<'a>>) -> Self {
        Self { messages: MessageOut::all(messages), label_xml_v2_reponse: None, label_v2_response }
    }
}

/// Begins a body of the label service: the JSON is its first part.
pub(super) fn with_json(
    json: &impl Serialize,
    line_ends: LineEnds,
    boundary_uuid: &str,
    content_bytes: usize,
) -> Writer {
    let mut writer = Writer::new(line_ends, boundary_uuid, content_bytes);
    // Plain structs always serialise: their keys are texts.
    writer.part("application/json;charset=utf-8", "jsonInfos", &serde_json::to_vec(json).unwrap_or_default());
    writer
}

/// Ends such a body: content type and bytes.
pub(super) fn ended(writer: Writer) -> (String, Bytes) {
    let content_type = format!("multipart/mixed; boundary=\"{}\"; start=\"<jsonInfos>\"", writer.boundary());
    (content_type, writer.end())
}
