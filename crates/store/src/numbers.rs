//! The numbers of local labels: ranges that the carrier gave, blocks taken from them, parts handed over to sites.
//!
//! A range is a row with a mark; what lies below the mark was given out. The mark is moved in the commit that gives a
//! block out, so that what a crash leaves in a block is never used, by us or by anyone. Rows never go: no range that was
//! ever registered can be registered again, in whole or in part, under any account.

use crate::{
    AccountId, StoreError,
    codes::day_code,
    rows::{count, parse, unsigned},
    writing::Writing,
};
use clock::Time;
use jiff::{ToSpan, civil::Date};
use label::{Allocator, Block, Forecast, Range, forecast};
use parcel::{ColissimoNumber, MerchantId, ParcelNumber, Product};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// Over how many days the use is looked at.
const USE_DAYS: i64 = 28;

const OWNER: &str = "SELECT merchant FROM accounts WHERE id = ?1";
const SITE_OF: &str = "SELECT site FROM merchants WHERE id = ?1";
const SITE_PUT: &str = "UPDATE merchants SET site = ?2 WHERE id = ?1";
const OVERLAPS: &str = "SELECT 1 FROM number_ranges WHERE prefix = ?1 AND first <= ?3 AND last >= ?2";
const PUT: &str = "INSERT INTO number_ranges (account, product, prefix, first, last, next, site, added_at) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?4, ?6, ?7)";
const IN_USE: &str = "SELECT prefix, first, last, next, id FROM number_ranges INDEXED BY number_ranges_in_use \
    WHERE account = ?1 AND product = ?2 AND site IS NULL AND next <= last ORDER BY id";
const MARK: &str = "UPDATE number_ranges SET next = ?2 WHERE id = ?1";
const USED: &str = "INSERT INTO number_use (account, product, day, count) VALUES (?1, ?2, ?3, ?4) \
    ON CONFLICT (account, product, day) DO UPDATE SET count = count + excluded.count";
const LOOK_AGAIN: &str = "UPDATE outbox SET stopgap = 1, stopgap_why = NULL WHERE stopgap = 3";
const CAN_GIVE: &str = "SELECT 1 FROM number_ranges WHERE site IS NULL AND next <= last";
const BUSIEST: &str = "SELECT coalesce(max(count), 0) FROM number_use";
const LEAVE_OUT: &str = "UPDATE number_ranges SET next = next + min(?1, last + 1 - next) \
    WHERE site IS NULL AND next <= last";
const GIVEN_OUT: &str = "SELECT 1 FROM number_ranges WHERE account = ?1 AND prefix = ?2 AND first <= ?3 AND next > ?3 \
    AND site IS NULL";
const KNOWN: &str = "SELECT 1 FROM local_labels WHERE number = ?1 UNION ALL SELECT 1 FROM numbers WHERE number = ?1";
const ALL: &str = "SELECT r.prefix, r.first, r.last, r.next, r.account, r.product, r.site, a.merchant \
    FROM number_ranges r JOIN accounts a ON a.id = r.account ORDER BY r.account, r.product, r.id";
const USE_SINCE: &str = "SELECT count, day FROM number_use WHERE account = ?1 AND product = ?2 AND day >= ?3";

/// A range of numbers, to be registered.
#[derive(Clone, Debug, PartialEq)]
pub struct NewRange {
    /// Under which account at the carrier.
    pub account: AccountId,
    /// For which product.
    pub product: Product,
    /// The numbers.
    pub range: Range,
    /// The site that they were cut out for, when they come from another store: this one is then that site.
    pub site: Option<String>,
}

/// A registered range.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownRange {
    /// The numbers.
    pub range: Range,
    /// How many are still to be given out here.
    pub left: u64,
    /// The site that it was handed over to.
    pub site: Option<String>,
}

/// The numbers of an account for one product.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    /// Whose.
    pub merchant: MerchantId,
    /// Under which account at the carrier.
    pub account: AccountId,
    /// For which product.
    pub product: Product,
    /// All ranges, the oldest first.
    pub ranges: Vec<KnownRange>,
    /// How many numbers are left here, over all ranges.
    pub left: u64,
    /// When that ends, by what was given out in the last four weeks.
    pub forecast: Forecast,
}

/// Registers a range.
pub(crate) fn add(writing: &mut Writing<'_>, new: &NewRange, at: Time) -> Result<(), StoreError> {
    let conn = writing.conn;
    let merchant = owner(conn, &new.account)?;
    if let Some(site) = &new.site {
        may_be_site(conn, &merchant, site)?;
    }
    put(conn, new, None, at)?;
    if let Some(site) = &new.site {
        conn.prepare_cached(SITE_PUT)?.execute([&merchant, site])?;
    }
    conn.prepare_cached(LOOK_AGAIN)?.execute([])?;
    writing.work = true;
    Ok(())
}

fn owner(conn: &Connection, account: &str) -> Result<String, StoreError> {
    let found = conn.prepare_cached(OWNER)?.query_row([account], |row| row.get(0)).optional()?;
    found.ok_or_else(|| StoreError::NoAccount(account.to_owned()))
}

/// A site's numbers are for that site alone: another one that took them in would print them a second time.
fn may_be_site(conn: &Connection, merchant: &str, site: &str) -> Result<(), StoreError> {
    let known: Option<String> = conn.prepare_cached(SITE_OF)?.query_row([merchant], |row| row.get(0))?;
    match known.filter(|known| known != site) {
        Some(known) => Err(StoreError::OtherSite { known, wanted: site.to_owned() }),
        None => Ok(()),
    }
}

fn put(conn: &Connection, new: &NewRange, handed_to: Option<&str>, at: Time) -> Result<(), StoreError> {
    let (first, last) = (new.range.first(), new.range.last());
    let serials = (count(first.serial()), count(last.serial()));
    if handed_to.is_none() && conn.prepare_cached(OVERLAPS)?.exists(params![first.prefix(), serials.0, serials.1])? {
        return Err(StoreError::RangeKnown { first, last });
    }
    conn.prepare_cached(PUT)?.execute(params![
        new.account,
        new.product.code(),
        first.prefix(),
        serials.0,
        serials.1,
        handed_to,
        at.unix_ms()
    ])?;
    Ok(())
}

/// Gives out up to `count` numbers of the oldest range that has any; nothing when all are exhausted. Durable when the
/// transaction is.
pub(crate) fn reserve(
    writing: &mut Writing<'_>,
    account: &str,
    product: &Product,
    count: u64,
    at: Time,
) -> Result<Option<Block>, StoreError> {
    let Some((id, mut allocator)) = in_use(writing.conn, account, product)?.into_iter().next() else {
        return Ok(None);
    };
    let Some(block) = allocator.take(count) else { return Ok(None) };
    mark(writing.conn, id, &allocator)?;
    let used = self::count(block.len());
    let day = day_code(at.paris_date());
    writing.conn.prepare_cached(USED)?.execute(params![account, product.code(), day, used])?;
    Ok(Some(block))
}

fn mark(conn: &Connection, id: i64, allocator: &Allocator) -> Result<(), StoreError> {
    conn.prepare_cached(MARK)?.execute([id, count(allocator.next())])?;
    Ok(())
}

fn in_use(conn: &Connection, account: &str, product: &Product) -> Result<Vec<(i64, Allocator)>, StoreError> {
    let mut statement = conn.prepare_cached(IN_USE)?;
    let rows = statement.query_and_then([account, product.code()], |row| Ok((row.get(4)?, allocator(row)?)))?;
    rows.collect()
}

/// Whether the account has numbers for the product.
pub(crate) fn any_left(conn: &Connection, account: &str, product: &Product) -> Result<bool, StoreError> {
    Ok(conn.prepare_cached(IN_USE)?.exists([account, product.code()])?)
}

fn allocator(row: &Row<'_>) -> Result<Allocator, StoreError> {
    let damaged = || StoreError::Damaged { what: "number range" };
    let prefix: String = row.get(0)?;
    let number =
        |serial: i64| u64::try_from(serial).ok().and_then(|serial| ColissimoNumber::from_serial(&prefix, serial).ok());
    let ends = number(row.get(1)?).zip(number(row.get(2)?));
    let range = ends.and_then(|(first, last)| Range::new(first, last).ok()).ok_or_else(damaged)?;
    let next: i64 = row.get(3)?;
    u64::try_from(next).ok().and_then(|next| Allocator::at(range, next).ok()).ok_or_else(damaged)
}

/// Cuts a range of `each` numbers for every site out of the first range that is long enough, and hands them over: they
/// are never given out here.
pub(crate) fn split(
    writing: &mut Writing<'_>,
    account: &str,
    product: &Product,
    sites: &[String],
    each: u64,
    at: Time,
) -> Result<Vec<(String, Range)>, StoreError> {
    let conn = writing.conn;
    owner(conn, account)?;
    let wanted = self::count(sites.len() as u64).unsigned_abs();
    let mut left_most = 0;
    for (id, mut allocator) in in_use(conn, account, product)? {
        left_most = left_most.max(allocator.left());
        let Some(parts) = allocator.split(wanted, each) else { continue };
        mark(conn, id, &allocator)?;
        let cut: Vec<(String, Range)> = sites.iter().cloned().zip(parts).collect();
        for (site, range) in &cut {
            let part = NewRange { account: account.into(), product: product.clone(), range: *range, site: None };
            put(conn, &part, Some(site), at)?;
        }
        return Ok(cut);
    }
    Err(StoreError::NumbersShort { left: left_most, wanted: wanted.saturating_mul(each) })
}

/// Whether any range has a number left.
pub(crate) fn can_be_given_out(conn: &Connection) -> Result<bool, StoreError> {
    Ok(conn.prepare(CAN_GIVE)?.exists([])?)
}

/// How many numbers the busiest day of an account and product took.
pub(crate) fn busiest_day(conn: &Connection) -> Result<u64, StoreError> {
    Ok(conn.query_row(BUSIEST, [], |row| Ok(unsigned(row.get(0)?)))?)
}

/// Leaves out so many numbers of each range: a store that was lost may have given them out after its last backup.
pub(crate) fn leave_out(conn: &Connection, numbers: u64) -> Result<(), StoreError> {
    conn.execute(LEAVE_OUT, [count(numbers)])?;
    Ok(())
}

/// The last walls before a local label is written: its number was given out here, to this account, and nobody has it.
pub(crate) fn may_be_used(conn: &Connection, account: &str, number: &ParcelNumber) -> Result<(), StoreError> {
    let given_out = params![account, number.prefix(), count(number.serial())];
    let unfit = |why| Err(StoreError::NumberUnfit { number: *number, why });
    if !conn.prepare_cached(GIVEN_OUT)?.exists(given_out)? {
        return unfit("was not given out from a range of this account");
    }
    if conn.prepare_cached(KNOWN)?.exists([number.as_str()])? {
        return unfit("is a label already");
    }
    Ok(())
}

/// All numbers, by account and product.
pub(crate) fn list(conn: &Connection, today: Date) -> Result<Vec<Numbers>, StoreError> {
    let mut all: Vec<Numbers> = Vec::new();
    let mut statement = conn.prepare_cached(ALL)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let allocator = allocator(row)?;
        let (account, product): (String, Product) = (row.get(4)?, Product::from(row.get::<_, String>(5)?));
        let site: Option<String> = row.get(6)?;
        let left = if site.is_some() { 0 } else { allocator.left() };
        let range = KnownRange { range: *allocator.range(), left, site };
        match all.last_mut().filter(|last| last.account == account && last.product == product) {
            Some(last) => {
                last.left += left;
                last.ranges.push(range);
            }
            None => all.push(Numbers {
                merchant: parse(&row.get::<_, String>(7)?, "merchant")?,
                account,
                product,
                ranges: vec![range],
                left,
                forecast: forecast(left, &[], today),
            }),
        }
    }
    for numbers in &mut all {
        let used = used_per_day(conn, &numbers.account, &numbers.product, today)?;
        numbers.forecast = forecast(numbers.left, &used, today);
    }
    Ok(all)
}

/// What was given out each day, from the first day of the last four weeks on which anything was; today last.
fn used_per_day(conn: &Connection, account: &str, product: &Product, today: Date) -> Result<Vec<u64>, StoreError> {
    let from = today.saturating_sub((USE_DAYS - 1).days());
    let mut statement = conn.prepare_cached(USE_SINCE)?;
    let rows = statement.query_and_then(params![account, product.code(), day_code(from)], |row| {
        Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(0)?))
    })?;
    let used: std::collections::HashMap<i64, i64> = rows.collect::<Result<_, StoreError>>()?;
    let days = from.series(1.day()).take_while(|day| *day <= today);
    let counts = days.map(|day| used.get(&day_code(day)).copied().unwrap_or(0).unsigned_abs());
    Ok(counts.skip_while(|count| *count == 0).collect())
}
