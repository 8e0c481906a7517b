//! The form in which an answer of the label service goes out: as REST has it, or as its SOAP twin does.

use super::{
    Asked, Entry,
    desk::{Desk, Refused},
    failure::{gateway, response},
    paper,
};
use carriers::{
    Response,
    colissimo::{self, LabelAnswer, Message, Packing, SlipAnswer, SlipHeader, SoapAnswer, SoapOperation},
};
use clock::Time;
use http::{HeaderMap, header};
use parcel::{LabelFormat, ParcelNumber};

/// The site that takes every parcel over.
const SITE: (&str, &str) = ("29200", "BREST PFC (simulated)");

/// In which form a client asked.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// JSON, or JSON with attachments.
    Rest,
    /// SOAP, by this operation.
    Soap(SoapOperation),
}

impl Form {
    /// The form of a call; what is no operation is answered as REST.
    pub(super) fn of(asked: &Asked<'_>) -> Self {
        match asked {
            Asked::Soap(Some(operation)) => Self::Soap(*operation),
            _ => Self::Rest,
        }
    }
}

impl Desk {
    /// The label of an entry, with the customs form if it was declared.
    pub(super) fn label(&mut self, form: Form, entry: &Entry, format: LabelFormat) -> Response {
        let answer = LabelAnswer {
            number: entry.number,
            partner_number: entry.partner.map(String::from),
            pdf_url: None,
            label: self.labels.make(format, &entry.number),
            cn23: entry.declared.then(|| paper::customs_form(&entry.number)),
            messages: well(),
            line_ends: self.options.line_ends,
        };
        match form {
            Form::Rest => {
                let (content_type, body) = colissimo::write_label(&answer, self.options.line_ends, &self.boundary());
                response(200, &content_type, body)
            }
            Form::Soap(operation) => self.soap_answer(operation, &SoapAnswer::Label(&answer)),
        }
    }

    /// The deposit slip of this number, with these parcels.
    pub(super) fn slip_answer(
        &mut self,
        form: Form,
        now: Time,
        place: u64,
        client: &str,
        numbers: &[ParcelNumber],
    ) -> Response {
        let header = SlipHeader {
            number: Some(place),
            parcels: u32::try_from(numbers.len()).ok(),
            published_ms: Some(now.unix_ms()),
            client: Some(client.to_owned()),
            company: None,
            address: None,
            site: Some(SITE.0.to_owned()),
            site_name: Some(SITE.1.to_owned()),
        };
        let paper = paper::slip(place, client, now, numbers);
        let answer = SlipAnswer { header, paper, messages: well(), line_ends: self.options.line_ends };
        match form {
            Form::Rest => {
                let (content_type, body) = colissimo::write_slip(&answer, self.options.line_ends, &self.boundary());
                response(200, &content_type, body)
            }
            Form::Soap(operation) => self.soap_answer(operation, &SoapAnswer::Slip(&answer)),
        }
    }

    /// A refusal in the carrier's protocol by this error id.
    pub(super) fn refusal(&mut self, form: Form, status: u16, id: &str) -> Response {
        self.refusal_saying(form, status, id, colissimo::error_text(id).unwrap_or_default())
    }

    fn refusal_saying(&mut self, form: Form, status: u16, id: &str, text: &str) -> Response {
        match form {
            Form::Rest => {
                let (kind, body) = colissimo::write_refusal(id, text, self.options.line_ends, &self.boundary());
                response(status, &kind, body)
            }
            Form::Soap(operation) => self.soap_answer(operation, &SoapAnswer::Message { id, text }),
        }
    }

    /// What was refused, in the carrier's words.
    pub(super) fn refused(&mut self, form: Form, why: Refused) -> Response {
        match why {
            Refused::Id(id) => self.refusal(form, 400, id),
            Refused::Rule(refusal) if refusal.status == 422 => gateway(422, "Unprocessable Entity"),
            Refused::Rule(refusal) => self.refusal_saying(form, refusal.status, &refusal.id, &refusal.message),
            Refused::Gateway => gateway(401, "Unauthorized"),
        }
    }

    fn soap_answer(&mut self, operation: SoapOperation, answer: &SoapAnswer<'_>) -> Response {
        let packing = Packing::Attached(self.options.line_ends);
        let (content_type, body) = colissimo::write_soap(operation, answer, packing, &self.boundary());
        response(200, &content_type, body)
    }
}

/// The description of the SOAP twin, at the host that was asked.
pub(super) fn described(headers: &HeaderMap) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let (content_type, body) = colissimo::wsdl(&format!("http://{host}{}", colissimo::SOAP));
    response(200, &content_type, body)
}

fn well() -> Vec<Message> {
    let content = colissimo::error_text("0").unwrap_or_default().to_owned();
    vec![Message { id: "0".into(), kind: "INFOS".into(), content }]
}
