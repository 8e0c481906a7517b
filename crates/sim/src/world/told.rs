//! What people were told on a simulated day: readers of the status page, subscribers on four channels that die in turn, and
//! the people who ask for help.

use super::{
    Plan,
    gateway::{Door, api_key},
    post::{Arrived, Post},
};
use crate::{
    asks::{About, Ask, Asker},
    dice::Dice,
    merchants::Merchant,
    orders::SimOrder,
    scenario::Scenario,
};
use axum::body::Body;
use clock::{Clock, Time};
use dispatch::Via;
use http::{Request, StatusCode, header};
use notice::{
    Lang, Level, Update, UpdateId,
    plan::{ChannelKind, Digest, Wants},
    ticket::Line,
};
use parcel::{MerchantId, OrderNumber};
use serde::Serialize;
use sha2::Digest as _;
use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use store::{NewApiKey, NewSubscription, NewWay, Scope, Store, StoreError, TicketState};
use watch::Function;

/// Subscribers of a day.
const SUBSCRIBERS: usize = 120;
/// Which stream of the seed's chance their ways are drawn from.
const SUBSCRIBERS_STREAM: u64 = 31;
/// How often somebody reads the page, in simulated time.
const READ_EVERY: Duration = Duration::from_secs(1_800);
/// How often receipts come in, in simulated time.
const RECEIPTS_EVERY: Duration = Duration::from_secs(10);
/// The key of the mail server that pipes mails in.
const DESK_KEY: &str = "tk_simulated-desk";
/// A function that has been dark for so long is known to be.
const KNOWN_AFTER: Duration = Duration::from_secs(120);

/// What people were told, and how soon.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Told {
    /// Messages about the incident.
    pub messages: u64,
    /// From the first bad phase to the first message on the page, in seconds.
    pub first_message_after_s: Option<u64>,
    /// The same to the first notice that reached a subscriber, and to the last subscriber's first one, in seconds.
    pub first_notice_after_s: Option<u64>,
    /// See `first_notice_after_s`.
    pub everybody_first_notice_after_s: Option<u64>,
    /// Messages that said *restored* before the lasting return.
    pub restored_early: u64,
    /// Messages that said that a return did not hold.
    pub relapses_told: u64,
    /// Times that were promised for the next message and not kept.
    pub promises_broken: u64,
    /// Looks at the page and its JSON, in both languages.
    pub reads: u64,
    /// Of these, those that were not answered with a page.
    pub reads_failed: u64,
    /// Of these, those that called a dark function operational, or said *restored* before it was.
    pub reads_wrong: u64,
    /// Subscribers.
    pub subscribers: u64,
    /// Notices that reached them.
    pub notices: u64,
    /// Notices that reached somebody twice.
    pub notices_twice: u64,
    /// Messages that a channel took without saying so, each of which may come twice.
    pub notices_in_doubt: u64,
    /// Notices that came after a newer one.
    pub notices_out_of_order: u64,
    /// Subscribers whom the last message did not reach.
    pub last_not_reached: u64,
    /// People who asked for help.
    pub asked: u64,
    /// Of these, those that were answered with the state of their parcels.
    pub answered: u64,
    /// Of these, those that a person has.
    pub with_person: u64,
    /// Of a hundred who asked about parcels by name, those that were answered.
    pub answered_percent: u64,
    /// Questions about something else that were answered all the same.
    pub off_topic_answered: u64,
    /// Parcels in answers that the one who asked had not asked about.
    pub wrong_links: u64,
    /// Answered tickets that were closed with a message when all was restored.
    pub closed: u64,
    /// Tickets that were neither answered nor given to a person.
    pub unheard: u64,
    /// The messages in English, with their time in Paris.
    pub story: Vec<String>,
}

/// Everything that listens on a simulated day.
pub(super) struct Audience {
    store: Store,
    door: Door,
    post: Post,
    asks: Arc<[Ask]>,
    reads: Mutex<Reads>,
    tickets: Mutex<HashMap<String, usize>>,
    scenario: Scenario,
}

#[derive(Default)]
struct Reads {
    all: u64,
    failed: u64,
    wrong: u64,
}

/// Lets subscribers in as they were before the day, and the mail server with its key.
pub(super) async fn subscribe(store: &Store, plan: &Plan, merchants: &[Merchant]) -> Result<(), StoreError> {
    let mut dice = Dice::stream(plan.seed, SUBSCRIBERS_STREAM);
    let at = plan.scenario.start;
    for place in 0..SUBSCRIBERS {
        store.subscribe(subscriber(place, &mut dice, at)).await?;
    }
    let Some(first) = merchants.first() else { return Ok(()) };
    let digest: [u8; 32] = sha2::Sha256::digest(DESK_KEY).into();
    let (merchant, name) = (first.id.clone(), "mail".to_owned());
    let scopes = [Scope::Support, Scope::Operate].into_iter().collect();
    store.add_api_key(NewApiKey { digest, merchant, name, scopes, at, expires_at: None }).await.map(drop)
}

fn subscriber(place: usize, dice: &mut Dice, at: Time) -> NewSubscription {
    use ChannelKind::{Mail, Sms, WebPush, Webhook};
    const WAYS: [&[ChannelKind]; 6] =
        [&[Mail, Sms], &[Sms, Mail], &[Mail, WebPush], &[Webhook, Mail], &[WebPush, Sms], &[Mail, Webhook, Sms]];
    let ways = dice.pick(&WAYS).copied().unwrap_or(WAYS[0]);
    let address = |channel: ChannelKind| match channel {
        Mail => format!("reader{place}@example.org"),
        Sms => format!("+3363998{place:04}"),
        Webhook => format!("https://reader{place}.example.org/status"),
        WebPush => format!("https://push.example.org/{place}"),
    };
    let way = |channel: &ChannelKind| NewWay { channel: *channel, address: address(*channel).into(), confirmed: true };
    NewSubscription {
        id: format!("sub_{place:016x}"),
        lang: if dice.chance(0.8) { Lang::French } else { Lang::English },
        ways: ways.iter().map(way).collect(),
        wants: Wants::default(),
        budget_per_day: Some(1_000),
        quiet: None,
        digest: Digest::AtOnce,
        at,
    }
}

impl Audience {
    pub(super) fn new(store: Store, door: Door, post: Post, asks: Vec<Ask>, plan: &Plan) -> Self {
        let (reads, tickets, scenario) = (Mutex::default(), Mutex::default(), plan.scenario.clone());
        Self { store, door, post, asks: asks.into(), reads, tickets, scenario }
    }

    /// Reads the page again and again, and gives receipts back, without end.
    pub(super) async fn listen(self: Arc<Self>) {
        let mut next_read = self.door.clock.now();
        loop {
            let now = self.door.clock.now();
            if now >= next_read {
                next_read = now.plus(READ_EVERY);
                self.read().await;
            }
            for (channel, id) in self.post.receipts() {
                // A store that is closed takes none, and nobody waits for it.
                let _ = self.store.receipt(channel, &id, true, now).await;
            }
            tokio::time::sleep(RECEIPTS_EVERY).await;
        }
    }

    async fn read(&self) {
        let restored = ["Rétabli depuis", "Restored since"];
        let now = self.door.clock.now();
        self.door.render();
        for path in ["/status?lang=fr", "/status?lang=en", "/api/v2/summary.json"] {
            let (head, body) = self.door.send(Request::get(path).body(Body::empty()).unwrap_or_default()).await;
            let text = String::from_utf8_lossy(&body);
            let early = now < super::report::dark(&self.scenario).1 && restored.iter().any(|word| text.contains(word));
            let blind = path.ends_with("json") && self.is_known_dark(now) && calls_labels_operational(&text);
            let mut reads = self.reads.lock().unwrap_or_else(PoisonError::into_inner);
            reads.all += 1;
            reads.failed += u64::from(head.status != StatusCode::OK);
            reads.wrong += u64::from(early || blind);
        }
    }

    /// Whether labels have been dark without a break for long enough to be known to be.
    fn is_known_dark(&self, now: Time) -> bool {
        use crate::scenario::Function as Served;
        let dark = |at: Time| self.scenario.at(at, Served::Label).dark;
        dark(now) && dark(now.minus(KNOWN_AFTER)) && dark(now.minus(KNOWN_AFTER / 2))
    }

    /// Somebody asks for help, in the way that is open to them.
    pub(super) async fn ask(self: Arc<Self>, place: usize, orders: Arc<[SimOrder]>) {
        let Some(ask) = self.asks.get(place) else { return };
        let request = match ask.asker {
            Asker::Shop(shop) => self.by_shop(place, ask, shop, &orders),
            Asker::Buyer(order) => orders.get(order).and_then(|order| self.by_mail(place, ask, buyer_of(order)?)),
        };
        let Some(request) = request else { return };
        let (_, body) = self.door.send(request).await;
        let id = serde_json::from_slice::<serde_json::Value>(&body)
            .ok()
            .and_then(|body| Some(body.get("id")?.as_str()?.to_owned()));
        if let Some(id) = id {
            self.tickets.lock().unwrap_or_else(PoisonError::into_inner).insert(id, place);
        }
    }

    /// By its API key, or by mail where its module asked for the label: that account has no key.
    fn by_shop(&self, place: usize, ask: &Ask, shop: usize, orders: &[SimOrder]) -> Option<Request<Body>> {
        let merchant = self.door.merchants.get(shop)?;
        let by_module = match &ask.about {
            About::Orders(places) => places.iter().any(|place| orders[*place].via == Via::DropIn),
            About::Nothing | About::Else => false,
        };
        if by_module {
            return self.by_mail(place, ask, merchant.sender.fields().email.clone()?);
        }
        let body = serde_json::json!({ "subject": ask.subject, "text": ask.text, "reference": format!("ask-{place}") });
        let request = Request::post("/v1/tickets")
            .header(header::AUTHORIZATION, format!("Bearer {}", api_key(merchant)))
            .header(header::CONTENT_TYPE, "application/json");
        request.body(Body::from(body.to_string())).ok()
    }

    fn by_mail(&self, place: usize, ask: &Ask, from: String) -> Option<Request<Body>> {
        let mail = format!(
            "From: <{from}>\r\nTo: <aide@example.com>\r\nSubject: {}\r\nMessage-ID: <ask-{place}@example.org>\r\n\
             MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}\r\n",
            ask.subject.chars().filter(char::is_ascii).collect::<String>(),
            ask.text
        );
        let request = Request::post("/v1/tickets/mail")
            .header(header::AUTHORIZATION, format!("Bearer {DESK_KEY}"))
            .header(header::CONTENT_TYPE, "message/rfc822");
        request.body(Body::from(mail)).ok()
    }

    /// At the time of the carrier's own word an operator cites it.
    pub(super) async fn confirm(self: Arc<Self>, at: Time) {
        tokio::time::sleep(at.since(self.door.clock.now())).await;
        let body = serde_json::json!({
            "word": "confirm", "text": "Le transporteur confirme une perturbation de ses services en ligne.",
            "source": "https://carrier.example/communique",
        });
        let request = Request::post("/v1/incidents/0/remarks")
            .header(header::AUTHORIZATION, format!("Bearer {DESK_KEY}"))
            .header(header::CONTENT_TYPE, "application/json");
        if let Ok(request) = request.body(Body::from(body.to_string())) {
            self.door.send(request).await;
        }
    }

    /// What came of it all.
    pub(super) async fn told(&self, orders: &[SimOrder]) -> Result<Told, StoreError> {
        let updates = self.store.updates(UpdateId(0), u32::MAX).await?;
        let mut told = self.of_messages(&updates);
        self.of_notices(&updates, &mut told).await?;
        self.of_tickets(orders, &mut told).await?;
        Ok(told)
    }

    fn of_messages(&self, updates: &[Update]) -> Told {
        let (fell, returned) = super::report::dark(&self.scenario);
        let says = |update: &Update, level: Level| update.claims.iter().any(|claim| claim.level() == level);
        let first = updates.iter().find(|update| update.at >= fell);
        let promised = updates.windows(2).filter(|pair| pair[0].incident == pair[1].incident);
        let late = promised.filter(|pair| pair[0].next_by.is_some_and(|by| pair[1].at > by));
        let words = notice::Words::of(Lang::English);
        let line =
            |update: &Update| format!("{} {}", update.at.to_paris(), words.update(update, update.at).lines.join(" "));
        let reads = self.reads.lock().unwrap_or_else(PoisonError::into_inner);
        let labels = |update: &&Update| {
            let of_label = |function: Option<Function>| function.is_none_or(|one| one == Function::Label);
            let early = |claim: &notice::Claim| claim.level() == Level::Restored && of_label(claim.function);
            update.at < returned && update.claims.iter().any(early)
        };
        Told {
            messages: updates.len() as u64,
            first_message_after_s: first.map(|update| update.at.since(fell).as_secs()),
            restored_early: updates.iter().filter(labels).count() as u64,
            relapses_told: updates.iter().filter(|update| says(update, Level::Relapsed)).count() as u64,
            promises_broken: late.count() as u64,
            reads: reads.all,
            reads_failed: reads.failed,
            reads_wrong: reads.wrong,
            story: updates.iter().map(line).collect(),
            ..Told::default()
        }
    }

    async fn of_notices(&self, updates: &[Update], told: &mut Told) -> Result<(), StoreError> {
        let (fell, _) = super::report::dark(&self.scenario);
        let carried = self.carried().await?;
        let mut of: BTreeMap<&str, Vec<(UpdateId, &Arrived)>> = BTreeMap::new();
        let arrived = self.post.arrived();
        for one in &arrived {
            let Some((subscription, newest)) = carried.get(&one.id) else { continue };
            of.entry(subscription).or_default().push((*newest, one));
        }
        let last = updates.last().map(|update| update.id);
        let after = |at: Time| at.since(fell).as_secs();
        let firsts = || of.values().filter_map(|all| all.iter().map(|(_, one)| one.at).min()).map(after);
        told.subscribers = self.store.subscribers_count().await?;
        told.notices = arrived.len() as u64;
        told.notices_in_doubt = self.post.wordless();
        told.first_notice_after_s = firsts().min();
        told.everybody_first_notice_after_s = firsts().max();
        for all in of.values() {
            let mut newest = UpdateId(0);
            let mut seen: Vec<&str> = Vec::new();
            for (update, one) in all {
                told.notices_twice += u64::from(*update == newest && seen.contains(&one.id.as_str()));
                told.notices_out_of_order += u64::from(*update < newest);
                newest = newest.max(*update);
                seen.push(&one.id);
            }
            told.last_not_reached += u64::from(Some(newest) != last);
        }
        told.last_not_reached += told.subscribers.saturating_sub(of.len() as u64);
        Ok(())
    }

    /// Which subscription each message was for, and the newest update in it.
    async fn carried(&self) -> Result<HashMap<String, (String, UpdateId)>, StoreError> {
        let mut carried: HashMap<String, (String, UpdateId)> = HashMap::new();
        let mut after = 0;
        loop {
            let (page, next) = self.store.notices(after, 1_000).await?;
            if page.is_empty() {
                return Ok(carried);
            }
            for notice in page {
                for one in &notice.tries {
                    let entry = carried.entry(one.message.clone());
                    let update = UpdateId(notice.update);
                    let known = entry.or_insert_with(|| (notice.subscription.clone(), update));
                    known.1 = known.1.max(update);
                }
            }
            after = next;
        }
    }

    async fn of_tickets(&self, orders: &[SimOrder], told: &mut Told) -> Result<(), StoreError> {
        let tickets = self.tickets.lock().unwrap_or_else(PoisonError::into_inner).clone();
        told.asked = tickets.len() as u64;
        let (mut named, mut named_answered) = (0_u64, 0_u64);
        for (id, place) in &tickets {
            let (Some(ask), Some(whole)) = (self.asks.get(*place), self.store.ticket(id, None).await?) else {
                continue;
            };
            let ticket = whole.ticket;
            let own = |order: &OrderNumber| match &ask.about {
                About::Orders(places) => {
                    places.iter().any(|place| orders[*place].shipment.order_number.as_ref() == Some(order))
                }
                About::Nothing => self.is_of_shop(ask, ticket.merchant.as_ref()),
                About::Else => false,
            };
            let linked = ticket.matched.iter().filter_map(|line| match line {
                Line::State(parcel) | Line::Public(parcel) => parcel.order.as_ref(),
                _ => None,
            });
            told.wrong_links += linked.filter(|order| !own(order)).count() as u64;
            let was_answered = matches!(ticket.state, TicketState::Answered | TicketState::Closed);
            told.answered += u64::from(was_answered);
            told.with_person += u64::from(ticket.state == TicketState::WithPerson);
            told.closed += u64::from(ticket.state == TicketState::Closed);
            told.unheard += u64::from(ticket.state == TicketState::New);
            told.off_topic_answered += u64::from(was_answered && ask.about == About::Else);
            if matches!(ask.about, About::Orders(_)) {
                named += 1;
                named_answered += u64::from(was_answered);
            }
        }
        told.unheard += (self.asks.len() - tickets.len()) as u64;
        told.answered_percent = named_answered * 100 / named.max(1);
        Ok(())
    }

    fn is_of_shop(&self, ask: &Ask, merchant: Option<&MerchantId>) -> bool {
        let Asker::Shop(shop) = ask.asker else { return false };
        self.door.merchants.get(shop).map(|one| &one.id) == merchant
    }
}

fn buyer_of(order: &SimOrder) -> Option<String> {
    let parcel::Letter::Parts(parts) = order.shipment.letter.clone() else { return None };
    parts.addressee.fields().email.clone()
}

fn calls_labels_operational(summary: &str) -> bool {
    let summary: serde_json::Value = serde_json::from_str(summary).unwrap_or_default();
    let components = summary.get("components").and_then(|list| list.as_array()).cloned().unwrap_or_default();
    components.iter().any(|one| {
        let of_label = one.get("id").and_then(|id| id.as_str()).is_some_and(|id| id.contains("label"));
        of_label && one.get("status").and_then(|status| status.as_str()) == Some("operational")
    })
}

impl Told {
    /// What must not have been.
    pub(super) fn in_words(&self) -> Vec<String> {
        let counts = [
            ("a message said restored before the lasting return", self.restored_early),
            ("the time that was promised for the next message was not kept", self.promises_broken),
            ("the status page did not answer", self.reads_failed),
            ("the status page said more than was so", self.reads_wrong),
            ("a notice came after a newer one", self.notices_out_of_order),
            ("a notice came twice without any doubt", self.notices_twice.saturating_sub(self.notices_in_doubt)),
            ("a subscriber did not get the last message", self.last_not_reached),
            ("an answer spoke of a parcel that was not asked about", self.wrong_links),
            ("a question about something else was answered as if it were about a parcel", self.off_topic_answered),
            ("a question was neither answered nor given to a person", self.unheard),
        ];
        let wrong = counts.into_iter().filter(|(_, count)| *count > 0);
        wrong.map(|(what, count)| format!("no_claim_without_evidence: {count} times {what}")).collect()
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut row = |name: &str, value: Option<u64>| {
            let value = value.map_or_else(|| "-".to_owned(), |value| value.to_string());
            writeln!(f, "  {name:<44} {value:>9}")
        };
        row("messages", Some(self.messages))?;
        row("  the first after, in seconds", self.first_message_after_s)?;
        row("  restored said too early", Some(self.restored_early))?;
        row("  relapses told", Some(self.relapses_told))?;
        row("  promised times not kept", Some(self.promises_broken))?;
        row("looks at the status page", Some(self.reads))?;
        row("  not answered, or wrong", Some(self.reads_failed + self.reads_wrong))?;
        row("subscribers", Some(self.subscribers))?;
        row("  the first notice after, in seconds", self.first_notice_after_s)?;
        row("  everybody has one after, in seconds", self.everybody_first_notice_after_s)?;
        row("  notices", Some(self.notices))?;
        row("  in doubt; came twice", Some(self.notices_in_doubt))?;
        row("  came twice", Some(self.notices_twice))?;
        row("  out of order", Some(self.notices_out_of_order))?;
        row("  without the last message", Some(self.last_not_reached))?;
        row("people who asked for help", Some(self.asked))?;
        row("  answered with their parcels' state", Some(self.answered))?;
        row("  of a hundred about parcels, answered", Some(self.answered_percent))?;
        row("  with a person", Some(self.with_person))?;
        row("  answers about a parcel of somebody else", Some(self.wrong_links))?;
        row("  closed with a message at the end", Some(self.closed))
    }
}
