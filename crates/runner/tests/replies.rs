//! The support desk's task over a store in memory: answered once with the truth, closed once, and never sent blindly.

use channels::{BoxFuture, Channel, Message, Report};
use clock::{ManualClock, Time};
use dispatch::{By, Fact, Via};
use parcel::{
    Address, AddressFields, DeliveryMode, LabelFormat, Letter, Login, MerchantId, ParcelNumber, Product, Shipment,
    ShipmentId, ShipmentParts, Weight,
};
use prometheus_client::registry::Registry;
use runner::{Replies, ReplyChannels, ReplyMetrics, ReplyOptions};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};
use store::{
    Account, LabelBytes, Merchant, NewIntent, NewPickup, NewTicket, ReplyTo, SealingKey, Store, TicketAct,
    TicketSource, TicketState, TicketText, TicketWhole,
};
use tokio::{sync::mpsc, time::timeout};
use watch::{Carrier, Condition, Function, IncidentId, Numbers, Transition, Watch, What};

const PATIENCE: Duration = Duration::from_secs(60);

fn at(hour: &str) -> Time {
    Time::from_paris(&format!("2025-12-22T{hour}:00")).expect("a moment")
}

/// A channel that gives prepared reports, and then takes everything.
struct Post {
    reports: Mutex<VecDeque<Report>>,
    out: mpsc::Sender<Message>,
}

impl Channel for Post {
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Report> {
        Box::pin(async move {
            let report = self.reports.lock().expect("lock").pop_front();
            self.out.send(message.clone()).await.expect("somebody listens");
            report.unwrap_or(Report::Accepted { receipt: Some("250 ok".into()) })
        })
    }

    fn canary(&self) -> BoxFuture<'_, Report> {
        Box::pin(async { Report::Delivered })
    }
}

struct World {
    store: Store,
    clock: Arc<ManualClock>,
    watch: Arc<Mutex<Watch>>,
    channels: ReplyChannels,
    post: mpsc::Receiver<Message>,
    nth: u64,
}

fn merchant(id: &str) -> MerchantId {
    id.parse().expect("an id")
}

impl World {
    async fn new(reports: impl IntoIterator<Item = Report>) -> Self {
        let store = Store::open(store::Options::memory(SealingKey::from_bytes([7; 32]))).expect("a store");
        for id in ["atelier", "brune"] {
            let login = Login::Contract { number: "964744".into(), password: "hush".into() };
            let account = Account {
                id: format!("{id}-account"),
                merchant: merchant(id),
                carrier: "colissimo".into(),
                login,
                okapi_key: None,
            };
            let digest = [id.as_bytes()[0]; 32];
            let named = Merchant { id: merchant(id), name: id.into() };
            store.add_merchant(named, digest, account, at("00:00")).await.expect("a merchant");
        }
        let (out, post) = mpsc::channel(2_000);
        let channel: Arc<dyn Channel> = Arc::new(Post { reports: Mutex::new(reports.into_iter().collect()), out });
        let channels =
            ReplyChannels { mail: Some(channel.clone()), chatwoot: Some(channel.clone()), zammad: Some(channel) };
        let watch = Arc::new(Mutex::new(Watch::new(watch::Settings::default()).resume(&[opened()])));
        Self { store, clock: Arc::new(ManualClock::at(at("11:00"))), watch, channels, post, nth: 0 }
    }

    fn start(&self) -> Replies {
        let options = ReplyOptions {
            channels: self.channels.clone(),
            public_url: Some("https://tournee.example".into()),
            next_message: Arc::new(|_| Some(at("11:30"))),
        };
        let metrics = ReplyMetrics::register(&mut Registry::default());
        Replies::start(self.store.clone(), self.clock.clone(), Arc::clone(&self.watch), options, metrics)
    }

    async fn next(&mut self) -> Message {
        timeout(PATIENCE, self.post.recv()).await.expect("in time").expect("a message")
    }

    async fn silence(&mut self) {
        assert!(timeout(PATIENCE, self.post.recv()).await.is_err(), "nothing more is sent");
    }

    /// A shipment of a merchant to a buyer.
    async fn ship(&mut self, owner: &str, order: &str, buyer: &str) -> ShipmentId {
        self.nth += 1;
        let id = ShipmentId::new(u64::try_from(at("06:30").unix_ms()).expect("positive") + self.nth, [1; 10]);
        let new = NewIntent {
            id,
            merchant: merchant(owner),
            account: format!("{owner}-account"),
            shipment: shipment(order, buyer),
            via: Via::Api,
            key: None,
            pickup: NewPickup::default(),
            at: at("06:30"),
        };
        self.store.accept(new).await.expect("accepted");
        id
    }

    async fn label(&self, id: ShipmentId, number: ParcelNumber, when: Time) {
        self.store.claim(&[dispatch::Job::Submit], 100, 0, when).await.expect("claimed");
        let fact = Fact::Confirmed {
            attempt: 1,
            number,
            partner_number: None,
            format: LabelFormat::PDF_10X15,
            by: By::Answer,
        };
        let label = LabelBytes { label: "%PDF".into(), cn23: None, answer_json: "{}".into() };
        self.store.record(id, vec![fact], when, Some(label)).await.expect("confirmed");
    }

    async fn ticket(&mut self, source: TicketSource, who: &str, body: &str) -> String {
        self.nth += 1;
        let id = format!("T{:010}", self.nth);
        let owner = who.strip_prefix("key:").map(merchant);
        let address = who.strip_prefix("mail:").map(str::to_owned);
        let new = NewTicket {
            id: id.clone(),
            source,
            external: id.clone(),
            thread: None,
            replies_to: None,
            merchant: owner,
            reply_to: ReplyTo {
                address,
                place: (source != TicketSource::Mail).then(|| "3/12".to_owned()),
                message_id: Some(format!("{id}@mail.example")),
                subject: "Question".into(),
            },
            text: TicketText { subject: "Question".into(), body: body.into() },
            is_automatic: false,
            is_unreadable: false,
            files: Vec::new(),
            at: at("11:00"),
        };
        self.store.add_ticket(new).await.expect("taken in");
        id
    }

    async fn whole(&self, id: &str) -> TicketWhole {
        self.store.ticket(id, None).await.expect("read").expect("a ticket")
    }
}

fn opened() -> Transition {
    let what = What::Opened { function: Function::Label, condition: Condition::Dark, numbers: Numbers::default() };
    Transition { at: at("06:24"), incident: IncidentId(1), carrier: Carrier::new("colissimo"), what }
}

fn shipment(order: &str, buyer: &str) -> Shipment {
    let address = |name: &str, email: Option<&str>| {
        let fields = AddressFields {
            last_name: Some(name.into()),
            street: Some("1 rue Haute".into()),
            postal_code: Some("75001".into()),
            city: Some("Paris".into()),

            email: email.map(str::to_owned),
            ..AddressFields::default()
        };
        Address::try_from(fields).expect("an address")
    };
    Shipment {
        order_number: Some(order.parse().expect("an order")),
        parcel_ref: None,
        parcel_number: None,
        product: Product::Dom,
        mode: DeliveryMode::Home,
        deposit_date: at("06:30").paris_date(),
        weight: Weight::from_grams(500).expect("a weight"),
        format: LabelFormat::PDF_10X15,
        letter: Letter::Parts(Box::new(ShipmentParts {
            sender: address("Shop", None),
            addressee: address("Buyer", Some(buyer)),
            commercial_name: None,
            insurance: None,
            instructions: None,
            non_machinable: false,
            undeliverable: None,
            customs: None,
        })),
    }
}

#[tokio::test(start_paused = true)]
async fn a_buyer_is_told_of_their_parcel_once_and_a_stranger_of_nothing() {
    let mut world = World::new([]).await;
    world.ship("atelier", "A-1", "Anne@mail.example").await;
    let _replies = world.start();
    let anne = world.ticket(TicketSource::Mail, "mail:anne@mail.example", "Où en est ma commande A-1 ?").await;
    let message = world.next().await;
    assert_eq!(
        (message.to.as_str(), message.lang, &message.subject),
        ("anne@mail.example", "fr", &format!("Re: Question [{anne}]"))
    );
    assert_eq!(message.in_reply_to, Some(format!("{anne}@mail.example")));
    assert!(message.text.contains("Commande A-1") && message.text.contains("6\u{a0}h\u{a0}30"), "{}", message.text);
    assert!(message.text.contains("avant 11\u{a0}h\u{a0}30"), "{}", message.text);
    let zoe = world.ticket(TicketSource::Mail, "mail:zoe@mail.example", "Où en est la commande A-1 ?").await;
    world.silence().await;
    let whole = world.whole(&zoe).await;
    assert_eq!((whole.ticket.state, whole.ticket.reason.as_deref()), (TicketState::WithPerson, Some("not_theirs")));
    assert_eq!(world.whole(&anne).await.messages.last().and_then(|one| one.sending), Some("sent"));
}

#[tokio::test(start_paused = true)]
async fn a_registered_address_is_its_merchants() {
    let mut world = World::new([]).await;
    world.ship("brune", "B-1", "anne@mail.example").await;
    world.store.add_support_contact(&merchant("brune"), "Help@Brune.example").await.expect("registered");
    let _replies = world.start();
    world.ticket(TicketSource::Mail, "mail:help@brune.example", "Hello, our label is still not there.").await;
    assert!(world.next().await.text.contains("Order B-1"), "by account, function and time");
}

#[tokio::test(start_paused = true)]
async fn what_was_claimed_when_the_process_stopped_is_not_sent_again() {
    let mut world = World::new([]).await;
    world.ship("atelier", "A-1", "anne@mail.example").await;
    let id = world.ticket(TicketSource::Chatwoot, "key:atelier", "Where is A-1?").await;
    // A process that decided, claimed, and was gone.
    let first = world.start();
    let _ = world.next().await;
    first.shutdown(Duration::from_secs(1)).await;
    world
        .store
        .act_on_ticket(
            &id,
            "key_x",
            TicketAct::Answer(TicketText { subject: "s".into(), body: "b".into() }),
            at("11:00"),
        )
        .await
        .expect("answered");
    let claimed = world.store.claim_ticket_sends(at("11:00"), 10).await.expect("claimed");
    assert_eq!(claimed.len(), 1);
    let _second = world.start();
    world.silence().await;
    assert_eq!(world.whole(&id).await.messages.last().and_then(|one| one.sending), Some("unknown"));
}

#[tokio::test(start_paused = true)]
async fn only_what_surely_did_not_leave_is_tried_again() {
    let not_now = || Report::NotNow { why: "no connection".into() };
    let mut world = World::new([not_now(), not_now(), Report::Delivered, Report::Unknown { why: "cut".into() }]).await;
    world.ship("atelier", "A-1", "anne@mail.example").await;
    let _replies = world.start();
    let one = world.ticket(TicketSource::Zammad, "key:atelier", "Where is A-1?").await;
    let first = world.next().await;
    for minute in 1..=2 {
        world.clock.set(at("11:00").plus(Duration::from_secs(60 * minute)));
        let again = world.next().await;
        assert_eq!((&again.id, &again.text), (&first.id, &first.text), "the same message under the same name");
    }
    let two = world.ticket(TicketSource::Zammad, "key:atelier", "Where is A-1?").await;
    world.next().await;
    world.clock.set(at("14:00"));
    world.silence().await;
    for (id, stands) in [(one, "sent"), (two, "unknown")] {
        assert_eq!(world.whole(&id).await.messages.last().and_then(|one| one.sending), Some(stands));
    }
}

#[tokio::test(start_paused = true)]
async fn after_the_incident_each_answered_ticket_gets_one_closing_message() {
    let mut world = World::new([]).await;
    let one = world.ship("atelier", "A-1", "anne@mail.example").await;
    let _replies = world.start();
    let id = world.ticket(TicketSource::Mail, "mail:anne@mail.example", "Where is order A-1?").await;
    assert!(world.next().await.text.contains("request received"));
    let number = ParcelNumber::from_serial("6A", 4_000_000_000).expect("a number");
    world.label(one, number, at("12:40")).await;
    world.clock.set(at("13:01"));
    let restored =
        Transition { at: at("13:00"), what: What::Restored { odds: 0.01, bound: 0.02, up_min: 130.0 }, ..opened() };
    *world.watch.lock().expect("lock") = Watch::new(watch::Settings::default()).resume(&[opened(), restored]);
    let closing = world.next().await;
    assert!(
        closing.text.contains("restored since 13:00") && closing.text.contains("ready since 12:40"),
        "{}",
        closing.text
    );
    assert!(closing.text.contains(number.as_str()));
    world.silence().await;
    let whole = world.whole(&id).await;
    assert_eq!((whole.ticket.state, whole.messages.len()), (TicketState::Closed, 3));
}

#[tokio::test(start_paused = true)]
async fn a_day_of_tickets_is_answered_each_with_its_own_parcel() {
    const TICKETS: usize = 800;
    let mut world = World::new([]).await;
    for nth in 0..TICKETS {
        world.ship("atelier", &format!("A-{nth:04}"), &format!("buyer{nth}@mail.example")).await;
    }
    for nth in 0..TICKETS {
        let who = format!("mail:buyer{nth}@mail.example");
        world.ticket(TicketSource::Mail, &who, &format!("Bonjour, où est ma commande A-{nth:04} ?")).await;
    }
    let _replies = world.start();
    for _ in 0..TICKETS {
        let message = world.next().await;
        let nth = message.to.trim_start_matches("buyer").split('@').next().expect("a number").to_owned();
        let order = format!("A-{:0>4}", nth);
        assert!(message.text.contains(&order), "{order}");
        assert_eq!(message.text.matches("A-").count(), 1, "of nobody else's: {}", message.text);
    }
    world.silence().await;
}

#[tokio::test(start_paused = true)]
async fn programs_and_people_with_other_matters_get_no_answer() {
    let mut world = World::new([]).await;
    world.ship("atelier", "A-1", "anne@mail.example").await;
    let refund = world.ticket(TicketSource::Mail, "mail:anne@mail.example", "I want a refund for A-1").await;
    let _replies = world.start();
    world.silence().await;
    let whole = world.whole(&refund).await;
    assert_eq!((whole.ticket.state, whole.ticket.reason.as_deref()), (TicketState::WithPerson, Some("refund")));
    assert_eq!(whole.ticket.matched.len(), 1, "the person sees the parcel");
}
