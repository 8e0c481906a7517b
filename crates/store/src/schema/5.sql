-- Layout 5: webhook endpoints and their deliveries. The journal itself is the queue: each endpoint has its place in it,
-- and only what is on its way or was tried has a row of its own.

CREATE TABLE hooks (
  id TEXT PRIMARY KEY,
  merchant TEXT NOT NULL,
  url TEXT NOT NULL,
  events INTEGER,           -- one bit each, in the order of hooks/event.rs; none: all there are and will be
  sealed BLOB NOT NULL,     -- the signing secrets, bound to the id
  state INTEGER NOT NULL,   -- 0 enabled, 1 paused, 2 dropped and to be cleared away
  reason TEXT,              -- why it is paused
  created_at INTEGER NOT NULL,
  place INTEGER NOT NULL,   -- the last fact that was looked at for it
  again_from INTEGER,       -- a replay: the next fact to be looked at once more, and the last
  again_to INTEGER,
  delivered_at INTEGER      -- when something last got through
) STRICT, WITHOUT ROWID;
CREATE INDEX hooks_of_merchant ON hooks (merchant, id);

CREATE TABLE deliveries (
  hook TEXT NOT NULL,
  seq INTEGER NOT NULL,     -- the fact
  intent BLOB NOT NULL,
  event INTEGER NOT NULL,
  state INTEGER NOT NULL,   -- 0 pending, 1 delivered, 2 failed
  since INTEGER NOT NULL,   -- when it was first due, also after a replay
  attempts INTEGER NOT NULL,
  due_at INTEGER,           -- none once it is delivered or has failed
  tried_at INTEGER,
  status INTEGER,           -- of the last answer
  failure TEXT,             -- why there was none
  PRIMARY KEY (hook, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_due ON deliveries (hook, due_at, seq) WHERE due_at IS NOT NULL;
CREATE INDEX deliveries_settled ON deliveries (tried_at) WHERE due_at IS NULL;
