//! Server answers.
use super::{LabelAnswer, LineEnds, SuiviError, TrackRecord};
use bytes::Bytes;
/// (content type, body) of status 200
pub fn write_label(_answer: &LabelAnswer, _line_ends: LineEnds, _boundary_uuid: &str) -> (String, Bytes) { Default::default() }
/// (content type, body); id "0" is the success of a check
pub fn write_refusal(_id: &str, _message: &str, _line_ends: LineEnds, _boundary_uuid: &str) -> (String, Bytes) { Default::default() }
/// (status, JSON body): one id gives an object, several an array
pub fn write_track(_tracks: &[(String, Result<TrackRecord, SuiviError>)], _lang: &str) -> (u16, Bytes) { Default::default() }
/// (status, JSON body) for 429 and 503
pub fn write_suivi_fault(_status: u16) -> (u16, Bytes) { Default::default() }
