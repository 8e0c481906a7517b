//! What the carrier said beside a label, as text to keep, so that it can be said again.
//!
//! A client of the carrier-compatible endpoints that asks for a label which is held is answered as the carrier
//! answered us. Words that are missing or cannot be read are left out; a label is never held back for them.

use super::{LabelAnswer, LineEnds, Message, error_text};
use bytes::Bytes;
use parcel::ParcelNumber;
use serde::{Deserialize, Serialize};

#[derive(Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Words {
    messages: Vec<Message>,
    partner_number: Option<String>,
    pdf_url: Option<String>,
    line_ends: LineEnds,
}

impl LabelAnswer {
    /// All that the carrier said beside the number, the label and the customs form, as JSON.
    pub fn words(&self) -> String {
        let words = Words {
            messages: self.messages.clone(),
            partner_number: self.partner_number.clone(),
            pdf_url: self.pdf_url.clone(),
            line_ends: self.line_ends,
        };
        serde_json::to_string(&words).unwrap_or_default()
    }

    /// The answer that a label came in, from what was kept of it.
    pub fn from_kept(number: ParcelNumber, label: Bytes, cn23: Option<Bytes>, words: &str) -> Self {
        let Words { mut messages, partner_number, pdf_url, line_ends } =
            serde_json::from_str(words).unwrap_or_default();
        if messages.is_empty() {
            let content = error_text("0").unwrap_or_default().to_owned();
            messages.push(Message { id: "0".into(), kind: "INFOS".into(), content });
        }
        Self { number, partner_number, pdf_url, label, cn23, messages, line_ends }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(words: &str) -> LabelAnswer {
        LabelAnswer::from_kept("6A15984040331".parse().expect("a number"), "pdf".into(), None, words)
    }

    #[test]
    fn an_answer_reads_back() {
        let mut first = kept("");
        (first.partner_number, first.pdf_url, first.line_ends) = (Some("P".into()), Some("u".into()), LineEnds::Lf);
        assert_eq!(kept(&first.words()), first);
    }

    #[test]
    fn a_label_is_not_held_back_for_words() {
        for odd in ["", "{", "[]", "{\"messages\": 3}"] {
            let answer = kept(odd);
            assert_eq!((answer.label.as_ref(), answer.messages[0].id.as_str()), (&b"pdf"[..], "0"), "{odd}");
        }
    }
}
