//! Which platforms there are, and what opens the door of a shop on each.

use parcel::Invalid;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A shop platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// WooCommerce, REST v3.
    WooCommerce,
    /// PrestaShop, web service.
    PrestaShop,
    /// Shopify, Admin GraphQL.
    Shopify,
}

impl Platform {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::WooCommerce, Self::PrestaShop, Self::Shopify];

    /// Its code: `woocommerce`, `prestashop`, `shopify`.
    pub fn code(self) -> &'static str {
        match self {
            Self::WooCommerce => "woocommerce",
            Self::PrestaShop => "prestashop",
            Self::Shopify => "shopify",
        }
    }

    /// Whether its shops can send webhooks; the orders of one that cannot are found by polling alone.
    pub fn has_webhooks(self) -> bool {
        self != Self::PrestaShop
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Platform {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let known = Self::ALL.into_iter().find(|p| p.code() == text);
        known.ok_or_else(|| Invalid::new("platform", "one of woocommerce, prestashop, shopify"))
    }
}

/// What opens the door of a shop. `Debug` shows the platform alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "platform", rename_all = "lowercase", deny_unknown_fields)]
pub enum Credentials {
    /// A WooCommerce API key with the right to read and write.
    WooCommerce {
        /// Consumer key, `ck_…`.
        key: String,
        /// Consumer secret, `cs_…`.
        secret: String,
    },
    /// A PrestaShop web service key with rights on orders, addresses, customers, order_carriers, order_histories.
    PrestaShop {
        /// The key.
        key: String,
    },
    /// A Shopify Admin API access token.
    Shopify {
        /// The token, `shpat_…`.
        token: String,
    },
}

impl Credentials {
    /// The platform that they are for.
    pub fn platform(&self) -> Platform {
        match self {
            Self::WooCommerce { .. } => Platform::WooCommerce,
            Self::PrestaShop { .. } => Platform::PrestaShop,
            Self::Shopify { .. } => Platform::Shopify,
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({}, …)", self.platform())
    }
}
