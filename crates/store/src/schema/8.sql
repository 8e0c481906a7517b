-- Layout 8: what buyers chose, what is asked where it cannot be honoured, and what merchants want then.

-- How far the nearest point of the same kind may be that is taken without asking, metres; none: somebody is asked. And
-- whether a buyer who is asked may have the parcel brought home.
ALTER TABLE merchants ADD COLUMN if_gone_within_m INTEGER;
ALTER TABLE merchants ADD COLUMN home_offered INTEGER NOT NULL DEFAULT 0;

-- As JSON of the journal's words: the question while it is open, the last consent, the mismatch. Hardly any intent has one.
ALTER TABLE intents ADD COLUMN question TEXT;
ALTER TABLE intents ADD COLUMN consent TEXT;
ALTER TABLE intents ADD COLUMN mismatch TEXT;
CREATE INDEX intents_mismatched ON intents (merchant, id) WHERE mismatch IS NOT NULL;
-- Labels to a pickup point, whose parcels are looked for at another one.
CREATE INDEX intents_out_of_home ON intents (id) WHERE state = 3 AND pickup_point IS NOT NULL;
INSERT INTO tally (state, count) VALUES (7, 0);

-- Every choice for an order, the earlier ones with when they ended. It is of the point and not of the buyer.
CREATE TABLE choices (
  id INTEGER PRIMARY KEY,
  merchant TEXT NOT NULL,
  order_number TEXT NOT NULL,
  choice TEXT NOT NULL,
  at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;
CREATE INDEX choices_of_order ON choices (merchant, order_number, id);
CREATE UNIQUE INDEX choices_that_count ON choices (merchant, order_number) WHERE ended_at IS NULL;
