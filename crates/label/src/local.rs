//! A local label: what stands on it, in which formats it can be printed, and why it cannot.

use crate::{layout, pdf, take_over, zpl};
use jiff::civil::Date;
use parcel::{
    Address, Cents, ClientNumber, ColissimoNumber, Country, LabelFormat, OrderNumber, PickupPointId, Product, Weight,
};

/// What stands on a local label. Borrowed: rendering copies nothing. It holds addresses, so it has no `Debug`.
#[derive(Clone, Copy)]
pub struct LocalLabel<'a> {
    /// The parcel's number, from the contract's range.
    pub number: ColissimoNumber,
    /// The client's number at the carrier.
    pub client: ClientNumber,
    /// What was sold.
    pub product: &'a Product,
    /// Who sends.
    pub sender: &'a Address,
    /// Who receives.
    pub addressee: &'a Address,
    /// The weight.
    pub weight: Weight,
    /// The day on which the parcel is handed over.
    pub deposit_date: Date,
    /// The merchant's order.
    pub order_number: Option<&'a OrderNumber>,
    /// Which parcel of the order this is, in the merchant's words.
    pub parcel_ref: Option<&'a str>,
    /// Where the addressee fetches it, for a product out of home.
    pub pickup_point: Option<PickupPointId>,
    /// The shop's name as the addressee knows it.
    pub commercial_name: Option<&'a str>,
    /// Insured value.
    pub insurance: Option<Cents>,
    /// Instructions to the postman.
    pub instructions: Option<&'a str>,
    /// Too odd a shape for the sorting machines.
    pub non_machinable: bool,
    /// The carrier's site that takes the parcel over.
    pub site: &'a str,
}

/// Why a label cannot be printed. A number that was taken for it is not used by that.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CannotPrint {
    /// The format is none that we print.
    #[error("a local label is not printed as {0}; ask for one of {formats}", formats = names())]
    Format(LabelFormat),
    /// The addressee is not in France.
    #[error("a local label is for parcels within France and to Monaco, not to {0}; let this one wait for the carrier")]
    Abroad(Country),
    /// Insured for more than the take-over barcode can say.
    #[error("a local label insures up to 1500 €; let this parcel wait for the carrier, or insure it for less")]
    InsuredTooHigh,
}

const FORMATS: [LabelFormat; 3] =
    [LabelFormat::PDF_10X15, LabelFormat::ZPL_10X15_203DPI, LabelFormat::ZPL_10X15_300DPI];

/// The formats in which a local label can be printed.
pub fn formats() -> &'static [LabelFormat] {
    &FORMATS
}

fn names() -> String {
    formats().iter().map(|format| format.as_str()).collect::<Vec<_>>().join(", ")
}

/// The label's bytes: one page of exactly 100 × 150 mm.
///
/// # Errors
/// When the format is not one of [`formats`], or the take-over barcode cannot be made ([`take_over()`]). Neither
/// depends on the parcel's number: what cannot be printed with one cannot be printed with any.
pub fn render(label: &LocalLabel<'_>, format: LabelFormat) -> Result<Vec<u8>, CannotPrint> {
    let page = layout::compose(label, &take_over(label)?);
    match format {
        LabelFormat::PDF_10X15 => Ok(pdf::write(&page, label.number.as_str())),
        LabelFormat::ZPL_10X15_203DPI => Ok(zpl::write(&page, zpl::DPI_203).into_bytes()),
        LabelFormat::ZPL_10X15_300DPI => Ok(zpl::write(&page, zpl::DPI_300).into_bytes()),
        _ => Err(CannotPrint::Format(format)),
    }
}
