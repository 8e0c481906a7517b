//! What a merchant says to customs of a parcel, and how it becomes a declaration.

use crate::problem::Problem;
use jiff::civil::Date;
use parcel::{Article, Cents, Customs, CustomsCategory, Invalid, Original};
use serde::Deserialize;
use utoipa::ToSchema;

/// A customs declaration (form CN23); needed where a parcel crosses a border of the European Union, or goes overseas.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Customs)]
pub(crate) struct CustomsRequest {
    /// Why the goods cross the border: 1 gift, 2 commercial sample, 3 goods sold, 4 documents, 5 other, 6 goods
    /// returned.
    #[schema(minimum = 1, maximum = 6, example = 3)]
    category: u8,
    /// What is in the parcel, 1 to 100 articles of one currency. Together they weigh no more than the parcel.
    articles: Vec<ArticleRequest>,
    /// What the transport costs, in euro cents; customs take no free transport.
    #[schema(minimum = 1, example = 990)]
    shipping_cost_cents: u32,
    /// The invoice's number, up to 35 characters.
    #[schema(max_length = 35)]
    invoice_number: Option<String>,
    /// The export licence's number, up to 35 characters.
    #[schema(max_length = 35)]
    licence_number: Option<String>,
    /// The certificate's number, up to 35 characters.
    #[schema(max_length = 35)]
    certificate_number: Option<String>,
    /// Your number as an economic operator (EORI): two letters, then up to 15 letters and digits.
    #[schema(example = "FR12345678900012")]
    eori: Option<String>,
    /// The importer's tax number or code at the customs, up to 35 characters.
    #[schema(max_length = 35)]
    importer_reference: Option<String>,
    /// The importer's telephone or e-mail, up to 35 characters.
    #[schema(max_length = 35)]
    importer_contact: Option<String>,
    /// A note to the customs, up to 35 characters.
    #[schema(max_length = 35)]
    comments: Option<String>,
    /// With category 6: the parcel in which the goods were sent.
    original: Option<OriginalRequest>,
}

/// One kind of thing in a parcel.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Article)]
struct ArticleRequest {
    /// What it is, up to 64 characters.
    #[schema(max_length = 64, example = "Tee-shirt en coton")]
    description: String,
    /// How many pieces, 1 to 9999.
    #[schema(minimum = 1, maximum = 9999, example = 2)]
    quantity: u32,
    /// Weight of one piece in grams.
    #[schema(minimum = 1, example = 200)]
    weight_g: u32,
    /// Value of one piece in hundredths of the currency.
    #[schema(minimum = 1, example = 1999)]
    value_cents: u32,
    /// The currency, three letters; EUR when absent.
    #[schema(example = "EUR")]
    currency: Option<String>,
    /// Where it was made, two letters; FR when absent.
    #[schema(example = "FR")]
    origin_country: Option<String>,
    /// Its number in the customs tariff (HS), 6 to 10 digits; needed with category 3.
    #[schema(example = "610910")]
    hs_code: Option<String>,
}

/// The parcel in which goods that come back were sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OriginalParcel)]
struct OriginalRequest {
    /// The invoice of the sale.
    invoice_number: String,
    /// The day of the invoice, YYYY-MM-DD.
    #[schema(format = Date, example = "2025-12-01")]
    invoice_date: String,
    /// The parcel's number.
    #[schema(example = "6A15984040331")]
    parcel_number: String,
}

impl CustomsRequest {
    /// The declaration; what it says is checked with the parcel that it goes with.
    ///
    /// # Errors
    /// Names the first field that has not its form.
    pub(crate) fn parse(self) -> Result<Customs, Problem> {
        let within = |e: Invalid| e.within("customs");
        let articles = self.articles.into_iter().enumerate();
        let articles: Result<_, _> = articles
            .map(|(place, article)| article.parse().map_err(|e| e.within(&format!("articles[{place}]"))))
            .collect();
        Ok(Customs {
            category: CustomsCategory::try_from(self.category).map_err(within)?,
            articles: articles.map_err(within)?,
            shipping_cost: Cents(self.shipping_cost_cents),
            invoice_number: self.invoice_number,
            licence_number: self.licence_number,
            certificate_number: self.certificate_number,
            eori: self.eori,
            importer_reference: self.importer_reference,
            importer_contact: self.importer_contact,
            comments: self.comments,
            original: self.original.map(OriginalRequest::parse).transpose().map_err(within)?,
        })
    }
}

impl ArticleRequest {
    fn parse(self) -> Result<Article, Invalid> {
        let origin = self.origin_country.as_deref().unwrap_or("FR").parse();
        Ok(Article {
            description: self.description,
            quantity: self.quantity,
            weight_g: self.weight_g,
            value: Cents(self.value_cents),
            currency: self.currency.unwrap_or_else(|| "EUR".to_owned()),
            origin: origin.map_err(|e: Invalid| Invalid::new("origin_country", e.problem))?,
            hs_code: self.hs_code,
        })
    }
}

impl OriginalRequest {
    fn parse(self) -> Result<Original, Invalid> {
        let date: Result<Date, _> = self.invoice_date.parse();
        let original = |invoice_date| -> Result<Original, Invalid> {
            Ok(Original {
                invoice_number: self.invoice_number,
                invoice_date,
                parcel_number: self.parcel_number.parse()?,
            })
        };
        let day = "a day as YYYY-MM-DD, for example 2025-12-01";
        date.map_err(|_| Invalid::new("invoice_date", day)).and_then(original).map_err(|e| e.within("original"))
    }
}
