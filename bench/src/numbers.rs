//! Numbers for local labels: given out in durable blocks, beside one row of plain SQLite per number.

use crate::{
    Outcome,
    intake::runtime,
    measure::{Row, Started},
};
use clock::Time;
use label::Range;
use parcel::{ColissimoNumber, Login, Product};
use rusqlite::Connection;
use std::path::Path;
use store::{Account, NewRange, Options, SealingKey, Store};

/// Numbers in a block.
const BLOCK: u64 = 1_000;
const ACCOUNT: &str = "bench";
const AT: Time = Time::from_unix_ms(1_766_381_040_000);

/// Blocks from the store, each durable before a number of it is used; beside an UPDATE of one row for each number.
pub(crate) fn measure(quick: u32) -> Outcome {
    let n = 1_000_000 / u64::from(quick);
    let dir = tempfile::tempdir()?;
    let started = Started::now();
    let used = runtime()?.block_on(in_blocks(dir.path(), n))?;
    let spent = started.spent();
    let singles = 2_000 / u64::from(quick).min(10);
    let theirs = one_by_one(dir.path(), singles)?;
    let row = Row::new("numbers", "numbers in durable blocks of 1,000", spent.per_second(used), "/s", used);
    Ok(vec![row.costing(&spent).beside("SQLite, one durable UPDATE per number", theirs)])
}

async fn in_blocks(dir: &Path, n: u64) -> Result<u64, Box<dyn std::error::Error>> {
    let store = Store::open(Options::dir(dir, SealingKey::from_bytes([7; 32])))?;
    let login = Login::Contract { number: "900001".into(), password: "bench".into() };
    let (id, carrier) = (ACCOUNT.to_owned(), "colissimo".to_owned());
    store.upsert_account(Account { id, merchant: ACCOUNT.parse()?, carrier, login, okapi_key: None }).await?;
    let range = Range::new(ColissimoNumber::from_serial("9L", 1)?, ColissimoNumber::from_serial("9L", n)?)?;
    store.add_range(NewRange { account: ACCOUNT.into(), product: Product::Dom, range, site: None }, AT).await?;
    let mut used = 0;
    while let Some(block) = store.reserve(ACCOUNT, &Product::Dom, BLOCK, AT).await? {
        used += block.map(std::hint::black_box).count() as u64;
    }
    store.close().await?;
    Ok(used)
}

fn one_by_one(dir: &Path, n: u64) -> Result<f64, Box<dyn std::error::Error>> {
    let conn = Connection::open(dir.join("plain.db"))?;
    conn.pragma_update(None, "journal_mode", "wal")?;
    conn.pragma_update(None, "synchronous", "full")?;
    conn.execute_batch("CREATE TABLE mark (next INTEGER); INSERT INTO mark VALUES (0)")?;
    let started = Started::now();
    let mut update = conn.prepare("UPDATE mark SET next = next + 1")?;
    for _ in 0..n {
        update.execute([])?;
    }
    Ok(started.spent().per_second(n))
}
