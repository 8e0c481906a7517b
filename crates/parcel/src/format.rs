//! Label formats, in the carrier's own names (`outputPrintingType`).

use crate::Invalid;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// One of the formats that the carrier prints, for example `PDF_10x15_300dpi`.
///
/// `{ZPL,DPL}_{10x15,10x10}_{203,300}dpi` and `PDF_{10x15,10x12,10x10,A4}_300dpi`, each also with `_UL`
/// (Colissimo SLS, `outputFormat.outputPrintingType`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LabelFormat(u8);

const FORMATS: [&str; 24] = [
    "PDF_10x15_300dpi",
    "PDF_10x12_300dpi",
    "PDF_10x10_300dpi",
    "PDF_A4_300dpi",
    "ZPL_10x15_203dpi",
    "ZPL_10x15_300dpi",
    "ZPL_10x10_203dpi",
    "ZPL_10x10_300dpi",
    "DPL_10x15_203dpi",
    "DPL_10x15_300dpi",
    "DPL_10x10_203dpi",
    "DPL_10x10_300dpi",
    "PDF_10x15_300dpi_UL",
    "PDF_10x12_300dpi_UL",
    "PDF_10x10_300dpi_UL",
    "PDF_A4_300dpi_UL",
    "ZPL_10x15_203dpi_UL",
    "ZPL_10x15_300dpi_UL",
    "ZPL_10x10_203dpi_UL",
    "ZPL_10x10_300dpi_UL",
    "DPL_10x15_203dpi_UL",
    "DPL_10x15_300dpi_UL",
    "DPL_10x10_203dpi_UL",
    "DPL_10x10_300dpi_UL",
];

impl LabelFormat {
    /// PDF, 10×15 cm, 300 dpi: what is made when nothing is asked.
    pub const PDF_10X15: Self = Self(0);
    /// ZPL, 10×15 cm, 203 dpi.
    pub const ZPL_10X15_203DPI: Self = Self(4);
    /// ZPL, 10×15 cm, 300 dpi.
    pub const ZPL_10X15_300DPI: Self = Self(5);

    /// Every format there is.
    pub fn all() -> impl Iterator<Item = Self> {
        (0u8..24).map(Self)
    }

    /// The carrier's name of the format.
    pub fn as_str(self) -> &'static str {
        FORMATS[usize::from(self.0)]
    }

    /// The media type of a label's bytes.
    pub fn media_type(self) -> &'static str {
        match &self.as_str()[..3] {
            "PDF" => "application/pdf",
            "ZPL" => "application/x-zpl",
            _ => "application/x-dpl",
        }
    }
}

impl FromStr for LabelFormat {
    type Err = Invalid;

    fn from_str(s: &str) -> Result<Self, Invalid> {
        let found = Self::all().find(|f| f.as_str() == s);
        found.ok_or_else(|| Invalid::new("label_format", format!("not a label format; one of {}", FORMATS.join(", "))))
    }
}

impl fmt::Display for LabelFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for LabelFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for LabelFormat {
    type Error = Invalid;
    fn try_from(s: String) -> Result<Self, Invalid> {
        s.parse()
    }
}

impl From<LabelFormat> for String {
    fn from(f: LabelFormat) -> Self {
        f.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_reads_back() {
        for f in LabelFormat::all() {
            assert_eq!(f.as_str().parse(), Ok(f));
        }
        assert_eq!(LabelFormat::PDF_10X15.media_type(), "application/pdf");
        assert_eq!(LabelFormat::ZPL_10X15_203DPI.as_str(), "ZPL_10x15_203dpi");
        assert_eq!(LabelFormat::ZPL_10X15_300DPI.as_str(), "ZPL_10x15_300dpi");
        assert!("PDF_10x15_203dpi".parse::<LabelFormat>().is_err());
    }
}
