//! The problems that operations have in common, in groups, so that each operation's description names them in a word.

use crate::problem::ProblemBody;
use std::collections::BTreeMap;
use utoipa::{
    IntoResponses, PartialSchema, ToSchema,
    openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder},
};

macro_rules! groups {
    ($($(#[$doc:meta])* $name:ident { $($status:literal $when:literal)* })*) => {$(
        $(#[$doc])*
        pub(crate) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                BTreeMap::from([$(($status.to_owned(), problem($when))),*])
            }
        }
    )*};
}

groups! {
    /// What can befall every signed request.
    Always {
        "401" "No key, or one that is unknown, expired or revoked"
        "403" "The key may not do this; the problem names the scope that it would need"
        "429" "The key asks too fast; see Retry-After and RateLimit"
        "503" "The server's records do not answer; nothing was done"
    }
    /// What can be wrong with the id in the path.
    NotYours {
        "404" "Not a shipment of yours"
    }
    /// What can be wrong with a batch's id in the path.
    NotYourBatch {
        "404" "Not a batch of yours"
    }
    /// What can be wrong with an order's number in the path.
    NotYourOrder {
        "404" "Not an order of yours"
    }
    /// What can be wrong with a batch as a whole.
    BadBatch {
        "408" "The batch did not arrive in time; what was whole was taken in"
        "413" "Too large; what stands before the limit was taken in"
        "415" "Not sent as JSON, NDJSON or CSV"
        "422" "The first line does not name the columns as it should, or there is no row"
        "503" "As many batches as can be are being read, or the records do not answer; see Retry-After"
    }
    /// What can be wrong with an order's id.
    NoSuchShopOrder {
        "404" "Not an order of a shop of yours"
    }
    /// Why an order's shipment cannot be taken.
    OrderNotShipped {
        "409" "The order was given up in the shop, or is no longer kept whole"
        "422" "A field is missing or wrong, in the order or in the shop's settings; the detail names it"
    }
    /// What can be wrong with a file of orders.
    BadImport {
        "404" "Not a shop of yours"
        "408" "The file did not arrive in time"
        "413" "Too large"
        "415" "Not sent as JSON, NDJSON or CSV"
        "422" "No row of the file can be read"
    }
    /// What can be wrong with a webhook of a shop.
    NotHeard {
        "401" "The signature does not fit the shop's secret; nothing was read"
        "404" "There is no such shop on that platform"
        "408" "The body did not arrive in time"
        "413" "Too large"
        "503" "The server's records do not answer; nothing was taken in: send it again"
    }
    /// What can be wrong with an incident's number.
    NoSuchIncident {
        "404" "No incident has this number"
    }
    /// What can be wrong with a ticket's id.
    NoSuchTicket {
        "404" "No ticket of yours has this id"
    }
    /// Why something cannot be done with a ticket.
    NotDone {
        "409" "It stands where this cannot be done"
        "422" "A field is missing or wrong"
    }
    /// What can be wrong with an endpoint's id.
    NoSuchHook {
        "404" "Not a webhook endpoint of yours"
    }
    /// An endpoint or a wish about it that cannot be taken.
    NotHooked {
        "409" "There are as many endpoints as there may be"
        "422" "A field is wrong, or the URL is not one that is called"
    }
    /// What can be wrong with a body.
    BadBody {
        "400" "Not JSON, or a header that cannot be used"
        "408" "The body did not arrive in time"
        "413" "Too large"
        "415" "Not sent as JSON"
    }
    /// What our own limits refuse at the carrier-compatible endpoints.
    BadBytes {
        "408" "The body did not arrive in time"
        "413" "Too large"
    }
    /// What can be wrong with a query.
    BadQuery {
        "400" "The query cannot be used"
    }
    /// Why there are no pickup points.
    NoPoints {
        "422" "The place is not known; the detail names those that come nearest"
        "503" "The carrier does not answer and no points are known there, or the records do not answer; see Retry-After"
    }
    /// What can be wrong with a pickup point's id.
    NoSuchPoint {
        "404" "Not a point of the carrier's"
        "503" "The carrier does not answer and the point was never seen, or the records do not answer; see Retry-After"
    }
    /// Why there is no label.
    NoLabel {
        "409" "Not there yet; see Retry-After"
        "410" "The shipment was given up, or its label is past the time for which labels are kept"
        "422" "The carrier refused the shipment"
    }
    /// Why there is no label in the format that is wanted.
    NoFormat {
        "400" "The query or a header cannot be used"
        "406" "Not of a media type that the header Accept names"
        "409" "Not there yet, or not to be had in this format; the detail says which are"
    }
    /// Why there are not all of the labels.
    NotAllReady {
        "409" "Some have no label yet, or cannot be put together"
        "410" "A shipment was given up, or its label is no longer kept"
        "422" "A field is wrong, or the carrier refused a shipment"
    }
    /// A shipment without a customs form.
    NoForm {
        "404" "Not a shipment of yours, or one without a customs form"
        "409" "Not there yet; see Retry-After"
        "410" "The shipment was given up, or its papers are no longer kept"
        "422" "The carrier refused the shipment"
    }
    /// A return that cannot be taken.
    NotReturned {
        "409" "There is no label that could come back"
        "422" "A field is wrong, or the Idempotency-Key belongs to another request"
    }
    /// A deposit slip that cannot be made.
    NoSlip {
        "422" "A number is wrong or not yours, or the carrier refused the slip"
        "503" "The carrier does not answer; see Retry-After"
    }
    /// A new shipment that cannot be taken.
    NotTaken {
        "422" "A field is wrong, or the Idempotency-Key belongs to another request"
    }
    /// A shipment that cannot be given up now.
    UnderWay {
        "409" "The carrier is being asked right now; see Retry-After"
    }
    /// A decision that cannot be carried out.
    NotDecided {
        "409" "Not in a state that allows it, or another shipment's number"
        "422" "A field is wrong, the carrier does not know the number, or no local label can be printed"
    }
    /// A choice that cannot be recorded.
    NotChosen {
        "409" "The order has another choice already, and this one may not take its place"
        "422" "A field is wrong, or the point cannot be had"
    }
    /// An answer to a question that cannot be taken.
    NotAgreed {
        "409" "Nothing is asked about the shipment, or not any more"
        "422" "A field is wrong, or the parcel cannot go there"
    }
    /// A server that cannot work.
    NotReady {
        "503" "The store does not answer"
    }
}

/// What the carrier-compatible endpoints refuse in the carrier's own form.
pub(crate) struct AsTheCarrier;

impl IntoResponses for AsTheCarrier {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        BTreeMap::from([
            ("400".to_owned(), multipart("Refused with the carrier's error id, or not available now (40015)")),
            ("422".to_owned(), multipart("Not JSON")),
        ])
    }
}

fn multipart(when: &str) -> RefOr<Response> {
    let content = ContentBuilder::new().schema(Some(String::schema())).build();
    ResponseBuilder::new().description(when).content("multipart/mixed", content).build().into()
}

fn problem(when: &str) -> RefOr<Response> {
    let body = Ref::from_schema_name(ProblemBody::name());
    let content = ContentBuilder::new().schema(Some(body)).build();
    ResponseBuilder::new().description(when).content("application/problem+json", content).build().into()
}
