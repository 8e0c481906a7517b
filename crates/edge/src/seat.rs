//! What is known of one connection while it is open: whom it waits for, and since when.
//!
//! The connection writes it, the sweep of its thread reads it. Nothing here is a timer: the time is a number that the sweep
//! sets, so that a request costs a few plain stores.

use crate::{Counts, Cut};
use admission::Prefix;
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed},
};
use tokio::time::Instant;

/// The time since the door opened, in milliseconds, as of the last sweep of any thread. It begins at 1: 0 is "never".
#[derive(Debug)]
pub(crate) struct Ticks {
    opened: Instant,
    now_ms: AtomicU64,
}

impl Ticks {
    pub(crate) fn new() -> Self {
        Self { opened: Instant::now(), now_ms: AtomicU64::new(1) }
    }

    pub(crate) fn advance(&self) -> u64 {
        let now = u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(1);
        self.now_ms.fetch_max(now, Relaxed).max(now)
    }

    pub(crate) fn now(&self) -> u64 {
        self.now_ms.load(Relaxed)
    }
}

/// Whom a connection waits for. In the order in which they make way when places are short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// For the client to finish its opening or a head.
    Head,
    /// For the client to ask something.
    Idle,
    /// For the client to read.
    Sending,
    /// For the client to send its body.
    Receiving,
    /// For our work. Never makes way.
    Work,
}

/// One connection.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(crate) prefix: Prefix,
    pub(crate) since: u64,
    ticks: Arc<Ticks>,
    counts: Arc<Counts>,
    head_since: AtomicU64,
    idle_since: AtomicU64,
    opening: AtomicBool,
    work: AtomicU32,
    receiving: AtomicU32,
    unread: AtomicU32,
    read: AtomicU64,
    written: AtomicU64,
    requests: AtomicU64,
}

impl Seat {
    pub(crate) fn new(prefix: Prefix, ticks: Arc<Ticks>, counts: Arc<Counts>) -> Self {
        let now = ticks.advance();
        Self {
            prefix,
            since: now,
            ticks,
            counts,
            head_since: now.into(),
            idle_since: now.into(),
            opening: true.into(),
            work: 0.into(),
            receiving: 0.into(),
            unread: 0.into(),
            read: 0.into(),
            written: 0.into(),
            requests: 0.into(),
        }
    }

    /// A head began; one that has begun already goes on.
    pub(crate) fn head_begins(&self) {
        if self.head_since.load(Relaxed) == 0 {
            self.head_since.store(self.ticks.now(), Relaxed);
        }
    }

    /// The opening is done: the first head has its own time.
    pub(crate) fn head_restarts(&self) {
        self.head_since.store(self.ticks.now(), Relaxed);
    }

    /// A head is whole.
    pub(crate) fn head_ends(&self) {
        let now = self.ticks.now();
        self.head_since.store(0, Relaxed);
        self.idle_since.store(now, Relaxed);
        self.opening.store(false, Relaxed);
    }

    /// One more request; says how many that makes.
    pub(crate) fn request(&self, h2: bool) -> u64 {
        self.counts.request(h2);
        self.requests.fetch_add(1, Relaxed) + 1
    }

    pub(crate) fn read(&self, bytes: usize) {
        self.read.fetch_add(bytes as u64, Relaxed);
    }

    pub(crate) fn wrote(&self, bytes: usize) {
        self.written.fetch_add(bytes as u64, Relaxed);
    }

    pub(crate) fn counts(&self) -> &Counts {
        &self.counts
    }

    pub(crate) fn now(&self) -> u64 {
        self.ticks.now()
    }

    pub(crate) fn written(&self) -> u64 {
        self.written.load(Relaxed)
    }

    pub(crate) fn is_opening(&self) -> bool {
        self.opening.load(Relaxed)
    }

    pub(crate) fn is_unread(&self) -> bool {
        self.unread.load(Relaxed) > 0
    }

    /// Whom it waits for, and since when.
    pub(crate) fn standing(&self) -> (Standing, u64) {
        let head = self.head_since.load(Relaxed);
        if self.is_unread() {
            return (Standing::Sending, self.idle_since.load(Relaxed));
        }
        if self.receiving.load(Relaxed) > 0 {
            return (Standing::Receiving, self.idle_since.load(Relaxed));
        }
        if self.work.load(Relaxed) > 0 {
            return (Standing::Work, self.idle_since.load(Relaxed));
        }
        if head > 0 { (Standing::Head, head) } else { (Standing::Idle, self.idle_since.load(Relaxed)) }
    }

    /// Why it is to be cut now, by its head and its rest alone.
    pub(crate) fn overdue(&self, limits: &crate::Limits, now: u64) -> Option<Cut> {
        if now.saturating_sub(self.since) > limits.age_ms_max.saturating_add(limits.drain_ms_max) {
            return Some(Cut::Old);
        }
        let (standing, since) = self.standing();
        let waited = now.saturating_sub(since);
        match standing {
            Standing::Head if waited > limits.head_ms_max => Some(Cut::SlowHead),
            Standing::Idle if waited > limits.idle_ms_max => Some(Cut::Idle),
            _ => None,
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.counts.closed(self.read.load(Relaxed), self.written.load(Relaxed));
    }
}

/// Something that a connection has under way, for as long as this is kept.
#[derive(Debug)]
pub(crate) struct Held {
    seat: Arc<Seat>,
    count: fn(&Seat) -> &AtomicU32,
}

impl Held {
    /// A request that was let in.
    pub(crate) fn work(seat: &Arc<Seat>) -> Self {
        Self::of(seat, |seat| &seat.work)
    }

    /// A body whose next part has not come yet.
    pub(crate) fn receiving(seat: &Arc<Seat>) -> Self {
        Self::of(seat, |seat| &seat.receiving)
    }

    /// A part of an answer that the client has not taken yet.
    pub(crate) fn unread(seat: &Arc<Seat>) -> Self {
        Self::of(seat, |seat| &seat.unread)
    }

    fn of(seat: &Arc<Seat>, count: fn(&Seat) -> &AtomicU32) -> Self {
        count(seat).fetch_add(1, Relaxed);
        Self { seat: Arc::clone(seat), count }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let now = self.seat.ticks.now();
        self.seat.idle_since.store(now, Relaxed);
        // A head that came meanwhile was not read on, so its client owes nothing yet.
        if self.seat.head_since.load(Relaxed) > 0 {
            self.seat.head_since.store(now, Relaxed);
        }
        (self.count)(&self.seat).fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use std::{net::Ipv4Addr, time::Duration};

    struct Watch {
        seat: Arc<Seat>,
        ticks: Arc<Ticks>,
        limits: Limits,
    }

    fn watch() -> Watch {
        let ticks = Arc::new(Ticks::new());
        let prefix = Prefix::of(Ipv4Addr::LOCALHOST.into());
        let seat = Arc::new(Seat::new(prefix, Arc::clone(&ticks), Arc::default()));
        Watch { seat, ticks, limits: Limits { head_ms_max: 1_000, idle_ms_max: 9_000, ..Limits::default() } }
    }

    impl Watch {
        async fn after(&self, ms: u64) -> Option<Cut> {
            tokio::time::advance(Duration::from_millis(ms)).await;
            self.seat.overdue(&self.limits, self.ticks.advance())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_has_one_deadline_however_often_a_part_of_it_comes() {
        let watch = watch();
        for _ in 0..10 {
            watch.seat.head_begins();
            assert_eq!(watch.after(100).await, None);
        }
        watch.seat.head_begins();
        assert_eq!(watch.after(1).await, Some(Cut::SlowHead));
        watch.seat.head_ends();
        assert_eq!((watch.after(9_000).await, watch.after(1).await), (None, Some(Cut::Idle)));
    }

    #[tokio::test(start_paused = true)]
    async fn while_we_work_a_client_owes_no_head() {
        let watch = watch();
        watch.seat.head_ends();
        let work = Held::work(&watch.seat);
        watch.seat.head_begins();
        assert_eq!(watch.after(60_000).await, None);
        drop(work);
        assert_eq!((watch.after(1_000).await, watch.after(1).await), (None, Some(Cut::SlowHead)));
    }

    #[tokio::test(start_paused = true)]
    async fn whom_a_connection_waits_for() {
        let Watch { seat, .. } = watch();
        assert_eq!(seat.standing().0, Standing::Head);
        seat.head_ends();
        assert_eq!(seat.standing().0, Standing::Idle);
        let _work = Held::work(&seat);
        assert_eq!(seat.standing().0, Standing::Work);
        let receiving = Held::receiving(&seat);
        assert_eq!(seat.standing().0, Standing::Receiving);
        drop(receiving);
        let _unread = Held::unread(&seat);
        assert_eq!(seat.standing().0, Standing::Sending);
        assert!(Standing::Head < Standing::Idle && Standing::Receiving < Standing::Work);
    }
}
