//! The task that sends notices, on a store with its threads: one update reaches everybody, and an orderly stop loses nothing.

use channels::{BoxFuture, Channel, Message, Report};
use clock::{Clock, SystemClock};
use notice::{
    Claim, Lang, Method, Says, SeenBy, Stage, Update, UpdateId, Window,
    plan::{ChannelKind, Digest, State, Wants},
};
use prometheus_client::registry::Registry;
use runner::{Channels, Tell, TellMetrics, TellSettings};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use store::{NewSubscription, NewWay, Options, Outgoing, SealingKey, Store};
use tokio::{sync::Notify, time::timeout};
use watch::{Carrier, Function, IncidentId};
use zeroize::Zeroizing;

/// However slow the machine is, what has not come by then will not come.
const PATIENCE: Duration = Duration::from_secs(60);

/// A channel that counts what it takes, or takes nothing.
#[derive(Default)]
struct Counting {
    count: AtomicUsize,
    changed: Notify,
    dead: AtomicBool,
    /// Whether it keeps everybody waiting for ever.
    hangs: AtomicBool,
}

impl Counting {
    async fn has(&self, count: usize) {
        while self.count.load(Ordering::SeqCst) < count {
            timeout(PATIENCE, self.changed.notified()).await.expect("it comes");
        }
    }

    fn report(&self) -> Report {
        if self.dead.load(Ordering::SeqCst) { Report::NotNow { why: "dead".into() } } else { Report::Delivered }
    }
}

impl Channel for Counting {
    fn send<'a>(&'a self, _: &'a Message) -> BoxFuture<'a, Report> {
        Box::pin(async {
            let report = self.report();
            if report == Report::Delivered {
                self.count.fetch_add(1, Ordering::SeqCst);
                self.changed.notify_one();
            }
            if self.hangs.load(Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
            report
        })
    }

    fn canary(&self) -> BoxFuture<'_, Report> {
        Box::pin(async { self.report() })
    }
}

fn compose(outgoing: &Outgoing, _: clock::Time) -> Message {
    Message {
        id: outgoing.message.clone(),
        to: outgoing.to.to_string(),
        lang: "fr",
        subject: String::new(),
        text: String::new(),
        json: None,
        unsubscribe_url: None,
        in_reply_to: None,
        useful_for: Duration::from_secs(60),
    }
}

fn update(id: u64) -> Update {
    let at = SystemClock.now();
    let claim = Claim {
        carrier: Carrier::new("colissimo"),
        function: Some(Function::Label),
        says: Says::Signs,
        since: at,
        seen_by: SeenBy::Ourselves,
        window: Window { from: at, to: at },
        counts: None,
        method: Method::Calls,
        confidence: None,
        made: at,
        expires: at.plus(Duration::from_secs(1_800)),
    };
    Update {
        id: UpdateId(id),
        incident: IncidentId(id),
        carrier: claim.carrier.clone(),
        at,
        stage: Stage::Monitoring,
        verdict: watch::Verdict::Unknown,
        claims: vec![claim],
        remark: None,
        next_by: Some(at.plus(Duration::from_secs(3_600))),
    }
}

struct World {
    dir: tempfile::TempDir,
    store: Store,
    mail: Arc<Counting>,
    sms: Arc<Counting>,
}

impl World {
    async fn new(subscribers: usize) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let store = Store::open(Options::dir(dir.path(), SealingKey::from_bytes([7; 32]))).expect("a store");
        let all: tokio::task::JoinSet<_> = (0..subscribers).map(|n| subscribe(store.clone(), n)).collect();
        all.join_all().await;
        Self { dir, store, mail: Arc::default(), sms: Arc::default() }
    }

    async fn tell(&self) -> Tell {
        let channels: Channels = [
            (ChannelKind::Mail, Arc::clone(&self.mail) as Arc<dyn Channel>),
            (ChannelKind::Sms, Arc::clone(&self.sms) as Arc<dyn Channel>),
        ]
        .into();
        let metrics = TellMetrics::register(&mut Registry::default());
        let (store, clock) = (self.store.clone(), Arc::new(SystemClock));
        let started = Tell::start(store, channels, Arc::new(compose), clock, TellSettings::default(), metrics);
        started.await.expect("started")
    }

    async fn states(&self) -> Vec<State> {
        let (all, _) = self.store.notices(0, u32::MAX).await.expect("read");
        all.iter().map(|notice| notice.state).collect()
    }
}

async fn subscribe(store: Store, n: usize) {
    let way = |channel, address| NewWay { channel, address: Zeroizing::new(address), confirmed: true };
    let new = NewSubscription {
        id: format!("s{n}"),
        lang: Lang::French,
        ways: vec![way(ChannelKind::Mail, format!("m{n}@shop.example")), way(ChannelKind::Sms, format!("+336{n:08}"))],
        wants: Wants::default(),
        budget_per_day: None,
        quiet: None,
        digest: Digest::AtOnce,
        at: SystemClock.now(),
    };
    store.subscribe(new).await.expect("written");
}

#[tokio::test]
async fn one_update_reaches_everybody_once() {
    let count = 1_000;
    let world = World::new(count).await;
    let tell = world.tell().await;
    assert_eq!(world.store.append_updates(&[update(1)]).await.expect("written"), 1_000);
    world.mail.has(count).await;
    tell.shutdown(PATIENCE).await;
    assert_eq!(world.mail.count.load(Ordering::SeqCst), count);
    assert_eq!(world.sms.count.load(Ordering::SeqCst), 0);
    assert!(world.states().await.iter().all(|state| *state == State::Delivered));
}

#[tokio::test]
async fn a_channel_whose_canary_fails_is_passed_over() {
    let world = World::new(200).await;
    world.mail.dead.store(true, Ordering::SeqCst);
    let tell = world.tell().await;
    world.store.append_updates(&[update(1)]).await.expect("written");
    world.sms.has(200).await;
    tell.shutdown(PATIENCE).await;
    assert!(world.states().await.iter().all(|state| *state == State::Delivered));
    let tried: usize = world.store.notices(0, 1_000).await.expect("read").0.iter().map(|one| one.tries.len()).sum();
    assert!(tried < 400, "only those that were begun before the canary came back were tried by mail: {tried}");
}

#[tokio::test]
async fn what_hangs_at_a_stop_may_have_been_sent_and_is_told_once_more() {
    let world = World::new(3).await;
    world.mail.hangs.store(true, Ordering::SeqCst);
    let tell = world.tell().await;
    world.store.append_updates(&[update(1)]).await.expect("written");
    world.mail.has(3).await;
    tell.shutdown(Duration::ZERO).await;
    assert_eq!(world.states().await, [State::Claimed; 3]);
    world.store.close().await.expect("closed");
    let store = Store::open(Options::dir(world.dir.path(), SealingKey::from_bytes([7; 32]))).expect("opened again");
    assert_eq!(store.recover_notices(SystemClock.now()).await.expect("recovered"), 3);
    let (all, _) = store.notices(0, 10).await.expect("read");
    assert!(all.iter().all(|one| one.state == State::Unknown && one.due_at.is_some()), "{all:#?}");
    store.close().await.expect("closed");
}
