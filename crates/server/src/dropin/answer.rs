//! Answers in the carrier's form: multipart with a label, or with a message alone; by SOAP, the same in XML.

use crate::{problem::Problem, state::App};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use carriers::{
    Blame, CarrierError,
    colissimo::{
        LabelAnswer, LineEnds, Packing, SlipAnswer, SlsRefusal, SoapAnswer, SoapOperation, error_text, write_label,
        write_refusal, write_slip, write_soap,
    },
};
use dispatch::{Reject, Why};
use http::{HeaderName, HeaderValue, StatusCode, header};
use parcel::ShipmentId;
use store::IntentView;

/// Our own id of the shipment, beside the carrier's form.
const SHIPMENT: HeaderName = HeaderName::from_static("x-tournee-shipment");
/// Seconds after which it is worth asking for the same order again.
const AGAIN_S: HeaderValue = HeaderValue::from_static("30");
/// The carrier's id of *service unavailable*.
const UNAVAILABLE: &str = "40015";
/// The carrier's id of *wrong parcel number*.
const WRONG_NUMBER: &str = "30321";
/// The carrier's id of a day of deposit that is past.
const DEPOSIT_PAST: &str = "30002";
/// The carrier's id of *wrong pickup point*.
const POINT_REFUSED: &str = "30401";
/// The carrier's id of *wrong login or password*.
const WRONG_LOGIN: &str = "30000";

/// What an answer needs to be written: the app's chance, and the form that this client can read.
pub(super) struct Writer<'a> {
    pub(super) app: &'a App,
    pub(super) form: Form,
}

/// The form of an answer.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// As REST has it; with the line ends that the path fixes, where it does.
    Rest(Option<LineEnds>),
    /// As the SOAP twin has it.
    Soap {
        /// What was asked.
        operation: SoapOperation,
        /// Whether the client takes attachments; else the label stands in the XML.
        attached: bool,
    },
}

impl Writer<'_> {
    /// A label, as the carrier's answer that it came in.
    pub(super) fn label(&self, answer: &LabelAnswer) -> Response {
        self.app.saw_line_ends(answer.line_ends);
        let written = match self.form {
            Form::Rest(_) => write_label(answer, self.ends(), &self.app.new_boundary()),
            Form::Soap { operation, attached } => self.soap(operation, attached, &SoapAnswer::Label(answer)),
        };
        respond(200, written)
    }

    /// A deposit slip, as the carrier's answer that it came in.
    pub(super) fn slip(&self, answer: &SlipAnswer) -> Response {
        self.app.saw_line_ends(answer.line_ends);
        let written = match self.form {
            Form::Rest(_) => write_slip(answer, self.ends(), &self.app.new_boundary()),
            Form::Soap { operation, attached } => self.soap(operation, attached, &SoapAnswer::Slip(answer)),
        };
        respond(200, written)
    }

    /// The carrier's word that all is well, with nothing made.
    pub(super) fn well(&self) -> Response {
        self.message(200, "0", error_text("0").unwrap_or("La requête a été traitée avec succès"))
    }

    /// Login or password are wrong, or missing, or not known here.
    pub(super) fn wrong_login(&self) -> Response {
        self.message(400, WRONG_LOGIN, error_text(WRONG_LOGIN).unwrap_or("Identifiant ou mot de passe incorrect"))
    }

    /// The day of deposit is past.
    pub(super) fn deposit_past(&self) -> Response {
        self.message(400, DEPOSIT_PAST, error_text(DEPOSIT_PAST).unwrap_or("La date de dépôt est déjà passée"))
    }

    /// What the carrier's rules refuse.
    pub(super) fn refusal(&self, refusal: &SlsRefusal) -> Response {
        self.message(refusal.status, &refusal.id, &refusal.message)
    }

    /// The label was given up, so nobody may print it again.
    pub(super) fn given_up(&self) -> Response {
        self.message(400, WRONG_NUMBER, "Cette étiquette a été annulée : demandez-en une nouvelle.")
    }

    /// What the carrier itself refused.
    pub(super) fn reject(&self, reject: &Reject) -> Response {
        self.message(400, &reject.code, &reject.message)
    }

    /// Somebody has to say first where the parcel goes: in the carrier's own words for a point that it does not take, so
    /// that a module shows them, and naming the order, which is to be asked for again then.
    pub(super) fn asked(&self, view: &IntentView) -> Response {
        let why = view.question.as_ref().map(|open| &open.question.why);
        let code = match why {
            Some(Why::RefusedByCarrier { code }) => code,
            _ => POINT_REFUSED,
        };
        let order = view.order_number.as_ref().map(|order| format!("Commande {order} : ")).unwrap_or_default();
        let what = match why {
            Some(Why::DiffersFromChoice) => "la livraison demandée n'est pas celle que l'acheteur a choisie.",
            Some(Why::PointClosed { .. }) => "le point de retrait choisi est fermé.",
            Some(Why::TooHeavy { .. }) => "le point de retrait choisi n'accepte pas un colis de ce poids.",
            _ => "le point de retrait choisi n'est plus disponible.",
        };
        let text = format!(
            "{order}{what} Rien n'a été changé : la boutique ou l'acheteur doit confirmer le lieu de livraison. \
             Redemandez ensuite la même commande, son étiquette vous sera remise."
        );
        self.message(400, code, &text)
    }

    /// What became of a relayed call: the carrier's refusal, or its silence.
    pub(super) fn failed(&self, e: &CarrierError) -> Response {
        match e.blame {
            Blame::Us | Blame::Caller => self.message(400, &e.code, &e.message),
            Blame::Them => self.unavailable(),
        }
    }

    /// The service can't be had now and nothing was kept.
    pub(super) fn unavailable(&self) -> Response {
        self.again(self.message(400, UNAVAILABLE, "Service momentanément indisponible, merci de réessayer plus tard."))
    }

    /// The label is not there yet; the shipment is in hand under this reference.
    pub(super) fn in_hand(&self, id: ShipmentId) -> Response {
        let text = format!(
            "Service momentanément indisponible. Votre demande est enregistrée, référence d'attente {id} : \
             redemandez la même commande un peu plus tard, son étiquette vous sera alors remise."
        );
        self.again(self.message(400, UNAVAILABLE, &text))
    }

    /// A problem of ours, told in the carrier's form where the carrier has a word for it.
    pub(super) fn problem(&self, problem: Problem) -> Response {
        let response = problem.into_response();
        if response.status().is_server_error() { self.unavailable() } else { response }
    }

    /// By SOAP what is refused is told with status 200, as every answer of an operation.
    fn message(&self, status: u16, id: &str, text: &str) -> Response {
        match self.form {
            Form::Rest(_) => respond(status, write_refusal(id, text, self.ends(), &self.app.new_boundary())),
            Form::Soap { operation, attached } => {
                respond(200, self.soap(operation, attached, &SoapAnswer::Message { id, text }))
            }
        }
    }

    fn soap(&self, operation: SoapOperation, attached: bool, answer: &SoapAnswer<'_>) -> (String, Bytes) {
        let packing = if attached { Packing::Attached(self.ends()) } else { Packing::Inline };
        write_soap(operation, answer, packing, &self.app.new_boundary())
    }

    fn ends(&self) -> LineEnds {
        match self.form {
            Form::Rest(Some(fixed)) => fixed,
            Form::Rest(None) | Form::Soap { .. } => self.app.line_ends(),
        }
    }

    fn again(&self, mut response: Response) -> Response {
        response.headers_mut().insert(header::RETRY_AFTER, AGAIN_S);
        response
    }
}

/// An answer of this content type and body.
pub(super) fn respond(status: u16, (kind, body): (String, Bytes)) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    (status, [(header::CONTENT_TYPE, kind)], body).into_response()
}

/// Names our shipment in a header.
pub(super) fn naming(mut response: Response, id: ShipmentId) -> Response {
    if let Ok(value) = HeaderValue::try_from(id.to_string()) {
        response.headers_mut().insert(SHIPMENT, value);
    }
    response
}
