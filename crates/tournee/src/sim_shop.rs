//! `tournee sim shop`: a simulated shop as a process of its own.

use crate::{
    cli::SimShop,
    fault::Fault,
    say,
    serve::{StopSignal, runtime},
    sim_carrier::cannot_listen,
};
use clock::{Clock, SystemClock};
use sim::shops::{
    Buyers, Options, Platform, Shop, Standing,
    socket::{SharedShop, ShopServer},
};
use std::{sync::Arc, time::Duration};

/// The address that a shop believes it has when it stands behind TLS.
const BEHIND_TLS: &str = "https://shop.example";
/// The secret of the webhooks that the command itself subscribes to.
const WEBHOOK_SECRET: &str = "simulated";

/// Runs the command until it is told to stop.
///
/// # Errors
/// When the address cannot be listened on, or the shop does not take the webhooks' address.
pub fn run(args: &SimShop) -> Result<(), Fault> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    runtime()?.block_on(async {
        let mut stop = StopSignal::listen()?;
        let open = |addr| {
            let url = if args.behind_tls { BEHIND_TLS.to_owned() } else { format!("http://{addr}") };
            Shop::new(args.platform, Options { url, ..Options::default() }, args.seed)
        };
        let server = ShopServer::start(args.listen, Arc::clone(&clock), open).await.map_err(cannot_listen)?;
        if let Some(url) = &args.webhook_to {
            server.shop().with(|shop| subscribe(shop, url, clock.as_ref()))?;
        }
        tell(&server, args);
        tokio::select! {
            _ = stop.wait() => {}
            () = sell(server.shop(), args, clock.as_ref()) => {}
        }
        tell_end(server.shop());
        server.shutdown().await;
        Ok(())
    })
}

/// Places orders evenly, for ever; with none a minute it only waits.
async fn sell(shop: &SharedShop, args: &SimShop, clock: &dyn Clock) {
    if args.orders_per_minute == 0 {
        return std::future::pending().await;
    }
    let mut ticks = tokio::time::interval(Duration::from_secs(60) / args.orders_per_minute);
    for order in Buyers::new(args.seed) {
        ticks.tick().await;
        shop.with(|shop| shop.place_order(clock.now(), order));
    }
}

/// Subscribes to what happens to orders, through the shop's own API.
fn subscribe(shop: &mut Shop, url: &str, clock: &dyn Clock) -> Result<(), Fault> {
    let topics: &[&str] = match shop.platform() {
        Platform::WooCommerce => &["order.created", "order.updated", "order.deleted"],
        Platform::Shopify => &["orders/create", "orders/updated", "orders/cancelled"],
        Platform::PrestaShop => return Err(Fault::usage("PrestaShop has no webhooks; its orders are asked for")),
    };
    for topic in topics {
        shop.subscribe(clock.now(), topic, url, WEBHOOK_SECRET).map_err(|refused| {
            let why = format!("the shop does not take {url:?} for its webhooks: {refused}; give one of this machine");
            Fault::usage(why)
        })?;
    }
    Ok(())
}

fn tell(server: &ShopServer, args: &SimShop) {
    let base = format!("http://{}", server.local_addr());
    let access = server.shop().read(|shop| shop.access().clone());
    say::line(format_args!("a simulated shop on {}", args.platform));
    match args.platform {
        Platform::WooCommerce => {
            say::line(format_args!("  consumer key    {}", access.key));
            say::line(format_args!("  consumer secret {}", access.secret));
            let way = if args.behind_tls { "Basic, as behind TLS" } else { "OAuth 1.0a, as without TLS" };
            say::line(format_args!("  sign-in         {way}"));
        }
        Platform::Shopify => {
            say::line(format_args!("  access token    {}", access.key));
            say::line(format_args!("  app secret      {}", access.secret));
        }
        Platform::PrestaShop => say::line(format_args!("  key             {}", access.key)),
    }
    if let Some(url) = &args.webhook_to {
        say::line(format_args!("  webhooks go to  {url}"));
        if args.platform == Platform::WooCommerce {
            say::line(format_args!("  signed with     {WEBHOOK_SECRET}"));
        }
    }
    say::line(format_args!("  {} orders a minute", args.orders_per_minute));
    say::line(format_args!("listening on {base}"));
}

fn tell_end(shop: &SharedShop) {
    let (orders, off) = shop.read(|shop| {
        let off = shop.subscriptions().into_iter().filter(|one| one.standing != Standing::Active).count();
        (shop.orders(), off)
    });
    let numbered = orders.iter().filter(|order| order.parcel_number.is_some()).count();
    say::line(format_args!(
        "stopped; {} orders, {numbered} with a parcel number; {off} subscriptions that send nothing any more",
        orders.len()
    ));
}
