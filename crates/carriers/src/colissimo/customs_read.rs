//! The customs declaration of a letter as a shop's module wrote it, in our words.
//!
//! A declaration that lacks what ours has is none: it still goes to the carrier as it was written.

use super::{
    lenient::{field, many, text_of},
    letter::cut,
};
use parcel::{Article, Cents, Customs, CustomsCategory, Original};
use serde_json::Value;

/// Characters in an article's description.
const DESCRIPTION_CHARS_MAX: usize = 64;
/// Characters in a number or a note.
const TEXT_CHARS_MAX: usize = 35;
/// The key of the sender's number as an economic operator among the fields.
pub(super) const EORI: &str = "EORI";

/// The declaration of this request, if it has a whole one.
pub(super) fn customs(written: &Value) -> Option<Customs> {
    let letter = field(written, "letter");
    let declared = field(letter, "customsDeclarations");
    let contents = field(declared, "contents");
    let articles: Option<Vec<Article>> = many(field(contents, "article")).iter().map(article).collect();
    let text = |name| cut(declared, name, TEXT_CHARS_MAX);
    Some(Customs {
        category: category(field(contents, "category"))?,
        articles: articles.filter(|a| !a.is_empty())?,
        shipping_cost: Cents(text_of(field(letter, "service"), "totalAmount")?.parse().ok()?),
        invoice_number: text("invoiceNumber"),
        licence_number: text("licenceNumber"),
        certificate_number: text("certificatNumber"),
        eori: eori(written),
        importer_reference: text("importersReference"),
        importer_contact: text("importersContact"),
        comments: text("comments"),
        original: many(field(contents, "original")).first().and_then(original),
    })
}

/// `{"value": 3}`, or the number itself.
fn category(value: &Value) -> Option<CustomsCategory> {
    let code = text_of(value, "value").or_else(|| super::lenient::text(value).map(Into::into))?;
    CustomsCategory::try_from(code.parse::<u8>().ok()?).ok()
}

fn article(value: &Value) -> Option<Article> {
    Some(Article {
        description: cut(value, "description", DESCRIPTION_CHARS_MAX)?,
        quantity: text_of(value, "quantity")?.parse().ok()?,
        weight_g: times(&text_of(value, "weight")?, 1_000.0)?,
        value: Cents(times(&text_of(value, "value")?, 100.0)?),
        currency: text_of(value, "currency").unwrap_or_else(|| "EUR".to_owned()),
        origin: text_of(value, "originCountry")?.parse().ok()?,
        hs_code: text_of(value, "hsCode"),
    })
}

/// A decimal number in a smaller unit, rounded.
fn times(text: &str, factor: f64) -> Option<u32> {
    let number = (text.parse::<f64>().ok()? * factor).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within bounds by the check")]
    (0.0..=f64::from(u32::MAX)).contains(&number).then_some(number as u32)
}

fn original(value: &Value) -> Option<Original> {
    Some(Original {
        invoice_number: cut(value, "originalInvoiceNumber", TEXT_CHARS_MAX)?,
        invoice_date: text_of(value, "originalInvoiceDate")?.parse().ok()?,
        parcel_number: text_of(value, "originalParcelNumber")?.parse().ok()?,
    })
}

fn eori(written: &Value) -> Option<String> {
    let fields = field(written, "fields");
    let all = many(field(fields, "field")).iter().chain(many(field(fields, "customField")));
    let own = all.into_iter().find(|f| text_of(f, "key").as_deref() == Some(EORI))?;
    cut(own, "value", TEXT_CHARS_MAX)
}
