//! Requests.
use crate::Request;
use bytes::Bytes;
use jiff::civil::Date;
use parcel::{ColissimoNumber, LabelFormat, Login, Shipment};
fn later() -> Request { Request { method: http::Method::GET, path_and_query: String::new(), headers: vec![], body: Bytes::new() } }
/// generateLabel
pub fn encode_generate(_shipment: &Shipment, _login: &Login, _deposit: Date, _format: LabelFormat) -> Request { later() }
/// checkGenerateLabel
pub fn encode_check(_shipment: &Shipment, _login: &Login, _deposit: Date, _format: LabelFormat) -> Request { later() }
/// getLabel
pub fn encode_get_label(_number: &ColissimoNumber, _login: &Login, _format: LabelFormat) -> Request { later() }
/// Suivi
pub fn encode_track(_ids: &[String], _okapi_key: &str, _lang: &str) -> Request { later() }
/// One of the health pages
pub fn encode_health(_page: &str) -> Request { later() }
