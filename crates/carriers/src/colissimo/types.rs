//! What the two protocols speak of: answers, messages, tracks, requests as a server reads them.
//!
//! Plain data. What holds a label, a credential or a name has a `Debug` that shows none of it.

use bytes::Bytes;
use parcel::{Invalid, LabelFormat, Login, ParcelNumber, Shipment, Status};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A label and what came with it.
#[derive(Clone, PartialEq, Eq)]
pub struct LabelAnswer {
    /// The parcel's number.
    pub number: ParcelNumber,
    /// The number at the partner that delivers (a Geopost routing code), if any.
    pub partner_number: Option<String>,
    /// Where the carrier keeps the label, if it says so.
    pub pdf_url: Option<String>,
    /// The label, in the format that was asked.
    pub label: Bytes,
    /// The customs form, if one was made.
    pub cn23: Option<Bytes>,
    /// What the carrier said beside.
    pub messages: Vec<Message>,
    /// How the answer ended its lines.
    pub line_ends: LineEnds,
}

impl fmt::Debug for LabelAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cn23 = self.cn23.as_ref().map(Bytes::len);
        write!(f, "LabelAnswer({}, label {} bytes, cn23 {cn23:?} bytes)", self.number, self.label.len())
    }
}

/// One message of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its id in the table of errors; `0` is success.
    pub id: String,
    /// `INFOS` or `ERROR`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The text, in French.
    #[serde(rename = "messageContent")]
    pub content: String,
}

/// How the lines of a multipart answer end: clients exist that read only one of the two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineEnds {
    /// Carriage return and line feed, as the standard has it.
    #[default]
    Crlf,
    /// Line feed alone.
    Lf,
}

impl LineEnds {
    /// The bytes that end a line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Crlf => "\r\n",
            Self::Lf => "\n",
        }
    }
}

impl FromStr for LineEnds {
    type Err = Invalid;

    fn from_str(s: &str) -> Result<Self, Invalid> {
        match s {
            "crlf" => Ok(Self::Crlf),
            "lf" => Ok(Self::Lf),
            _ => Err(Invalid::new("line_ends", "crlf or lf")),
        }
    }
}

/// A request of `generateLabel` or `checkGenerateLabel` that keeps the carrier's rules.
#[derive(Clone, Debug, PartialEq)]
pub struct SlsRequest {
    /// The credentials, from the header `apiKey` or from the body; `None` when there were none.
    pub login: Option<Login>,
    /// The shipment; its letter is the body as it was written, without the credentials.
    pub shipment: Shipment,
}

/// A request of `getLabel` that keeps the carrier's rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReprintRequest {
    /// The credentials, from the header `apiKey` or from the body; `None` when there were none.
    pub login: Option<Login>,
    /// The parcel whose label is wanted.
    pub number: ParcelNumber,
    /// The format in which it is wanted.
    pub format: LabelFormat,
}

/// Why the carrier's rules refuse a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{id}: {message}")]
pub struct SlsRefusal {
    /// HTTP status to answer with: 400 for a rule, 422 for a body that is not JSON.
    pub status: u16,
    /// The carrier's error id; `422` for a body that is not JSON.
    pub id: String,
    /// The message in French, without any value of the request.
    pub message: String,
}

/// What tracking says of one id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracked {
    /// The id that was asked.
    pub id: String,
    /// Its track, or why there is none.
    pub result: Result<Track, SuiviError>,
}

/// Suivi's word that it has no track of an id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} ({code})")]
pub struct SuiviError {
    /// `returnCode`: 400 not an id, 404 not known, 500 or 504 try later.
    pub code: u16,
    /// `returnMessage`, in French.
    pub message: String,
}

/// The track of one parcel. `Debug` leaves the raw object out.
#[derive(Clone, PartialEq, Eq)]
pub struct Track {
    /// The merchant's order number, if the carrier gives it back.
    pub order_number: Option<String>,
    /// Our reading of the newest event's code.
    pub status: Status,
    /// Whether the carrier will write no more (also true of a return).
    pub is_final: bool,
    /// The events, newest first.
    pub events: Vec<TrackEvent>,
    /// The whole object of this id as it came.
    pub raw: serde_json::Value,
}

impl fmt::Debug for Track {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Track({:?}, final: {}, {} events)", self.status, self.is_final, self.events.len())
    }
}

/// One event of a track.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackEvent {
    /// The carrier's code, for example `PC1`.
    pub code: String,
    /// The carrier's text.
    pub label: String,
    /// When, in RFC 3339 as it came.
    pub at: Option<String>,
}

/// A request for tracks, as a server reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackQuery {
    /// The ids, in the order in which they were asked; 1 to 10.
    pub ids: Vec<String>,
    /// The language, for example `fr_FR`.
    pub lang: String,
}

/// What a server knows of one parcel, to be written as a track.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrackRecord {
    /// The product in the carrier's words, `colissimo` when empty.
    pub product: String,
    /// The merchant's order number.
    pub order_number: Option<String>,
    /// Whether no more will be written.
    pub is_final: bool,
    /// When the carrier took the parcel over, RFC 3339.
    pub entered_at: Option<String>,
    /// When it was delivered, RFC 3339.
    pub delivered_at: Option<String>,
    /// The events, newest first.
    pub events: Vec<TrackEvent>,
}

/// A request for a deposit slip that keeps the carrier's rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlipRequest {
    /// The credentials, from the header `apiKey` or from the body; `None` when there were none.
    pub login: Option<Login>,
    /// The parcels that are handed over.
    pub numbers: Vec<ParcelNumber>,
}

/// A deposit slip (*bordereau*): the paper that goes with the parcels when they are handed over.
#[derive(Clone, PartialEq, Eq)]
pub struct SlipAnswer {
    /// What the carrier knows of it.
    pub header: SlipHeader,
    /// The paper, a PDF.
    pub paper: Bytes,
    /// What the carrier said beside.
    pub messages: Vec<Message>,
    /// How the answer ended its lines.
    pub line_ends: LineEnds,
}

impl fmt::Debug for SlipAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SlipAnswer({:?}, paper {} bytes)", self.header.number, self.paper.len())
    }
}

/// The head of a deposit slip (`bordereauHeader`), as far as the carrier says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlipHeader {
    /// The slip's number.
    pub number: Option<u64>,
    /// How many parcels are on it.
    pub parcels: Option<u32>,
    /// When it was made, in milliseconds since 1970.
    pub published_ms: Option<i64>,
    /// The client's number.
    pub client: Option<String>,
    /// The client's company.
    pub company: Option<String>,
    /// The client's address on one line.
    pub address: Option<String>,
    /// The code of the site that takes the parcels over.
    pub site: Option<String>,
    /// The name of that site.
    pub site_name: Option<String>,
}
