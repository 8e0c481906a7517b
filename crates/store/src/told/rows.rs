//! One notice as a row, there and back, and its tries.

use super::{Outcome, subscribing};
use crate::{StoreError, codes::Coded};
use clock::Time;
use notice::{
    Level,
    plan::{Fact, Held, Notice, Reason, State, Subscription, Tries},
};
use rusqlite::{Connection, Row, params};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT n.no, n.subscription, n.incident, n.update_id, n.at, n.level, n.until, n.closing, n.state, n.reason, \
             n.held, n.tries, n.way, n.ambiguous, n.came, n.message, n.due_at, n.channel, s.id, s.state, s.wants, \
             s.settings, s.created_at, s.confirmed_at, s.ended_at, s.sealed \
             FROM notices n JOIN subscriptions s ON s.no = n.subscription ",
            $rest
        )
    };
}

pub(crate) const DUE: &str =
    select!("WHERE n.channel = ?1 AND n.again = ?2 AND n.due_at <= ?3 ORDER BY n.due_at, n.no LIMIT ?4");
pub(crate) const COMPANIONS: &str = select!(
    "WHERE n.subscription = ?1 AND n.no <> ?2 AND n.channel = ?3 AND n.again = 0 AND n.due_at <= ?4 ORDER BY n.no"
);
pub(crate) const CLAIMED: &str = select!("WHERE n.state = 1 ORDER BY n.no");
pub(crate) const OF_MESSAGE: &str =
    select!("WHERE n.no IN (SELECT notice FROM notice_tries WHERE message = ?1) ORDER BY n.no");
pub(crate) const OF_RECEIPT: &str =
    select!("WHERE n.no IN (SELECT notice FROM notice_tries WHERE channel = ?1 AND receipt = ?2) ORDER BY n.no");
const PUT: &str = "UPDATE notices SET state = ?2, reason = ?3, held = ?4, tries = ?5, way = ?6, ambiguous = ?7, \
    came = ?8, message = ?9, channel = ?10, again = ?11, due_at = ?12, changed_at = ?13 WHERE no = ?1";
const BEGIN: &str = "INSERT INTO notice_tries (notice, nth, subscription, channel, message, at, twice) \
    SELECT ?1, coalesce(max(nth), 0) + 1, ?2, ?3, ?4, ?5, ?6 FROM notice_tries WHERE notice = ?1";
const END: &str = "UPDATE notice_tries SET ended_at = ?3, outcome = ?4, why = ?5, receipt = ?6 \
    WHERE notice = ?1 AND message = ?2 AND ended_at IS NULL";

/// A notice as it stands in its table, with whom it is for.
pub(crate) struct NoticeRow {
    pub(crate) no: i64,
    pub(crate) subscriber: i64,
    pub(crate) incident: i64,
    pub(crate) update: i64,
    pub(crate) notice: Notice,
    pub(crate) message: Option<String>,
    channel: i64,
    pub(crate) subscription: Subscription,
    pub(crate) sealed: Option<Vec<u8>>,
}

pub(crate) fn all(conn: &Connection, sql: &str, by: impl rusqlite::Params) -> Result<Vec<NoticeRow>, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_and_then(by, read)?;
    rows.collect()
}

fn read(row: &Row<'_>) -> Result<NoticeRow, StoreError> {
    fn coded<T: Coded>(row: &Row<'_>, place: usize) -> Result<Option<T>, StoreError> {
        row.get::<_, Option<i64>>(place)?.map(T::from_code).transpose()
    }
    let notice = Notice {
        at: Time::from_unix_ms(row.get(4)?),
        level: coded::<Level>(row, 5)?,
        until: Time::from_unix_ms(row.get(6)?),
        closing: row.get(7)?,
        state: State::from_code(row.get(8)?)?,
        reason: coded::<Reason>(row, 9)?,
        held: coded::<Held>(row, 10)?,
        tries: Tries::from_bits(row.get(11)?),
        way: row.get(12)?,
        ambiguous: row.get(13)?,
        came: row.get(14)?,
        due: row.get::<_, Option<i64>>(16)?.map(Time::from_unix_ms),
    };
    let (wants, settings): (String, String) = (row.get(20)?, row.get(21)?);
    let times = [row.get(22)?, row.get(23)?, row.get(24)?];
    Ok(NoticeRow {
        no: row.get(0)?,
        subscriber: row.get(1)?,
        incident: row.get(2)?,
        update: row.get(3)?,
        notice,
        message: row.get(15)?,
        channel: row.get(17)?,
        subscription: subscribing::subscription(row.get(18)?, row.get(19)?, &wants, &settings, times)?,
        sealed: row.get(25)?,
    })
}

impl NoticeRow {
    /// Takes up what happened.
    pub(crate) fn step(&mut self, fact: Fact, at: Time) -> Result<(), StoreError> {
        let stepped = self.notice.step(fact, at, &self.subscription.ways);
        stepped.map_err(|_| StoreError::Damaged { what: "notice" })
    }

    /// Writes it back, with the way that is thought of next. It is found by this way's channel; `via` names another one
    /// when the first is down.
    pub(crate) fn put(&self, conn: &Connection, via: Option<u8>, at: Time) -> Result<(), StoreError> {
        let notice = &self.notice;
        let next = via.or_else(|| notice.next_way(&self.subscription.ways, |_| true));
        let way = next.and_then(|way| self.subscription.ways.get(usize::from(way)));
        let again = next.is_some_and(|way| notice.tries.of(way) > 0);
        conn.prepare_cached(PUT)?.execute(params![
            self.no,
            notice.state.code(),
            notice.reason.map(Coded::code),
            notice.held.map(Coded::code),
            notice.tries.bits(),
            notice.way,
            notice.ambiguous,
            notice.came,
            self.message,
            way.map_or(self.channel, |way| way.channel.code()),
            again,
            notice.due.map(Time::unix_ms),
            at.unix_ms(),
        ])?;
        Ok(())
    }

    /// Writes down that a try begins.
    pub(crate) fn begin_try(&self, conn: &Connection, channel: i64, message: &str, at: Time) -> Result<(), StoreError> {
        let values = params![self.no, self.subscriber, channel, message, at.unix_ms(), self.notice.ambiguous];
        conn.prepare_cached(BEGIN)?.execute(values)?;
        Ok(())
    }

    /// Writes down how the try ended that is under way.
    pub(crate) fn end_try(
        &self,
        conn: &Connection,
        outcome: Outcome,
        (why, receipt): (Option<&str>, Option<&str>),
        at: Time,
    ) -> Result<(), StoreError> {
        let values = params![self.no, self.message, at.unix_ms(), outcome.code(), why, receipt];
        conn.prepare_cached(END)?.execute(values)?;
        Ok(())
    }
}
