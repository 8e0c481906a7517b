//! The whole gateway in simulated time: the real server, store, runner and codecs, against the simulated carrier.
//!
//! One seed gives one day: one thread, a paused tokio clock that jumps to the next thing to happen, and no
//! randomness but the seed's. Only the two ends are stood in for: requests reach the router without a socket, and
//! calls reach the carrier's core without one.

mod app;
mod checkout;
mod client;
mod floor;
mod gateway;
mod local;
mod naive;
mod post;
mod report;
mod tally;
mod told;
mod watched;

pub use checkout::Checkouts;
pub use floor::ShopsInStep;
pub use local::LocalLabels;
pub use report::{Day, InTheDark, Report};
pub use told::Told;
pub use watched::Watched;

use crate::{
    asks::asks,
    carrier::{Carrier, Options, Points, SharedCarrier},
    merchants::merchants,
    orders::{SimOrder, orders},
    register::Register,
    scenario::Scenario,
    transport::{SimClock, SimTransport},
};
use clock::{Clock, Time};
use floor::{Behind, Floor};
use gateway::Gateway;
use std::{sync::Arc, time::Duration};
use tally::Tally;
use tokio::task::JoinSet;
use told::Audience;

/// After the scenario's end the world runs on for so long, so that what is under way can end.
const AFTERMATH: Duration = Duration::from_secs(12 * 3_600);
/// After the scenario's end the carrier is watched for so long, until *restored* is said.
const WATCHED_ON: Duration = Duration::from_secs(36 * 3_600);
/// How often progress is told, in simulated time.
const PROGRESS_EVERY: Duration = Duration::from_secs(600);

/// What to replay.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The carrier's day.
    pub scenario: Scenario,
    /// How many parcels are asked for.
    pub orders: u32,
    /// Where all chance comes from.
    pub seed: u64,
    /// Whether a client of the common shape is shown beside ours, in the same world.
    pub naive: bool,
    /// What every merchant wants for urgent labels in the dark.
    pub in_the_dark: dispatch::InTheDark,
}

/// How far a replay has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// From 0 to 1, over everything.
    pub share: f64,
    /// The time in the scenario.
    pub at: Time,
    /// Whose day is being lived: `tournee` or `naive`.
    pub who: &'static str,
    /// Labels handed out so far.
    pub labels: u64,
}

/// Why a replay could not be run.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// The simulation's own runtime did not start.
    #[error("the simulation could not start: {0}")]
    Runtime(#[from] std::io::Error),
    /// The store in memory failed.
    #[error("the simulated store failed: {0}")]
    Store(#[from] store::StoreError),
}

/// Lives through the scenario in simulated time and reports what came of every order.
///
/// # Errors
/// When the simulation itself cannot run; what goes wrong inside it is in the report.
pub fn replay(plan: &Plan, on_progress: &mut dyn FnMut(Progress)) -> Result<Report, WorldError> {
    let mut orders = orders(plan.seed, plan.orders as usize, &plan.scenario);
    checkout::choose_what_is_there(&mut orders, &register(plan), plan.scenario.start);
    let orders: Arc<[SimOrder]> = orders.into();
    let worlds = if plan.naive { 2.0 } else { 1.0 };
    let mut report = paused()?.block_on(ours(plan, &orders, &mut |mut p: Progress| {
        p.share /= worlds;
        on_progress(p);
    }))?;
    if plan.naive {
        let naive = paused()?.block_on(theirs(plan, &orders, &mut |mut p: Progress| {
            p.share = (1.0 + p.share) / worlds;
            on_progress(p);
        }));
        report.naive = Some(naive);
    }
    Ok(report)
}

/// The simulated carrier of this plan, the clock that it and everything else goes by, and the way to it.
struct Outside {
    carrier: SharedCarrier,
    clock: SimClock,
    transport: Arc<SimTransport<SimClock>>,
}

impl Outside {
    fn of(plan: &Plan) -> Self {
        let clock = SimClock::starting(plan.scenario.start);
        let ranges = (0..2 * merchants().len()).flat_map(local::ranges).map(|(_, range)| range).collect();
        let options =
            Options { seed: plan.seed, local_ranges: Some(ranges), points: Points::Changing, ..Options::default() };
        let carrier = SharedCarrier::new(Carrier::new(Arc::new(plan.scenario.clone()), options));
        let transport = Arc::new(SimTransport::new(carrier.clone(), clock));
        Self { carrier, clock, transport }
    }
}

/// What becomes of the carrier's pickup points in this plan.
fn register(plan: &Plan) -> Register {
    Register::changing(plan.seed, plan.scenario.start, plan.scenario.end)
}

/// What a buyer or a shop is about to do with one order.
#[derive(Clone, Copy)]
enum Errand {
    /// Somebody asks for help.
    Help(usize),
    /// The buyer looks for a pickup point.
    Checkout(usize),
    /// The shop asks for the label.
    Label(usize),
}

/// Every errand with its moment, earliest first.
fn errands(orders: &[SimOrder], start: Time) -> Vec<(Time, Errand)> {
    let label = |(place, order): (usize, &SimOrder)| (order.at, Errand::Label(place));
    let out_of_home = |(_, order): &(usize, &SimOrder)| order.parcel_no == 1 && order.pickup().is_some();
    let checkout =
        |(place, order): (usize, &SimOrder)| (checkout::moment(order, place, start), Errand::Checkout(place));
    let mut all: Vec<_> = orders.iter().enumerate().map(label).collect();
    all.extend(orders.iter().enumerate().filter(out_of_home).map(checkout));
    all.sort_by_key(|(at, _)| *at);
    all
}

async fn ours(
    plan: &Plan,
    orders: &Arc<[SimOrder]>,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<Report, WorldError> {
    let outside = Outside::of(plan);
    let tally = Arc::new(Tally::new(orders.len(), plan.scenario.clone()));
    let counter = Arc::new(checkout::Counter::new(&plan.scenario, register(plan)));
    let floor = Arc::new(Floor::new(plan, outside.clock, &merchants()));
    let gateway = Gateway::open(plan, outside.transport, outside.clock, &floor).await?;
    let end = plan.scenario.end.plus(AFTERMATH);
    let mut buyers = JoinSet::new();
    buyers.spawn(gateway.buyers());
    let asked = asks(plan.seed, orders, &plan.scenario);
    let mut errands = errands(orders, plan.scenario.start);
    errands.extend(asked.iter().enumerate().map(|(place, ask)| (ask.at, Errand::Help(place))));
    errands.sort_by_key(|(at, _)| *at);
    let audience = Arc::new(Audience::new(gateway.store().clone(), gateway.door(), gateway.post(), asked, plan));
    let mut listening = JoinSet::new();
    listening.spawn(Arc::clone(&audience).listen());
    if let Some(official) = &plan.scenario.official {
        let confirmed_at = official.confirmed_at;
        listening.spawn({
            let audience = Arc::clone(&audience);
            async move {
                audience.confirm(confirmed_at).await;
                std::future::pending().await
            }
        });
    }
    let mut clients = JoinSet::new();
    clients.spawn(Arc::clone(&floor).live(Behind::Gateway(gateway.door()), end));
    let spawn = |clients: &mut JoinSet<()>, errand: Errand| {
        let (door, orders) = (gateway.door(), Arc::clone(orders));
        match errand {
            Errand::Label(place) => clients.spawn(client::get_label(door, orders, place, Arc::clone(&tally))),
            Errand::Help(place) => clients.spawn(Arc::clone(&audience).ask(place, orders)),
            Errand::Checkout(place) => {
                let counter = Arc::clone(&counter);
                clients.spawn(async move { checkout::ask(door, &orders[place], &counter).await })
            }
        };
    };
    live(plan, &errands, &outside.clock, &mut clients, spawn, &mut |at| {
        on_progress(progress(plan, at, "tournee", tally.labels()));
    })
    .await;
    gateway.announce_all(end).await?;
    floor.settle(gateway.store(), end).await?;
    if let Some(Ok(stopped)) = buyers.try_join_next() {
        stopped?;
    }
    let ended = outside.clock.now();
    gateway.until_restored(plan.scenario.end.plus(WATCHED_ON)).await;
    let facts = gateway.facts().await?;
    let beside = report::Beside {
        checkouts: counter.counts(),
        shops: floor.compared(gateway.store()).await?,
        shipped: floor.shipped(gateway.store()).await?,
        unnumbered: floor.unnumbered(gateway.store()).await?,
        told: audience.told(orders).await?,
        watched: watched::count(&plan.scenario, &gateway.store().incident_facts().await?),
        ended,
    };
    Ok(outside.carrier.read(|book| report::ours(plan, orders, &tally, &facts, book, beside)))
}

async fn theirs(plan: &Plan, orders: &Arc<[SimOrder]>, on_progress: &mut dyn FnMut(Progress)) -> Day {
    let outside = Outside::of(plan);
    let tally = Arc::new(Tally::new(orders.len(), plan.scenario.clone()));
    let counter = Arc::new(checkout::Counter::new(&plan.scenario, register(plan)));
    let floor = Arc::new(Floor::new(plan, outside.clock, &merchants()));
    floor.subscribe();
    let app = Arc::new(app::App::new(Arc::clone(&outside.transport), outside.clock, merchants()));
    let (transport, clock) = (Arc::clone(&outside.transport), outside.clock);
    let shop = Arc::new(naive::Shop::new(outside.transport, outside.clock, plan));
    let mut clients = JoinSet::new();
    clients.spawn(Arc::clone(&floor).live(Behind::Nobody(Arc::clone(&app)), plan.scenario.end.plus(AFTERMATH)));
    let spawn = |clients: &mut JoinSet<()>, errand: Errand| {
        let orders = Arc::clone(orders);
        match errand {
            // Nobody there knows more than the one who asks.
            Errand::Help(_) => return,
            Errand::Label(place) => {
                clients.spawn(naive::get_label(Arc::clone(&shop), orders, place, Arc::clone(&tally)))
            }
            Errand::Checkout(place) => {
                let (transport, counter) = (Arc::clone(&transport), Arc::clone(&counter));
                let login = merchants().get(orders[place].merchant).map(|merchant| merchant.login.clone());
                clients.spawn(async move {
                    let Some(login) = login else { return };
                    checkout::ask_the_carrier(&transport, clock, &login, &orders[place], &counter).await;
                })
            }
        };
    };
    live(plan, &errands(orders, plan.scenario.start), &outside.clock, &mut clients, spawn, &mut |at| {
        on_progress(progress(plan, at, "naive", tally.labels()));
    })
    .await;
    let heard = app.heard();
    let (checkouts, shops) = (counter.counts(), floor.compared_with(&heard));
    let in_shops = heard.values().filter_map(|number| number.parse().ok()).collect();
    outside.carrier.read(|book| Day {
        checkouts,
        shops,
        ..report::theirs(plan, orders, &tally, &shop, book, &in_shops)
    })
}

/// Sends everybody out at their time, then lets the world run on for the aftermath.
async fn live(
    plan: &Plan,
    errands: &[(Time, Errand)],
    clock: &dyn Clock,
    clients: &mut JoinSet<()>,
    spawn: impl Fn(&mut JoinSet<()>, Errand),
    told: &mut dyn FnMut(Time),
) {
    let end = plan.scenario.end.plus(AFTERMATH);
    let mut next_told = plan.scenario.start;
    let mut coming = errands.iter().peekable();
    loop {
        let now = clock.now();
        if now >= next_told {
            told(now);
            next_told = now.plus(PROGRESS_EVERY);
        }
        while let Some((_, errand)) = coming.next_if(|(at, _)| *at <= now) {
            spawn(clients, *errand);
        }
        while clients.try_join_next().is_some() {}
        if now >= end || (coming.peek().is_none() && clients.is_empty()) {
            return;
        }
        let next = coming.peek().map_or(end, |(at, _)| *at).min(next_told).min(end);
        tokio::time::sleep(next.since(now).max(Duration::from_millis(1))).await;
    }
}

fn progress(plan: &Plan, at: Time, who: &'static str, labels: u64) -> Progress {
    let whole = plan.scenario.end.plus(AFTERMATH).since(plan.scenario.start).as_secs_f64();
    let share = (at.since(plan.scenario.start).as_secs_f64() / whole.max(1.0)).min(1.0);
    Progress { share, at, who, labels }
}

/// One thread whose clock stands still while anything is to be done and then jumps.
fn paused() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()
}
