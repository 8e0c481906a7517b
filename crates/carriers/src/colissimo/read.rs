//! Server side.
use super::{ReprintRequest, SlsRefusal, SlsRequest, SuiviError, TrackQuery};
use jiff::civil::Date;
fn later() -> SlsRefusal { SlsRefusal { status: 422, id: "422".into(), message: String::new() } }
/// `today` is the day in Paris.
pub fn read_generate(_headers: &http::HeaderMap, _body: &[u8], _today: Date) -> Result<SlsRequest, SlsRefusal> { Err(later()) }
/// getLabel
pub fn read_get_label(_headers: &http::HeaderMap, _body: &[u8]) -> Result<ReprintRequest, SlsRefusal> { Err(later()) }
/// `ids` is the last segment of the path, `query` what follows the question mark.
pub fn read_track(_ids: &str, _query: Option<&str>) -> Result<TrackQuery, SuiviError> { Err(SuiviError { code: 400, message: String::new() }) }
