//! Reads requests as the carrier's servers do: credentials, then the field rules, refusing with the carrier's error ids.

use super::{
    ReprintRequest, SlsRefusal, SlsRequest, SuiviError, TrackQuery,
    encode::API_KEY,
    lenient::{field, text_of},
    rules::{self, refusal},
};
use http::HeaderMap;
use jiff::civil::Date;
use parcel::Login;
use serde_json::{Map, Value};

/// Ids in one request for tracks (La Poste's limit).
const TRACK_IDS_MAX: usize = 10;
/// Characters in one id.
const TRACK_ID_CHARACTERS_MAX: usize = 35;

/// Reads a request of `generateLabel` or `checkGenerateLabel`; `today` is the day in Paris.
///
/// # Errors
/// The first of the carrier's rules that the request breaks.
pub fn read_generate(headers: &HeaderMap, body: &[u8], today: Date) -> Result<SlsRequest, SlsRefusal> {
    generate_of(headers, object(body)?, today)
}

/// The same of a body that is read already.
pub(super) fn generate_of(
    headers: &HeaderMap,
    mut body: Map<String, Value>,
    today: Date,
) -> Result<SlsRequest, SlsRefusal> {
    let login = take_login(headers, &mut body);
    Ok(SlsRequest { login, shipment: rules::shipment(Value::Object(body), today)? })
}

/// Reads a request of `getLabel`.
///
/// # Errors
/// The first of the carrier's rules that the request breaks.
pub fn read_get_label(headers: &HeaderMap, body: &[u8]) -> Result<ReprintRequest, SlsRefusal> {
    get_label_of(headers, object(body)?)
}

/// The same of a body that is read already.
pub(super) fn get_label_of(headers: &HeaderMap, mut body: Map<String, Value>) -> Result<ReprintRequest, SlsRefusal> {
    let login = take_login(headers, &mut body);
    let body = Value::Object(body);
    let number = text_of(&body, "parcelNumber").ok_or_else(|| refusal("30327"))?;
    let number = number.parse().map_err(|_| refusal("30321"))?;
    Ok(ReprintRequest { login, number, format: rules::format(&body)? })
}

/// Reads a request for tracks: `ids` is the last segment of the path, `query` what follows the question mark.
///
/// # Errors
/// 400 when there is no id, too many, or one that is not letters and digits.
pub fn read_track(ids: &str, query: Option<&str>) -> Result<TrackQuery, SuiviError> {
    let wrong = || SuiviError { code: 400, message: "Numéro invalide (lettres et chiffres, 10 au plus)".to_owned() };
    let ids = ids.replace("%2C", ",").replace("%2c", ",");
    let ids: Vec<String> = ids.split(',').map(|id| id.trim().to_owned()).collect();
    let good = |id: &String| {
        (1..=TRACK_ID_CHARACTERS_MAX).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    if ids.len() > TRACK_IDS_MAX || !ids.iter().all(good) {
        return Err(wrong());
    }
    Ok(TrackQuery { ids, lang: lang(query.unwrap_or_default()).unwrap_or("fr_FR").to_owned() })
}

/// The language of a query, if it has the form of one.
fn lang(query: &str) -> Option<&str> {
    let lang = query.split('&').find_map(|pair| pair.strip_prefix("lang="))?;
    let plain = |c: char| c.is_ascii_alphabetic() || c == '_' || c == '-';
    ((2..=5).contains(&lang.len()) && lang.chars().all(plain)).then_some(lang)
}

pub(super) fn object(body: &[u8]) -> Result<Map<String, Value>, SlsRefusal> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(SlsRefusal { status: 422, ..refusal("422") }),
    }
}

/// The credentials, which leave the body whether or not they are used.
pub(super) fn take_login(headers: &HeaderMap, body: &mut Map<String, Value>) -> Option<Login> {
    let given = Value::Object(
        ["contractNumber", "password", "apiKey", "apikey"].iter().filter_map(|k| body.remove_entry(*k)).collect(),
    );
    let header = headers.get(API_KEY).and_then(|v| v.to_str().ok()).map(str::trim).filter(|k| !k.is_empty());
    let key = header.map(str::to_owned).or_else(|| text_of(&given, "apiKey")).or_else(|| text_of(&given, "apikey"));
    match (key, text_of(&given, "contractNumber"), field(&given, "password").as_str()) {
        (Some(key), _, _) => Some(Login::ApiKey(key)),
        (None, Some(number), Some(password)) => Some(Login::Contract { number, password: password.to_owned() }),
        _ => None,
    }
}
