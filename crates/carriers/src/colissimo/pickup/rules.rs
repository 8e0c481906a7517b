//! The service's field rules, each with the error id that it refuses by, as public clients know them.

use super::{PickupAsk, PickupById, PickupCall, PickupOperation, PickupRefusal, PickupSearch};
use crate::colissimo::{encode::API_KEY, lenient::text_of};
use http::HeaderMap;
use jiff::civil::Date;
use parcel::{Country, Login};
use serde_json::Value;

/// Characters in an address and in the caller's own id.
const TEXT_CHARACTERS_MAX: usize = 200;
const REQUEST_ID_CHARACTERS_MAX: usize = 64;

/// What an error id means, in French.
pub fn pickup_text(code: u16) -> &'static str {
    match code {
        0 => "Code retour OK",
        101 => "Numéro de compte absent",
        102 => "Mot de passe absent",
        104 => "Code postal absent",
        105 => "Ville absente",
        106 => "Date d'expédition absente",
        107 => "Identifiant du point de retrait absent",
        117 => "Code pays absent",
        120 => "Le poids doit être un nombre entier de grammes",
        121 => "Le poids doit être compris entre 1 et 99999 grammes",
        122 => "La date doit avoir la forme JJ/MM/AAAA",
        123 => "Le filtre des relais doit être 0 ou 1",
        124 => "Identifiant du point de retrait incorrect",
        125 => "Code postal incorrect",
        127 => "Identifiant de requête incorrect",
        129 => "Adresse incorrecte",
        145 => "L'option internationale doit être 0 ou 1",
        146 => "Code pays incorrect",
        201 => "Identifiant ou mot de passe invalide",
        202 => "Service non autorisé pour cet identifiant",
        300 => "Aucun point de retrait ne répond à ces critères",
        301 => "Aucun point de retrait trouvé",
        _ => "Erreur interne du service",
    }
}

/// A refusal by this id, in the table's words.
pub(super) fn refusal(code: u16) -> PickupRefusal {
    PickupRefusal { code, message: pickup_text(code).to_owned() }
}

/// The call that these fields make, whatever door they came by.
pub(super) fn call(
    operation: PickupOperation,
    headers: &HeaderMap,
    fields: &Value,
) -> Result<PickupCall, PickupRefusal> {
    let login = login(headers, fields)?;
    let ask = match operation {
        PickupOperation::Search => PickupAsk::Search(search(fields)?),
        PickupOperation::ById => PickupAsk::ById(by_id(fields)?),
    };
    Ok(PickupCall { login, ask })
}

fn login(headers: &HeaderMap, fields: &Value) -> Result<Login, PickupRefusal> {
    let header = headers.get(API_KEY).and_then(|key| key.to_str().ok()).map(str::to_owned);
    if let Some(key) = header.or_else(|| text_of(fields, "apikey")).or_else(|| text_of(fields, "apiKey")) {
        return Ok(Login::ApiKey(key));
    }
    let number = text_of(fields, "accountNumber").ok_or_else(|| refusal(101))?;
    let password = text_of(fields, "password").ok_or_else(|| refusal(102))?;
    Ok(Login::Contract { number, password })
}

fn search(fields: &Value) -> Result<PickupSearch, PickupRefusal> {
    let need = |name, missing| text_of(fields, name).ok_or_else(|| refusal(missing));
    let postal_code = need("zipCode", 104)?;
    let city = need("city", 105)?;
    let country: Country = need("countryCode", 117)?.parse().map_err(|_| refusal(146))?;
    let french = postal_code.len() == 5 && postal_code.bytes().all(|b| b.is_ascii_digit());
    let formed = if country == Country::FR { french } else { postal_code.chars().count() <= 10 };
    if !formed {
        return Err(refusal(125));
    }
    Ok(PickupSearch {
        address: short(fields, "address", TEXT_CHARACTERS_MAX, 129)?,
        postal_code,
        city: Some(city).filter(|city| city.chars().count() <= TEXT_CHARACTERS_MAX).ok_or_else(|| refusal(105))?,
        country,
        weight_g: weight(fields)?,
        shipping_date: date(&need("shippingDate", 106)?)?,
        with_shops: flag(fields, "filterRelay", true, 123)?,
        international: flag(fields, "optionInter", false, 145)?,
        request_id: short(fields, "requestId", REQUEST_ID_CHARACTERS_MAX, 127)?,
        lang: lang(fields, "lang"),
    })
}

fn by_id(fields: &Value) -> Result<PickupById, PickupRefusal> {
    let id = text_of(fields, "id").ok_or_else(|| refusal(107))?;
    Ok(PickupById {
        id: id.parse().map_err(|_| refusal(124))?,
        date: date(&text_of(fields, "date").ok_or_else(|| refusal(106))?)?,
        weight_g: weight(fields)?,
        network: text_of(fields, "reseau").filter(|n| n.len() <= 8 && n.bytes().all(|b| b.is_ascii_alphanumeric())),
        with_shops: flag(fields, "filterRelay", true, 123)?,
        lang: lang(fields, "langue"),
    })
}

fn short(fields: &Value, name: &str, characters_max: usize, wrong: u16) -> Result<Option<String>, PickupRefusal> {
    match text_of(fields, name) {
        Some(text) if text.chars().count() > characters_max || text.chars().any(char::is_control) => {
            Err(refusal(wrong))
        }
        text => Ok(text),
    }
}

fn weight(fields: &Value) -> Result<Option<u32>, PickupRefusal> {
    let Some(text) = text_of(fields, "weight") else { return Ok(None) };
    let grams: u32 = text.parse().map_err(|_| refusal(120))?;
    if (1..=99_999).contains(&grams) { Ok(Some(grams)) } else { Err(refusal(121)) }
}

/// `dd/MM/yyyy`.
fn date(text: &str) -> Result<Date, PickupRefusal> {
    let formed = text.len() == 10
        && text.bytes().enumerate().all(|(at, b)| match at {
            2 | 5 => b == b'/',
            _ => b.is_ascii_digit(),
        });
    formed.then(|| Date::strptime("%d/%m/%Y", text).ok()).flatten().ok_or_else(|| refusal(122))
}

fn flag(fields: &Value, name: &str, usual: bool, wrong: u16) -> Result<bool, PickupRefusal> {
    match text_of(fields, name).as_deref() {
        None => Ok(usual),
        Some("0" | "false") => Ok(false),
        Some("1" | "true") => Ok(true),
        Some(_) => Err(refusal(wrong)),
    }
}

fn lang(fields: &Value, name: &str) -> Option<String> {
    text_of(fields, name).filter(|lang| (2..=5).contains(&lang.len()) && lang.is_ascii())
}
