//! Reads the answers of the label service.
use super::LabelAnswer;
use crate::{Blame, CarrierError, Exchange, Kind, Retry};
use parcel::ColissimoNumber;
fn later() -> CarrierError { CarrierError::new(Kind::NotTheProtocol(0), Blame::Them, Retry::Unknown, "later", "") }
/// Reads the answer of `generateLabel`.
pub fn decode_label(_exchange: &Exchange) -> Result<LabelAnswer, CarrierError> { Err(later()) }
/// Reads the answer of `getLabel` for this number.
pub fn decode_reprint(_exchange: &Exchange, _number: &ColissimoNumber) -> Result<LabelAnswer, CarrierError> { Err(later()) }
/// Reads the answer of `checkGenerateLabel`.
pub fn decode_check(_exchange: &Exchange) -> Result<(), CarrierError> { Err(later()) }
