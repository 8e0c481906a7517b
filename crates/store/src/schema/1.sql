-- Layout 1. Times are milliseconds since 1970 (UTC), days are written yyyymmdd, enums are the codes of codes.rs.

CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE merchants (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
  id TEXT PRIMARY KEY,
  merchant TEXT NOT NULL,
  carrier TEXT NOT NULL,
  sealed BLOB NOT NULL  -- login and tracking key, bound to the id
) STRICT, WITHOUT ROWID;
CREATE INDEX accounts_of_merchant ON accounts (merchant, id);

CREATE TABLE api_keys (
  digest BLOB PRIMARY KEY,
  merchant TEXT NOT NULL,
  account TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The journal. Everything about intents below is folded from it.
CREATE TABLE facts (
  seq INTEGER PRIMARY KEY,
  intent BLOB NOT NULL,
  at INTEGER NOT NULL,
  fact TEXT NOT NULL
) STRICT;
CREATE INDEX facts_of_intent ON facts (intent);
CREATE TRIGGER facts_stay BEFORE UPDATE ON facts
BEGIN SELECT raise(ABORT, 'facts are never changed'); END;
CREATE TRIGGER facts_last BEFORE DELETE ON facts
BEGIN SELECT raise(ABORT, 'facts are never deleted'); END;

-- One row per intent, in columns rather than as one JSON text: half the bytes, no parser in the writer's way, and
-- every column can be asked for.
CREATE TABLE intents (
  id BLOB PRIMARY KEY,
  merchant TEXT NOT NULL,
  account TEXT NOT NULL,
  via INTEGER NOT NULL,
  order_number TEXT,
  parcel_no INTEGER NOT NULL,
  product TEXT NOT NULL,
  pickup_point TEXT,
  accepted_seq INTEGER NOT NULL,  -- the first fact, which holds the shipment
  accepted_at INTEGER NOT NULL,
  deposit INTEGER NOT NULL,
  state INTEGER NOT NULL,
  version INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  unknowns INTEGER NOT NULL,
  retries INTEGER NOT NULL,
  sent INTEGER NOT NULL,
  claimed_at INTEGER,
  number TEXT,
  known_by INTEGER,
  cause TEXT,
  released INTEGER NOT NULL,
  reject_code TEXT,
  reject_message TEXT,
  human_reason TEXT
) STRICT, WITHOUT ROWID;
-- With the day in it, so that a filter by day reads the index alone.
CREATE INDEX intents_by_state ON intents (merchant, state, id, deposit);
CREATE INDEX intents_of_order ON intents (merchant, order_number, parcel_no) WHERE order_number IS NOT NULL;

-- How many intents are in each state, so that counting never scans.
CREATE TABLE tally (
  state INTEGER PRIMARY KEY,
  count INTEGER NOT NULL
) STRICT;
INSERT INTO tally (state, count) VALUES (0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0);

-- At most one job per intent, under the number of its first fact: the order of acceptance. A row is ready, or rests
-- until due_at, or is taken (ready = 0, taken = 1; a taken one with a due_at comes back then).
CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY,
  intent BLOB NOT NULL,
  job INTEGER NOT NULL,
  again INTEGER NOT NULL,  -- whether the carrier was asked before
  deposit INTEGER NOT NULL,
  due_at INTEGER,
  ready INTEGER NOT NULL,
  taken INTEGER NOT NULL
) STRICT;
-- Each holds only the rows of its own kind: taking the first stays fast whatever the others number.
CREATE INDEX outbox_ready ON outbox (job, again, deposit) WHERE ready = 1;
CREATE INDEX outbox_resting ON outbox (due_at) WHERE ready = 0 AND due_at IS NOT NULL;
CREATE INDEX outbox_taken ON outbox (seq) WHERE taken = 1;

CREATE TABLE keys (
  merchant TEXT NOT NULL,
  scope INTEGER NOT NULL,
  digest BLOB NOT NULL,
  body BLOB NOT NULL,
  intent BLOB NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (merchant, scope, digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE labels (
  intent BLOB PRIMARY KEY,
  number TEXT NOT NULL,
  format TEXT NOT NULL,
  label BLOB NOT NULL,
  cn23 BLOB,
  answer TEXT NOT NULL
) STRICT;

-- Every number that the carrier is known to have made for us. As text they sort by product, then serial.
CREATE TABLE numbers (
  number TEXT NOT NULL,
  intent BLOB NOT NULL,
  account TEXT NOT NULL,
  product TEXT NOT NULL,
  at INTEGER NOT NULL,  -- about when the carrier gave it out
  PRIMARY KEY (number, intent)
) STRICT, WITHOUT ROWID;
CREATE INDEX numbers_by_time ON numbers (account, product, at);

CREATE TABLE tracking (
  merchant TEXT NOT NULL,
  id TEXT NOT NULL,
  json TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (merchant, id)
) STRICT;
