//! The innocent: so many of each kind, who come at random, ask for what they want, and have so much patience.

use crate::{
    bounded::Sources,
    client::Client,
    dice::Dice,
    loopback::{flood_source, innocent_source},
    mark::{Kind, Marks},
    parcels::Parcels,
    shape::agents,
    tally::{Tally, Wished},
    wire::Door,
    wish::Wish,
};
use serde::Serialize;
use std::{pin::pin, sync::Arc, time::Duration};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

/// Of each kind: how many there are, and how many of a thousand requests are theirs. Ours: a service in peace is busy with
/// labels and scans, and with people beside them.
const WHO: [(Kind, u64, u64); 6] = [
    (Kind::Anonymous, 200, 190),
    (Kind::Browser, 40, 190),
    (Kind::App, 20, 310),
    (Kind::Scanner, 40, 250),
    (Kind::Feed, 10, 30),
    (Kind::Probe, 1, 30),
];
/// Browsers among the user agents: the last ones of the list are programs.
const BROWSERS: u64 = 14;

/// Who the innocent are.
#[derive(Clone, Debug, Serialize)]
pub struct Crowd {
    /// Requests a second, of all kinds together.
    pub per_s: f64,
    /// Of a hundred people, how many come from addresses that the flood uses too: a shared exit.
    pub shared_percent: u64,
    /// How long one waits for an answer, in milliseconds.
    pub patience_ms: u64,
    /// The keys of the kinds that have keys.
    #[serde(skip)]
    pub keys: Keys,
}

/// Keys, each sent as `Authorization: Bearer KEY`; one kind's clients take theirs in turn.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Of shops' programs.
    pub app: Vec<String>,
    /// Of scanning devices.
    pub scanner: Vec<String>,
    /// Of the operator's probes.
    pub probe: Vec<String>,
}

impl Default for Keys {
    fn default() -> Self {
        let one = |name: &str| vec![format!("rehearsal-{name}-key")];
        Self { app: one("app"), scanner: one("scanner"), probe: one("probe") }
    }
}

impl Keys {
    /// The key of this kind's `n`th client.
    fn of(&self, kind: Kind, n: u64) -> Option<String> {
        let keys = match kind {
            Kind::App => &self.app,
            Kind::Scanner => &self.scanner,
            Kind::Probe => &self.probe,
            Kind::Flood | Kind::Anonymous | Kind::Browser | Kind::Feed => return None,
        };
        let place = usize::try_from(n).unwrap_or(0) % keys.len().max(1);
        keys.get(place).cloned()
    }
}

/// The innocent at the door.
pub(crate) struct Asking {
    crowd: Crowd,
    door: Door,
    marks: Marks,
    parcels: Parcels,
    clients: Vec<Vec<Arc<Client>>>,
    dice: Dice,
    asked: u64,
}

impl Asking {
    /// Those of this seed; `sources` are the flood's, some of which they share.
    pub(crate) fn new(crowd: Crowd, door: Door, sources: Sources, seed: u64) -> Self {
        let mut dice = Dice::new(seed, u64::MAX - 2);
        let clients = (0..).zip(WHO).map(|(of, (kind, count, _))| {
            let one = |n| Arc::new(client(&crowd, kind, of * 1_000 + n, sources, &mut dice));
            (0..count).map(one).collect()
        });
        let clients = clients.collect();
        Self { crowd, door, marks: Marks::new(seed), parcels: Parcels::new(seed), clients, dice, asked: 0 }
    }

    /// Lets them come for so long, then waits for the answers of those who still have patience. Ctrl-C ends it early, which
    /// is said beside the tally.
    pub(crate) async fn come(&mut self, lasts: Duration) -> (Tally, bool) {
        let began = Instant::now();
        let (mut next, until) = (began, began + lasts);
        let mut waiting = JoinSet::new();
        let (mut tally, mut interrupted) = (Tally::default(), false);
        let mut interrupt = pin!(tokio::signal::ctrl_c());
        while !interrupted {
            next += self.dice.gap(self.crowd.per_s);
            if next >= until {
                break;
            }
            tokio::select! {
                () = sleep_until(next) => {}
                _ = &mut interrupt => interrupted = true,
            }
            waiting.spawn(self.one(began));
            while let Some(Ok(one)) = waiting.try_join_next() {
                tally.add(one);
            }
        }
        while let Some(Ok(one)) = waiting.join_next().await {
            tally.add(one);
        }
        (tally, interrupted)
    }

    /// The next who comes, and what comes of it.
    fn one(&mut self, began: Instant) -> impl Future<Output = Wished> + Send + use<> {
        let place = self.dice.weighted(WHO.iter().map(|(_, _, share)| *share));
        let client = Arc::clone(self.dice.pick(&self.clients[place]));
        self.asked += 1;
        let wish = Wish::of(client.kind, self.asked, &self.parcels, &mut self.dice);
        let mark = self.marks.make(client.kind, &mut self.dice);
        let (door, patience) = (self.door.clone(), Duration::from_millis(self.crowd.patience_ms));
        async move {
            let at = began.elapsed();
            let (came, took, challenged) = client.want(&door, &wish, &mark, patience).await;
            Wished { kind: client.kind, at, came, took, challenged }
        }
    }
}

fn client(crowd: &Crowd, kind: Kind, n: u64, sources: Sources, dice: &mut Dice) -> Client {
    let person = matches!(kind, Kind::Anonymous | Kind::Browser);
    let shares = person && dice.below(100) < crowd.shared_percent && sources.get() > 0;
    let from = if shares { flood_source(dice.below(sources.get())) } else { innocent_source(n) };
    let agent = match kind {
        Kind::Feed => "Mozilla/5.0 (compatible; feed reader)",
        Kind::App | Kind::Scanner | Kind::Probe => "okhttp/4.12.0",
        Kind::Anonymous | Kind::Browser | Kind::Flood => agents()[usize::try_from(dice.below(BROWSERS)).unwrap_or(0)],
    };
    Client::new(kind, from, agent, crowd.keys.of(kind, n))
}
