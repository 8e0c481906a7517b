//! `tournee shop`: shops, how we sign in there, and how their orders become labels.
//!
//! Works beside a running server: both write through the database's own locks. Secrets come in by standard input or the
//! environment and never by the command line.

mod check;
pub mod resync;
mod secrets;

use crate::{
    cli::{self, Labels, ShopAction, ShopAdd, ShopPlatform, ShopSet, Where},
    config::{BaseUrl, Config},
    fault::Fault,
    gateway, merchant, say,
    serve::settle,
};
use clock::{Clock, SystemClock, Time};
use parcel::{Address, AddressFields, MerchantId};
use runner::OpenShop;
use shops::{Platform, ShopSettings};
use std::{
    io::{self, BufRead},
    path::Path,
    sync::Arc,
    time::Duration,
};
use store::{NewShop, OnOrder, Shop, Store};

/// How far back a new shop's orders are read when nothing is said.
const FIRST_READ: Duration = Duration::from_secs(86_400);
/// The longest id of a shop, in characters.
const ID_CHARS_MAX: usize = 60;

/// Runs the command.
///
/// # Errors
/// When the configuration, a secret, a file, the store or the shop is wrong.
pub fn run(action: &ShopAction) -> Result<(), Fault> {
    let runtime = crate::serve::runtime()?;
    match action {
        ShopAction::Add(args) => runtime.block_on(add(args, &mut io::stdin().lock())),
        ShopAction::Set(args) => runtime.block_on(set(args, &mut io::stdin().lock())),
        ShopAction::List(place) => runtime.block_on(list(place)),
        ShopAction::Check(args) => runtime.block_on(check::run(args)),
        ShopAction::Drop(args) => runtime.block_on(drop_one(args)),
        ShopAction::Resync(args) => resync::run(args),
    }
}

impl ShopPlatform {
    fn platform(self) -> Option<Platform> {
        match self {
            Self::WooCommerce => Some(Platform::WooCommerce),
            Self::PrestaShop => Some(Platform::PrestaShop),
            Self::Shopify => Some(Platform::Shopify),
            Self::File => None,
        }
    }
}

impl From<cli::OnOrder> for OnOrder {
    fn from(wish: cli::OnOrder) -> Self {
        match wish {
            cli::OnOrder::Keep => Self::Keep,
            cli::OnOrder::Label => Self::Label,
        }
    }
}

async fn add(args: &ShopAdd, input: &mut dyn BufRead) -> Result<(), Fault> {
    let id = shop_id(&args.id)?;
    let merchant: MerchantId = args
        .merchant
        .parse()
        .map_err(|e| Fault::usage(format!("--merchant: {e}; `tournee merchant list` has them all")))?;
    let platform = args.platform.platform();
    let url = url(platform, args.url.as_deref())?;
    let settings = settings(ShopSettings::default(), &args.labels)?;
    let secrets = secrets::read(platform, args.secrets_stdin, input)?;
    let config = settle(&args.place, None)?;
    let store = merchant::open(&config)?;
    if store.shop(&id).await?.is_some() {
        return Err(Fault::usage(format!("the shop {id} is there already; change it with `tournee shop set`")));
    }
    let now = SystemClock.now();
    let read_from = args.since.as_deref().map_or(Ok(now.minus(FIRST_READ)), |text| moment(text, now))?;
    let account = crate::numbers::account(&store, &merchant, args.account.as_deref()).await?;
    let on_order = args.labels.on_order.map_or(OnOrder::Keep, OnOrder::from);
    let code = platform.map_or("file", Platform::code);
    let new = NewShop {
        id: id.clone(),
        merchant,
        account,
        platform: code.into(),
        url,
        secrets: secrets.sealed,
        on_order,
        settings: text_of(&settings)?,
        read_from,
        at: now,
    };
    store.put_shop(new).await?;
    store.close().await?;
    say::line(format_args!("shop {id} added ({code}, on a new order: {})", on_order_name(on_order)));
    tell_webhooks(&config, platform, &id, secrets.made.as_ref().map(|made| made.as_str()));
    for missing in missing(on_order, &settings) {
        say::aside(missing);
    }
    Ok(())
}

/// What is still to be done for its webhooks.
fn tell_webhooks(config: &Config, platform: Option<Platform>, id: &str, made: Option<&str>) {
    let Some(platform) = platform.filter(|platform| platform.has_webhooks()) else { return };
    match &config.shops.public_url {
        Some(base) => say::line(format_args!("the server subscribes it to {base}/hooks/{platform}/{id} by itself")),
        None => {
            say::line(format_args!(
                "its webhooks go to https://YOUR-SERVER/hooks/{platform}/{id}: set shops.public_url"
            ));
            say::line(
                "and the server subscribes by itself, or make them in the shop for orders created, updated, deleted",
            );
            if let Some(secret) = made {
                say::line("webhook secret (shown this once):");
                say::line(secret);
            }
        }
    }
}

async fn set(args: &ShopSet, input: &mut dyn BufRead) -> Result<(), Fault> {
    let store = merchant::open(&settle(&args.place, None)?)?;
    let shop = there(&store, &args.id).await?;
    let platform: Option<Platform> = shop.platform.parse().ok();
    let before: ShopSettings = serde_json::from_str(&shop.settings).unwrap_or_default();
    let settings = settings(before, &args.labels)?;
    let secrets = if secrets::are_given(args.secrets_stdin) {
        secrets::read(platform, args.secrets_stdin, input)?.sealed
    } else {
        store.shop_secrets(&shop.id).await?.ok_or_else(|| no_shop(&shop.id))?
    };
    let url = args.url.as_deref().map_or(Ok(shop.url.clone()), |text| self::url(platform, Some(text)))?;
    let on_order = args.labels.on_order.map_or(shop.on_order, OnOrder::from);
    let new = NewShop {
        id: shop.id.clone(),
        merchant: shop.merchant,
        account: shop.account,
        platform: shop.platform,
        url,
        secrets,
        on_order,
        settings: text_of(&settings)?,
        read_from: shop.read_to,
        at: shop.added_at,
    };
    store.put_shop(new).await?;
    store.close().await?;
    say::line(format_args!("shop {} changed (on a new order: {})", args.id, on_order_name(on_order)));
    for missing in missing(on_order, &settings) {
        say::aside(missing);
    }
    Ok(())
}

async fn list(place: &Where) -> Result<(), Fault> {
    let store = merchant::open(&settle(place, None)?)?;
    let shops = store.shops().await?;
    if shops.is_empty() {
        say::line("no shop yet; add one with `tournee shop add --id ID --merchant ID --platform PLATFORM --url URL`");
    }
    for shop in &shops {
        say::line(described(shop));
    }
    for counts in store.shop_counts().await? {
        if counts.untold + counts.unread > 0 {
            let (shop, untold, unread) = (counts.shop, counts.untold, counts.unread);
            say::aside(format_args!("{shop}: {untold} numbers to tell, {unread} webhooks that nobody could read"));
        }
    }
    Ok(store.close().await?)
}

/// One line without any secret.
fn described(shop: &Shop) -> String {
    let at = |at: Option<Time>| at.map_or("never".to_owned(), Time::to_paris);
    let state = shop
        .failing
        .as_ref()
        .map_or("well".to_owned(), |(since, why)| format!("does not answer since {}: {why}", since.to_paris()));
    format!(
        "{}\t{}\t{}\t{}\ton a new order: {}\tread {}\theard {}\t{state}",
        shop.id,
        shop.merchant,
        shop.platform,
        if shop.url.is_empty() { "-" } else { &shop.url },
        on_order_name(shop.on_order),
        at(shop.polled_at),
        at(shop.heard_at),
    )
}

async fn drop_one(args: &cli::ShopDrop) -> Result<(), Fault> {
    let store = merchant::open(&settle(&args.place, None)?)?;
    if !store.drop_shop(&args.id).await? {
        return Err(no_shop(&args.id));
    }
    say::line(format_args!("shop {} dropped; its subscriptions in the shop are yours to take away", args.id));
    Ok(store.close().await?)
}

async fn there(store: &Store, id: &str) -> Result<Shop, Fault> {
    store.shop(id).await?.ok_or_else(|| no_shop(id))
}

fn no_shop(id: &str) -> Fault {
    Fault::usage(format!("there is no shop {id}; `tournee shop list` has them all"))
}

/// The shop with its door open.
async fn open(config: &Config, store: &Store, id: &str) -> Result<OpenShop, Fault> {
    let shop = there(store, id).await?;
    let dial = gateway::dial(&config.shops)?;
    let opened = runner::open_shop(store, &dial, Arc::new(SystemClock), &config.shops.settings(), shop).await;
    opened.map_err(Fault::usage)
}

fn shop_id(text: &str) -> Result<String, Fault> {
    let good = !text.is_empty()
        && text.len() <= ID_CHARS_MAX
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'));
    let wrong = || Fault::usage(format!("--id: 1 to {ID_CHARS_MAX} of a–z, 0–9, - and _, for example lilas-boutique"));
    if good { Ok(text.to_owned()) } else { Err(wrong()) }
}

fn url(platform: Option<Platform>, text: Option<&str>) -> Result<String, Fault> {
    match (platform, text) {
        (None, _) => Ok(String::new()),
        (Some(_), Some(text)) => {
            let url: BaseUrl = text.parse().map_err(|e| Fault::usage(format!("--url: {e}")))?;
            Ok(url.as_str().to_owned())
        }
        (Some(platform), None) => {
            Err(Fault::usage(format!("give --url: where the {platform} shop is, for example https://shop.example.com")))
        }
    }
}

/// The settings with what is said otherwise.
fn settings(mut settings: ShopSettings, wish: &Labels) -> Result<ShopSettings, Fault> {
    let product = |to: &mut parcel::Product, wish: &Option<parcel::Product>| {
        if let Some(wish) = wish {
            to.clone_from(wish);
        }
    };
    product(&mut settings.product, &wish.product);
    product(&mut settings.pickup_product, &wish.pickup_product);
    settings.weight_g = wish.weight_g.or(settings.weight_g);
    settings.packing_g = wish.packing_g.unwrap_or(settings.packing_g);
    settings.commercial_name = wish.commercial_name.clone().or(settings.commercial_name);
    settings.format = wish.format.or(settings.format);
    settings.mark_shipped = wish.mark_shipped.unwrap_or(settings.mark_shipped);
    settings.reading.pickup_field = wish.pickup_field.clone().or(settings.reading.pickup_field);
    if let Some(zone) = &wish.time_zone {
        jiff::tz::TimeZone::get(zone)
            .map_err(|_| Fault::usage("--time-zone: a zone by its name, for example Europe/Paris"))?;
        settings.reading.time_zone.clone_from(zone);
    }
    if !wish.methods.is_empty() {
        settings.methods.clone_from(&wish.methods);
    }
    if let Some(path) = &wish.sender {
        settings.sender = Some(sender(path)?);
    }
    Ok(settings)
}

#[expect(clippy::disallowed_methods, reason = "the sender's address is configuration, not data")]
fn sender(path: &Path) -> Result<AddressFields, Fault> {
    let text = std::fs::read_to_string(path)
        .map_err(|e| Fault::usage(format!("cannot read {}: {e}; give the right path", path.display())))?;
    let wrong = |why: String| Fault::usage(format!("{}: {why}", path.display()));
    let fields: AddressFields = serde_json::from_str(&text).map_err(|e| {
        wrong(format!("not an address as the API writes it (line {}, column {}): {e}", e.line(), e.column()))
    })?;
    let address = Address::parse(fields).map_err(|e| wrong(e.to_string()))?;
    Ok(address.fields().clone())
}

fn text_of(settings: &ShopSettings) -> Result<String, Fault> {
    serde_json::to_string(settings).map_err(|e| Fault::failed(format!("no JSON can be made: {e}")))
}

fn on_order_name(on_order: OnOrder) -> &'static str {
    match on_order {
        OnOrder::Keep => "keep",
        OnOrder::Label => "label",
    }
}

/// What a shop still lacks for labels without anybody's hand.
fn missing(on_order: OnOrder, settings: &ShopSettings) -> Vec<&'static str> {
    let mut missing = Vec::new();
    if on_order == OnOrder::Label && settings.sender.is_none() {
        missing.push("no label can be made without the sender's address: `tournee shop set --sender FILE`");
    }
    if on_order == OnOrder::Label && settings.commercial_name.is_none() {
        missing.push("orders to a pickup point need the shop's name: `tournee shop set --commercial-name NAME`");
    }
    missing
}

/// A moment, the start of a day in Paris, or so long ago.
fn moment(text: &str, now: Time) -> Result<Time, Fault> {
    let day = || {
        let day: jiff::civil::Date = text.parse().ok().filter(|_| text.len() == 10)?;
        Time::from_paris(&format!("{day}T00:00:00")).ok()
    };
    let stamp = || Some(Time::from_unix_ms(text.parse::<jiff::Timestamp>().ok()?.as_millisecond()));
    let ago = || cli::grace(text).ok().map(|span| now.minus(span));
    let wrong = || Fault::usage("--since: a day (2025-12-22), a moment (2025-12-22T06:24:00Z), or how long ago (52h)");
    day().or_else(stamp).or_else(ago).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_people_do() {
        let now = Time::from_paris("2025-12-24T10:24:00").expect("a moment");
        let outage = Time::from_paris("2025-12-22T06:24:00").expect("a moment");
        for text in ["52h", "2d 4h", "2025-12-22T05:24:00Z"] {
            assert_eq!(moment(text, now), Ok(outage), "{text}");
        }
        assert_eq!(moment("2025-12-22", now).map(Time::to_paris), Ok("2025-12-22T00:00:00+01:00".into()));
        assert!(moment("the other day", now).is_err());
    }

    #[test]
    fn ids_go_into_a_url() {
        assert!(shop_id("lilas-2").is_ok());
        for bad in ["", "Lilas", "a/b", "é", &"x".repeat(61)] {
            assert!(shop_id(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_left_out_stays() {
        let labels = Labels { weight_g: Some(700), methods: vec!["colissimo".into()], ..Labels::default() };
        let first = settings(ShopSettings::default(), &labels).expect("settings");
        let second = settings(first.clone(), &Labels::default()).expect("settings");
        assert_eq!(first, second);
        assert_eq!((second.weight_g, second.methods.len()), (Some(700), 1));
    }
}
