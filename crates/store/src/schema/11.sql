-- Layout 11: what was said of incidents, who wants to be told, and what each was sent.

CREATE TABLE updates (
  id INTEGER PRIMARY KEY,
  incident INTEGER NOT NULL,
  at INTEGER NOT NULL,
  said TEXT NOT NULL           -- as JSON of the room notice
) STRICT;
CREATE INDEX updates_of_incident ON updates (incident, id);

CREATE TABLE subscriptions (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  state INTEGER NOT NULL,      -- 0 unconfirmed, 1 confirmed, 2 ended
  channel INTEGER NOT NULL,    -- of the first way that was agreed to
  wants TEXT NOT NULL,         -- of what, as JSON of the room notice
  settings TEXT NOT NULL,      -- language, ways, budget, quiet hours, digest, as JSON
  sealed BLOB,                 -- the addresses, bound to the id; none once it has ended
  created_at INTEGER NOT NULL,
  asked_at INTEGER NOT NULL,   -- when it was last asked to be confirmed
  asks INTEGER NOT NULL,
  guesses INTEGER NOT NULL,    -- wrong codes that were given for it
  confirmed_at INTEGER,
  ended_at INTEGER
) STRICT;
CREATE INDEX subscriptions_by_wants ON subscriptions (state, wants);
CREATE INDEX subscriptions_unconfirmed ON subscriptions (asked_at) WHERE state = 0;
CREATE INDEX subscriptions_ended ON subscriptions (ended_at) WHERE state = 2;

-- Keyed digests of the addresses of subscriptions that have not ended.
CREATE TABLE subscription_addresses (
  digest BLOB NOT NULL,
  subscription INTEGER NOT NULL,
  way INTEGER NOT NULL,
  PRIMARY KEY (digest, subscription, way)
) STRICT, WITHOUT ROWID;
CREATE INDEX addresses_of_subscription ON subscription_addresses (subscription);

-- One update for one subscription.
CREATE TABLE notices (
  no INTEGER PRIMARY KEY,
  subscription INTEGER NOT NULL,
  incident INTEGER NOT NULL,
  update_id INTEGER NOT NULL,
  at INTEGER NOT NULL,         -- of the update
  level INTEGER,
  until INTEGER NOT NULL,      -- from then on it is of no use
  closing INTEGER NOT NULL,    -- no other message is promised
  state INTEGER NOT NULL,      -- 0 due, 1 claimed, 2 accepted, 3 unknown, 4 delivered, 5 dropped
  reason INTEGER,              -- why it was dropped
  held INTEGER,                -- which wish last held it back
  tries INTEGER NOT NULL,      -- a byte for each way
  way INTEGER,
  ambiguous INTEGER NOT NULL,
  came INTEGER NOT NULL,
  message TEXT,                -- the id of the last message
  channel INTEGER NOT NULL,    -- by which it goes next
  again INTEGER NOT NULL,      -- whether that was tried already
  due_at INTEGER,
  changed_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX notices_of_incident ON notices (subscription, incident, update_id);
CREATE INDEX notices_due ON notices (channel, again, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX notices_open ON notices (incident) WHERE due_at IS NOT NULL;
CREATE INDEX notices_waiting ON notices (subscription) WHERE due_at IS NOT NULL;
CREATE INDEX notices_claimed ON notices (subscription, incident) WHERE state = 1;
CREATE INDEX notices_over ON notices (changed_at) WHERE state > 3;

-- Each try of a notice: begun before a byte leaves, ended by what came of it.
CREATE TABLE notice_tries (
  notice INTEGER NOT NULL,
  nth INTEGER NOT NULL,
  subscription INTEGER NOT NULL,
  channel INTEGER NOT NULL,
  message TEXT NOT NULL,
  at INTEGER NOT NULL,
  twice INTEGER NOT NULL,      -- it may come twice: an earlier try may have arrived
  ended_at INTEGER,
  outcome INTEGER,             -- 0 delivered, 1 accepted, 2 not now, 3 refused, 4 unknown
  why TEXT,
  receipt TEXT,                -- by what the receipt will name it
  received INTEGER,            -- what the receipt says: 1 delivered, 0 not
  PRIMARY KEY (notice, nth)
) STRICT, WITHOUT ROWID;
CREATE INDEX tries_of_subscription ON notice_tries (subscription, at);
CREATE INDEX tries_of_message ON notice_tries (message);
CREATE INDEX tries_by_receipt ON notice_tries (channel, receipt) WHERE receipt IS NOT NULL;

-- Receipts that came before what they are for was written down.
CREATE TABLE early_receipts (
  channel INTEGER NOT NULL,
  name TEXT NOT NULL,
  delivered INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (channel, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX early_receipts_by_time ON early_receipts (at);

CREATE TABLE channel_health (
  channel INTEGER PRIMARY KEY,
  state INTEGER NOT NULL,
  since INTEGER NOT NULL
) STRICT;
