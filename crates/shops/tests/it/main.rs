//! The shops' connectors over a scripted transport, their webhooks and the import of files.

mod import;
mod prestashop;
mod properties;
mod script;
mod shopify;
mod webhooks;
mod woocommerce;
