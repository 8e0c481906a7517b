//! `tournee shop …` and `tournee resync`: shops, and making their books and ours equal.

use super::Where;
use clap::{Args, Subcommand, ValueEnum};
use parcel::{LabelFormat, Product};
use std::path::PathBuf;

/// `tournee shop …`.
#[derive(Debug, Subcommand)]
pub enum ShopAction {
    /// Add a shop.
    Add(ShopAdd),
    /// Change a shop; what is left out stays.
    Set(ShopSet),
    /// List all shops, without their secrets.
    List(Where),
    /// Sign in at a shop, read a page of its orders, look at its subscriptions.
    Check(ShopCheck),
    /// Take a shop away with its secrets; its orders stay until they are past their time.
    Drop(ShopDrop),
    /// Make a shop's book and ours equal.
    Resync(Resync),
}

/// What a shop runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ShopPlatform {
    /// WooCommerce.
    #[value(name = "woocommerce")]
    WooCommerce,
    /// PrestaShop.
    #[value(name = "prestashop")]
    PrestaShop,
    /// Shopify.
    Shopify,
    /// None of them: its orders come by file, through the API.
    File,
}

/// What happens to orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnOrder {
    /// They are kept, and somebody asks for their labels.
    Keep,
    /// Their labels are asked for as soon as they are to be shipped.
    Label,
}

/// `tournee shop add`. Secrets come from the environment (TOURNEE_SHOP_KEY, TOURNEE_SHOP_SECRET,
/// TOURNEE_SHOP_WEBHOOK_SECRET) or, one a line in this order, from standard input; never from the command line, where every
/// process of the machine can read them. WooCommerce has all three (its webhook secret is made when left out), PrestaShop
/// a key alone, Shopify a key (the access token) and a webhook secret (that of the app).
#[derive(Args, Debug)]
pub struct ShopAdd {
    /// Configuration and data.
    #[command(flatten)]
    pub place: Where,
    /// Its id: a–z, 0–9, - and _; part of the URL at which its webhooks come in.
    #[arg(long, value_name = "ID")]
    pub id: String,
    /// The merchant's id, as `tournee merchant list` has it.
    #[arg(long, value_name = "ID")]
    pub merchant: String,
    /// The merchant's account at the carrier, where it has several.
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// What it runs on.
    #[arg(long, value_name = "PLATFORM")]
    pub platform: ShopPlatform,
    /// Where it is, for example `https://shop.example.com`.
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// From when on its orders are read: a day (in Paris) or a moment (RFC 3339); a day ago when left out.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// How its orders become labels.
    #[command(flatten)]
    pub labels: Labels,
    /// Read the secrets from standard input, one a line.
    #[arg(long)]
    pub secrets_stdin: bool,
}

/// `tournee shop set`.
#[derive(Args, Debug)]
pub struct ShopSet {
    /// Configuration and data.
    #[command(flatten)]
    pub place: Where,
    /// Its id.
    #[arg(long, value_name = "ID")]
    pub id: String,
    /// Where it is now.
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// How its orders become labels.
    #[command(flatten)]
    pub labels: Labels,
    /// Read new secrets from standard input, one a line, in the order of `tournee shop add`.
    #[arg(long)]
    pub secrets_stdin: bool,
}

/// How a shop's orders are read and become labels.
#[derive(Args, Debug, Default)]
pub struct Labels {
    /// What happens to its orders: keep when left out.
    #[arg(long, value_name = "WHAT")]
    pub on_order: Option<OnOrder>,
    /// The product to the buyer's address: DOM when left out.
    #[arg(long, value_name = "CODE")]
    pub product: Option<Product>,
    /// The product to a pickup point, where the choice does not name one: HD when left out.
    #[arg(long, value_name = "CODE")]
    pub pickup_product: Option<Product>,
    /// The weight of an order that says none, in grams. WooCommerce's orders never say one.
    #[arg(long, value_name = "GRAMS", value_parser = clap::value_parser!(u32).range(10..=30_000))]
    pub weight_g: Option<u32>,
    /// What the packing weighs, in grams: added to the weight that the shop says.
    #[arg(long, value_name = "GRAMS", value_parser = clap::value_parser!(u32).range(0..=30_000))]
    pub packing_g: Option<u32>,
    /// The shop's name as buyers know it; needed for pickup points.
    #[arg(long, value_name = "NAME")]
    pub commercial_name: Option<String>,
    /// The format of its labels: PDF_10x15_300dpi when left out.
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<LabelFormat>,
    /// A file with the sender's address: JSON with the fields of the API's addresses.
    #[arg(long, value_name = "FILE")]
    pub sender: Option<PathBuf>,
    /// Make labels unasked only of orders whose delivery method holds this text; may be given several times.
    #[arg(long = "only-method", value_name = "TEXT")]
    pub methods: Vec<String>,
    /// Whether an order is marked as sent when the shop is told its number.
    #[arg(long, value_name = "BOOL")]
    pub mark_shipped: Option<bool>,
    /// Where its module keeps the id of the pickup point, when that is not found by itself.
    #[arg(long, value_name = "NAME")]
    pub pickup_field: Option<String>,
    /// The zone of PrestaShop's times: Europe/Paris when left out.
    #[arg(long, value_name = "ZONE")]
    pub time_zone: Option<String>,
}

/// `tournee shop check`.
#[derive(Args, Debug)]
pub struct ShopCheck {
    /// Configuration and data.
    #[command(flatten)]
    pub place: Where,
    /// Its id; all shops when left out.
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
}

/// `tournee shop drop`.
#[derive(Args, Debug)]
pub struct ShopDrop {
    /// Configuration and data.
    #[command(flatten)]
    pub place: Where,
    /// Its id.
    #[arg(long, value_name = "ID")]
    pub id: String,
}

/// `tournee resync`.
#[derive(Args, Debug)]
pub struct Resync {
    /// Configuration and data.
    #[command(flatten)]
    pub place: Where,
    /// The shop.
    #[arg(long, value_name = "ID")]
    pub shop: String,
    /// From when on: a day (in Paris), a moment (RFC 3339), or how long ago, for example 52h.
    #[arg(long, value_name = "TIME")]
    pub since: String,
    /// Also write the report to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}
