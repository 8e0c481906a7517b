//! The client's number, as it stands in barcodes and announcements.

use parcel::Invalid;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The six digits by which the carrier knows a client, for example `964744` for tests.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientNumber([u8; 6]);

impl ClientNumber {
    /// The six digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for ClientNumber {
    type Err = Invalid;

    fn from_str(s: &str) -> Result<Self, Invalid> {
        match s.as_bytes().try_into() {
            Ok(digits) if s.bytes().all(|b| b.is_ascii_digit()) => Ok(Self(digits)),
            _ => Err(Invalid::new("client_number", "the client's number at the carrier has six digits")),
        }
    }
}

impl TryFrom<String> for ClientNumber {
    type Error = Invalid;
    fn try_from(s: String) -> Result<Self, Invalid> {
        s.parse()
    }
}

impl From<ClientNumber> for String {
    fn from(number: ClientNumber) -> Self {
        number.as_str().to_owned()
    }
}

impl fmt::Display for ClientNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
