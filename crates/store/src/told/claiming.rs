//! Claiming: what is due is judged, and what is to be sent now is written down before a byte leaves.

use super::{
    ChannelRoom, ClaimedNotices, Outgoing, addresses,
    rows::{self, NoticeRow},
    updates,
};
use crate::{StoreError, codes::Coded, writing::Writing};
use clock::Time;
use notice::{
    Update,
    plan::{Around, ChannelKind, Decision, Fact, Reason, State, decide},
};
use rusqlite::{Connection, params};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

/// Notices of one channel that are looked at in one go, at most; and at least, where there is any room: many of them may
/// only be held back.
const LOOK_COUNT_MAX: u32 = 1_000;
const LOOK_COUNT_MIN: u32 = 200;
const DAY: Duration = Duration::from_secs(86_400);

const NEWER: &str =
    "SELECT EXISTS (SELECT 1 FROM notices WHERE subscription = ?1 AND incident = ?2 AND update_id > ?3)";
const IN_FLIGHT: &str = "SELECT EXISTS (SELECT 1 FROM notices WHERE subscription = ?1 AND incident = ?2 AND state = 1)";
const SPENT: &str = "SELECT count(DISTINCT message), min(at) FROM notice_tries WHERE subscription = ?1 AND at > ?2";

/// What goes into one message: one subscriber, one way, and for a message that is tried again the notices that it had.
type Envelope = (i64, u8, String);

/// One look at everything that is due.
struct Look<'w, 'c> {
    writing: &'w mut Writing<'c>,
    now: Time,
    down: Vec<ChannelKind>,
    envelopes: BTreeMap<Envelope, Vec<NoticeRow>>,
    seen: HashSet<i64>,
    dropped: HashMap<Reason, u64>,
    updates: HashMap<i64, Arc<Update>>,
    more: bool,
}

/// Judges what is due and claims what there is room for. `rooms` names the channels that there are; others count as down.
pub(crate) fn claim(writing: &mut Writing<'_>, rooms: &[ChannelRoom], now: Time) -> Result<ClaimedNotices, StoreError> {
    let is_up = |channel: &ChannelKind| rooms.iter().any(|room| room.channel == *channel && !room.down);
    let down: Vec<_> = ChannelKind::ALL.into_iter().filter(|channel| !is_up(channel)).collect();
    let mut look = Look {
        writing,
        now,
        down,
        envelopes: BTreeMap::new(),
        seen: HashSet::new(),
        dropped: HashMap::new(),
        updates: HashMap::new(),
        more: false,
    };
    // First what waits for a channel that is down: it may find its way among those that are looked at next.
    for channel in look.down.clone() {
        look.at(channel, false, LOOK_COUNT_MAX)?;
        look.at(channel, true, LOOK_COUNT_MAX)?;
    }
    for room in rooms.iter().filter(|room| !room.down) {
        look.at(room.channel, false, room.first)?;
        look.at(room.channel, true, room.again)?;
    }
    look.write_down()
}

impl Look<'_, '_> {
    /// Looks at what is due by a channel until so many are to be sent.
    fn at(&mut self, channel: ChannelKind, again: bool, room: u32) -> Result<(), StoreError> {
        let is_up = !self.down.contains(&channel);
        if room == 0 {
            return Ok(());
        }
        let limit = room.saturating_mul(2).clamp(LOOK_COUNT_MIN, LOOK_COUNT_MAX);
        let due = params![channel.code(), again, self.now.unix_ms(), limit];
        let rows = rows::all(self.writing.conn, rows::DUE, due)?;
        self.more |= u32::try_from(rows.len()).unwrap_or(u32::MAX) >= limit;
        let mut left = room;
        for row in rows {
            if is_up && left == 0 {
                self.more = true;
                break;
            }
            let (subscriber, no) = (row.subscriber, row.no);
            if self.judge(row, channel)? && is_up {
                left -= 1;
                if channel.gathers() && !again {
                    self.gather(subscriber, no, channel)?;
                }
            }
        }
        Ok(())
    }

    /// Judges what else is due to this subscriber by this channel, so that one message tells all of it.
    fn gather(&mut self, subscriber: i64, no: i64, channel: ChannelKind) -> Result<(), StoreError> {
        let others = params![subscriber, no, channel.code(), self.now.unix_ms()];
        for row in rows::all(self.writing.conn, rows::COMPANIONS, others)? {
            self.judge(row, channel)?;
        }
        Ok(())
    }

    /// Judges one notice; true when it is to be sent.
    fn judge(&mut self, mut row: NoticeRow, channel: ChannelKind) -> Result<bool, StoreError> {
        if !self.seen.insert(row.no) {
            return Ok(false);
        }
        let (conn, now) = (self.writing.conn, self.now);
        let (newer, in_flight) = order(conn, &row)?;
        let (spent, room_at) = if row.notice.tries.none() { spent(conn, &row, now)? } else { (0, None) };
        let around = Around { now, newer, in_flight, spent, room_at, down: &self.down };
        let fact = match decide(&row.notice, &row.subscription, &around) {
            Decision::Send { way } if row.channel_of(way) == Some(channel) => {
                let message = self.envelope_of(&row, way);
                self.envelopes.entry((row.subscriber, way, message)).or_default().push(row);
                return Ok(true);
            }
            // By another channel than it was thought of: found there by the next look at that one.
            Decision::Send { way } => {
                self.more = true;
                row.put(conn, Some(way), now)?;
                return Ok(false);
            }
            Decision::Hold { why, until } => Fact::Held { why, until },
            Decision::Rest { until } => Fact::Rest { until },
            Decision::Drop(reason) => {
                *self.dropped.entry(reason).or_default() += 1;
                Fact::Dropped(reason)
            }
        };
        row.step(fact, now)?;
        row.put(conn, None, now)?;
        Ok(false)
    }

    /// What tells the messages of one subscriber and way apart: nothing for what goes first, the message for what goes
    /// again, and the update where each goes by itself.
    fn envelope_of(&self, row: &NoticeRow, way: u8) -> String {
        let again = row.message.clone().filter(|_| row.notice.way == Some(way) && row.notice.tries.of(way) > 0);
        let gathers = row.channel_of(way).is_none_or(ChannelKind::gathers);
        again.unwrap_or_else(|| if gathers { String::new() } else { row.update.to_string() })
    }

    /// Writes down that everything in the envelopes is being sent.
    fn write_down(mut self) -> Result<ClaimedNotices, StoreError> {
        let mut outgoing = Vec::with_capacity(self.envelopes.len());
        for ((_, way, _), rows) in std::mem::take(&mut self.envelopes) {
            outgoing.push(self.begin(way, rows)?);
        }
        let dropped = self.dropped.into_iter().collect();
        Ok(ClaimedNotices { outgoing, dropped, more: self.more })
    }

    fn begin(&mut self, way: u8, mut rows: Vec<NoticeRow>) -> Result<Outgoing, StoreError> {
        let damaged = || StoreError::Damaged { what: "subscription" };
        let (key, conn, now) = (self.writing.key, self.writing.conn, self.now);
        rows.sort_by_key(|row| std::cmp::Reverse(row.update));
        let told: Vec<_> = rows.iter().map(|row| (row.update, row.notice.at.unix_ms())).collect();
        let first = rows.first().ok_or_else(damaged)?;
        let (subscription, channel) = (first.subscription.clone(), first.channel_of(way).ok_or_else(damaged)?);
        let to = addresses::open(key, &subscription.id, first.sealed.as_deref().ok_or_else(damaged)?, way)?;
        let message = addresses::message_id(key, &subscription.id, way, &told);
        let again = first.notice.tries.of(way) > 0;
        let (mut twice_count, mut until, mut notices) = (0, None::<Time>, Vec::with_capacity(rows.len()));
        for row in &mut rows {
            row.step(Fact::Claimed { way }, now)?;
            row.message = Some(message.clone());
            row.put(conn, None, now)?;
            row.begin_try(conn, channel.code(), &message, now)?;
            twice_count += usize::from(row.notice.ambiguous);
            until = until.max(Some(row.notice.useful_until()));
            notices.push(row.no);
        }
        Ok(Outgoing {
            updates: told.iter().map(|(no, _)| self.update(*no)).collect::<Result<_, _>>()?,
            unsubscribe_token: addresses::leaving_token(key, &subscription.id),
            useful_until: until.unwrap_or(now),
            message,
            channel,
            to,
            subscription,
            twice_count,
            again,
            notices,
        })
    }

    fn update(&mut self, no: i64) -> Result<Arc<Update>, StoreError> {
        if let Some(update) = self.updates.get(&no) {
            return Ok(Arc::clone(update));
        }
        let update = Arc::new(updates::one(self.writing.conn, no)?);
        self.updates.insert(no, Arc::clone(&update));
        Ok(update)
    }
}

impl NoticeRow {
    fn channel_of(&self, way: u8) -> Option<ChannelKind> {
        self.subscription.ways.get(usize::from(way)).map(|way| way.channel)
    }
}

/// Whether there is a newer notice of the incident for this subscriber, and whether one is being sent just now.
fn order(conn: &Connection, row: &NoticeRow) -> Result<(bool, bool), StoreError> {
    let of = (row.subscriber, row.incident);
    let newer = conn.prepare_cached(NEWER)?.query_row((of.0, of.1, row.update), |row| row.get(0))?;
    let in_flight = conn.prepare_cached(IN_FLIGHT)?.query_row(of, |row| row.get(0))?;
    Ok((newer, in_flight))
}

/// How many messages were begun to this subscriber in the last 24 hours, and when the first of them is a day old.
fn spent(conn: &Connection, row: &NoticeRow, now: Time) -> Result<(u32, Option<Time>), StoreError> {
    let since = (row.subscriber, now.minus(DAY).unix_ms());
    let (count, first): (u32, Option<i64>) =
        conn.prepare_cached(SPENT)?.query_row(since, |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((count, first.map(|at| Time::from_unix_ms(at).plus(DAY))))
}

// The code that stands in the question above.
const _: () = assert!(matches!(State::ALL[1], State::Claimed));
