//! What became of the shipments that were accepted in a period, by merchant: counted in one pass over their rows and
//! facts, in the order in which they were accepted.
//!
//! Ways of knowing and names of facts are counted by their names, so that a new one is counted without a change here. Of
//! a shipment that is past its time only the row is left: it is counted, but how long it waited is not known any more.

use crate::{
    Period, StoreError,
    codes::Coded,
    rows::{parse, unsigned},
    search::first_id,
};
use dispatch::{By, State};
use parcel::MerchantId;
use rusqlite::{Connection, Row, params};
use serde::Serialize;
use std::collections::BTreeMap;

const LIVES: &str = "SELECT i.id, i.merchant, i.state, i.known_by, i.accepted_at, f.at, json_extract(f.fact, '$.fact'), \
    json_extract(f.fact, '$.by'), json_extract(f.fact, '$.found') FROM intents i JOIN facts f ON f.intent = i.id \
    WHERE i.id >= ?1 AND i.id < ?2 AND (?3 IS NULL OR i.merchant = ?3) ORDER BY i.id, f.seq";

/// What became of the shipments of a period.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Of each merchant that asked for any.
    pub merchants: BTreeMap<MerchantId, Tally>,
    /// Of all together.
    pub total: Tally,
}

/// What became of some shipments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Labels that were asked for.
    pub asked: u64,
    /// Of them, those that have their label.
    pub confirmed: u64,
    /// The same by how the label came to be known: answer, anchor, tracking, local, human.
    pub confirmed_by: BTreeMap<String, u64>,
    /// Those in hand or at the carrier.
    pub waiting: u64,
    /// Those whose attempt may have happened.
    pub unknown: u64,
    /// Those that a person has to decide.
    pub human: u64,
    /// Those that the carrier refused.
    pub rejected: u64,
    /// Those that the merchant gave up.
    pub void: u64,
    /// Those of which the buyer or the merchant is being asked where they go.
    pub question: u64,
    /// How long it took from the request to the label; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waited_ms: Option<Waited>,
    /// Attempts that may have happened, and how that was settled.
    pub unknowns: Unknowns,
    /// Local labels.
    pub local: Local,
}

/// How long it took from the request to the label, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Waited {
    /// Half of them waited no longer.
    pub p50: u64,
    /// Nine of ten waited no longer.
    pub p90: u64,
    /// None waited longer.
    pub max: u64,
}

/// Attempts that may have happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Unknowns {
    /// How many there were.
    pub met: u64,
    /// How many of them are not settled.
    pub open: u64,
    /// How the others were: the name of the fact that settled it, with how it was known.
    pub settled: BTreeMap<String, u64>,
}

/// Local labels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Local {
    /// Of them, those that the carrier was told of.
    pub announced: u64,
    /// Those that the carrier was seen to know.
    pub integrated: u64,
}

/// A row of a life: the intent's own columns and one of its facts.
struct Step {
    id: [u8; 16],
    merchant: MerchantId,
    state: State,
    by: Option<By>,
    accepted_at: i64,
    at: i64,
    fact: String,
    detail: Option<String>,
}

impl Step {
    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let (by, found): (Option<String>, Option<String>) = (row.get(7)?, row.get(8)?);
        Ok(Self {
            id: row.get(0)?,
            merchant: parse(&row.get::<_, String>(1)?, "merchant")?,
            state: State::from_code(row.get(2)?)?,
            by: row.get::<_, Option<i64>>(3)?.map(By::from_code).transpose()?,
            accepted_at: row.get(4)?,
            at: row.get(5)?,
            fact: row.get(6)?,
            detail: by.or(found),
        })
    }
}

/// Counts in one pass.
pub(crate) fn report(conn: &Connection, period: &Period) -> Result<Report, StoreError> {
    let mut statement = conn.prepare(LIVES)?;
    let mut rows = statement.query(params![first_id(period.from), first_id(period.to), period.whose()])?;
    let mut report = Report::default();
    let mut waits: BTreeMap<MerchantId, Vec<u64>> = BTreeMap::new();
    let (mut last, mut doubt) = (None, false);
    while let Some(row) = rows.next()? {
        let step = Step::read(row)?;
        let tally = report.merchants.entry(step.merchant.clone()).or_default();
        if last != Some(step.id) {
            (last, doubt) = (Some(step.id), false);
            tally.count(&step)?;
        }
        doubt = tally.fact(&step, doubt);
        if step.fact == "confirmed" {
            waits.entry(step.merchant).or_default().push(unsigned(step.at - step.accepted_at));
        }
    }
    for (merchant, tally) in &mut report.merchants {
        tally.waited_ms = waits.get_mut(merchant).and_then(|waits| Waited::of(waits));
        report.total.add(tally);
    }
    report.total.waited_ms = Waited::of(&mut waits.into_values().flatten().collect::<Vec<_>>());
    Ok(report)
}

impl Tally {
    /// Counts a shipment by where it stands.
    fn count(&mut self, step: &Step) -> Result<(), StoreError> {
        self.asked += 1;
        let place = match step.state {
            State::Waiting | State::InFlight => &mut self.waiting,
            State::Unknown => &mut self.unknown,
            State::Confirmed => &mut self.confirmed,
            State::Rejected => &mut self.rejected,
            State::Human => &mut self.human,
            State::Void => &mut self.void,
            State::Question => &mut self.question,
        };
        *place += 1;
        if let (State::Confirmed, Some(by)) = (step.state, step.by) {
            *self.confirmed_by.entry(name(by)?).or_default() += 1;
        }
        Ok(())
    }

    /// Counts a fact; gives whether an attempt that may have happened is open after it.
    fn fact(&mut self, step: &Step, doubt: bool) -> bool {
        match step.fact.as_str() {
            "unknown" | "restored" => {
                let fresh = u64::from(!doubt);
                self.unknowns.met += fresh;
                self.unknowns.open += fresh;
                return true;
            }
            "announced" => self.local.announced += 1,
            "integrated" => self.local.integrated += 1,
            _ => {}
        }
        let goes_on = matches!(step.fact.as_str(), "local_offered" | "turned_up" | "claimed" | "sent");
        let asked_again = step.fact == "probed" && step.detail.as_deref() != Some("not_made");
        if !doubt || goes_on || asked_again {
            return doubt;
        }
        let how = step.detail.as_ref().map(|detail| format!("{}_{detail}", step.fact));
        *self.unknowns.settled.entry(how.unwrap_or_else(|| step.fact.clone())).or_default() += 1;
        self.unknowns.open -= 1;
        false
    }

    fn add(&mut self, more: &Self) {
        self.asked += more.asked;
        self.confirmed += more.confirmed;
        self.waiting += more.waiting;
        self.unknown += more.unknown;
        self.human += more.human;
        self.rejected += more.rejected;
        self.void += more.void;
        self.question += more.question;
        self.unknowns.met += more.unknowns.met;
        self.unknowns.open += more.unknowns.open;
        self.local.announced += more.local.announced;
        self.local.integrated += more.local.integrated;
        for (sum, parts) in
            [(&mut self.confirmed_by, &more.confirmed_by), (&mut self.unknowns.settled, &more.unknowns.settled)]
        {
            for (name, count) in parts {
                *sum.entry(name.clone()).or_default() += count;
            }
        }
    }
}

impl Waited {
    /// Of so many waits; nothing of none.
    fn of(waits: &mut [u64]) -> Option<Self> {
        waits.sort_unstable();
        let at = |hundredths: usize| waits.get((waits.len() * hundredths).div_ceil(100).saturating_sub(1)).copied();
        Some(Self { p50: at(50)?, p90: at(90)?, max: at(100)? })
    }
}

/// A way of knowing by its name in the journal.
fn name(by: By) -> Result<String, StoreError> {
    let text = serde_json::to_value(by).ok().and_then(|value| value.as_str().map(str::to_owned));
    text.ok_or(StoreError::Damaged { what: "known_by" })
}
