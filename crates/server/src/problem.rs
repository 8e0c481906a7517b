//! Everything that can be wrong with a request, in one closed list, answered as RFC 9457 `application/problem+json`.
//!
//! A problem says what is wrong and what to do, names the field in our own words, and never repeats a value:
//! it may be private, and answers end up in logs.

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use parcel::{BatchId, Invalid, ShipmentId};
use serde::Serialize;
use utoipa::ToSchema;

macro_rules! kinds {
    ($($name:ident $status:literal $slug:literal $title:literal $advice:literal)*) => {
        /// What kind of problem it is; its `type` is a place on the `/docs` page.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Kind { $($name),* }

        impl Kind {
            /// Every kind there is, in the order of the documentation.
            pub(crate) const ALL: &[Self] = &[$(Self::$name),*];

            /// The last part of the `type`.
            pub(crate) fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug),* }
            }

            /// The HTTP status.
            pub(crate) fn status(self) -> u16 {
                match self { $(Self::$name => $status),* }
            }

            /// The kind in a few words, the same for every occurrence.
            pub(crate) fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }

            /// What to do about it.
            pub(crate) fn advice(self) -> &'static str {
                match self { $(Self::$name => $advice),* }
            }
        }
    };
}

kinds! {
    BadJson 400 "bad-json" "The body is not JSON"
        "Correct the body at the line and column that are named; a missing quote or a comma too many is usual."
    UnknownField 422 "unknown-field" "A field is not known"
        "Remove the field or correct its spelling; the fields that are known at that place are listed."
    MissingField 422 "missing-field" "A field is missing"
        "Add the field."
    InvalidField 422 "invalid-field" "A field holds something that cannot be used"
        "Correct the field as the detail says. Asking again without a change gives the same answer."
    BadHeader 400 "bad-header" "A header cannot be used"
        "Correct the header as the detail says."
    BadQuery 400 "bad-query" "The query cannot be used"
        "Correct the part of the query that is named."
    KeyMissing 401 "key-missing" "No API key was sent"
        "Send the header Authorization: Bearer tk_… with the key of your shop."
    KeyUnknown 401 "key-unknown" "The API key is not known"
        "Check that the whole key was copied and that it was not revoked or replaced by a newer one."
    ScopeMissing 403 "scope-missing" "The API key may not do this"
        "Use a key with the scope that is named, or ask whoever runs the server for one: GET /v1/keys/self says what a key may."
    NoSuchPath 404 "no-such-path" "There is nothing at this path"
        "Compare the path with the list of operations at /docs."
    NoSuchBatch 404 "no-such-batch" "There is no such batch"
        "Check the id, and that the key belongs to the shop that sent the batch."
    NoSuchOrder 404 "no-such-order" "There is no such order"
        "Check the order number, and that the key belongs to the shop that sent it."
    NoSuchShipment 404 "no-such-shipment" "There is no such shipment"
        "Check the id, and that the key belongs to the shop that made the shipment."
    NoSuchShop 404 "no-such-shop" "There is no such shop"
        "Check the shop's id with whoever runs the server (`tournee shop list`), and that the platform in the path is its own."
    NoSuchShopOrder 404 "no-such-shop-order" "There is no such order of a shop"
        "Check the id with GET /v1/shop-orders, and that the key belongs to the merchant of the shop."
    WrongSignature 401 "wrong-signature" "The webhook is not signed as it should be"
        "Check that the secret in the shop and the one given to `tournee shop add` are the same."
    NoSuchHook 404 "no-such-webhook" "There is no such webhook endpoint"
        "Check the id with GET /v1/webhooks, and that the key belongs to the shop that added the endpoint."
    NoSuchIncident 404 "no-such-incident" "There is no such incident"
        "Check the number with GET /v1/incidents."
    NoSuchTicket 404 "no-such-ticket" "There is no such ticket"
        "Check the id, and that the key belongs to the shop that opened it or to somebody of the support desk."
    TicketMoved 409 "ticket-moved" "The ticket stands where this cannot be done"
        "Read the ticket again and decide anew: somebody else may have taken, merged or closed it."
    UrlRefused 422 "url-refused" "The URL is not one that is called"
        "Give a URL with https, a public host and port 443 or one from 1024 on."
    TooManyHooks 409 "too-many-webhooks" "The shop has as many webhook endpoints as it may"
        "Drop an endpoint that is not needed any more, or change one with PATCH."
    NoSubscriptions 404 "no-subscriptions" "Nobody can subscribe here"
        "Ask whoever runs the server, or follow the feeds at /history.atom and /history.rss."
    NotSent 503 "not-sent" "The message could not be sent"
        "Nothing was kept. Check the address, and try again after the time in Retry-After."
    WrongMethod 405 "wrong-method" "This method is not for this path"
        "Use one of the methods in the header Allow."
    NotAcceptable 406 "not-acceptable" "The answer is not of a media type that is accepted"
        "Accept one of the media types that are named, or name a format: ?format=PDF_A4_300dpi."
    SlowBody 408 "slow-body" "The body did not arrive in time"
        "Send the request again; look at the network if it happens often."
    BodyTooLarge 413 "body-too-large" "The body is too large"
        "Send one shipment per request and nothing that is not asked for."
    BatchTooLarge 413 "batch-too-large" "The batch is too large"
        "The rows before the limit were taken in, as the detail says. Send the rest as a batch of its own."
    EmptyBatch 422 "empty-batch" "There is nothing in the batch"
        "Send at least one row; a CSV file has its columns' names in the first line and a row in the second."
    BadLine 422 "bad-line" "A line cannot be read"
        "Correct the line as the detail says. The other lines of the batch are not touched by it."
    BatchesBusy 503 "batches-busy" "Other batches are being taken in"
        "Nothing was read. Send the batch again after the time in Retry-After."
    MediaType 415 "media-type" "The body is not sent as something that is read here"
        "Send the header Content-Type with one of the media types that the operation reads: application/json as a rule."
    KeyReused 422 "idempotency-key-reused" "The Idempotency-Key belongs to another request"
        "Use a new key for a new shipment. To ask about the first one, follow the shipment's id."
    NotReady 409 "not-ready" "The label is not there yet"
        "Ask again after the time in Retry-After, or wait with Prefer: wait=60 when creating the shipment."
    FormatUnavailable 409 "format-unavailable" "The label cannot be had in this format"
        "Ask for one of the formats that are named. Labels are never drawn anew or scaled."
    WrongState 409 "wrong-state" "The shipment is not in a state that allows this"
        "Read the shipment's state and next_step."
    ChoiceTaken 409 "choice-taken" "The order has another choice already"
        "Send the signed choice that this one takes the place of as replaces, or a key with the scope ship."
    PointUnavailable 422 "point-unavailable" "The parcel cannot go there"
        "Choose another pickup point, as GET /v1/pickup-points lists them, or what the detail says."
    NumberTaken 409 "number-taken" "The parcel number belongs to another shipment"
        "Check the number; one parcel number is the label of one shipment only."
    Void 410 "void" "The shipment was given up"
        "Create a new shipment if a label is needed after all."
    PastKeeping 410 "past-keeping" "The label is no longer kept here"
        "Print it again on the carrier's own site, by the parcel number, as long as the carrier keeps it."
    Rejected 422 "rejected" "The carrier refused the shipment"
        "Read the carrier's code and text, correct the shipment and create it anew."
    NotProved 422 "not-proved" "The carrier does not confirm the parcel number"
        "Check the number on the carrier's own site, with the same account."
    NoLocalLabel 422 "no-local-label" "No local label can be printed"
        "Put right what the detail names, or let the shipment wait for the carrier."
    TooMany 429 "too-many-requests" "The API key asks too fast"
        "Nothing was done. Ask again after the time in Retry-After; the headers RateLimit and RateLimit-Policy say how much is left."
    NoCustomsForm 404 "no-customs-form" "The shipment has no customs form"
        "Only parcels that cross a border of the European Union, or go overseas, have one; fetch the label alone."
    UnknownPlace 422 "unknown-place" "The place is not known"
        "Correct the postal code or the city; those that come nearest are named. A position does as well: latitude and longitude."
    NoPointsKnown 503 "no-pickup-points-known" "No pickup points are known there"
        "The carrier does not answer and nothing was seen there before. Offer delivery to the home, or try again after the time in Retry-After."
    NoSuchPoint 404 "no-such-pickup-point" "There is no such pickup point"
        "Check the id, six characters, against GET /v1/pickup-points."
    SlipRefused 422 "slip-refused" "The carrier refused the deposit slip"
        "Read the carrier's code and text; usually a number is not known to it, or not yet."
    CarrierUnavailable 503 "carrier-unavailable" "The carrier does not answer"
        "Nothing is lost. Try again after the time in Retry-After."
    StoreUnavailable 503 "store-unavailable" "The server cannot write or read its records now"
        "Nothing was accepted. Try again after the time in Retry-After, with the same Idempotency-Key."
    Internal 500 "internal" "The server made a mistake"
        "Try again with the same Idempotency-Key; if it stays, tell whoever runs this server the time of the request."
}

/// One problem, ready to be answered. Boxed, because every handler's `Result` carries its room.
#[derive(Debug)]
pub(crate) struct Problem(Box<Parts>);

#[derive(Debug)]
struct Parts {
    kind: Kind,
    body: ProblemBody,
    headers: Vec<(HeaderName, String)>,
}

/// A problem as RFC 9457 lays it out.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// Which kind of problem, as a place in the documentation: `/docs#problem-…`.
    #[schema(example = "/docs#problem-invalid-field")]
    r#type: String,
    /// The kind in a few words, the same each time.
    title: String,
    /// The HTTP status, once more.
    status: u16,
    /// What is wrong this time, and what to do.
    detail: String,
    /// The field, dotted, in this API's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "addressee.postal_code")]
    field: Option<String>,
    /// Line of the body at which reading stopped, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    /// Column of that line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    /// The shipment that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    shipment: Option<String>,
    /// The shipments that it is about, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    shipments: Vec<String>,
    /// The batch that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    batch: Option<String>,
    /// The carrier's own error id, where the carrier refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    carrier_code: Option<String>,
    /// The carrier's own text, in French.
    #[serde(skip_serializing_if = "Option::is_none")]
    carrier_message: Option<String>,
}

impl Problem {
    /// A problem of this kind; `detail` says what is wrong this time and what to do.
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        let body = ProblemBody {
            r#type: format!("/docs#problem-{}", kind.slug()),
            title: kind.title().to_owned(),
            status: kind.status(),
            detail: detail.into(),
            ..ProblemBody::default()
        };
        Self(Box::new(Parts { kind, body, headers: Vec::new() }))
    }

    /// A field that is wrong in itself.
    pub(crate) fn invalid(field: &str, detail: impl Into<String>) -> Self {
        Self::new(Kind::InvalidField, detail).field(field)
    }

    /// Names the field.
    pub(crate) fn field(mut self, field: impl Into<String>) -> Self {
        self.0.body.field = Some(field.into());
        self
    }

    /// Says where in the body reading stopped.
    pub(crate) fn at(mut self, line: usize, column: usize) -> Self {
        (self.0.body.line, self.0.body.column) = (Some(line), Some(column));
        self
    }

    /// Names the shipment.
    pub(crate) fn shipment(mut self, id: ShipmentId) -> Self {
        self.0.body.shipment = Some(id.to_string());
        self
    }

    /// Names several shipments.
    pub(crate) fn shipments(mut self, ids: impl IntoIterator<Item = ShipmentId>) -> Self {
        self.0.body.shipments = ids.into_iter().map(|id| id.to_string()).collect();
        self
    }

    /// Names the batch.
    pub(crate) fn batch(mut self, id: BatchId) -> Self {
        self.0.body.batch = Some(id.to_string());
        self
    }

    /// Repeats what the carrier said.
    pub(crate) fn carrier(mut self, code: &str, message: &str) -> Self {
        self.0.body.carrier_code = Some(code.to_owned());
        self.0.body.carrier_message = Some(message.to_owned());
        self
    }

    /// Says when to come back, in seconds.
    pub(crate) fn retry_after(self, seconds: u64) -> Self {
        self.header(header::RETRY_AFTER, seconds.to_string())
    }

    /// Adds a header to the answer.
    pub(crate) fn header(mut self, name: HeaderName, value: String) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// The same problem in other words.
    pub(crate) fn with_detail(mut self, detail: String) -> Self {
        self.0.body.detail = detail;
        self
    }

    /// What is wrong and what to do.
    pub(crate) fn detail(&self) -> &str {
        &self.0.body.detail
    }

    /// Where in the body reading stopped: line and column.
    pub(crate) fn place(&self) -> Option<(usize, usize)> {
        self.0.body.line.zip(self.0.body.column)
    }

    /// The kind.
    pub(crate) fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The field that is named, if one is.
    pub(crate) fn named_field(&self) -> Option<&str> {
        self.0.body.field.as_deref()
    }
}

impl From<Invalid> for Problem {
    fn from(e: Invalid) -> Self {
        let kind = if e.problem.starts_with("missing") { Kind::MissingField } else { Kind::InvalidField };
        Self::new(kind, e.to_string()).field(e.field)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Parts { kind, body, headers } = *self.0;
        let status = StatusCode::from_u16(kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let text = serde_json::to_vec(&body).unwrap_or_default();
        let mut answer = (status, [(header::CONTENT_TYPE, "application/problem+json")], text).into_response();
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::try_from(value) {
                answer.headers_mut().append(name, value);
            }
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_kind_has_its_own_slug_a_title_and_advice() {
        let slugs: HashSet<_> = Kind::ALL.iter().map(|k| k.slug()).collect();
        assert_eq!(slugs.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            assert!((400..600).contains(&kind.status()), "{kind:?}");
            assert!(!kind.title().ends_with('.') && kind.advice().ends_with('.'), "{kind:?}");
        }
    }

    #[test]
    fn a_header_that_cannot_be_written_is_left_out() {
        let problem = Problem::new(Kind::WrongMethod, "use GET").header(header::ALLOW, "GET\n".into());
        assert!(problem.into_response().headers().get(header::ALLOW).is_none());
    }
}
