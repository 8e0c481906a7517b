//! The shops' connectors against the simulated shops: two readings of the same published rules, each proving the other.
//!
//! One shop stands behind a transport that loses answers on demand after the call was done: what a connector makes of that
//! shows in the shop's own book.

use carriers::{Broken, Exchange, OnSent, Reached, Request, Transport};
use clock::{Clock, ManualClock, Time};
use http::{HeaderMap, HeaderName};
use parcel::{AddressFields, ParcelNumber};
use shops::{
    Client, Credentials, Cursor, OrderStatus, Pushed, Reading, Retry, Shipped, ShopOrder, Topic, read_webhook,
};
use sim::shops::{Change, NewOrder, Options, Outcome, Pickup, Platform, Shop, Standing, State};
use std::{
    collections::BTreeMap,
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

const NUMBER: &str = "6A15984040331";
const OTHER: &str = "8R41974798470";

/// One shop and the way to it.
struct World {
    shop: Mutex<Shop>,
    clock: Arc<ManualClock>,
    /// Which of the coming calls that write lose their answers: a bit each, the next one last.
    lost: AtomicU32,
}

impl Transport for World {
    fn exchange(
        &self,
        request: Request,
        _deadline: Duration,
        on_sent: OnSent,
    ) -> Pin<Box<dyn Future<Output = Exchange> + Send + '_>> {
        let writes = request.method != http::Method::GET && !request.body.starts_with(b"{\"query\":\"query");
        let response = self.shop.lock().expect("no panic").handle(self.clock.now(), &request);
        on_sent();
        let lost =
            writes && self.lost.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |bits| Some(bits >> 1)) != Ok(0);
        let result = if lost { Err(Broken::TimedOut) } else { Ok(response) };
        let reached = if lost { Reached::WholeRequest } else { Reached::FirstByte };
        Box::pin(std::future::ready(Exchange { reached, kept: false, elapsed: Duration::ZERO, result }))
    }
}

fn start() -> Time {
    Time::from_paris("2025-12-22T06:24:00").expect("a moment")
}

fn world(platform: Platform, url: &str) -> (Arc<World>, Client) {
    let shop = Shop::new(platform, Options { url: url.into(), ..Options::default() }, 7);
    let access = shop.access().clone();
    let credentials = match platform {
        Platform::WooCommerce => Credentials::WooCommerce { key: access.key, secret: access.secret },
        Platform::PrestaShop => Credentials::PrestaShop { key: access.key },
        Platform::Shopify => Credentials::Shopify { token: access.key },
    };
    let clock = Arc::new(ManualClock::at(start()));
    let world = Arc::new(World { shop: Mutex::new(shop), clock: clock.clone(), lost: AtomicU32::new(0) });
    let base = url.parse().expect("an address");
    let client = Client::new(credentials.platform(), &base, credentials, world.clone(), clock).expect("a client");
    (world, client)
}

impl World {
    fn shop<T>(&self, act: impl FnOnce(&mut Shop, Time) -> T) -> T {
        act(&mut self.shop.lock().expect("no panic"), self.clock.now())
    }

    fn later(&self, seconds: u64) {
        self.clock.set(self.clock.now().plus(Duration::from_secs(seconds)));
    }

    fn place(&self, pickup: bool) -> u64 {
        let text = |text: &str| Some(text.to_owned());
        let buyer = AddressFields {
            last_name: text("Martin"),
            first_name: text("Lucie"),
            street: text("12 rue des Lilas"),
            postal_code: text("75020"),
            city: text("Paris"),
            country: text("FR"),
            mobile: text("0612345678"),
            email: text("lucie@example.org"),
            ..AddressFields::default()
        };
        let choice =
            || Pickup { id: "750021".parse().expect("an id"), label: "PARIS BOURSE".into(), product: "HD".into() };
        let method = if pickup { "Colissimo point retrait" } else { "Colissimo domicile" }.to_owned();
        let pickup = pickup.then(choice);
        let order = NewOrder { buyer, pickup, weight_g: 800, method, total_cents: 4_250, paid: true };
        self.shop(|shop, now| shop.place_order(now, order))
    }
}

/// All orders since, page by page, waiting where the shop asks to be waited for.
async fn read_all(world: &World, client: &Client, since: Time) -> BTreeMap<String, ShopOrder> {
    let (mut found, mut next) = (BTreeMap::new(), Some(Cursor::since(since)));
    for _ in 0..200 {
        let Some(cursor) = next.clone() else { return found };
        match client.orders_since(&cursor).await {
            Ok(page) => {
                assert_eq!(page.unread, []);
                found.extend(page.orders.into_iter().map(|order| (order.id.clone(), order)));
                next = page.next;
            }
            Err(error) => match error.retry {
                Retry::After(wait) => world.later(wait.as_secs() + 1),
                _ => panic!("{error}"),
            },
        }
    }
    panic!("the pages have no end");
}

fn shipped(order: u64) -> Shipped {
    let parcel_number: ParcelNumber = NUMBER.parse().expect("a number");
    Shipped {
        order_id: order.to_string(),
        parcel_number,
        tracking_url: "https://www.laposte.fr/outils/suivre-vos-envois".into(),
        carrier: "Colissimo".into(),
        mark_shipped: true,
        replaces: None,
    }
}

const URLS: [(Platform, &str); 4] = [
    (Platform::WooCommerce, "https://shop.example"),
    (Platform::WooCommerce, "http://127.0.0.1:8080"),
    (Platform::Shopify, "https://shop.example"),
    (Platform::PrestaShop, "https://shop.example"),
];

#[tokio::test]
async fn every_order_of_the_shop_is_read_once_and_as_it_is() {
    for (platform, url) in URLS {
        let (world, client) = world(platform, url);
        for count in 0..130 {
            world.place(count % 3 == 0);
            world.later(u64::from(count % 4 == 0));
        }
        let found = read_all(&world, &client, start()).await;
        let book = world.shop(|shop, _| shop.orders());
        assert_eq!(found.len(), book.len(), "{platform}");
        for order in book {
            let read = &found[&order.id.to_string()];
            assert_eq!((&read.number, read.updated_at), (&order.number, order.updated_at), "{platform}");
            assert_eq!((&read.status, order.state), (&OrderStatus::ToShip, State::ToShip), "{platform}");
            let chosen = read.pickup.as_ref().map(|pickup| pickup.id);
            assert_eq!(chosen, order.pickup.as_ref().map(|pickup| pickup.id), "{platform}");
            assert_eq!((read.pickup_unread, read.buyer.country.as_deref()), (false, Some("FR")), "{platform}");
            assert_eq!(read.buyer.mobile.as_deref(), Some("0612345678"), "{platform}");
        }
    }
}

/// A choice that the web service does not show is said, and is no delivery at home.
#[tokio::test]
async fn a_choice_that_prestashop_keeps_to_itself_is_said() {
    let options = Options { pickup_noted: false, ..Options::default() };
    let shop = Shop::new(Platform::PrestaShop, options, 7);
    let credentials = Credentials::PrestaShop { key: shop.access().key.clone() };
    let (mut hidden, _) = world(Platform::PrestaShop, "https://shop.example");
    *Arc::get_mut(&mut hidden).map(|world| &mut world.shop).expect("nobody else").get_mut().expect("no panic") = shop;
    let base = "https://shop.example".parse().expect("an address");
    let client = Client::new(credentials.platform(), &base, credentials, hidden.clone(), hidden.clock.clone())
        .expect("a client");
    let id = hidden.place(true);
    let order = client.order(&id.to_string()).await.expect("an answer").expect("an order");
    assert_eq!((order.pickup, order.pickup_unread), (None, true));
}

/// Orders change while the pages are read: none is missed.
#[tokio::test]
async fn no_order_is_missed_that_changes_while_we_read() {
    for (platform, url) in URLS {
        let (world, client) = world(platform, url);
        let ids: Vec<_> = (0..120)
            .map(|_| {
                world.later(1);
                world.place(false)
            })
            .collect();
        let (mut seen, mut next) = (BTreeMap::new(), Some(Cursor::since(start())));
        let mut changes = ids.iter();
        while let Some(cursor) = next.clone() {
            match client.orders_since(&cursor).await {
                Ok(page) => {
                    seen.extend(page.orders.into_iter().map(|order| (order.id.clone(), order.status)));
                    next = page.next;
                }
                Err(error) if matches!(error.retry, Retry::After(_)) => world.later(60),
                Err(error) => panic!("{error}"),
            }
            world.later(1);
            for id in changes.by_ref().take(3) {
                world.shop(|shop, now| shop.change_order(now, *id, Change::Cancel));
            }
        }
        assert_eq!(seen.len(), ids.len(), "{platform}");
    }
}

#[tokio::test]
async fn a_number_reaches_the_shop_once_whatever_answers_are_lost() {
    for (platform, url) in URLS {
        for lost in 0..8 {
            let (world, client) = world(platform, url);
            let id = world.place(true);
            world.lost.store(lost, Ordering::SeqCst);
            let mut tries = 0;
            let mut parcel = shipped(id);
            loop {
                tries += 1;
                assert!(tries < 12, "{platform} {lost}");
                match client.push_shipment(&parcel).await {
                    Ok(Pushed::AlreadyThere) => break,
                    Ok(Pushed::Done) => {}
                    Err(error) => assert_ne!(error.retry, Retry::Never, "{platform} {lost} {error}"),
                }
                world.later(60);
            }
            world.lost.store(0, Ordering::SeqCst);
            let book = world.shop(|shop, _| shop.orders());
            let order = &book[0];
            assert_eq!(
                (order.parcel_number.as_deref(), order.state),
                (Some(NUMBER), State::Shipped),
                "{platform} {lost}"
            );
            assert_eq!(order.pushes.len(), 1, "{platform} {lost} {:?}", order.pushes);
            let told = order.notes.iter().filter(|note| note.to_customer && !note.by_system).count();
            assert!(told <= 1, "{platform} {lost}");
            let read = client.order(&id.to_string()).await.expect("an answer").expect("an order");
            assert_eq!(
                (read.parcel_number.as_deref(), read.status),
                (Some(NUMBER), OrderStatus::Shipped),
                "{platform}"
            );
            parcel.parcel_number = OTHER.parse().expect("a number");
            assert_eq!(client.push_shipment(&parcel).await.expect_err("other").code, "other_number", "{platform}");
            parcel.replaces = Some(NUMBER.parse().expect("a number"));
            assert_eq!(client.push_shipment(&parcel).await, Ok(Pushed::Done), "{platform}");
            let number = world.shop(|shop, _| shop.orders()[0].parcel_number.clone());
            assert_eq!(number.as_deref(), Some(OTHER), "{platform}");
        }
    }
}

#[tokio::test]
async fn webhooks_are_read_and_subscriptions_that_failed_are_brought_back() {
    for (platform, url) in &URLS[..3] {
        let (world, client) = world(*platform, url);
        let hook = "https://tournee.example/hooks/x/y";
        let app = world.shop(|shop, _| shop.access().secret.clone());
        let secret = if *platform == Platform::Shopify { app } else { "hush".to_owned() };
        for topic in [Topic::OrderCreated, Topic::OrderUpdated] {
            client.subscribe(&topic, hook, &secret).await.expect("a subscription");
        }
        world.later(5);
        let id = world.place(true);
        let told = carry(&world, &client, &secret, 200);
        let order = told.iter().find_map(|incoming| incoming.order.as_ref()).expect("an order");
        assert_eq!((order.id.as_str(), order.pickup.is_some()), (id.to_string().as_str(), true), "{platform}");
        for _ in 0..60 {
            world.place(false);
            world.later(1_800);
            carry(&world, &client, &secret, 500);
        }
        let standing = world.shop(|shop, _| shop.subscriptions()[0].standing);
        let gone = matches!(standing, Standing::Disabled { .. } | Standing::Deleted { .. });
        assert!(gone, "{platform} {standing:?}");
        for topic in [Topic::OrderCreated, Topic::OrderUpdated] {
            let there = client.subscriptions().await.expect("a list").into_iter().find(|s| s.topic == topic);
            match there {
                Some(subscription) => client.enable(&subscription.id, &secret).await.expect("enabled"),
                None => drop(client.subscribe(&topic, hook, &secret).await.expect("a subscription")),
            }
        }
        let active = client.subscriptions().await.expect("a list").iter().filter(|s| s.active && s.url == hook).count();
        assert_eq!(active, 2, "{platform}");
        assert_eq!(read_all(&world, &client, start()).await.len(), 61, "{platform}: what no webhook told is read");
    }
}

/// Carries what is due now to us; what we made of it.
fn carry(world: &World, client: &Client, secret: &str, status: u16) -> Vec<shops::Incoming> {
    world.later(5);
    let mut told = Vec::new();
    for delivery in world.shop(|shop, now| shop.due(now)) {
        let headers: HeaderMap = delivery
            .request
            .headers
            .iter()
            .map(|(name, value): &(HeaderName, String)| (name.clone(), value.parse().expect("a value")))
            .collect();
        let read =
            read_webhook(client.platform(), secret.as_bytes(), &Reading::default(), &headers, &delivery.request.body);
        told.push(read.expect("a good webhook"));
        let outcome = Outcome { status: Some(status), took: Duration::from_millis(5) };
        world.shop(|shop, now| shop.delivered(now, &delivery, outcome));
    }
    told
}
