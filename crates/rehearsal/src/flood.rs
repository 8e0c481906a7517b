//! The flood: so many connections that are kept waiting, at so many requests a second in all.
//!
//! With fewer connections than the rate needs it is a closed loop: each asks again when it is answered. With more it is an
//! open one: the rate is kept up whatever the answers do.

use crate::{
    background::Background,
    bounded::{Connections, Requests, Seconds, Sources},
    dice::Dice,
    loopback::flood_source,
    shape::Shapes,
    slow,
    tally::{FloodTally, Flooded, add},
    wire::{Connection, Door, Failure, Protocol},
};
use serde::Serialize;
use std::{
    io,
    sync::{Arc, Mutex, atomic::AtomicU64},
    time::Duration,
};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout},
};

/// How long a request of the flood waits for its answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// After a connection that failed.
const PAUSE: Duration = Duration::from_millis(20);
/// How far the pace may lie behind before what was missed is left out.
const LAG_MAX: Duration = Duration::from_millis(20);
/// Over how long the first connections are opened, before the first request: a step is to be one of requests.
pub(crate) const OPENING: Duration = Duration::from_secs(1);
/// Shapes on record in HTTP/1.1 and in HTTP/2, of a hundred; 4 are in HTTP/3, which is left out here.
const ONE_TO_TWO: [u64; 2] = [49, 47];

/// What the flood is.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Flood {
    /// Addresses that it comes from.
    pub sources: Sources,
    /// Connections that ask and wait.
    pub connections: Connections,
    /// Connections that are slow: in the head, in the body, in reading.
    pub slow: Connections,
    /// Requests a second in all, at most.
    pub per_s: u64,
    /// Requests on one connection before the next is opened, from the next source.
    pub per_connection: u32,
    /// Requests in all, at most.
    pub requests: Requests,
    /// How long, at most; however long the rehearsal.
    pub lasts: Seconds,
}

/// A flood that goes on until this is dropped or its bounds are reached. Its connections are opened first.
pub(crate) struct Flooding {
    tally: Arc<FloodTally>,
    begin: watch::Sender<()>,
    _background: Background,
}

impl Flooding {
    pub(crate) fn start(flood: Flood, door: Door, seed: u64) -> io::Result<Self> {
        let tally = Arc::new(FloodTally::default());
        let counted = Arc::clone(&tally);
        let (begin, begins) = watch::channel(());
        let background = Background::start("flood", move || async move {
            let lasts = flood.lasts.duration();
            let _ = timeout(lasts, rush(flood, door, seed, counted, begins)).await;
        })?;
        Ok(Self { tally, begin, _background: background })
    }

    /// Lets the requests begin.
    pub(crate) fn begin(&self) {
        self.begin.send_replace(());
    }

    pub(crate) fn now(&self) -> Flooded {
        self.tally.now()
    }
}

struct Shared {
    flood: Flood,
    door: Door,
    seed: u64,
    shapes: Shapes,
    tally: Arc<FloodTally>,
    next: AtomicU64,
    due: Mutex<Instant>,
}

async fn rush(flood: Flood, door: Door, seed: u64, tally: Arc<FloodTally>, begins: watch::Receiver<()>) {
    let mut all = JoinSet::new();
    for n in 0..flood.slow.get() {
        all.spawn(slow::hold(door.clone(), n, flood.sources, Arc::clone(&tally)));
    }
    let (next, due) = (AtomicU64::new(0), Mutex::new(Instant::now()));
    let shared = Arc::new(Shared { flood, door, seed, shapes: Shapes::new(seed), tally, next, due });
    for n in 0..flood.connections.get() {
        let opens = OPENING.mul_f64(n as f64 / flood.connections.get() as f64);
        all.spawn(Arc::clone(&shared).call(opens, begins.clone()));
    }
    while all.join_next().await.is_some() {}
}

impl Shared {
    /// Opens a connection after this time; asks from the beginning again and again, until no request is left.
    async fn call(self: Arc<Self>, opens: Duration, mut begins: watch::Receiver<()>) {
        sleep(opens).await;
        let mut line = timeout(PATIENCE, self.open()).await.ok().and_then(Result::ok).map(|line| (line, 0));
        if begins.changed().await.is_err() {
            return;
        }
        while let Some(n) = self.turn().await {
            add(&self.tally.sent);
            if let Ok(Ok(kept)) = timeout(PATIENCE, self.ask(n, line.take())).await {
                line = kept;
            } else {
                add(&self.tally.cut);
                sleep(PAUSE).await;
            }
        }
    }

    /// Asks the `n`th request on this connection, or on a new one; gives it back while it may be used again.
    async fn ask(&self, n: u64, line: Option<(Connection, u32)>) -> Result<Option<(Connection, u32)>, Failure> {
        let (mut line, used) = match line {
            Some(line) if line.0.is_open() => line,
            _ => (self.open().await?, 0),
        };
        let answer = line.ask(self.shapes.asked(n).request(self.door.base(line.protocol()))?).await?;
        self.tally.answered(&answer);
        Ok((used + 1 < self.flood.per_connection && answer.keeps_open()).then_some((line, used + 1)))
    }

    async fn open(&self) -> Result<Connection, Failure> {
        let n = add(&self.tally.opened);
        let two = Dice::new(self.seed ^ 1, n).weighted(ONE_TO_TWO.into_iter()) == 1;
        let protocol = if two && self.door.speaks(Protocol::Two) { Protocol::Two } else { Protocol::One };
        self.door.connect(flood_source(n % self.flood.sources.get().max(1)), protocol).await
    }

    /// Waits for the next request's turn and gives its number; nothing when the last one was.
    async fn turn(&self) -> Option<u64> {
        let n = add(&self.next);
        if n >= self.flood.requests.get() {
            return None;
        }
        sleep_until(self.due()).await;
        Some(n)
    }

    /// When the next request is due. While all connections wait for answers, what they miss is not made up for.
    fn due(&self) -> Instant {
        let mut due = self.due.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let now = Instant::now();
        let at = (*due).max(now.checked_sub(LAG_MAX).unwrap_or(now));
        *due = at + Duration::from_secs(1) / u32::try_from(self.flood.per_s.max(1)).unwrap_or(u32::MAX);
        at
    }
}
