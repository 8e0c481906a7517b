//! The whole gateway in simulated time: the real server, store, runner and codecs, against the simulated carrier.
//!
//! One seed gives one day: one thread, a paused tokio clock that jumps to the next thing to happen, and no
//! randomness but the seed's. Only the two ends are stood in for: requests reach the router without a socket, and
//! calls reach the carrier's core without one.

mod client;
mod gateway;
mod local;
mod naive;
mod report;
mod tally;

pub use local::LocalLabels;
pub use report::{Day, InTheDark, Report};

use crate::{
    carrier::{Carrier, Options, SharedCarrier},
    merchants::merchants,
    orders::{SimOrder, orders},
    scenario::Scenario,
    transport::{SimClock, SimTransport},
};
use clock::{Clock, Time};

use gateway::Gateway;
use std::{sync::Arc, time::Duration};
use tally::Tally;
use tokio::task::JoinSet;

/// After the scenario's end the world runs on for so long, so that what is under way can end.
const AFTERMATH: Duration = Duration::from_secs(12 * 3_600);
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
    let orders: Arc<[SimOrder]> = orders(plan.seed, plan.orders as usize, &plan.scenario).into();
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
        let options = Options { seed: plan.seed, local_ranges: Some(ranges), ..Options::default() };
        let carrier = SharedCarrier::new(Carrier::new(Arc::new(plan.scenario.clone()), options));
        let transport = Arc::new(SimTransport::new(carrier.clone(), clock));
        Self { carrier, clock, transport }
    }
}

async fn ours(
    plan: &Plan,
    orders: &Arc<[SimOrder]>,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<Report, WorldError> {
    let outside = Outside::of(plan);
    let tally = Arc::new(Tally::new(orders.len(), plan.scenario.clone()));
    let gateway = Gateway::open(plan, outside.transport, outside.clock).await?;
    let mut clients = JoinSet::new();
    let spawn = |clients: &mut JoinSet<()>, place: usize| {
        clients.spawn(client::get_label(gateway.door(), Arc::clone(orders), place, Arc::clone(&tally)));
    };
    live(plan, orders, &outside.clock, &mut clients, spawn, &mut |at| {
        on_progress(progress(plan, at, "tournee", tally.labels()));
    })
    .await;
    gateway.announce_all(plan.scenario.end.plus(AFTERMATH)).await?;
    let facts = gateway.facts().await?;
    Ok(outside.carrier.read(|book| report::ours(plan, orders, &tally, &facts, book)))
}

async fn theirs(plan: &Plan, orders: &Arc<[SimOrder]>, on_progress: &mut dyn FnMut(Progress)) -> Day {
    let outside = Outside::of(plan);
    let tally = Arc::new(Tally::new(orders.len(), plan.scenario.clone()));
    let shop = Arc::new(naive::Shop::new(outside.transport, outside.clock, plan));
    let mut clients = JoinSet::new();
    let spawn = |clients: &mut JoinSet<()>, place: usize| {
        clients.spawn(naive::get_label(Arc::clone(&shop), Arc::clone(orders), place, Arc::clone(&tally)));
    };
    live(plan, orders, &outside.clock, &mut clients, spawn, &mut |at| {
        on_progress(progress(plan, at, "naive", tally.labels()));
    })
    .await;
    outside.carrier.read(|book| report::theirs(plan, orders, &tally, &shop, book))
}

/// Sends every order's client out at its time, then lets the world run on for the aftermath.
async fn live(
    plan: &Plan,
    orders: &[SimOrder],
    clock: &dyn Clock,
    clients: &mut JoinSet<()>,
    spawn: impl Fn(&mut JoinSet<()>, usize),
    told: &mut dyn FnMut(Time),
) {
    let end = plan.scenario.end.plus(AFTERMATH);
    let mut next_told = plan.scenario.start;
    let mut coming = orders.iter().enumerate().peekable();
    loop {
        let now = clock.now();
        if now >= next_told {
            told(now);
            next_told = now.plus(PROGRESS_EVERY);
        }
        while let Some((place, _)) = coming.next_if(|(_, order)| order.at <= now) {
            spawn(clients, place);
        }
        while clients.try_join_next().is_some() {}
        if now >= end || (coming.peek().is_none() && clients.is_empty()) {
            return;
        }
        let next = coming.peek().map_or(end, |(_, order)| order.at).min(next_told).min(end);
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
