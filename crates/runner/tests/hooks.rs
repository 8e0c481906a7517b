//! Webhooks against real receivers on this machine: told, told again, told no more; and nobody waits for anybody else.

use channels::webhook::{Options, Secret, Sender};
use clock::{Clock, ManualClock, Time};
use dispatch::{Fact, Via};
use parcel::{
    Address, AddressFields, DeliveryMode, LabelFormat, Letter, Login, MerchantId, Product, Shipment, ShipmentId,
    ShipmentParts, Weight,
};
use prometheus_client::registry::Registry;
use runner::{HookMetrics, HookSettings, Hooks};
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use std::{collections::HashMap, sync::Arc, time::Duration};
use store::{
    Account, DeliveryState, HookChange, HookState, Merchant, NewHook, NewIntent, NewPickup, SealingKey, Store,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::timeout,
};

const START: Time = Time::from_unix_ms(1_766_381_040_000);
/// However slow the machine is, what has not come by then will not come.
const PATIENCE: Duration = Duration::from_secs(30);

fn merchant() -> MerchantId {
    "shop".parse().expect("an id")
}

fn secret() -> Secret {
    Secret::from_bytes(&[7; 32])
}

/// One message that arrived.
struct Got {
    headers: HashMap<String, String>,
    body: String,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    /// Holds the signature to what the receiver's own library makes of it.
    fn is_signed(&self) -> bool {
        let at_s = self.headers["webhook-timestamp"].parse().expect("a time");
        let library = Webhook::new(secret().as_str()).expect("a secret");
        library.sign(self.id(), at_s, self.body.as_bytes()).expect("signed") == self.headers["webhook-signature"]
    }
}

/// A receiver that answers with these statuses, one after the other and the last from then on; 0 is no answer at all.
struct Receiver {
    url: String,
    got: mpsc::Receiver<Got>,
}

impl Receiver {
    #[expect(clippy::disallowed_methods, reason = "the test is the receiver")]
    async fn start(statuses: &'static [u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let (tell, got) = mpsc::channel(1_000);
        tokio::spawn(async move {
            let mut held = Vec::new();
            let mut statuses = statuses.iter().copied();
            let mut status = 0;
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(message) = read(&mut stream).await else { continue };
                status = statuses.next().unwrap_or(status);
                if status == 0 {
                    held.push(stream);
                } else {
                    let answer = format!("HTTP/1.1 {status} X\r\n\r\n");
                    stream.write_all(answer.as_bytes()).await.expect("answered");
                }
                if tell.send(message).await.is_err() {
                    return;
                }
            }
        });
        Self { url, got }
    }

    async fn next(&mut self) -> Got {
        timeout(PATIENCE, self.got.recv()).await.expect("in time").expect("a message")
    }
}

async fn read(stream: &mut TcpStream) -> Option<Got> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let text = String::from_utf8(bytes.clone()).ok()?;
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let pairs = head.lines().skip(1).filter_map(|line| line.split_once(": "));
        let headers: HashMap<_, _> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        if body.len().to_string() == headers["content-length"] {
            return Some(Got { headers, body: body.to_owned() });
        }
    }
}

struct World {
    store: Store,
    clock: Arc<ManualClock>,
    hooks: Option<Hooks>,
}

impl World {
    async fn new() -> Self {
        let store = Store::open(store::Options::memory(SealingKey::from_bytes([7; 32]))).expect("a store");
        let login = Login::Contract { number: "964744".into(), password: "hush".into() };
        let account =
            Account { id: "a".into(), merchant: merchant(), carrier: "colissimo".into(), login, okapi_key: None };
        let shop = Merchant { id: merchant(), name: "Shop".into() };
        store.add_merchant(shop, [1; 32], account, START).await.expect("a merchant");
        let mut world = Self { store, clock: Arc::new(ManualClock::at(START)), hooks: None };
        world.start();
        world
    }

    fn start(&mut self) {
        let options = Options { allow_private: true, timeout: PATIENCE, ..Options::default() };
        let sender = Sender::new(options).expect("a sender");
        let metrics = HookMetrics::register(&mut Registry::default());
        let random = Arc::new(|bytes: &mut [u8]| bytes.fill(0));
        let (store, clock) = (self.store.clone(), self.clock.clone());
        self.hooks = Some(Hooks::start(store, sender, clock, HookSettings::default(), random, metrics));
    }

    /// The process ends with what is under way under way.
    async fn dies(&mut self) {
        self.hooks.take().expect("running").shutdown(Duration::ZERO).await;
    }

    async fn add(&self, id: &str, url: &str) {
        let (id, url, secret) = (id.to_owned(), url.to_owned(), secret().as_str().to_owned());
        let new = NewHook { id, merchant: merchant(), url, events: None, secret, at: START };
        self.store.add_hook(new).await.expect("added");
    }

    async fn accept(&self, n: u8) -> ShipmentId {
        let id = ShipmentId::new(1_766_381_040_000, [n; 10]);
        let (account, at) = ("a".to_owned(), self.clock.now());
        let new = NewIntent {
            id,
            merchant: merchant(),
            account,
            shipment: shipment(n),
            via: Via::Api,
            key: None,
            pickup: NewPickup::default(),
            at,
        };
        self.store.accept(new).await.expect("accepted");
        id
    }

    /// Time goes on, and the task is given a reason to look.
    async fn later(&self, by: Duration) {
        self.clock.set(self.clock.now().plus(by));
        self.change("a", HookChange::default()).await;
    }

    async fn change(&self, id: &str, change: HookChange) {
        self.store.change_hook(&merchant(), id, change, self.clock.now()).await.expect("changed");
    }

    /// Waits until an endpoint's latest messages are so.
    async fn until(&self, what: impl Fn(&[store::Delivery], HookState) -> bool) {
        let look = async {
            loop {
                let hook = self.store.hook(&merchant(), "a").await.expect("read").expect("there");
                if what(&self.store.deliveries("a", None, None, 100).await.expect("read"), hook.state) {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, look).await.expect("in time");
    }
}

fn shipment(n: u8) -> Shipment {
    let fields = AddressFields {
        last_name: Some("Martin".into()),
        street: Some("12 rue des Lilas".into()),
        postal_code: Some("63000".into()),
        city: Some("Clermont-Ferrand".into()),
        ..AddressFields::default()
    };
    let address = Address::parse(fields).expect("a good address");
    let parts = ShipmentParts {
        sender: address.clone(),
        addressee: address,
        commercial_name: None,
        insurance: None,
        instructions: None,
        non_machinable: false,
        undeliverable: None,
        customs: None,
    };
    Shipment {
        order_number: Some(format!("CMD-{n}").parse().expect("an order number")),
        parcel_ref: None,
        parcel_number: None,
        product: Product::Dom,
        mode: DeliveryMode::Home,
        deposit_date: START.paris_date(),
        weight: Weight::from_grams(1_200).expect("a weight"),
        format: LabelFormat::PDF_10X15,
        letter: Letter::Parts(Box::new(parts)),
    }
}

#[tokio::test]
async fn what_happens_is_told_signed_and_without_private_data() {
    let (world, mut receiver) = (World::new().await, Receiver::start(&[204]).await);
    world.add("a", &receiver.url).await;
    let id = world.accept(1).await;
    let accepted = receiver.next().await;
    assert!(accepted.is_signed());
    assert_eq!(accepted.id(), format!("evt_1_{}", START.unix_ms()));
    let (told, expected) = (
        accepted.json(),
        json!({"id": id.to_string(), "state": "waiting", "order_number": "CMD-1",
        "parcel_no": 1, "product": "DOM"}),
    );
    assert_eq!((&told["type"], &told["timestamp"]), (&json!("shipment.accepted"), &json!(START.to_string())));
    assert_eq!(told["data"], expected);
    for private in ["Martin", "Lilas", "63000", "Clermont"] {
        assert!(!accepted.body.contains(private), "{}", accepted.body);
    }
    world.store.record(id, vec![Fact::Voided], START, None).await.expect("recorded");
    assert_eq!(receiver.next().await.json()["type"], "shipment.void");
    world.until(|all, _| all.len() == 2 && all.iter().all(|d| d.state == DeliveryState::Delivered)).await;
}

#[tokio::test]
async fn what_was_not_taken_comes_again_under_the_same_id() {
    let (world, mut receiver) = (World::new().await, Receiver::start(&[500, 302, 200]).await);
    world.add("a", &receiver.url).await;
    world.accept(1).await;
    let first = receiver.next().await;
    world.until(|all, _| all.first().is_some_and(|d| d.attempts == 1)).await;
    world.later(Duration::from_secs(5)).await;
    let second = receiver.next().await;
    world.until(|all, _| all.first().is_some_and(|d| d.attempts == 2)).await;
    world.later(Duration::from_secs(300)).await;
    let third = receiver.next().await;
    assert!(first.id() == second.id() && second.id() == third.id() && third.is_signed());
    world.until(|all, _| all.first().is_some_and(|d| d.state == DeliveryState::Delivered && d.attempts == 3)).await;
}

#[tokio::test]
async fn one_that_never_answers_holds_up_no_other() {
    let world = World::new().await;
    let (mut silent, mut quick) = (Receiver::start(&[0]).await, Receiver::start(&[200]).await);
    world.add("a", &silent.url).await;
    world.add("b", &quick.url).await;
    for n in 1..=20 {
        world.accept(n).await;
    }
    for _ in 1..=20 {
        quick.next().await;
    }
    for _ in 1..=4 {
        silent.next().await;
    }
    assert!(silent.got.try_recv().is_err(), "as many as one endpoint may have, and no more");
}

#[tokio::test]
async fn what_was_under_way_at_a_death_comes_once_more() {
    let (mut world, mut receiver) = (World::new().await, Receiver::start(&[0, 200]).await);
    world.add("a", &receiver.url).await;
    world.accept(1).await;
    let before = receiver.next().await;
    world.dies().await;
    world.accept(2).await;
    world.start();
    let (one, two) = (receiver.next().await, receiver.next().await);
    assert!([one.id(), two.id()].contains(&before.id()), "at least once");
    assert_ne!(one.id(), two.id(), "and what happened meanwhile");
    world.until(|all, _| all.len() == 2 && all.iter().all(|d| d.state == DeliveryState::Delivered)).await;
}

#[tokio::test]
async fn gone_pauses_and_resuming_sends_all_that_waited() {
    let (world, mut receiver) = (World::new().await, Receiver::start(&[410, 200]).await);
    world.add("a", &receiver.url).await;
    world.accept(1).await;
    let gone = receiver.next().await;
    world.until(|_, state| state == HookState::Paused).await;
    world.accept(2).await;
    let resumed = HookChange { state: Some(HookState::Enabled), ..HookChange::default() };
    world.change("a", resumed).await;
    let (one, two) = (receiver.next().await, receiver.next().await);
    assert!([one.id(), two.id()].contains(&gone.id()) && one.id() != two.id());
}

#[tokio::test]
async fn a_replay_sends_once_more_what_was_sent() {
    let (world, mut receiver) = (World::new().await, Receiver::start(&[200]).await);
    world.add("a", &receiver.url).await;
    world.accept(1).await;
    let first = receiver.next().await;
    world.until(|all, _| all.first().is_some_and(|d| d.state == DeliveryState::Delivered)).await;
    let from = store::JournalPoint::Moment(START);
    world.store.replay_hook(&merchant(), "a", from, None).await.expect("asked").expect("there");
    assert_eq!(receiver.next().await.id(), first.id());
}
