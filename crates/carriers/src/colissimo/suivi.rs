//! Suivi.
use super::Tracked;
use crate::{CarrierError, Exchange};
/// Reads tracks.
pub fn decode_track(_exchange: &Exchange) -> Result<Vec<Tracked>, CarrierError> { Ok(vec![]) }
