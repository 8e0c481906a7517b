//! Subscriptions: made, confirmed, changed, ended.

use super::{
    NewSubscription, Subscribed, SubscriptionChange, UNCONFIRMED_KEPT,
    addresses::{self, digest},
};
use crate::{SealingKey, StoreError, codes::Coded, rows::json, writing::Writing};
use clock::Time;
use notice::{
    Lang,
    plan::{
        BUDGET_PER_DAY_MAX, ChannelKind, Digest, Quiet, Reason, Standing, State, Subscription, WAYS_COUNT_MAX, Way,
    },
};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long an address rests before it is asked once more to confirm.
const ASK_REST: Duration = Duration::from_secs(600);
/// How often one address is asked to confirm while it does not, at most.
const ASKS_MAX: u32 = 3;
/// Wrong codes for one subscription, at most: then no code confirms it any more.
const GUESSES_MAX: u32 = 5;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT no, id, state, wants, settings, created_at, confirmed_at, ended_at, asked_at, asks, guesses \
             FROM subscriptions ",
            $rest
        )
    };
}

const BY_ID: &str = select!("WHERE id = ?1");
const BY_ADDRESS: &str = select!(
    "WHERE state < 2 AND no IN (SELECT subscription FROM subscription_addresses WHERE digest = ?1 AND way = 0) \
     ORDER BY state DESC, no LIMIT 1"
);
const OF_ADDRESS: &str = select!(
    "WHERE state < 2 AND no IN (SELECT subscription FROM subscription_addresses WHERE digest = ?1) ORDER BY no"
);
const INSERT: &str = "INSERT INTO subscriptions (id, state, channel, wants, settings, sealed, created_at, asked_at, asks, \
    guesses, confirmed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, 1, 0, ?8)";
const REPLACE: &str = "UPDATE subscriptions SET channel = ?2, wants = ?3, settings = ?4, sealed = ?5, asked_at = ?6, \
    asks = asks + 1 WHERE no = ?1";
const ADDRESS: &str = "INSERT INTO subscription_addresses (digest, subscription, way) VALUES (?1, ?2, ?3)";
const FORGET: &str = "DELETE FROM subscription_addresses WHERE subscription = ?1";
const SETTLE: &str = "UPDATE subscriptions SET state = ?2, channel = ?3, wants = ?4, settings = ?5, confirmed_at = ?6 \
    WHERE no = ?1";
const GUESSED: &str = "UPDATE subscriptions SET guesses = guesses + 1 WHERE no = ?1";
const END: &str = "UPDATE subscriptions SET state = ?2, sealed = NULL, ended_at = ?3 WHERE no = ?1";
/// What the fact `dropped` says of one notice, for all of a subscription that nobody is sending just now.
const DROP_OPEN: &str = "UPDATE notices SET state = ?2, reason = ?3, due_at = NULL, changed_at = ?4 \
    WHERE subscription = ?1 AND due_at IS NOT NULL";
const SEALED: &str = "SELECT sealed FROM subscriptions WHERE id = ?1 AND state < 2";

/// What is kept of a subscription as JSON.
#[derive(Serialize, Deserialize)]
pub(crate) struct Settings {
    lang: Lang,
    ways: Vec<Way>,
    budget_per_day: u16,
    quiet: Option<Quiet>,
    digest: Digest,
}

/// A subscription as it stands in its table.
pub(crate) struct SubscriptionRow {
    pub(crate) no: i64,
    pub(crate) subscription: Subscription,
    asked_at: Time,
    asks: u32,
    guesses: u32,
}

/// What a subscription is made of, from its columns.
pub(crate) fn subscription(
    id: String,
    state: i64,
    wants: &str,
    settings: &str,
    [created_at, confirmed_at, ended_at]: [Option<i64>; 3],
) -> Result<Subscription, StoreError> {
    let what = "subscription";
    let settings: Settings = json(settings, what)?;
    Ok(Subscription {
        id,
        lang: settings.lang,
        ways: settings.ways,
        wants: json(wants, what)?,
        budget_per_day: settings.budget_per_day,
        quiet: settings.quiet,
        digest: settings.digest,
        standing: Standing::from_code(state)?,
        created_at: Time::from_unix_ms(created_at.unwrap_or_default()),
        confirmed_at: confirmed_at.map(Time::from_unix_ms),
        ended_at: ended_at.map(Time::from_unix_ms),
    })
}

fn read(row: &Row<'_>) -> Result<SubscriptionRow, StoreError> {
    let (wants, settings): (String, String) = (row.get(3)?, row.get(4)?);
    let times = [row.get(5)?, row.get(6)?, row.get(7)?];
    Ok(SubscriptionRow {
        no: row.get(0)?,
        subscription: subscription(row.get(1)?, row.get(2)?, &wants, &settings, times)?,
        asked_at: Time::from_unix_ms(row.get(8)?),
        asks: row.get(9)?,
        guesses: row.get(10)?,
    })
}

fn one(conn: &Connection, sql: &str, by: impl rusqlite::ToSql) -> Result<Option<SubscriptionRow>, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query([by])?;
    rows.next()?.map(read).transpose()
}

pub(crate) fn find(conn: &Connection, id: &str) -> Result<Option<Subscription>, StoreError> {
    Ok(one(conn, BY_ID, id)?.map(|row| row.subscription))
}

/// Every subscription that has not ended and that this address is a way of.
pub(crate) fn of_address(
    conn: &Connection,
    key: &SealingKey,
    channel: ChannelKind,
    address: &str,
) -> Result<Vec<Subscription>, StoreError> {
    let mut statement = conn.prepare_cached(OF_ADDRESS)?;
    let rows = statement.query_and_then([digest(key, channel, address)], read)?;
    rows.map(|row| row.map(|row| row.subscription)).collect()
}

pub(crate) fn subscribe(writing: &mut Writing<'_>, new: &NewSubscription) -> Result<Subscribed, StoreError> {
    let Some(first) = new.ways.first().filter(|_| new.ways.len() <= WAYS_COUNT_MAX) else {
        return Err(StoreError::Misused("a subscription without a way, or with too many"));
    };
    let known = one(writing.conn, BY_ADDRESS, digest(writing.key, first.channel, &first.address))?;
    match known {
        None => Ok(Subscribed::New(insert(writing, new)?)),
        Some(row) if row.subscription.standing == Standing::Confirmed => Ok(Subscribed::Known(row.subscription)),
        Some(row) if row.asks >= ASKS_MAX || new.at.since(row.asked_at) < ASK_REST => Ok(Subscribed::Enough),
        Some(row) => replace(writing, &row, new),
    }
}

/// What stands in the columns of a new one.
struct Columns {
    subscription: Subscription,
    channel: i64,
    wants: String,
    settings: String,
}

impl Columns {
    fn of(subscription: Subscription) -> Result<Self, StoreError> {
        let text = |json: Result<String, serde_json::Error>| {
            json.map_err(|_| StoreError::Misused("a subscription that is not JSON"))
        };
        let ways = &subscription.ways;
        let first = ways.iter().find(|way| way.confirmed).or(ways.first());
        let first = first.ok_or(StoreError::Damaged { what: "subscription" })?;
        let settings = Settings {
            lang: subscription.lang,
            ways: subscription.ways.clone(),
            budget_per_day: subscription.budget_per_day,
            quiet: subscription.quiet.clone(),
            digest: subscription.digest,
        };
        Ok(Self {
            channel: first.channel.code(),
            wants: text(serde_json::to_string(&subscription.wants))?,
            settings: text(serde_json::to_string(&settings))?,
            subscription,
        })
    }

    fn new(id: &str, new: &NewSubscription) -> Result<Self, StoreError> {
        let ways: Vec<Way> =
            new.ways.iter().map(|way| Way { channel: way.channel, confirmed: way.confirmed }).collect();
        let usual = ways.first().map_or(0, |way| way.channel.default_budget_per_day());
        let confirmed = ways.iter().any(|way| way.confirmed);
        Self::of(Subscription {
            id: id.to_owned(),
            lang: new.lang,
            ways,
            wants: new.wants.clone(),
            budget_per_day: new.budget_per_day.unwrap_or(usual).clamp(1, BUDGET_PER_DAY_MAX),
            quiet: new.quiet.clone(),
            digest: new.digest,
            standing: if confirmed { Standing::Confirmed } else { Standing::Unconfirmed },
            created_at: new.at,
            confirmed_at: confirmed.then_some(new.at),
            ended_at: None,
        })
    }
}

fn insert(writing: &mut Writing<'_>, new: &NewSubscription) -> Result<Subscription, StoreError> {
    let columns = Columns::new(&new.id, new)?;
    let (key, conn) = (writing.key, writing.conn);
    let state = columns.subscription.standing.code();
    let confirmed_at = columns.subscription.confirmed_at.map(Time::unix_ms);
    let sealed = seal(key, &new.id, new)?;
    conn.prepare_cached(INSERT)?.execute(params![
        new.id,
        state,
        columns.channel,
        columns.wants,
        columns.settings,
        sealed,
        new.at.unix_ms(),
        confirmed_at
    ])?;
    put_addresses(conn, key, conn.last_insert_rowid(), new)?;
    Ok(columns.subscription)
}

fn replace(writing: &mut Writing<'_>, row: &SubscriptionRow, new: &NewSubscription) -> Result<Subscribed, StoreError> {
    let id = &row.subscription.id;
    let columns = Columns::new(id, new)?;
    let (key, conn) = (writing.key, writing.conn);
    let sealed = seal(key, id, new)?;
    conn.prepare_cached(REPLACE)?.execute(params![
        row.no,
        columns.channel,
        columns.wants,
        columns.settings,
        sealed,
        new.at.unix_ms()
    ])?;
    conn.prepare_cached(FORGET)?.execute([row.no])?;
    put_addresses(conn, key, row.no, new)?;
    Ok(Subscribed::Again(columns.subscription))
}

fn seal(key: &SealingKey, id: &str, new: &NewSubscription) -> Result<Vec<u8>, StoreError> {
    let all: Vec<&str> = new.ways.iter().map(|way| way.address.as_str()).collect();
    addresses::seal(key, id, &all)
}

fn put_addresses(conn: &Connection, key: &SealingKey, no: i64, new: &NewSubscription) -> Result<(), StoreError> {
    let mut statement = conn.prepare_cached(ADDRESS)?;
    for (place, way) in (0..).zip(&new.ways) {
        let place: i64 = place;
        statement.execute(params![digest(key, way.channel, &way.address), no, place])?;
    }
    Ok(())
}

/// Marks one way as agreed to; nothing where there is none to be confirmed.
pub(crate) fn confirm(
    writing: &mut Writing<'_>,
    id: &str,
    way: u8,
    at: Time,
) -> Result<Option<Subscription>, StoreError> {
    let Some(row) = one(writing.conn, BY_ID, id)?.filter(|row| may_be_confirmed(row, at)) else { return Ok(None) };
    let mut subscription = row.subscription;
    let Some(place) = subscription.ways.get_mut(usize::from(way)) else { return Ok(None) };
    place.confirmed = true;
    subscription.standing = Standing::Confirmed;
    subscription.confirmed_at.get_or_insert(at);
    settle(writing, row.no, subscription).map(Some)
}

fn may_be_confirmed(row: &SubscriptionRow, at: Time) -> bool {
    match row.subscription.standing {
        Standing::Unconfirmed => at.since(row.asked_at) < UNCONFIRMED_KEPT,
        Standing::Confirmed => true,
        Standing::Ended => false,
    }
}

/// The same by the digits that were sent there; a wrong guess is counted, and after some of them none is right.
pub(crate) fn confirm_by_code(
    writing: &mut Writing<'_>,
    id: &str,
    way: u8,
    code: &str,
    at: Time,
) -> Result<Option<Subscription>, StoreError> {
    let Some(row) = one(writing.conn, BY_ID, id)?.filter(|row| row.guesses < GUESSES_MAX) else { return Ok(None) };
    if code.trim() != addresses::confirming_code(writing.key, id, way) {
        writing.conn.prepare_cached(GUESSED)?.execute([row.no])?;
        return Ok(None);
    }
    confirm(writing, id, way, at)
}

fn settle(writing: &mut Writing<'_>, no: i64, subscription: Subscription) -> Result<Subscription, StoreError> {
    let columns = Columns::of(subscription)?;
    let subscription = columns.subscription;
    writing.conn.prepare_cached(SETTLE)?.execute(params![
        no,
        subscription.standing.code(),
        columns.channel,
        columns.wants,
        columns.settings,
        subscription.confirmed_at.map(Time::unix_ms)
    ])?;
    Ok(subscription)
}

/// Changes what a subscriber wishes; nothing where there is none, or it has ended.
pub(crate) fn change(
    writing: &mut Writing<'_>,
    id: &str,
    change: SubscriptionChange,
) -> Result<Option<Subscription>, StoreError> {
    let Some(row) = one(writing.conn, BY_ID, id)? else { return Ok(None) };
    let mut subscription = row.subscription;
    if subscription.standing == Standing::Ended {
        return Ok(None);
    }
    subscription.lang = change.lang.unwrap_or(subscription.lang);
    subscription.wants = change.wants.unwrap_or(subscription.wants);
    let budget = change.budget_per_day.unwrap_or(subscription.budget_per_day);
    subscription.budget_per_day = budget.clamp(1, BUDGET_PER_DAY_MAX);
    subscription.quiet = change.quiet.unwrap_or(subscription.quiet);
    subscription.digest = change.digest.unwrap_or(subscription.digest);
    settle(writing, row.no, subscription).map(Some)
}

/// Ends a subscription: its addresses are erased and what was due to it is dropped. False where there is none, or it had
/// ended before.
pub(crate) fn end(writing: &mut Writing<'_>, id: &str, at: Time) -> Result<bool, StoreError> {
    let Some(row) = one(writing.conn, BY_ID, id)? else { return Ok(false) };
    if row.subscription.standing == Standing::Ended {
        return Ok(false);
    }
    let conn = writing.conn;
    conn.prepare_cached(END)?.execute(params![row.no, Standing::Ended.code(), at.unix_ms()])?;
    conn.prepare_cached(FORGET)?.execute([row.no])?;
    let dropped = params![row.no, State::Dropped.code(), Reason::Unsubscribed.code(), at.unix_ms()];
    conn.prepare_cached(DROP_OPEN)?.execute(dropped)?;
    Ok(true)
}

/// The address of one way, for the question that is sent there; nothing where it has ended.
pub(crate) fn address(
    conn: &Connection,
    key: &SealingKey,
    id: &str,
    way: u8,
) -> Result<Option<zeroize::Zeroizing<String>>, StoreError> {
    let sealed: Option<Vec<u8>> = conn.prepare_cached(SEALED)?.query_row([id], |row| row.get(0)).optional()?;
    sealed.map(|sealed| addresses::open(key, id, &sealed, way)).transpose()
}
