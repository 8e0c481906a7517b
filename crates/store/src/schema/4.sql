-- Layout 4: batches, and what search asks for.

ALTER TABLE intents ADD COLUMN parcel_ref TEXT;
UPDATE intents SET parcel_ref =
  (SELECT json_extract(fact, '$.shipment.parcel_ref') FROM facts WHERE seq = accepted_seq);
CREATE INDEX intents_of_ref ON intents (merchant, parcel_ref, id) WHERE parcel_ref IS NOT NULL;
CREATE INDEX intents_by_product ON intents (merchant, product, id);
-- With the product in it too, so that a filter by product within a state reads the index alone.
DROP INDEX intents_by_state;
CREATE INDEX intents_by_state ON intents (merchant, state, id, deposit, product);

CREATE TABLE batches (
  id BLOB PRIMARY KEY,
  merchant TEXT NOT NULL,
  key BLOB,            -- digest of the caller's own key, by which a batch that is sent again is the same
  began_at INTEGER NOT NULL,
  ended_at INTEGER,    -- none while lines come in, and for good when the server stopped meanwhile
  ending INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX batches_by_key ON batches (merchant, key) WHERE key IS NOT NULL;

-- What became of each row that was read, written in the transaction that took it in.
CREATE TABLE batch_lines (
  batch BLOB NOT NULL,
  row INTEGER NOT NULL,   -- which row it is, from 1
  line INTEGER NOT NULL,  -- on which line of the file it begins, from 1
  status INTEGER NOT NULL,
  intent BLOB,
  code TEXT,
  field TEXT,
  place INTEGER,          -- the column of the file
  detail TEXT,
  PRIMARY KEY (batch, row)
) STRICT, WITHOUT ROWID;
CREATE INDEX batch_lines_by_status ON batch_lines (batch, status, row);
CREATE INDEX batch_lines_of_intent ON batch_lines (batch, intent) WHERE intent IS NOT NULL;
