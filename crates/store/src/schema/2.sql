-- Layout 2: number ranges, their blocks, and the announcements of local labels.

-- What a merchant wants in the dark (a code of codes.rs), and how it is known to the carrier on a local label.
ALTER TABLE merchants ADD COLUMN in_the_dark INTEGER NOT NULL DEFAULT 0;
ALTER TABLE merchants ADD COLUMN client TEXT;
ALTER TABLE merchants ADD COLUMN site TEXT;

ALTER TABLE intents ADD COLUMN offered INTEGER NOT NULL DEFAULT 0;
ALTER TABLE intents ADD COLUMN announced_at INTEGER;
ALTER TABLE intents ADD COLUMN integrated_at INTEGER;

-- Whether the job is looked at in the dark: 0 its merchant waits, 1 to be looked at, 2 offered, 3 something is missing
-- that may come, 4 it cannot be printed here; and why, in words. The index holds only what is to be looked at, whatever
-- else waits.
ALTER TABLE outbox ADD COLUMN stopgap INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN stopgap_why TEXT;
CREATE INDEX outbox_stopgap ON outbox (deposit, seq) WHERE stopgap = 1;

-- Every range of numbers that was ever registered; no two share a number, and a row never goes. From `first` to below
-- `next` the numbers were given out; a range with a site was handed over to it and gives nothing out here.
CREATE TABLE number_ranges (
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  product TEXT NOT NULL,
  prefix TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  next INTEGER NOT NULL,
  site TEXT,
  added_at INTEGER NOT NULL,
  CHECK (first <= last AND next BETWEEN first AND last + 1)
) STRICT;
CREATE INDEX number_ranges_by_serial ON number_ranges (prefix, first);
CREATE INDEX number_ranges_in_use ON number_ranges (account, product, id) WHERE site IS NULL AND next <= last;

-- How many numbers were given out on a day.
CREATE TABLE number_use (
  account TEXT NOT NULL,
  product TEXT NOT NULL,
  day INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (account, product, day)
) STRICT, WITHOUT ROWID;

-- Every local label. That its number is unique here is the last of several walls.
CREATE TABLE local_labels (
  intent BLOB PRIMARY KEY,
  account TEXT NOT NULL,
  number TEXT NOT NULL UNIQUE,
  made_at INTEGER NOT NULL,
  state INTEGER NOT NULL,  -- 0 to announce, 1 in an announcement, 2 announced, 3 integrated, 4 void and never announced
  client TEXT,             -- with the bordereau, the announcement it is in
  bordereau INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX local_labels_to_announce ON local_labels (account, made_at, intent) WHERE state = 0;
CREATE INDEX local_labels_waiting ON local_labels (made_at) WHERE state < 2;
CREATE INDEX local_labels_announced ON local_labels (intent) WHERE state = 2;
CREATE INDEX local_labels_of_announcement ON local_labels (client, bordereau) WHERE bordereau IS NOT NULL;

-- An announcement is written down before its file is delivered, so that after a crash the same file goes again.
CREATE TABLE announcements (
  client TEXT NOT NULL,
  bordereau INTEGER NOT NULL,
  account TEXT NOT NULL,
  site TEXT NOT NULL,
  file TEXT NOT NULL UNIQUE,
  made_at INTEGER NOT NULL,
  announced_at INTEGER,
  PRIMARY KEY (client, bordereau)
) STRICT, WITHOUT ROWID;
CREATE INDEX announcements_open ON announcements (account) WHERE announced_at IS NULL;
