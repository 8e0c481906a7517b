//! Labels as the store keeps them, and as the carrier's answer that they came in.
//!
//! Beside the bytes the store keeps a few words of the answer as JSON (`messages`, `pdfUrl`, `lineEnds`), so that a
//! client of the carrier-compatible endpoints is told what the carrier told us. Words that are missing or cannot be
//! read are left out; the label is never held back for them.

use carriers::colissimo::{LabelAnswer, LineEnds, Message, error_text};
use serde::{Deserialize, Serialize};
use store::{Label, LabelBytes};

#[derive(Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Words {
    messages: Vec<Message>,
    pdf_url: Option<String>,
    line_ends: LineEnds,
}

/// What to keep of an answer of the carrier.
pub(crate) fn to_keep(answer: LabelAnswer) -> LabelBytes {
    let words = Words { messages: answer.messages, pdf_url: answer.pdf_url, line_ends: answer.line_ends };
    let answer_json = serde_json::to_string(&words).unwrap_or_default();
    LabelBytes { label: answer.label, cn23: answer.cn23, answer_json }
}

/// The carrier's answer that a label came in.
pub(crate) fn as_answered(label: Label, partner_number: Option<String>) -> LabelAnswer {
    let mut words: Words = serde_json::from_str(&label.answer_json).unwrap_or_default();
    if words.messages.is_empty() {
        words.messages.push(success());
    }
    LabelAnswer {
        number: label.number,
        partner_number,
        pdf_url: words.pdf_url,
        label: label.bytes,
        cn23: label.cn23,
        messages: words.messages,
        line_ends: words.line_ends,
    }
}

fn success() -> Message {
    let content = error_text("0").unwrap_or("La requête a été traitée avec succès");
    Message { id: "0".into(), kind: "INFOS".into(), content: content.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parcel::LabelFormat;

    fn label(answer_json: String) -> Label {
        let number = "6A15984040331".parse().expect("a number");
        Label { number, format: LabelFormat::PDF_10X15, bytes: "pdf".into(), cn23: None, answer_json }
    }

    #[test]
    fn an_answer_reads_back() {
        let mut first = as_answered(label(String::new()), Some("P".into()));
        first.pdf_url = Some("u".into());
        first.line_ends = LineEnds::Lf;
        let kept = to_keep(first.clone());
        assert_eq!(as_answered(label(kept.answer_json), Some("P".into())), first);
    }

    #[test]
    fn a_label_is_not_held_back_for_words() {
        for odd in ["", "{", "[]", "{\"messages\": 3}"] {
            let answer = as_answered(label(odd.into()), None);
            assert_eq!((answer.label.as_ref(), answer.messages[0].id.as_str()), (&b"pdf"[..], "0"), "{odd}");
        }
    }
}
