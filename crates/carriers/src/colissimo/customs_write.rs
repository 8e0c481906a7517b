//! A customs declaration as the carrier reads it (`customsDeclarations`), and the number that goes among the fields.

use super::{customs_read::EORI, latin::plain};
use parcel::{Article, Customs, Original};
use serde::Serialize;
use std::borrow::Cow;

/// Characters of an article's description.
const DESCRIPTION_CHARS_MAX: usize = 64;
/// Characters of a number or a note.
const TEXT_CHARS_MAX: usize = 35;
/// The least that the carrier takes for the weight of a piece, in grams.
const PIECE_GRAMS_MIN: u32 = 10;
/// What ties articles to their first parcel where goods come back; with one first parcel any letter does.
const IDENT: &str = "A";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CustomsOut<'a> {
    include_customs_declarations: bool,
    contents: Contents<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    importers_reference: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    importers_contact: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comments: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invoice_number: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    licence_number: Option<Cow<'a, str>>,
    /// The carrier's own spelling.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificat_number: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
struct Contents<'a> {
    article: Vec<ArticleOut<'a>>,
    category: Category,
    #[serde(skip_serializing_if = "Option::is_none")]
    original: Option<[OriginalOut<'a>; 1]>,
}

#[derive(Serialize)]
struct Category {
    value: u8,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArticleOut<'a> {
    description: Cow<'a, str>,
    quantity: u32,
    /// Kilograms of one piece.
    weight: f64,
    /// Value of one piece in units of the currency.
    value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    hs_code: Option<&'a str>,
    origin_country: &'a str,
    currency: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    original_ident: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OriginalOut<'a> {
    original_ident: &'static str,
    original_invoice_number: Cow<'a, str>,
    original_invoice_date: String,
    original_parcel_number: &'a str,
}

/// The fields beside the letter.
#[derive(Serialize)]
pub(super) struct Fields<'a> {
    field: [Field<'a>; 1],
}

#[derive(Serialize)]
struct Field<'a> {
    key: &'static str,
    value: &'a str,
}

impl<'a> CustomsOut<'a> {
    pub(super) fn of(customs: &'a Customs) -> Self {
        let text = |text: &'a Option<String>| text.as_deref().map(|t| plain(t, TEXT_CHARS_MAX));
        let comes_back = customs.original.is_some();
        Self {
            include_customs_declarations: true,
            contents: Contents {
                article: customs.articles.iter().map(|article| ArticleOut::of(article, comes_back)).collect(),
                category: Category { value: customs.category.into() },
                original: customs.original.as_ref().map(|original| [OriginalOut::of(original)]),
            },
            importers_reference: text(&customs.importer_reference),
            importers_contact: text(&customs.importer_contact),
            comments: text(&customs.comments),
            invoice_number: text(&customs.invoice_number),
            licence_number: text(&customs.licence_number),
            certificat_number: text(&customs.certificate_number),
        }
    }
}

impl<'a> ArticleOut<'a> {
    fn of(article: &'a Article, comes_back: bool) -> Self {
        Self {
            description: plain(&article.description, DESCRIPTION_CHARS_MAX),
            quantity: article.quantity,
            weight: f64::from(article.weight_g.max(PIECE_GRAMS_MIN)) / 1_000.0,
            value: f64::from(article.value.0) / 100.0,
            hs_code: article.hs_code.as_deref(),
            origin_country: article.origin.as_str(),
            currency: &article.currency,
            original_ident: comes_back.then_some(IDENT),
        }
    }
}

impl<'a> OriginalOut<'a> {
    fn of(original: &'a Original) -> Self {
        Self {
            original_ident: IDENT,
            original_invoice_number: plain(&original.invoice_number, TEXT_CHARS_MAX),
            original_invoice_date: original.invoice_date.to_string(),
            original_parcel_number: original.parcel_number.as_str(),
        }
    }
}

impl<'a> Fields<'a> {
    /// The sender's number as an economic operator, where it has one.
    pub(super) fn of(customs: &'a Customs) -> Option<Self> {
        customs.eori.as_deref().map(|value| Self { field: [Field { key: EORI, value }] })
    }
}
