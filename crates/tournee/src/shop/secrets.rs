//! How we sign in at a shop: read from standard input or the environment, one line each.

use crate::{fault::Fault, merchant::secret};
use shops::{Credentials, Platform};
use std::{env, io::BufRead};
use store::ShopSecrets;
use zeroize::Zeroizing;

const KEY: &str = "TOURNEE_SHOP_KEY";
const SECRET: &str = "TOURNEE_SHOP_SECRET";
const WEBHOOK_SECRET: &str = "TOURNEE_SHOP_WEBHOOK_SECRET";
const FLAG: &str = "--secrets-stdin";

/// The secrets of a shop.
pub(super) struct Read {
    /// As they are sealed.
    pub(super) sealed: ShopSecrets,
    /// The webhook secret that was made here because none was given.
    pub(super) made: Option<Zeroizing<String>>,
}

/// Whether any secret was given.
pub(super) fn are_given(by_input: bool) -> bool {
    by_input || [KEY, SECRET, WEBHOOK_SECRET].iter().any(|name| env::var_os(name).is_some())
}

/// Reads what this platform needs.
pub(super) fn read(platform: Option<Platform>, by_input: bool, input: &mut dyn BufRead) -> Result<Read, Fault> {
    let Some(platform) = platform else {
        return Ok(Read { sealed: ShopSecrets { credentials: "{}".into(), webhook: None }, made: None });
    };
    let mut one = |variable, what| secret(by_input, variable, what, FLAG, input).map(|text| text.to_string());
    let (credentials, given) = match platform {
        Platform::WooCommerce => {
            let key = one(KEY, "the consumer key")?;
            let secret = one(SECRET, "the consumer secret")?;
            (Credentials::WooCommerce { key, secret }, webhook_secret(by_input, input)?)
        }
        Platform::PrestaShop => (Credentials::PrestaShop { key: one(KEY, "the web service's key")? }, None),
        Platform::Shopify => {
            let token = one(KEY, "the access token")?;
            (Credentials::Shopify { token }, Some(Zeroizing::new(one(WEBHOOK_SECRET, "the app's secret")?)))
        }
    };
    let makes_one = platform == Platform::WooCommerce && given.is_none();
    let made = if makes_one { Some(crate::merchant::fresh_api_key(store::Scopes::of_a_shop())?) } else { None };
    let webhook = given.as_ref().or(made.as_ref()).map(|text| text.to_string());
    let credentials = serde_json::to_string(&credentials);
    let credentials = credentials.map_err(|_| Fault::failed("the credentials cannot be written down"))?;
    Ok(Read { sealed: ShopSecrets { credentials, webhook }, made })
}

/// The secret of WooCommerce's webhooks, where one is given: another line, or the environment.
fn webhook_secret(by_input: bool, input: &mut dyn BufRead) -> Result<Option<Zeroizing<String>>, Fault> {
    let there = if by_input { !input.fill_buf()?.is_empty() } else { env::var_os(WEBHOOK_SECRET).is_some() };
    if !there {
        return Ok(None);
    }
    secret(by_input, WEBHOOK_SECRET, "the secret of its webhooks", FLAG, input).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(platform: Platform, text: &str) -> Result<ShopSecrets, Fault> {
        read(Some(platform), true, &mut text.as_bytes()).map(|read| read.sealed)
    }

    #[test]
    fn each_platform_has_its_own() {
        let woo = given(Platform::WooCommerce, "ck_1\ncs_2\nwh_3\n").expect("read");
        assert!(woo.credentials.contains("cs_2") && woo.webhook.as_deref() == Some("wh_3"));
        let made = given(Platform::WooCommerce, "ck_1\ncs_2\n").expect("read").webhook.expect("made");
        assert!(made.len() > 40);
        assert_eq!(given(Platform::PrestaShop, "KEY\n").expect("read").webhook, None);
        let shopify = given(Platform::Shopify, "shpat_1\nhush\n").expect("read");
        assert_eq!(shopify.webhook.as_deref(), Some("hush"));
        assert!(given(Platform::Shopify, "shpat_1\n").is_err(), "without it no webhook can be verified");
        assert!(!format!("{shopify:?}").contains("hush"));
    }
}
