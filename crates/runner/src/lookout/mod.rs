//! The lookout: everything that is seen of the carrier and of ourselves goes to the room `watch`, and what follows from it
//! is written down, told and heeded.
//!
//! Calls tell of themselves where they end. One task does the rest: it lets time pass for the watch every second, asks
//! canaries as often as the watch wants them, probes ourselves and our way out, and appends what changed to the journal,
//! again and again until it is on disk. [`Lookout`] is what everybody else holds of it.
//!
//! State: the watch itself, folded from the journal at the start; what was learned of usual times is learned anew.

mod canaries;
mod controls;
mod metrics;
mod outside;
mod settings;

pub(crate) use metrics::LookoutMetrics;
pub use settings::WatchSettings;

use crate::{Context, Gate};
use carriers::{Broken, Exchange, Transport};
use clock::Time;
use dispatch::{Outlook, Signal};
use std::{
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};
use store::{Store, StoreError};
use tokio::{sync::watch as tell, task::JoinSet, time::Instant};
use watch::{
    Carrier, Class, Condition, Function, Observation, Outside, Reached, Source, Target, Transition, Watch, What,
};

/// How often time passes for the watch.
const TICK: Duration = Duration::from_secs(1);
/// How often metrics show how everything is.
const SHOW_EVERY: Duration = Duration::from_secs(5);

/// The watch over the carrier, as every task and the server share it. A clone is the same.
#[derive(Clone)]
pub struct Lookout(Arc<Inner>);

struct Inner {
    settings: WatchSettings,
    carrier: Carrier,
    watch: Arc<Mutex<Watch>>,
    /// What changed and is not on disk yet.
    unwritten: Mutex<Vec<Transition>>,
    ourselves: OnceLock<Arc<dyn Transport>>,
    label: Arc<Gate>,
    metrics: LookoutMetrics,
}

impl Lookout {
    /// Takes the watch up where the journal ended.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub(crate) async fn open(
        store: &Store,
        settings: WatchSettings,
        label: Arc<Gate>,
        metrics: LookoutMetrics,
    ) -> Result<Self, StoreError> {
        let facts = store.incident_facts().await?;
        let watch = Watch::new(settings.engine()).resume(&facts);
        let lookout = Self(Arc::new(Inner {
            carrier: Carrier::new(crate::CARRIER),
            watch: Arc::new(Mutex::new(watch)),
            unwritten: Mutex::default(),
            ourselves: OnceLock::new(),
            settings,
            label,
            metrics,
        }));
        lookout.heed();
        Ok(lookout)
    }

    /// The way to ourselves, for the probe that says whether the trouble is ours. Without it nobody is ever named.
    pub fn probe_ourselves_by(&self, way: Arc<dyn Transport>) {
        // Set once, when the listener stands.
        let _ = self.0.ourselves.set(way);
    }

    /// The watch itself, to be read and to be told what comes in elsewhere.
    pub fn shared(&self) -> Arc<Mutex<Watch>> {
        Arc::clone(&self.0.watch)
    }

    /// What has changed since this was last asked.
    pub(crate) fn news(&self) -> Vec<Transition> {
        self.watch().news()
    }

    /// A word from elsewhere about the carrier.
    pub(crate) fn outside(&self, outside: Outside, well: bool, at: Time) {
        let class = if well { Class::Answered } else { Class::Unavailable };
        let source = Source::Outside(self.0.carrier.clone(), outside);
        self.take(&Observation { at, source, reached: Reached::Whole, class, latency: None });
    }

    /// Whether this function is known to be slow or dark.
    pub(crate) fn is_down(&self, function: Function) -> bool {
        self.condition(function).is_some_and(|(condition, _)| condition.is_down())
    }

    fn condition(&self, function: Function) -> Option<(Condition, Time)> {
        self.watch().condition(&self.0.carrier, function)
    }

    /// A call or canary has ended.
    pub(crate) fn ended(&self, function: Function, canary: bool, exchange: &Exchange, signal: Signal, at: Time) {
        let (reached, class) = (reached(exchange), class(exchange, signal));
        self.called(function, canary, (reached, class, exchange.elapsed), at);
    }

    /// A call got no answer within the time in which answers are waited for; it is not over, so that nothing is known of
    /// its connection.
    pub(crate) fn gave_up(&self, function: Function, patience: Duration, at: Time) {
        self.called(function, false, (Reached::Kept, Class::Silent, patience), at);
    }

    fn called(
        &self,
        function: Function,
        canary: bool,
        (reached, class, elapsed): (Reached, Class, Duration),
        at: Time,
    ) {
        let target = Target { carrier: self.0.carrier.clone(), function };
        let source = if canary { Source::Canary(target) } else { Source::Call(target) };
        let latency = (class != Class::Silent).then_some(elapsed);
        self.take(&Observation { at, source, reached, class, latency });
    }

    /// Takes one observation in.
    pub(crate) fn take(&self, seen: &Observation) {
        let facts = self.watch().observe(seen);
        self.note(facts);
    }

    /// Time has passed.
    fn tick(&self, now: Time) {
        let facts = self.watch().tick(now);
        self.note(facts);
    }

    fn note(&self, facts: Vec<Transition>) {
        if facts.is_empty() {
            return;
        }
        for fact in &facts {
            log(fact);
            self.0.metrics.transition(&fact.what);
        }
        lock(&self.0.unwritten).extend(facts);
        self.heed();
    }

    /// Tells the pace of labels what is known beyond its own last answers.
    fn heed(&self) {
        if !self.0.settings.hold_back {
            return;
        }
        let outlook = match self.condition(Function::Label) {
            Some((Condition::Dark | Condition::Signs, _)) => Outlook::Poor,
            Some((Condition::UnderWatch, since)) => Outlook::Better { since },
            // What is slow is held back by the calls that are under way.
            Some((Condition::Well | Condition::Slow, _)) | None => Outlook::Clear,
        };
        self.0.label.heed(outlook);
    }

    fn watch(&self) -> MutexGuard<'_, Watch> {
        lock(&self.0.watch)
    }

    /// Writes down what changed. What could not be written stays for the next time.
    async fn write(&self, store: &Store) -> Result<(), StoreError> {
        let facts = std::mem::take(&mut *lock(&self.0.unwritten));
        if facts.is_empty() {
            return Ok(());
        }
        let written = store.append_incident_facts(&facts).await;
        if written.is_err() {
            let mut unwritten = lock(&self.0.unwritten);
            let later = std::mem::replace(&mut *unwritten, facts);
            unwritten.extend(later);
        }
        written
    }
}

/// Runs until told to stop.
pub(crate) async fn run(context: Arc<Context>, mut stopped: tell::Receiver<bool>) {
    let (mut canaries, mut controls) = (canaries::Canaries::default(), controls::Controls::default());
    let mut outsides = outside::Outsides::default();
    let mut under_way = JoinSet::new();
    let (mut due, mut shown) = (Instant::now() + TICK, Instant::now());
    loop {
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stop| *stop) => break,
            () = tokio::time::sleep_until(due) => {}
        }
        let late = due.elapsed();
        due = Instant::now() + TICK;
        while under_way.try_join_next().is_some() {}
        controls.turn(&context, late, &mut under_way);
        canaries.turn(&context, &mut under_way);
        outsides.turn(&context, &mut under_way);
        context.lookout.tick(context.now());
        if shown.elapsed() >= SHOW_EVERY {
            context.lookout.0.metrics.show(&context.lookout, context.now());
            shown = Instant::now();
        }
        if let Err(error) = context.lookout.write(&context.store).await {
            tracing::error!(%error, "what happened to an incident could not be written; trying again");
        }
    }
    under_way.shutdown().await;
    if let Err(error) = context.lookout.write(&context.store).await {
        tracing::error!(%error, "what happened to an incident at the end could not be written");
    }
}

fn reached(exchange: &Exchange) -> Reached {
    if exchange.kept && exchange.reached < carriers::Reached::FirstByte {
        return Reached::Kept;
    }
    match (exchange.reached, &exchange.result) {
        (carriers::Reached::Nothing, _) => Reached::Nothing,
        (carriers::Reached::Named, _) => Reached::Dns,
        (carriers::Reached::Taken, _) => Reached::Tcp,
        (carriers::Reached::FirstByte, Ok(_)) => Reached::Whole,
        (carriers::Reached::FirstByte, Err(_)) => Reached::FirstByte,
        (carriers::Reached::Connected | carriers::Reached::PartOfRequest | carriers::Reached::WholeRequest, _) => {
            Reached::Tls
        }
    }
}

fn class(exchange: &Exchange, signal: Signal) -> Class {
    match (signal, &exchange.result) {
        (Signal::Answered, _) => Class::Answered,
        (Signal::Failed, Ok(_) | Err(Broken::TooLarge)) => Class::Unavailable,
        (Signal::Failed, Err(Broken::TimedOut)) => Class::Silent,
        (Signal::Failed, Err(_)) => Class::Refused,
    }
}

fn log(fact: &Transition) {
    let Transition { incident, carrier, what, .. } = fact;
    match what {
        What::Restored { odds, .. } => tracing::info!(?incident, %carrier, odds, "restored"),
        What::Attributed { verdict, .. } => tracing::warn!(?incident, %carrier, ?verdict, "whose fault it is"),
        other => tracing::warn!(?incident, %carrier, what = other.name(), "the carrier's health has changed"),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
