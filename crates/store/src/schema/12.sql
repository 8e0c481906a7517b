-- Layout 12: what people asked for help with, how it was matched, and what was answered.

-- Who wrote, what about and where the answer goes is sealed, and goes when the ticket's time is over; what was decided
-- stays, for counting.
CREATE TABLE tickets (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  source INTEGER NOT NULL,
  thread TEXT,               -- the conversation at the other side, within its source
  merchant TEXT,             -- whose key or registered address it came under
  contact BLOB,              -- a digest of the address that the answer goes to
  sealed BLOB,               -- that address and how a reply finds its way, bound to the id; none once erased
  automatic INTEGER NOT NULL,
  unreadable INTEGER NOT NULL,
  at INTEGER NOT NULL,
  state INTEGER NOT NULL,    -- 0 new, 1 answered, 2 with a person, 3 merged, 4 closed
  reason TEXT,               -- why it is a person's
  lang TEXT NOT NULL,
  function TEXT,
  incident INTEGER,
  matched TEXT,              -- what was said of which parcel, as JSON of the room notice
  taken_by TEXT,
  merged_into TEXT,
  changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX tickets_new ON tickets (seq) WHERE state = 0;
CREATE INDEX tickets_by_state ON tickets (state, seq);
CREATE INDEX tickets_by_reason ON tickets (reason, seq) WHERE state = 2;
CREATE INDEX tickets_of_merchant ON tickets (merchant, seq) WHERE merchant IS NOT NULL;
CREATE INDEX tickets_of_thread ON tickets (source, thread) WHERE thread IS NOT NULL;
CREATE INDEX tickets_answered ON tickets (incident, seq) WHERE state = 1;
CREATE INDEX tickets_by_change ON tickets (changed_at) WHERE sealed IS NOT NULL;

-- Every message that ever came, by its source's own name for it: one that comes again is the same.
CREATE TABLE ticket_seen (
  source INTEGER NOT NULL,
  external TEXT NOT NULL,
  ticket INTEGER NOT NULL,
  PRIMARY KEY (source, external)
) STRICT, WITHOUT ROWID;

CREATE TABLE ticket_messages (
  ticket INTEGER NOT NULL,
  no INTEGER NOT NULL,
  at INTEGER NOT NULL,
  kind INTEGER NOT NULL,     -- 0 came in, 1 the answer, 2 the closing message, 3 a person's answer, 4 a note among people
  by TEXT,                   -- the key of the person
  sealed BLOB NOT NULL,
  PRIMARY KEY (ticket, no)
) STRICT, WITHOUT ROWID;
-- One answer and one closing message for each ticket, whoever tries.
CREATE UNIQUE INDEX ticket_messages_once ON ticket_messages (ticket, kind) WHERE kind IN (1, 2);

CREATE TABLE ticket_files (
  ticket INTEGER NOT NULL,
  no INTEGER NOT NULL,
  name BLOB NOT NULL,        -- sealed, with its media type
  bytes BLOB NOT NULL,       -- sealed
  PRIMARY KEY (ticket, no)
) STRICT;

-- The outbox of answers. One is claimed before it is sent; one of which it is not known whether it arrived stays so.
CREATE TABLE ticket_sends (
  id INTEGER PRIMARY KEY,
  ticket INTEGER NOT NULL,
  no INTEGER NOT NULL,
  state INTEGER NOT NULL,    -- 0 waiting, 1 claimed, 2 sent, 3 not known, 4 refused
  due_at INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  ended_at INTEGER,
  receipt TEXT,
  why TEXT,
  UNIQUE (ticket, no)
) STRICT;
CREATE INDEX ticket_sends_due ON ticket_sends (due_at, id) WHERE state = 0;
CREATE INDEX ticket_sends_claimed ON ticket_sends (id) WHERE state = 1;

-- What happened to each ticket and who did it. Never changed.
CREATE TABLE ticket_log (
  seq INTEGER PRIMARY KEY,
  ticket INTEGER NOT NULL,
  at INTEGER NOT NULL,
  by TEXT,                   -- a key; none for the program
  what TEXT NOT NULL
) STRICT;
CREATE INDEX ticket_log_of_ticket ON ticket_log (ticket, seq);

-- The addresses from which a merchant asks for help, by digest.
CREATE TABLE support_contacts (
  contact BLOB PRIMARY KEY,
  merchant TEXT NOT NULL
) STRICT, WITHOUT ROWID;
