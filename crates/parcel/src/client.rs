//! A merchant's number at Colissimo, where it stands on labels and announcements.

use crate::Invalid;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A client's number at Colissimo: six digits, with their leading zeros (`964744` is that of the tests).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
        let wrong = || Invalid::new("client_number", "the number that Colissimo gave you has six digits");
        let digits: [u8; 6] = s.as_bytes().try_into().map_err(|_| wrong())?;
        if digits.iter().all(u8::is_ascii_digit) { Ok(Self(digits)) } else { Err(wrong()) }
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

impl fmt::Debug for ClientNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientNumber({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_and_nothing_else() {
        assert_eq!("004711".parse::<ClientNumber>().map(|n| n.to_string()).as_deref(), Ok("004711"));
        for bad in ["", "96474", "9647444", "96474x", "96474é", "９64744"] {
            assert!(bad.parse::<ClientNumber>().is_err(), "{bad}");
        }
    }
}
