//! What customs are told of a parcel that crosses a border of the Union (form CN23).
//!
//! Plain data, checked by [`Customs::check`]. What somebody bought is private: `Debug` shows how much, not what.

use crate::{Cents, Country, Invalid, ParcelNumber, Weight};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Articles in one declaration (Colissimo SLS, error id 30523).
const ARTICLES_COUNT_MAX: usize = 100;
/// Pieces of one article.
const QUANTITY_MAX: u32 = 9_999;
/// Characters in an article's description.
const DESCRIPTION_CHARS_MAX: usize = 64;
/// Characters in a number or a note.
const TEXT_CHARS_MAX: usize = 35;

/// Why goods cross the border.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum CustomsCategory {
    /// 1: a gift.
    Gift,
    /// 2: a commercial sample.
    Sample,
    /// 3: goods that were sold.
    Goods,
    /// 4: documents.
    Documents,
    /// 5: anything else.
    Other,
    /// 6: goods that come back.
    Returned,
}

impl CustomsCategory {
    const ALL: [Self; 6] = [Self::Gift, Self::Sample, Self::Goods, Self::Documents, Self::Other, Self::Returned];
}

impl TryFrom<u8> for CustomsCategory {
    type Error = Invalid;
    fn try_from(code: u8) -> Result<Self, Invalid> {
        let found = usize::from(code).checked_sub(1).and_then(|place| Self::ALL.get(place)).copied();
        found.ok_or_else(|| {
            let known = "1 (gift), 2 (sample), 3 (goods sold), 4 (documents), 5 (other) or 6 (goods returned)";
            Invalid::new("category", known)
        })
    }
}

impl From<CustomsCategory> for u8 {
    fn from(category: CustomsCategory) -> Self {
        category as Self + 1
    }
}

/// One kind of thing in the parcel.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// What it is, up to 64 characters.
    pub description: String,
    /// How many pieces.
    pub quantity: u32,
    /// Weight of one piece, in grams.
    pub weight_g: u32,
    /// Value of one piece, in hundredths of the currency.
    pub value: Cents,
    /// The currency, three letters (ISO 4217).
    pub currency: String,
    /// Where it was made.
    pub origin: Country,
    /// Its number in the customs tariff (HS), 6 to 10 digits; needed for goods that were sold.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hs_code: Option<String>,
}

/// The parcel in which goods that come back were sent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    /// The invoice of the sale.
    pub invoice_number: String,
    /// The day of the invoice.
    pub invoice_date: Date,
    /// The parcel's number.
    pub parcel_number: ParcelNumber,
}

/// A customs declaration.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customs {
    /// Why the goods cross the border.
    pub category: CustomsCategory,
    /// What is in the parcel.
    pub articles: Vec<Article>,
    /// What the transport costs, in euro cents (`totalAmount`).
    pub shipping_cost: Cents,
    /// The invoice's number.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub invoice_number: Option<String>,
    /// The export licence's number.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub licence_number: Option<String>,
    /// The certificate's number.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub certificate_number: Option<String>,
    /// The sender's number as an economic operator (EORI).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub eori: Option<String>,
    /// The importer's reference: its tax number, or its code at the customs.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub importer_reference: Option<String>,
    /// How the importer can be reached.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub importer_contact: Option<String>,
    /// A note to the customs, for example a VAT number.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub comments: Option<String>,
    /// With goods that come back: the parcel in which they were sent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub original: Option<Original>,
}

impl Customs {
    /// Holds a declaration to what the carrier asks of it, for a parcel of this weight.
    ///
    /// # Errors
    /// Names the first field that is wrong (Colissimo SLS, error ids 30503 to 30554).
    pub fn check(&self, parcel: Weight) -> Result<(), Invalid> {
        if !(1..=ARTICLES_COUNT_MAX).contains(&self.articles.len()) {
            return Err(Invalid::new("articles", "between 1 and 100 articles"));
        }
        for (place, article) in self.articles.iter().enumerate() {
            article.check(self.category).map_err(|e| e.within(&format!("articles[{place}]")))?;
        }
        self.check_sums(parcel)?;
        self.check_texts()?;
        if self.category == CustomsCategory::Returned && self.original.is_none() {
            return Err(Invalid::new("original", "missing: category 6 (goods returned) names the first parcel"));
        }
        Ok(())
    }

    fn check_sums(&self, parcel: Weight) -> Result<(), Invalid> {
        let grams = |article: &Article| u64::from(article.weight_g) * u64::from(article.quantity);
        if self.articles.iter().map(grams).sum::<u64>() > u64::from(parcel.grams()) {
            return Err(Invalid::new("articles", "together they weigh more than the parcel; correct weight_g"));
        }
        if self.articles.windows(2).any(|pair| pair[0].currency != pair[1].currency) {
            return Err(Invalid::new("articles", "all articles have the same currency"));
        }
        if self.shipping_cost.0 == 0 {
            return Err(Invalid::new("shipping_cost_cents", "customs take no free transport: give what it costs"));
        }
        Ok(())
    }

    fn check_texts(&self) -> Result<(), Invalid> {
        let texts = [
            ("invoice_number", self.invoice_number.as_deref()),
            ("licence_number", self.licence_number.as_deref()),
            ("certificate_number", self.certificate_number.as_deref()),
            ("importer_reference", self.importer_reference.as_deref()),
            ("importer_contact", self.importer_contact.as_deref()),
            ("comments", self.comments.as_deref()),
            ("original.invoice_number", self.original.as_ref().map(|o| o.invoice_number.as_str())),
        ];
        for (name, text) in texts.into_iter().filter_map(|(name, text)| Some((name, text?))) {
            check_text(name, text, TEXT_CHARS_MAX)?;
        }
        match self.eori.as_deref() {
            Some(eori) if !is_eori(eori) => {
                Err(Invalid::new("eori", "two letters of the country, then up to 15 letters and digits"))
            }
            _ => Ok(()),
        }
    }
}

impl Article {
    fn check(&self, category: CustomsCategory) -> Result<(), Invalid> {
        check_text("description", &self.description, DESCRIPTION_CHARS_MAX)?;
        if !(1..=QUANTITY_MAX).contains(&self.quantity) {
            return Err(Invalid::new("quantity", "between 1 and 9999 pieces"));
        }
        if !(1..=Weight::GRAMS_MAX).contains(&self.weight_g) {
            return Err(Invalid::new("weight_g", "one piece weighs between 1 and 30000 grams"));
        }
        if self.value.0 == 0 {
            return Err(Invalid::new("value_cents", "customs take nothing that is worth nothing: give its value"));
        }
        if self.currency.len() != 3 || !self.currency.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(Invalid::new("currency", "three upper-case letters (ISO 4217), for example EUR"));
        }
        match self.hs_code.as_deref() {
            None if category == CustomsCategory::Goods => {
                Err(Invalid::new("hs_code", "missing: goods that are sold need their number in the customs tariff"))
            }
            Some(code) if !(6..=10).contains(&code.len()) || !code.bytes().all(|b| b.is_ascii_digit()) => {
                Err(Invalid::new("hs_code", "6 to 10 digits, without points"))
            }
            _ => Ok(()),
        }
    }
}

fn check_text(name: &str, text: &str, chars_max: usize) -> Result<(), Invalid> {
    let length = text.trim().chars().count();
    if length == 0 || length > chars_max || text.chars().any(char::is_control) {
        return Err(Invalid::new(name, format!("1 to {chars_max} characters on one line")));
    }
    Ok(())
}

fn is_eori(text: &str) -> bool {
    let bytes = text.as_bytes();
    let plain = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    (3..=17).contains(&bytes.len()) && bytes[..2].iter().all(u8::is_ascii_uppercase) && bytes.iter().all(plain)
}

impl fmt::Debug for Customs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Customs({:?}, {} articles, …)", self.category, self.articles.len())
    }
}

impl fmt::Debug for Article {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Article({} × {} g, …)", self.quantity, self.weight_g)
    }
}

impl fmt::Debug for Original {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Original({}, …)", self.parcel_number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article() -> Article {
        Article {
            description: "Tee-shirt en coton".into(),
            quantity: 2,
            weight_g: 200,
            value: Cents(1_500),
            currency: "EUR".into(),
            origin: Country::FR,
            hs_code: Some("610910".into()),
        }
    }

    fn customs() -> Customs {
        Customs {
            category: CustomsCategory::Goods,
            articles: vec![article(), article()],
            shipping_cost: Cents(990),
            invoice_number: Some("F-42".into()),
            licence_number: None,
            certificate_number: None,
            eori: Some("FR12345678900012".into()),
            importer_reference: None,
            importer_contact: None,
            comments: None,
            original: None,
        }
    }

    fn check(change: impl FnOnce(&mut Customs)) -> Result<(), String> {
        let mut changed = customs();
        change(&mut changed);
        changed.check(Weight::from_grams(800).expect("a weight")).map_err(|e| e.field)
    }

    #[test]
    fn a_good_declaration_is_taken() {
        assert_eq!(check(|_| {}), Ok(()));
    }

    #[test]
    fn what_is_wrong_is_named() {
        type Change = fn(&mut Customs);
        let cases: [(Change, &str); 14] = [
            (|c| c.articles.clear(), "articles"),
            (|c| c.articles = vec![article(); 101], "articles"),
            (|c| c.articles[1].description = " ".into(), "articles[1].description"),
            (|c| c.articles[0].quantity = 0, "articles[0].quantity"),
            (|c| c.articles[0].weight_g = 0, "articles[0].weight_g"),
            (|c| c.articles[0].value = Cents(0), "articles[0].value_cents"),
            (|c| c.articles[0].currency = "eur".into(), "articles[0].currency"),
            (|c| c.articles[0].hs_code = None, "articles[0].hs_code"),
            (|c| c.articles[0].hs_code = Some("6109.10".into()), "articles[0].hs_code"),
            (|c| c.articles[0].weight_g = 201, "articles"),
            (|c| c.articles[0].currency = "USD".into(), "articles"),
            (|c| c.shipping_cost = Cents(0), "shipping_cost_cents"),
            (|c| c.eori = Some("12345".into()), "eori"),
            (|c| c.category = CustomsCategory::Returned, "original"),
        ];
        for (change, field) in cases {
            assert_eq!(check(change), Err(field.to_owned()));
        }
        assert_eq!(check(|c| c.comments = Some("x".repeat(36))), Err("comments".to_owned()));
    }

    #[test]
    fn a_category_is_its_number() {
        for code in 1..=6 {
            assert_eq!(CustomsCategory::try_from(code).map(u8::from), Ok(code));
        }
        assert!(CustomsCategory::try_from(0).is_err() && CustomsCategory::try_from(7).is_err());
    }

    #[test]
    fn debug_tells_nothing_private() {
        let shown = format!("{:?} {:?}", customs(), article());
        assert!(!shown.contains("coton") && !shown.contains("FR123") && !shown.contains("F-42"), "{shown}");
    }
}
