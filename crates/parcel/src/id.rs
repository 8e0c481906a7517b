//! Who and which: merchants, orders, shipments.

use crate::Invalid;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! timed_id {
    ($(#[$doc:meta])* $name:ident, $field:literal, $wrong:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// An id made at this time (milliseconds since 1970, UTC) from ten bytes of chance.
            pub fn new(unix_ms: u64, random: [u8; 10]) -> Self {
                Self(uuid::Builder::from_unix_timestamp_millis(unix_ms, &random).into_uuid())
            }

            /// The sixteen bytes, in sorting order.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// The id with these sixteen bytes.
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(s: &str) -> Result<Self, Invalid> {
                Uuid::parse_str(s).map(Self).map_err(|_| Invalid::new($field, $wrong))
            }
        }
    };
}

timed_id!(
    /// Our own id of a shipment (one intent to get one label): a UUID of version 7, so that later ids sort later.
    ShipmentId,
    "id",
    "a shipment's id is a UUID, as given when it was accepted"
);
timed_id!(
    /// Our own id of a batch of shipments that came in one request: a UUID of version 7, so that later ids sort later.
    BatchId,
    "batch",
    "a batch's id is a UUID, as given when it was taken in"
);

/// A merchant's id: 1 to 64 characters of `a–z 0–9 - _ :`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MerchantId(String);

impl MerchantId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MerchantId {
    type Err = Invalid;

    fn from_str(s: &str) -> Result<Self, Invalid> {
        let good = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b':');
        if s.is_empty() || s.len() > 64 || !s.bytes().all(good) {
            return Err(Invalid::new("merchant", "1 to 64 characters: a–z, 0–9, - _ :"));
        }
        Ok(Self(s.to_owned()))
    }
}

/// The merchant's own order number, 1 to 30 printable ASCII characters (Colissimo's `service.orderNumber`, AN 1–30).
/// The carrier gives it back in tracking, which makes it an anchor.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrderNumber(String);

impl OrderNumber {
    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for OrderNumber {
    type Err = Invalid;

    fn from_str(s: &str) -> Result<Self, Invalid> {
        if s.is_empty() || s.len() > 30 || !s.bytes().all(|b| (b' '..=b'~').contains(&b)) || s.trim() != s {
            return Err(Invalid::new(
                "order_number",
                "1 to 30 printable characters without accents, no space at either end",
            ));
        }
        Ok(Self(s.to_owned()))
    }
}

/// How a merchant signs in at its carrier. `Debug` shows the kind and never the secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Login {
    /// Contract number and password in the request's body (the older way).
    Contract {
        /// The contract (customer account) number.
        number: String,
        /// Its password.
        password: String,
    },
    /// A key in the header `apiKey`.
    ApiKey(String),
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Contract { .. } => "Login::Contract(…)",
            Self::ApiKey(_) => "Login::ApiKey(…)",
        })
    }
}

macro_rules! text_id {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl TryFrom<String> for $name {
            type Error = Invalid;
            fn try_from(s: String) -> Result<Self, Invalid> {
                s.parse()
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )*};
}
text_id!(MerchantId, OrderNumber);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipment_ids_sort_by_time() {
        let early = ShipmentId::new(1_766_380_000_000, [255; 10]);
        let late = ShipmentId::new(1_766_380_000_001, [0; 10]);
        assert!(early < late);
        assert_eq!(early.to_string().parse(), Ok(early));
    }

    #[test]
    fn order_numbers_keep_to_what_the_carrier_takes() {
        for good in ["1", "CMD-2025/0042", "A B"] {
            assert!(good.parse::<OrderNumber>().is_ok(), "{good}");
        }
        for bad in ["", " A", "A ", "café", "A\n", &"9".repeat(31)] {
            assert!(bad.parse::<OrderNumber>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_login_never_shows_its_secret() {
        let login = Login::Contract { number: "964744".into(), password: "hush".into() };
        assert!(!format!("{login:?}{:?}", Login::ApiKey("hush".into())).contains("hush"));
    }
}
