//! Colissimo: labels by SLS (REST, and SOAP at the server's end), deposit slips, health pages, and La Poste's Suivi v2; both ends of each protocol.
//!
//! Client: `encode_*` makes a request, `decode_*` reads whatever came back as an answer or a [`crate::CarrierError`].
//! Server: `read_*` holds a request to the carrier's rules, `write_*` makes the answer. All are pure functions;
//! none panics, whatever the bytes.

mod answer;
mod customs_read;
mod customs_write;
pub mod edi;
mod encode;
pub mod envelope;
mod errors;
mod events;
mod health;
mod latin;
mod lenient;
mod letter;
mod multipart;
mod multipart_write;
pub mod pickup;
mod read;
mod rules;
mod slip;
mod soap;
mod special;
mod suivi;
mod suivi_write;
mod timeline;
mod types;
mod words;
mod write;
mod xml;

pub use answer::{decode_check, decode_label, decode_reprint};
pub use encode::{encode_check, encode_generate, encode_get_label, encode_health, encode_track};
pub use errors::{class_of, error_text};
pub use events::{Event, elsewhere, event, is_integrated, status_of_event};
pub use health::{decode_health, write_health};
pub use letter::{destination, letter_parts, series};
pub use read::{read_generate, read_get_label, read_track};
pub use slip::{SLIP, SLIP_PARCELS_MAX, decode_slip, encode_slip, read_slip, write_slip};
pub use soap::{
    Packing, SOAP, SoapAnswer, SoapCall, SoapFault, SoapOperation, read_soap, write_soap, write_soap_fault, wsdl,
};
pub use special::special_service;
pub use suivi::decode_track;
pub use suivi_write::{write_suivi_fault, write_track};
pub use timeline::{
    TIMELINE, TimelineQuery, TimelineRefusal, decode_timeline, encode_timeline, read_timeline, write_timeline,
};
pub use types::{
    LabelAnswer, LineEnds, Message, ReprintRequest, SlipAnswer, SlipHeader, SlipRequest, SlsRefusal, SlsRequest,
    SuiviError, Track, TrackEvent, TrackQuery, TrackRecord, Tracked,
};
pub use write::{write_label, write_refusal};

/// Path of the operation that makes a label.
pub const GENERATE: &str = "/sls-ws/SlsServiceWSRest/2.0/generateLabel";
/// Path of the operation that validates a request and makes nothing.
pub const CHECK: &str = "/sls-ws/SlsServiceWSRest/2.0/checkGenerateLabel";
/// Path of the operation that gives a label once more.
pub const GET_LABEL: &str = "/sls-ws/SlsServiceWSRest/2.0/getLabel";
/// Path of La Poste's Suivi v2, to which the ids are appended.
pub const SUIVI: &str = "/suivi/v2/idships/";
/// The pages on which Colissimo says whether it believes itself well.
pub const HEALTH_PAGES: [&str; 3] = [
    "/supervision-wspudo/supervision.jsp",
    "/supervision-pudo/supervision.jsp",
    "/supervisionWSShipping/supervision.jsp",
];
/// Host of the label service and of the health pages.
pub const SLS_HOST: &str = "https://ws.colissimo.fr";
/// Host of La Poste's Suivi v2.
pub const SUIVI_HOST: &str = "https://api.laposte.fr";
