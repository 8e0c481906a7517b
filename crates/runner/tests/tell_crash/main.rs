//! A thousand seeded crashes while notices go out and their channels die in turn: nothing is lost, nothing contradictory is
//! sent, and what comes twice is what nobody could know, and is counted.
//!
//! A process is one runtime with its store and its task: at a seeded moment (around a commit, or in a message on its way)
//! it dies, which is that nothing of it runs on and nothing more is written. The next one opens the same files.

mod audit;
mod dice;
mod world;

use channels::Message;
use clock::{Clock, Time};
use dice::Dice;
use notice::{
    Claim, Counts, Lang, Level, Method, Says, SeenBy, Stage, Update, UpdateId, Window,
    plan::{ChannelKind, Digest, Quiet, Wants},
};
use prometheus_client::registry::Registry;
use runner::{Channels, Tell, TellMetrics, TellSettings};
use std::{
    path::Path,
    sync::{Arc, Once},
    time::Duration,
};
use store::{Mode, NewSubscription, NewWay, Options, Outgoing, SealingKey, Store, StoreError, Subscribed};
use watch::{Carrier, Condition, Function, IncidentId};
use world::{MOMENTS, MOODS, Moment, Mood, Way, World, pass};
use zeroize::Zeroizing;

/// 2025-12-22T05:24:00Z.
const START: Time = Time::from_unix_ms(1_766_381_040_000);
const WORLDS: u64 = 40;
const DEATHS_PER_WORLD: u64 = 25;
const SUBSCRIBERS: u64 = 12;
const INCIDENTS: u64 = 3;

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn key() -> SealingKey {
    SealingKey::from_bytes([7; 32])
}

/// The store of a process that may die around any commit.
fn open(dir: &Path, world: &World) -> Store {
    let world = world.clone();
    let boundary = Arc::new(move |boundary| {
        assert!(!world.passes(Moment::Journal(boundary)), "the process dies here");
    });
    let options = Options { mode: Mode::Inline, boundary: Some(boundary), ..Options::dir(dir, key()) };
    Store::open(options).expect("a store")
}

fn compose(outgoing: &Outgoing, now: Time) -> Message {
    let updates: Vec<String> = outgoing.updates.iter().map(|update| update.id.0.to_string()).collect();
    Message {
        id: outgoing.message.clone(),
        to: outgoing.to.to_string(),
        lang: outgoing.subscription.lang.code(),
        subject: String::new(),
        text: updates.join(","),
        json: None,
        unsubscribe_url: None,
        in_reply_to: None,
        useful_for: outgoing.useful_until.since(now),
    }
}

fn update(id: u64, incident: u64, at: Time, level: Level) -> Update {
    let says = match level {
        Level::Observed | Level::Confirmed => {
            Says::Failing { condition: Condition::Dark, seen_ms: None, usual_ms: None, ourselves_well: true }
        }
        Level::Signs => Says::Signs,
        Level::UnderWatch => Says::UnderWatch,
        Level::Relapsed => Says::Relapsed { seen_at: at, condition: Condition::Dark },
        Level::Restored => Says::Restored { sent: None, need_answer: None },
    };
    let claim = Claim {
        carrier: Carrier::new("colissimo"),
        function: Some(Function::Label),
        says,
        since: at,
        seen_by: SeenBy::Ourselves,
        window: Window { from: at, to: at },
        counts: Some(Counts { n: 40, bad: 38 }),
        method: Method::Calls,
        confidence: None,
        made: at,
        expires: at.plus(secs(1_800)),
    };
    Update {
        id: UpdateId(id),
        incident: IncidentId(incident),
        carrier: claim.carrier.clone(),
        at,
        stage: if level == Level::Restored { Stage::Resolved } else { Stage::Investigating },
        verdict: watch::Verdict::Unknown,
        claims: vec![claim],
        remark: None,
        next_by: (level != Level::Restored).then(|| at.plus(secs(3_600))),
    }
}

/// What a subscriber's address is: the subscription's own name, whichever way it goes.
fn subscriber(n: u64, dice: &mut Dice) -> NewSubscription {
    let kinds = ChannelKind::ALL;
    let first = dice.below(4);
    let ways = (0..=dice.below(3)).map(|place| NewWay {
        channel: kinds[usize::try_from((first + place) % 4).expect("small")],
        address: Zeroizing::new(format!("s{n}")),
        confirmed: true,
    });
    NewSubscription {
        id: format!("s{n}"),
        lang: Lang::French,
        ways: ways.collect(),
        wants: Wants { least: *dice.pick(&[Level::Observed, Level::Observed, Level::Signs]), ..Wants::default() },
        budget_per_day: Some(if dice.one_in(5) { 4 } else { 1_000 }),
        quiet: dice.one_in(6).then(|| Quiet { from_hour: 7, to_hour: 8, through: vec![Level::Relapsed] }),
        digest: if dice.one_in(6) { Digest::Hourly } else { Digest::AtOnce },
        at: START,
    }
}

async fn subscribe_all(store: &Store, seed: u64) {
    let mut dice = Dice::new(!seed);
    for n in 0..SUBSCRIBERS {
        let made = store.subscribe(subscriber(n, &mut dice)).await.expect("written");
        assert!(matches!(made, Subscribed::New(_)), "{made:?}");
    }
}

/// One life: the task sends, the world goes on. True when it died.
async fn live(dir: &Path, world: &World, death: Option<(Moment, u64)>) -> bool {
    world.born(death);
    let store = open(dir, world);
    let channels: Channels = ChannelKind::ALL
        .into_iter()
        .map(|kind| (kind, Arc::new(Way(world.clone(), kind)) as Arc<dyn channels::Channel>))
        .collect();
    let metrics = TellMetrics::register(&mut Registry::default());
    let (clock, settings) = (Arc::new(world.clone()), TellSettings { in_flight_max: 6, ..TellSettings::default() });
    // The start writes too, and may be what a process dies of.
    let starting = Tell::start(store.clone(), channels, Arc::new(compose), clock, settings, metrics);
    #[expect(clippy::disallowed_methods, reason = "the process that dies is a task of its own")]
    let life = tokio::spawn({
        let (world, last) = (world.clone(), death.is_none());
        async move {
            let tell = starting.await.expect("started");
            if last {
                drain(&store, &world).await
            } else {
                events(&store, &world).await
            }
            tell.shutdown(secs(60)).await;
            store.close().await.expect("closed");
        }
    });
    tokio::select! {
        biased;
        () = world.1.notified() => true,
        // A panic is a death, which has been told.
        ended = life => ended.is_err(),
    }
}

/// What happens around the task, without an end.
async fn events(store: &Store, world: &World) {
    loop {
        let wait = secs(1 + world.inner().dice.below(40));
        pass(wait).await;
        deliver_receipts(store, world).await;
        let (kind, mood, incident, roll) = {
            let dice = &mut world.inner().dice;
            (*dice.pick(&ChannelKind::ALL), *dice.pick(&MOODS), dice.below(INCIDENTS), dice.below(20))
        };
        world.inner().moods.insert(kind, mood);
        match roll {
            0 => tell_of(store, world, incident, Level::Restored).await,
            1..=9 => {
                let levels = [Level::Observed, Level::Confirmed, Level::Signs, Level::UnderWatch, Level::Relapsed];
                let level = *world.inner().dice.pick(&levels);
                tell_of(store, world, incident, level).await;
            }
            10 if world.inner().dice.one_in(8) => {
                let id = format!("s{}", world.inner().dice.below(SUBSCRIBERS));
                store.end_subscription(&id, world.now()).await.expect("written");
            }
            _ => {}
        }
    }
}

async fn tell_of(store: &Store, world: &World, incident: u64, level: Level) {
    let next = store.last_update().await.expect("read").0 + 1;
    match store.append_updates(&[update(next, incident, world.now(), level)]).await {
        Ok(_) | Err(StoreError::Closed) => {}
        Err(error) => panic!("{error}"),
    }
}

/// A receipt is brought until it was taken in: a process that dies over it is brought it again.
async fn deliver_receipts(store: &Store, world: &World) {
    loop {
        let now = world.now();
        let due = world.inner().receipts.iter().find(|receipt| receipt.at <= now).cloned();
        let Some(receipt) = due else { return };
        store.receipt(receipt.channel, &receipt.name, receipt.delivered, now).await.expect("written");
        world.inner().receipts.retain(|other| other.name != receipt.name);
    }
}

/// The last life: the channels are well, the last words are said, and everything comes to its end.
async fn drain(store: &Store, world: &World) {
    world.inner().moods = ChannelKind::ALL.into_iter().map(|kind| (kind, Mood::Well)).collect();
    for incident in 0..INCIDENTS {
        tell_of(store, world, incident, Level::Restored).await;
    }
    // Two days and more: a last message may be held so long by a budget.
    for _ in 0..10_000 {
        pass(secs(20)).await;
        deliver_receipts(store, world).await;
        let (notices, _) = store.notices(0, u32::MAX).await.expect("read");
        if notices.iter().all(|notice| notice.state.is_final()) && world.inner().receipts.is_empty() {
            return;
        }
    }
    panic!("notices never came to their end");
}

/// A death is a panic in a task, on purpose: it says nothing.
fn die_quietly() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let said = info.payload().downcast_ref::<&str>();
            let on_purpose = said.is_some_and(|said| *said == "the process dies here");
            if !on_purpose {
                before(info);
            }
        }));
    });
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime")
}

/// In memory where the system has such a place: a process dies here and not the machine, so that no disk is waited for.
fn directory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a directory")
}

/// Lives through one world and holds it to what must be true; gives how much happened.
fn live_through(seed: u64) -> audit::Tally {
    let dir = directory();
    let world = World::new(seed, START);
    runtime().block_on(async {
        world.born(None);
        let store = open(dir.path(), &world);
        subscribe_all(&store, seed).await;
        store.close().await.expect("closed");
        world.buried(secs(1));
    });
    let mut died = 0;
    while died < DEATHS_PER_WORLD {
        let death = {
            let dice = &mut world.inner().dice;
            (*dice.pick(&MOMENTS), 1 + dice.below(9))
        };
        let dead = runtime().block_on(live(dir.path(), &world, Some(death)));
        assert!(dead, "a life without a death ended");
        died += 1;
        let rest = secs(1 + world.inner().dice.below(90));
        world.buried(rest);
    }
    let lived = runtime().block_on(live(dir.path(), &world, None));
    assert!(!lived, "the last life ended badly");
    runtime().block_on(async {
        world.born(None);
        let store = open(dir.path(), &world);
        let tally = audit::audit(&store, &world, seed).await;
        store.close().await.expect("closed");
        tally
    })
}

#[test]
fn a_thousand_crashes_lose_nothing_and_contradict_nothing() {
    die_quietly();
    let mut all = audit::Tally::default();
    for seed in 0..WORLDS {
        all += live_through(seed);
    }
    assert_eq!(all.deaths, WORLDS * DEATHS_PER_WORLD, "{all:?}");
    // What was to be seen was seen: otherwise nothing was proved.
    assert!(all.delivered > 500 && all.superseded > 500 && all.twice > 50 && all.came_twice > 20, "{all:?}");
}
