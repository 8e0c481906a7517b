//! Which local labels the carrier was told of, and which it was seen to know.
//!
//! ```text
//! to announce ──▶ in an announcement ──▶ announced ──▶ integrated
//!      └──▶ void, and never announced
//! ```
//!
//! An announcement with its number, its file's name and its parcels is written down before the file is delivered. A crash
//! in between leaves it open; it is delivered again, the same file under the same name, before another is begun.

use crate::{
    AccountId, StoreError, claim, numbers,
    record::{self, Happened},
    rows::{self, IntentRow, parse},
    stopgaps,
    writing::Writing,
};
use clock::Time;
use dispatch::{By, Fact};
use parcel::{ClientNumber, MerchantId, ParcelNumber, Shipment, ShipmentId};
use rusqlite::{Connection, OptionalExtension, Row, params};

const LABEL_PUT: &str = "INSERT INTO local_labels (intent, account, number, made_at, state) VALUES (?1, ?2, ?3, ?4, 0)";
const LABEL_VOID: &str = "UPDATE local_labels SET state = 4 WHERE intent = ?1 AND state = 0";
const LABEL_ANNOUNCED: &str = "UPDATE local_labels SET state = 2 WHERE intent = ?1 AND state = 1";
const LABEL_INTEGRATED: &str = "UPDATE local_labels SET state = 3 WHERE intent = ?1 AND state = 2";
const ACCOUNTS: &str = "SELECT account FROM announcements WHERE announced_at IS NULL \
    UNION SELECT account FROM local_labels INDEXED BY local_labels_to_announce WHERE state = 0";
const OWNER: &str = "SELECT merchant FROM accounts WHERE id = ?1";
const OPEN: &str = "SELECT client, bordereau, account, site, file, made_at FROM announcements \
    WHERE account = ?1 AND announced_at IS NULL";
const ONE: &str = "SELECT client, bordereau, account, site, file, made_at FROM announcements \
    WHERE client = ?1 AND bordereau = ?2";
const LAST: &str = "SELECT coalesce(max(bordereau), 0) FROM announcements WHERE client = ?1";
const FILE_KNOWN: &str = "SELECT 1 FROM announcements WHERE file = ?1";
const LEAVE_OUT: &str = "INSERT INTO announcements (client, bordereau, account, site, file, made_at, announced_at) \
    SELECT client, max(bordereau) + ?1, account, site, 'left out ' || client || ' ' || (max(bordereau) + ?1), ?2, ?2 \
    FROM announcements GROUP BY client";
const PUT: &str = "INSERT INTO announcements (client, bordereau, account, site, file, made_at) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const ANNOUNCED: &str = "UPDATE announcements SET announced_at = ?3 WHERE client = ?1 AND bordereau = ?2";
const TAKE: &str = "UPDATE local_labels SET state = 1, client = ?2, bordereau = ?3 WHERE intent IN \
    (SELECT intent FROM local_labels WHERE account = ?1 AND state = 0 ORDER BY made_at, intent LIMIT ?4)";
const PARCELS: &str = "SELECT intent, number FROM local_labels INDEXED BY local_labels_of_announcement \
    WHERE client = ?1 AND bordereau = ?2 ORDER BY number";
const TO_INTEGRATE: &str = "SELECT intent, number, account FROM local_labels INDEXED BY local_labels_announced \
    WHERE state = 2 AND intent > ?1 ORDER BY intent LIMIT ?2";
const WAITING: &str = "SELECT count(*), min(made_at) FROM local_labels INDEXED BY local_labels_waiting WHERE state < 2";
const UNSEEN: &str = "SELECT count(*), min(a.announced_at) FROM local_labels l \
    JOIN announcements a ON a.client = l.client AND a.bordereau = l.bordereau WHERE l.state = 2";

/// How many announcement numbers of each client a restore leaves out.
const LEFT_OUT_COUNT: u32 = 1_000;

/// The file's name of an announcement of this client, made at this time; the last number sets apart those of one second.
pub type FileName = fn(ClientNumber, Time, u32) -> String;

/// An announcement that is to be delivered.
#[derive(Clone, Debug)]
pub struct OpenAnnouncement {
    /// Whose.
    pub client: ClientNumber,
    /// Its number, counted up per client.
    pub bordereau: u32,
    /// Under which account the labels were asked for.
    pub account: AccountId,
    /// The carrier's site that takes the parcels over.
    pub site: String,
    /// The name of its file.
    pub file: String,
    /// When it was made.
    pub made_at: Time,
    /// The parcels, by number.
    pub parcels: Vec<(ShipmentId, ParcelNumber, Shipment)>,
}

/// A local label that was announced and is not seen in the carrier's tracking yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unseen {
    /// Of which shipment.
    pub id: ShipmentId,
    /// Its number.
    pub number: ParcelNumber,
    /// Under which account it was asked for.
    pub account: AccountId,
}

/// How much is on its way to the carrier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Announcing {
    /// Local labels that the carrier was not told of.
    pub waiting: u64,
    /// When the oldest of them was printed.
    pub waiting_since: Option<Time>,
    /// Announced labels that the carrier's tracking does not show yet.
    pub unseen: u64,
    /// When the oldest of them was announced.
    pub unseen_since: Option<Time>,
}

/// Holds facts to what must be so of a local label, before anything is written.
pub(crate) fn check(conn: &Connection, row: &IntentRow, fact: &Fact) -> Result<(), StoreError> {
    match fact {
        Fact::Confirmed { number, by: By::Local, .. } => numbers::may_be_used(conn, &row.view.account, number),
        _ => Ok(()),
    }
}

/// Keeps the table of local labels in step with the facts.
pub(crate) fn note(conn: &Connection, row: &IntentRow, fact: &Fact, at: Time) -> Result<(), StoreError> {
    let id = row.id();
    let sql = match fact {
        Fact::Confirmed { number, by: By::Local, .. } => {
            let values = params![id.as_bytes(), row.view.account, number.as_str(), at.unix_ms()];
            conn.prepare_cached(LABEL_PUT)?.execute(values)?;
            return Ok(());
        }
        Fact::Voided if row.view.intent.is_local() => LABEL_VOID,
        Fact::Announced { .. } => LABEL_ANNOUNCED,
        Fact::Integrated => LABEL_INTEGRATED,
        _ => return Ok(()),
    };
    conn.prepare_cached(sql)?.execute([id.as_bytes()])?;
    Ok(())
}

/// Leaves out announcement numbers that a store that was lost may have used after its last backup: more than it can have.
pub(crate) fn leave_out(conn: &Connection, at: Time) -> Result<(), StoreError> {
    conn.execute(LEAVE_OUT, params![LEFT_OUT_COUNT, at.unix_ms()])?;
    Ok(())
}

/// The accounts that have something to announce.
pub(crate) fn accounts(conn: &Connection) -> Result<Vec<AccountId>, StoreError> {
    let mut statement = conn.prepare_cached(ACCOUNTS)?;
    let rows = statement.query_and_then([], |row| Ok(row.get(0)?))?;
    rows.collect()
}

/// The announcement of this account that is to be delivered next: one that is open, or a new one of the oldest `most`
/// labels. Nothing when there is none to announce.
pub(crate) fn next(
    writing: &mut Writing<'_>,
    account: &str,
    most: u32,
    name: FileName,
    at: Time,
) -> Result<Option<OpenAnnouncement>, StoreError> {
    let conn = writing.conn;
    if let Some(open) = find(conn, OPEN, params![account])? {
        return Ok(Some(open));
    }
    let merchant: MerchantId = parse(&conn.query_row(OWNER, [account], |row| row.get::<_, String>(0))?, "merchant")?;
    let wish = stopgaps::wish(conn, &merchant)?.unwrap_or_default();
    let Some(client) = wish.client else { return Err(StoreError::NoClient(merchant.to_string())) };
    let last: i64 = conn.prepare_cached(LAST)?.query_row([client.as_str()], |row| row.get(0))?;
    let bordereau = last + 1;
    let taken = conn.prepare_cached(TAKE)?.execute(params![account, client.as_str(), bordereau, most])?;
    if taken == 0 {
        return Ok(None);
    }
    let site = wish.site.unwrap_or_default();
    let file = free_name(conn, name, client, &site, at)?;
    conn.prepare_cached(PUT)?.execute(params![client.as_str(), bordereau, account, site, file, at.unix_ms()])?;
    find(conn, ONE, params![client.as_str(), bordereau])
}

/// A name that no announcement has. Sites begin to count at different places, since they may share a folder and know
/// nothing of each other.
fn free_name(
    conn: &Connection,
    name: FileName,
    client: ClientNumber,
    site: &str,
    at: Time,
) -> Result<String, StoreError> {
    let begin = site.bytes().fold(0u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    for count in 0..1_000 {
        let file = name(client, at, (begin % 1_000 + count) % 1_000);
        if !conn.prepare_cached(FILE_KNOWN)?.exists([&file])? {
            return Ok(file);
        }
    }
    Err(StoreError::Misused("a thousand announcements in one second"))
}

fn find(conn: &Connection, sql: &str, by: &[&dyn rusqlite::ToSql]) -> Result<Option<OpenAnnouncement>, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(by)?;
    rows.next()?.map(|row| read(conn, row)).transpose()
}

fn read(conn: &Connection, row: &Row<'_>) -> Result<OpenAnnouncement, StoreError> {
    let (client, bordereau): (String, u32) = (row.get(0)?, row.get(1)?);
    Ok(OpenAnnouncement {
        parcels: parcels(conn, &client, bordereau)?,
        client: parse(&client, "client")?,
        bordereau,
        account: row.get(2)?,
        site: row.get(3)?,
        file: row.get(4)?,
        made_at: Time::from_unix_ms(row.get(5)?),
    })
}

fn parcels(
    conn: &Connection,
    client: &str,
    bordereau: u32,
) -> Result<Vec<(ShipmentId, ParcelNumber, Shipment)>, StoreError> {
    let mut statement = conn.prepare_cached(PARCELS)?;
    let rows = statement.query_and_then(params![client, bordereau], |row| {
        let id = ShipmentId::from_bytes(row.get(0)?);
        let intent = rows::find(conn, id)?.ok_or(StoreError::Damaged { what: "local label" })?;
        Ok((id, parse(&row.get::<_, String>(1)?, "number")?, claim::shipment(conn, &intent)?))
    })?;
    rows.collect()
}

/// Writes down that the file is with the carrier, for each of its parcels. Doing so again changes nothing.
pub(crate) fn announced(
    writing: &mut Writing<'_>,
    client: ClientNumber,
    bordereau: u32,
    at: Time,
) -> Result<(), StoreError> {
    let known = find(writing.conn, ONE, params![client.as_str(), bordereau])?;
    let Some(announcement) = known else { return Err(StoreError::Misused("an announcement that was never made")) };
    for (id, _, _) in announcement.parcels {
        let fact = Fact::Announced { bordereau, file: announcement.file.clone() };
        match record::record(writing, &Happened::new(id, vec![fact], at, None)?) {
            Ok(_) | Err(StoreError::Illegal(_)) => {}
            Err(error) => return Err(error),
        }
    }
    writing.conn.prepare_cached(ANNOUNCED)?.execute(params![client.as_str(), bordereau, at.unix_ms()])?;
    Ok(())
}

/// Up to `limit` announced labels that tracking was not seen to know, after this one.
pub(crate) fn unseen(conn: &Connection, after: Option<ShipmentId>, limit: usize) -> Result<Vec<Unseen>, StoreError> {
    let mut statement = conn.prepare_cached(TO_INTEGRATE)?;
    let after = after.map_or([0; 16], |id| *id.as_bytes());
    let rows = statement.query_and_then(params![after, i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
        let number = parse(&row.get::<_, String>(1)?, "number")?;
        Ok(Unseen { id: ShipmentId::from_bytes(row.get(0)?), number, account: row.get(2)? })
    })?;
    rows.collect()
}

/// How much is on its way to the carrier.
pub(crate) fn announcing(conn: &Connection) -> Result<Announcing, StoreError> {
    let count = |sql: &str| -> Result<(u64, Option<Time>), StoreError> {
        let (count, oldest): (i64, Option<i64>) = conn
            .prepare_cached(sql)?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?
            .unwrap_or_default();
        Ok((count.unsigned_abs(), oldest.map(Time::from_unix_ms)))
    };
    let ((waiting, waiting_since), (unseen, unseen_since)) = (count(WAITING)?, count(UNSEEN)?);
    Ok(Announcing { waiting, waiting_since, unseen, unseen_since })
}
