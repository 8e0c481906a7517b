//! The places of one thread: how many connections it may hold, who makes way for whom, and who is overdue.
//!
//! When places are short, those go first for whom nobody works: the oldest that have not finished a head, then those at rest,
//! then those who don't read, then those who don't send their body. A request that is being worked on is never cut for
//! another. An eighth goes at once, so that finding them costs each newcomer little however many come.

use crate::{
    Counts, Cut, Limits, Refused,
    seat::{Seat, Standing, Ticks},
};
use admission::Prefix;
use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
};
use tokio::task::AbortHandle;

/// Cells of the count by network: a quarter of a megabyte in each of two rows. With 32,768 connections two networks share
/// both of their cells with odds of a quarter, and then wrongly add up only.
const CELLS: usize = 1 << 16;
/// The part of those found that makes way at once.
const MAKE_WAY: usize = 8;

/// Connections by network, over all threads, in a table that can't fill. The hash has a key of its own, so that nobody can
/// choose networks that meet in one cell.
#[derive(Debug)]
pub(crate) struct PrefixCounts {
    rows: [Box<[AtomicU32]>; 2],
    keys: [RandomState; 2],
}

impl PrefixCounts {
    pub(crate) fn new() -> Self {
        let row = || (0..CELLS).map(|_| AtomicU32::new(0)).collect();
        Self { rows: [row(), row()], keys: [RandomState::new(), RandomState::new()] }
    }

    fn cells(&self, prefix: Prefix) -> [&AtomicU32; 2] {
        let mask = CELLS as u64 - 1;
        std::array::from_fn(|row| {
            let cell = usize::try_from(self.keys[row].hash_one(prefix.bits()) & mask).unwrap_or_default();
            &self.rows[row][cell]
        })
    }

    fn count(&self, prefix: Prefix) -> u32 {
        let [a, b] = self.cells(prefix);
        a.load(Relaxed).min(b.load(Relaxed))
    }

    fn add(&self, prefix: Prefix) {
        for cell in self.cells(prefix) {
            cell.fetch_add(1, Relaxed);
        }
    }

    fn remove(&self, prefix: Prefix) {
        for cell in self.cells(prefix) {
            cell.fetch_sub(1, Relaxed);
        }
    }
}

#[derive(Debug)]
struct Entry {
    seat: Arc<Seat>,
    task: Option<AbortHandle>,
    /// When the reader was last fast enough, and how much had been written by then.
    paced: (u64, u64),
}

/// The places of one thread.
#[derive(Debug)]
pub(crate) struct Places {
    limits: Arc<Limits>,
    counts: Arc<Counts>,
    ticks: Arc<Ticks>,
    prefixes: Arc<PrefixCounts>,
    most: usize,
    opening_most: usize,
    next: u64,
    open: HashMap<u64, Entry>,
}

/// A place that is held, and given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) seat: Arc<Seat>,
    key: u64,
    places: Arc<Mutex<Places>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = lock(&self.places);
        if places.open.remove(&self.key).is_some() {
            places.prefixes.remove(self.seat.prefix);
        }
    }
}

fn lock(places: &Mutex<Places>) -> MutexGuard<'_, Places> {
    places.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives a connection of this network a place, for which others may have to make way. A trusted hop brings many clients, so
/// the bound of one network is not for it.
///
/// # Errors
/// Everybody who could make way is being worked for.
pub(crate) fn take(places: &Arc<Mutex<Places>>, prefix: Prefix, is_hop: bool) -> Result<Place, Refused> {
    let mut held = lock(places);
    held.make_room(prefix, is_hop)?;
    let seat = Arc::new(Seat::new(prefix, Arc::clone(&held.ticks), Arc::clone(&held.counts)));
    let key = held.next;
    held.next += 1;
    held.prefixes.add(prefix);
    held.counts.accepted();
    let paced = (seat.since, 0);
    held.open.insert(key, Entry { seat: Arc::clone(&seat), task: None, paced });
    Ok(Place { seat, key, places: Arc::clone(places) })
}

/// Says which task serves the place with this key, so that it can be cut.
pub(crate) fn serve(places: &Mutex<Places>, key: u64, task: AbortHandle) {
    if let Some(entry) = lock(places).open.get_mut(&key) {
        entry.task = Some(task);
    }
}

/// Cuts who is overdue.
pub(crate) fn sweep(places: &Mutex<Places>) {
    lock(places).sweep();
}

impl Place {
    pub(crate) const fn key(&self) -> u64 {
        self.key
    }
}

impl Places {
    /// Room for `1/threads` of what the limits allow; `fit` connections in all have file handles.
    pub(crate) fn new(
        limits: Arc<Limits>,
        counts: Arc<Counts>,
        ticks: Arc<Ticks>,
        prefixes: Arc<PrefixCounts>,
        fit: u32,
        threads: usize,
    ) -> Self {
        let share = |all: u32| (all as usize).div_ceil(threads).max(1);
        let (most, opening_most) = (share(fit), share(limits.opening_count_max));
        Self { limits, counts, ticks, prefixes, most, opening_most, next: 0, open: HashMap::new() }
    }

    fn make_room(&mut self, prefix: Prefix, is_hop: bool) -> Result<(), Refused> {
        if !is_hop
            && self.prefixes.count(prefix) >= self.limits.connections_per_prefix_count_max
            && !self.some_make_way(|seat| seat.prefix == prefix)
        {
            return Err(Refused::PrefixFull);
        }
        if self.open.len() >= self.most && !self.some_make_way(|_| true) {
            return Err(Refused::Full);
        }
        Ok(())
    }

    fn some_make_way(&mut self, of: impl Fn(&Seat) -> bool) -> bool {
        let mut found: Vec<((Standing, u64), u64)> = self
            .open
            .iter()
            .filter(|(_, entry)| of(&entry.seat))
            .map(|(key, entry)| (entry.seat.standing(), *key))
            .filter(|((standing, _), _)| *standing != Standing::Work)
            .collect();
        if found.is_empty() {
            return false;
        }
        let gone = found.len().div_ceil(MAKE_WAY);
        found.select_nth_unstable(gone - 1);
        for (_, key) in &found[..gone] {
            self.cut(*key, Cut::MadeWay);
        }
        true
    }

    fn sweep(&mut self) {
        let now = self.ticks.advance();
        let limits = Arc::clone(&self.limits);
        let overdue = |entry: &mut Entry| entry.seat.overdue(&limits, now).or_else(|| entry.reader(&limits, now));
        let cut: Vec<(u64, Cut)> =
            self.open.iter_mut().filter_map(|(key, entry)| Some((*key, overdue(entry)?))).collect();
        for (key, why) in cut {
            self.cut(key, why);
        }
        // Counted here and not for each newcomer, whom it would cost a look at everybody.
        if self.open.values().filter(|entry| entry.seat.is_opening()).count() > self.opening_most {
            self.some_make_way(Seat::is_opening);
        }
    }

    fn cut(&mut self, key: u64, why: Cut) {
        let Some(entry) = self.open.remove(&key) else { return };
        self.prefixes.remove(entry.seat.prefix);
        self.counts.cut(why);
        if let Some(task) = entry.task {
            task.abort();
        }
    }
}

impl Entry {
    /// Whether its client reads too slowly what it asked for.
    fn reader(&mut self, limits: &Limits, now: u64) -> Option<Cut> {
        let written = self.seat.written();
        let (since, before) = self.paced;
        let elapsed = now.saturating_sub(since);
        if !self.seat.is_unread() {
            self.paced = (now, written);
        } else if elapsed >= limits.stall_ms_max {
            let least = elapsed.saturating_mul(limits.body_bytes_per_s_min.into()) / 1_000;
            if written.saturating_sub(before) < least {
                return Some(Cut::SlowReader);
            }
            self.paced = (now, written);
        }
        None
    }
}
