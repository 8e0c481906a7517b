//! The carrier's field rules, each with the error id that it refuses by.
//!
//! Types are forgiven (a weight may be a text), values are not. Rules that need the carrier's own data (does this
//! account have this product, does this pickup point exist) are not here.

use super::{
    SlsRefusal,
    errors::error_text,
    latin::{first_foreign, plain},
    lenient::{field, many, one, text, text_of},
};
use jiff::civil::Date;
use parcel::{Country, DeliveryMode, LabelFormat, Letter, Product, Shipment, Weight};
use serde_json::Value;
use std::str::FromStr;

/// Articles in one customs declaration.
const ARTICLES_MAX: usize = 100;

/// A refusal by one of the carrier's ids, in the table's words.
pub(super) fn refusal(id: &str) -> SlsRefusal {
    let message = error_text(id).unwrap_or("La requête n’a pas abouti").to_owned();
    SlsRefusal { status: 400, id: id.to_owned(), message }
}

/// Refuses by `id` unless it holds.
fn rule(holds: bool, id: &str) -> Result<(), SlsRefusal> {
    if holds { Ok(()) } else { Err(refusal(id)) }
}

/// The text of a field, refused by `id` when it is blank or missing.
fn need(value: &Value, name: &str, id: &str) -> Result<String, SlsRefusal> {
    text_of(value, name).ok_or_else(|| refusal(id))
}

/// A field read as `T`: refused by `missing` when it is not there, by `wrong` when it is not one.
fn read<T: FromStr>(value: &Value, name: &str, missing: &str, wrong: &str) -> Result<T, SlsRefusal> {
    need(value, name, missing)?.parse().map_err(|_| refusal(wrong))
}

/// The shipment that a request asks for, its credentials already taken out.
pub(super) fn shipment(body: Value, today: Date) -> Result<Shipment, SlsRefusal> {
    let letter = field(&body, "letter");
    let (service, parcel) = (field(letter, "service"), field(letter, "parcel"));
    let product = product(service)?;
    let deposit_date = deposit_date(service, today)?;
    let format = format(&body)?;
    let weight = weight(parcel)?;
    options(service, parcel)?;
    customs(letter)?;
    sender(field(field(letter, "sender"), "address"))?;
    addressee(field(field(letter, "addressee"), "address"))?;
    if product.is_out_of_home() {
        out_of_home(service, field(field(letter, "addressee"), "address"))?;
    }
    let mode = mode(&product, parcel)?;
    Ok(Shipment {
        order_number: text_of(service, "orderNumber").and_then(|n| plain(&n, 30).parse().ok()),
        parcel_ref: text_of(field(letter, "sender"), "senderParcelRef").and_then(|r| parcel_ref(&r)),
        parcel_number: parcel_number(parcel)?,
        product,
        mode,
        deposit_date,
        weight,
        format,
        letter: Letter::AsWritten(Box::new(body)),
    })
}

/// Any code of the carrier's form: whether the account has the product is the carrier's to say (30009, 30700).
fn product(service: &Value) -> Result<Product, SlsRefusal> {
    let code = need(service, "productCode", "30014")?;
    let formed = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'+';
    rule((2..=5).contains(&code.len()) && code.bytes().all(formed), "30015")?;
    Ok(Product::from(code))
}

/// `2025-12-22`, which may be followed by a time of day.
fn deposit_date(service: &Value, today: Date) -> Result<Date, SlsRefusal> {
    let written = need(service, "depositDate", "30010")?;
    let day = written.split(['T', ' ']).next().unwrap_or_default();
    let date: Date = day.parse().map_err(|_| refusal("30010"))?;
    rule(date >= today, "30002")?;
    Ok(date)
}

/// `outputFormat.outputPrintingType`, or the same at the top (as `getLabel` has it).
pub(super) fn format(body: &Value) -> Result<LabelFormat, SlsRefusal> {
    let inner = text_of(field(body, "outputFormat"), "outputPrintingType");
    let written = inner.or_else(|| text_of(body, "outputPrintingType")).ok_or_else(|| refusal("30025"))?;
    written.parse().map_err(|_| refusal("30026"))
}

fn weight(parcel: &Value) -> Result<Weight, SlsRefusal> {
    let kg: f64 = read(parcel, "weight", "30300", "30301")?;
    Weight::from_kg(kg).map_err(|_| refusal("30301"))
}

fn parcel_number(parcel: &Value) -> Result<Option<parcel::ParcelNumber>, SlsRefusal> {
    text_of(parcel, "parcelNumber").map(|n| n.parse()).transpose().map_err(|_| refusal("30321"))
}

/// The merchant's reference, cut as the carrier cuts it; `None` for one that it could not print.
fn parcel_ref(written: &str) -> Option<String> {
    let cut = plain(written, 17);
    (cut.is_ascii() && !cut.is_empty()).then(|| cut.into_owned())
}

fn options(service: &Value, parcel: &Value) -> Result<(), SlsRefusal> {
    let insured = amount(parcel, "insuranceValue", "30309")?;
    let level = text_of(parcel, "recommendationLevel");
    rule(level.as_deref().is_none_or(|l| matches!(l, "R1" | "R2" | "R3")), "30311")?;
    rule(level.is_none() || insured.is_none_or(|cents| cents == 0.0), "14040")?;
    let on_delivery = ["COD", "cod"].iter().any(|k| text_of(parcel, k).as_deref() == Some("true"));
    let sum = amount(parcel, "CODAmount", "30017")?.or(amount(parcel, "codamount", "30017")?);
    rule(!on_delivery || sum.is_some_and(|cents| cents > 0.0), "30017")?;
    let back = text_of(service, "returnTypeChoice");
    rule(back.as_deref().is_none_or(|c| matches!(c, "2" | "3")), "30324")?;
    texts(service, &["commercialName"])?;
    texts(parcel, &["instructions"])
}

/// An amount in cents that may be left out.
fn amount(parcel: &Value, name: &str, wrong: &str) -> Result<Option<f64>, SlsRefusal> {
    let Some(written) = text_of(parcel, name) else { return Ok(None) };
    let cents: f64 = written.parse().map_err(|_| refusal(wrong))?;
    rule(cents.is_finite() && cents >= 0.0, wrong)?;
    Ok(Some(cents))
}

fn customs(letter: &Value) -> Result<(), SlsRefusal> {
    let articles = field(field(field(letter, "customsDeclarations"), "contents"), "article");
    rule(many(articles).len() <= ARTICLES_MAX, "30523")
}

/// The ids by which one of the two addresses is refused.
struct AddressIds {
    name: &'static str,
    street: &'static str,
    country_missing: &'static str,
    country_wrong: &'static str,
    city: &'static str,
    postal_code_missing: &'static str,
    postal_code_wrong: &'static str,
}

const SENDER: AddressIds = AddressIds {
    name: "30065",
    street: "30100",
    country_missing: "30102",
    country_wrong: "30103",
    city: "30104",
    postal_code_missing: "30106",
    postal_code_wrong: "30107",
};

const ADDRESSEE: AddressIds = AddressIds {
    name: "30200",
    street: "30204",
    country_missing: "30206",
    country_wrong: "30207",
    city: "30208",
    postal_code_missing: "30210",
    postal_code_wrong: "30211",
};

const ADDRESS_TEXTS: [&str; 11] = [
    "companyName",
    "lastName",
    "firstName",
    "line0",
    "line1",
    "line2",
    "line3",
    "city",
    "doorCode1",
    "doorCode2",
    "intercom",
];

fn sender(address: &Value) -> Result<(), SlsRefusal> {
    keep_to(address, &SENDER)?;
    rule(text_of(address, "email").is_none_or(|e| is_email(&e)), "30046")
}

fn addressee(address: &Value) -> Result<(), SlsRefusal> {
    keep_to(address, &ADDRESSEE)
}

fn keep_to(address: &Value, ids: &AddressIds) -> Result<(), SlsRefusal> {
    let named = text_of(address, "lastName").or_else(|| text_of(address, "companyName"));
    rule(named.is_some(), ids.name)?;
    need(address, "line2", ids.street)?;
    let country: Country = read(address, "countryCode", ids.country_missing, ids.country_wrong)?;
    need(address, "city", ids.city)?;
    let code = need(address, "zipCode", ids.postal_code_missing)?;
    let french = code.len() == 5 && code.bytes().all(|b| b.is_ascii_digit());
    rule(if country == Country::FR { french } else { code.chars().count() <= 9 }, ids.postal_code_wrong)?;
    texts(address, &ADDRESS_TEXTS)
}

/// The addressee of a parcel to a pickup point is told that it is there, in the shop's name.
fn out_of_home(service: &Value, address: &Value) -> Result<(), SlsRefusal> {
    need(service, "commercialName", "30018")?;
    let mobile = need(address, "mobileNumber", "30220")?;
    let in_france = text_of(address, "countryCode").as_deref() == Some("FR");
    rule(is_mobile(&mobile, in_france), "30221")?;
    let email = need(address, "email", "30222")?;
    rule(is_email(&email), "30223")
}

fn mode(product: &Product, parcel: &Value) -> Result<DeliveryMode, SlsRefusal> {
    let written = field(parcel, "pickupLocationId");
    let point = match text(written) {
        Some(id) => Some(id.parse().map_err(|_| refusal("30401"))?),
        // A field that is there and blank names neither code nor address.
        None if product.is_out_of_home() => {
            return Err(refusal(if one(written).is_null() { "30400" } else { "30403" }));
        }
        None => None,
    };
    DeliveryMode::of(product, point).map_err(|_| refusal("30401"))
}

/// Refuses a character of another script, by the field's name and the character's code point.
fn texts(value: &Value, names: &[&str]) -> Result<(), SlsRefusal> {
    for name in names {
        if let Some(c) = text_of(value, name).as_deref().and_then(first_foreign) {
            let message = format!("Le champ {name} contient un caractère non admis (U+{:04X})", u32::from(c));
            return Err(SlsRefusal { message, ..refusal("30600") });
        }
    }
    Ok(())
}

/// A mobile number: in France one that begins with 06, 07 or the same behind +33; else 8 to 15 digits.
fn is_mobile(written: &str, in_france: bool) -> bool {
    let digits: String = written.chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '(' | ')' | '/')).collect();
    let abroad = digits.strip_prefix('+').or_else(|| digits.strip_prefix("00"));
    let (national, is_french) = match abroad {
        Some(rest) => (rest.strip_prefix("33").map(|n| n.trim_start_matches('0')), rest.starts_with("33")),
        None => (digits.strip_prefix('0'), in_france),
    };
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    match national {
        Some(n) if is_french => n.len() == 9 && n.starts_with(['6', '7']) && all_digits(n),
        None if is_french => false,
        _ => {
            let n = abroad.unwrap_or(&digits);
            (8..=15).contains(&n.len()) && all_digits(n)
        }
    }
}

/// One @ with something before it and a dotted name after it.
fn is_email(written: &str) -> bool {
    let Some((user, host)) = written.split_once('@') else { return false };
    let dotted = host.split('.').count() > 1 && host.split('.').all(|label| !label.is_empty());
    !user.is_empty() && dotted && !host.contains('@') && !written.contains([' ', ',', ';'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mobiles() {
        for good in
            ["0612345678", "06 12 34 56 78", "+33612345678", "0033712345678", "+33 (0)6 12 34 56 78", "+32470123456"]
        {
            assert!(is_mobile(good, true), "{good}");
        }
        for bad in
            ["0123456789", "+33123456789", "061234567", "06123456789", "612345678", "appelez-moi", "+", "06é2345678"]
        {
            assert!(!is_mobile(bad, true), "{bad}");
        }
        assert!(is_mobile("0470123456", false) && is_mobile("470123456", false) && !is_mobile("12", false));
    }

    #[test]
    fn emails() {
        for good in ["a@b.fr", "first.last+tag@shop.example.org"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "a", "a@b", "@b.fr", "a@b..fr", "a@b.fr.", "a@@b.fr", "a b@c.fr"] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
