//! Restoring a backup into a data directory.
//!
//! A backup knows everything up to its mark and nothing after it. The store that was lost may have gone on: it may have
//! asked the carrier for what was waiting, and handed the labels out. So, unless it is said that nothing ran after the
//! backup:
//!
//! - Every intent that was open at the mark gets the fact `restored`: it is unknown now, whatever it was, and its attempt
//!   can never be given up for another. An anchor proves that the label was made (the number that the merchant chose, a
//!   number that is known, the order number in tracking), or a person decides. Nothing is sent blindly.
//! - No notice that was due at the mark is sent: the lost store may have sent it, or something newer. Who unsubscribed after
//!   the mark is subscribed again.
//! - Local numbers that it may have given out are never given out again: whoever restores says how many of each range
//!   are left out. Nor do the numbers of announcements come again.
//! - The journal goes on far above the mark, so that a number that the lost store told somebody never comes again for
//!   something else.
//!
//! What cannot be had back is said to whoever restores: requests that were acknowledged after the mark, API keys that
//! were made or revoked after it, ranges of numbers that were handed to a site after it.
//!
//! Where nothing ran after the backup, as when a stopped store moves to another machine, only what was in flight is
//! unknown, as after any stop.
//!
//! The database is made ready under another name and then takes the place of the one before, which is moved aside. In
//! the moment between, its name keeps every server out; a restore that was broken off there is run again.

use crate::{
    BackupError, Manifest, SealingKey, Step, StoreError, Teller, announcements,
    backup::{self, Progress},
    claim,
    codes::Coded,
    files,
    given_out::Listener,
    numbers,
    opening::{self, DATABASE, RESTORING},
    record::{self, Happened},
    rows,
    told::keeping,
    writing::Writing,
};
use clock::Time;
use dispatch::{Policy, State};
use parcel::ShipmentId;
use rusqlite::{Connection, TransactionBehavior, params};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What may lie in a directory that counts as empty: the sealing key, the lock, and what was moved aside before.
const NOT_DATA: [&str; 2] = ["sealing.key", "lock"];
/// The beginning of the name under which what was there is moved aside.
const ASIDE: &str = "replaced-";
/// The journal goes on at the next multiple of this: more facts than any store writes between two backups.
const FLOOR_STEP: u64 = 1 << 40;

const OPEN: &str = "SELECT id, state FROM intents WHERE state IN (?1, ?2, ?3, ?4, ?5) ORDER BY accepted_seq";
const RESTORED: &str = "INSERT INTO restores (floor, at, mark_seq, mark_at) VALUES (?1, ?2, ?3, ?4)";

/// What is to be restored, and how.
#[derive(Clone, Debug)]
pub struct Restore {
    /// The backup's file.
    pub from: PathBuf,
    /// The data directory, made when missing.
    pub dir: PathBuf,
    /// The key that belonged to the data.
    pub key: SealingKey,
    /// The numbers by which intents are folded.
    pub policy: Policy,
    /// Whether a store that is in the directory is moved aside.
    pub replace: bool,
    /// Whether it is certain that no server ran on the data after the backup.
    pub nothing_ran_since: bool,
    /// How many numbers of each range that gives numbers out are left out; to be said where there is such a range, unless
    /// nothing ran since.
    pub skip_numbers: Option<u64>,
    /// When.
    pub now: Time,
}

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The backup.
    pub manifest: Manifest,
    /// How many intents there are.
    pub intents: u64,
    /// What was open at the mark.
    pub found: Found,
    /// Where the store that was there before lies now.
    pub aside: Option<PathBuf>,
}

/// How many intents were open at the mark, by their state then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// In hand, nothing under way.
    pub waiting: u64,
    /// Under way at the carrier.
    pub in_flight: u64,
    /// May have happened.
    pub unknown: u64,
    /// A person's to decide.
    pub human: u64,
    /// The buyer or the merchant was being asked.
    pub question: u64,
}

/// Restores a backup. Nothing of what is in the directory is touched before the backup was found good.
///
/// # Errors
/// [`BackupError`]; a directory in use is [`StoreError::InUse`].
pub fn restore(wanted: &Restore, tell: Teller<'_>) -> Result<Restored, BackupError> {
    let manifest = backup::manifest_at(&wanted.from)?;
    if wanted.key.id() != manifest.key_id {
        return Err(BackupError::OtherKey {
            wanted: manifest.key_id,
            given: wanted.key.id(),
            key_source: wanted.key.source().to_owned(),
        });
    }
    backup::verify(&wanted.from, tell)?;
    opening::make_dir(&wanted.dir)?;
    // Held to the end: no server starts meanwhile.
    let _lock = opening::take_lock(&wanted.dir)?;
    let there = what_is_there(&wanted.dir)?;
    if !there.is_empty() && !wanted.replace {
        return Err(BackupError::NotEmpty { dir: wanted.dir.clone() });
    }
    let part = wanted.dir.join("tournee.db.part");
    let ready = copy(&wanted.from, &part, &manifest, tell).and_then(|()| make_ready(&part, wanted, &manifest));
    let (found, intents) = ready.inspect_err(|_| clear(&part))?;
    let aside = exchange(&wanted.dir, &part, &there, wanted.now)?;
    Ok(Restored { manifest, intents, found, aside })
}

/// What is in the directory beyond what may be there.
fn what_is_there(dir: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let failed = |source| opening::failed("read", dir, source);
    let mut there = Vec::new();
    for entry in fs::read_dir(dir).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !NOT_DATA.contains(&name.as_str()) && !name.starts_with(ASIDE) && !name.starts_with("tournee.db.part") {
            there.push(entry.path());
        }
    }
    Ok(there)
}

/// Copies the backup; what arrives is held to the manifest once more.
fn copy(from: &Path, part: &Path, manifest: &Manifest, tell: Teller<'_>) -> Result<(), BackupError> {
    clear(part);
    let mut told = |done, total| tell(Progress { step: Step::Copying, done, total });
    let hash = files::copy(from, part, &mut told).map_err(|source| opening::failed("write", part, source))?;
    match hash {
        None => Err(BackupError::Stopped),
        Some(hash) if hash == manifest.file.sha256 => Ok(()),
        Some(found) => Err(BackupError::NotAsWritten {
            path: from.to_path_buf(),
            what: "SHA-256",
            found,
            wanted: manifest.file.sha256.clone(),
        }),
    }
}

/// Opens the copy, brings it up to date and writes what the restore means for what is open.
fn make_ready(part: &Path, wanted: &Restore, manifest: &Manifest) -> Result<(Found, u64), BackupError> {
    let mut conn = opening::open_writer(part)?;
    opening::make_ready(&mut conn, &wanted.key)?;
    let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let open = open_intents(&transaction)?;
    if !wanted.nothing_ran_since {
        raise_the_floor(&transaction, wanted, manifest)?;
        leave_out(&transaction, wanted, manifest)?;
    }
    let nobody = Listener::default();
    let mut writing = Writing::begin(&transaction, &wanted.key, &wanted.policy, &nobody)?;
    if wanted.nothing_ran_since {
        record::recover(&mut writing, wanted.now)?;
    } else {
        open.iter().try_for_each(|(id, _)| mark(&mut writing, *id, manifest.mark.at_ms, wanted.now))?;
    }
    writing.finish()?;
    transaction.commit()?;
    let intents = conn.query_row("SELECT count(*) FROM intents", [], |row| Ok(rows::unsigned(row.get(0)?)))?;
    // Everything in one file, that may be renamed.
    conn.pragma_update(None, "journal_mode", "DELETE")?;
    conn.close().map_err(|(_, error)| error)?;
    files::sync(part).map_err(|source| opening::failed("write", part, source))?;
    Ok((count(&open), intents))
}

fn open_intents(conn: &Connection) -> Result<Vec<(ShipmentId, State)>, StoreError> {
    let mut statement = conn.prepare(OPEN)?;
    let open = [State::Waiting, State::InFlight, State::Unknown, State::Human, State::Question].map(Coded::code);
    let rows = statement
        .query_and_then(open, |row| Ok((ShipmentId::from_bytes(row.get(0)?), State::from_code(row.get(1)?)?)))?;
    rows.collect()
}

fn count(open: &[(ShipmentId, State)]) -> Found {
    let of = |wanted| open.iter().filter(|(_, state)| *state == wanted).count() as u64;
    Found {
        waiting: of(State::Waiting),
        in_flight: of(State::InFlight),
        unknown: of(State::Unknown),
        human: of(State::Human),
        question: of(State::Question),
    }
}

/// Lets the journal go on above everything that the lost store can have written.
fn raise_the_floor(conn: &Connection, wanted: &Restore, manifest: &Manifest) -> Result<(), StoreError> {
    let floor = (manifest.mark.seq / FLOOR_STEP + 1) * FLOOR_STEP;
    let (mark_seq, mark_at) = (rows::count(manifest.mark.seq), manifest.mark.at_ms.unix_ms());
    conn.execute(RESTORED, params![rows::count(floor), wanted.now.unix_ms(), mark_seq, mark_at])?;
    Ok(())
}

/// Leaves out the local numbers and the announcements that the lost store may have given out.
fn leave_out(conn: &Connection, wanted: &Restore, manifest: &Manifest) -> Result<(), BackupError> {
    announcements::leave_out(conn, wanted.now)?;
    keeping::leave_out(conn, wanted.now)?;
    match wanted.skip_numbers {
        Some(skip) => Ok(numbers::leave_out(conn, skip)?),
        None if !numbers::can_be_given_out(conn)? => Ok(()),
        None => {
            let per_day = numbers::busiest_day(conn)?;
            Err(BackupError::NumbersAtRisk { mark: manifest.mark.at_ms, per_day })
        }
    }
}

/// Writes that the lost store may have gone on with this intent.
fn mark(writing: &mut Writing<'_>, id: ShipmentId, mark: Time, now: Time) -> Result<(), StoreError> {
    let row = rows::find(writing.conn, id)?.ok_or(StoreError::NoShipment(id))?;
    let chosen = claim::shipment(writing.conn, &row)?.parcel_number;
    match row.view.intent.after_a_restore(mark, chosen) {
        Some(fact) => record::record(writing, &Happened::new(id, vec![fact], now, None)?).map(drop),
        None => Ok(()),
    }
}

/// Puts the database that is ready in the place of what is there, which is moved aside.
fn exchange(dir: &Path, part: &Path, there: &[PathBuf], now: Time) -> Result<Option<PathBuf>, StoreError> {
    let restoring = dir.join(RESTORING);
    files::rename(part, &restoring).map_err(|source| opening::failed("write", &restoring, source))?;
    let aside = there.iter().any(|path| *path != restoring).then(|| dir.join(format!("{ASIDE}{}", now.unix_ms())));
    if let Some(aside) = &aside {
        let failed = |source| opening::failed("move aside into", aside, source);
        opening::make_dir(aside)?;
        for path in there.iter().filter(|path| **path != restoring) {
            let name = path.file_name().unwrap_or_default();
            files::rename(path, &aside.join(name)).map_err(failed)?;
        }
    }
    let database = dir.join(DATABASE);
    files::rename(&restoring, &database).map_err(|source| opening::failed("write", &database, source))?;
    Ok(aside)
}

/// Takes a copy away with what SQLite may have left beside it.
fn clear(part: &Path) {
    for ending in ["", "-wal", "-shm", "-journal"] {
        files::clear(&files::with_ending(part, ending));
    }
}
