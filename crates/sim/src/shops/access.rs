//! Which platform, how a shop is set up, and what opens its door.

use super::text::hex;
use crate::dice::Dice;
use std::{fmt, str::FromStr, time::Duration};

/// Which stream of the seed's chance makes keys and secrets.
const ACCESS_STREAM: u64 = 40;

/// A shop platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Platform {
    /// WooCommerce, REST API v3.
    WooCommerce,
    /// Shopify, Admin API (GraphQL and REST).
    Shopify,
    /// PrestaShop, web service.
    PrestaShop,
}

impl Platform {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::WooCommerce, Self::Shopify, Self::PrestaShop];

    /// Its name in configuration: `woocommerce`, `shopify`, `prestashop`.
    pub fn code(self) -> &'static str {
        match self {
            Self::WooCommerce => "woocommerce",
            Self::Shopify => "shopify",
            Self::PrestaShop => "prestashop",
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// No such platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the platforms are woocommerce, shopify and prestashop")]
pub struct UnknownPlatform;

impl FromStr for Platform {
    type Err = UnknownPlatform;

    fn from_str(text: &str) -> Result<Self, UnknownPlatform> {
        Self::ALL.into_iter().find(|platform| platform.code() == text).ok_or(UnknownPlatform)
    }
}

/// How a simulated shop is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// The shop's own address as it knows it, without a slash at its end. WooCommerce takes Basic sign-in where this
    /// begins with `https`, as behind a proxy that ends TLS, and a signature (OAuth 1.0a) where it begins with `http`.
    pub url: String,
    /// The shop's name, for people.
    pub name: String,
    /// The number of the first order.
    pub first_number: u64,
    /// From an event to the first delivery of its webhooks (assumed: two seconds).
    pub hook_lag: Duration,
    /// PrestaShop: whether the pickup point's id stands in the delivery address (field `other`) for API clients to see.
    /// Colissimo's module itself keeps it in a table that the web service does not show.
    pub pickup_noted: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            url: "https://shop.example".into(),
            name: "Atelier Garance".into(),
            first_number: 1_001,
            hook_lag: Duration::from_secs(2),
            pickup_noted: true,
        }
    }
}

/// What opens a shop's door. `Debug` shows neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Access {
    /// WooCommerce: the consumer key. Shopify: the access token. PrestaShop: the key.
    pub key: String,
    /// WooCommerce: the consumer secret. Shopify: the app's secret, with which webhooks are signed. PrestaShop: empty.
    pub secret: String,
}

impl Access {
    /// The keys of this platform that follow from the seed, in the platform's own form.
    pub fn of(platform: Platform, seed: u64) -> Self {
        let mut dice = Dice::stream(seed, ACCESS_STREAM);
        let mut random = |bytes: usize| {
            let mut made = vec![0; bytes];
            dice.fill(&mut made);
            hex(&made)
        };
        match platform {
            Platform::WooCommerce => Self { key: format!("ck_{}", random(20)), secret: format!("cs_{}", random(20)) },
            Platform::Shopify => Self { key: format!("shpat_{}", random(16)), secret: random(16) },
            Platform::PrestaShop => Self { key: random(16).to_uppercase(), secret: String::new() },
        }
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Access")
    }
}
