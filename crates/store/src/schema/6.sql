-- Layout 6: restores from a backup, and the compaction of what ended long ago.

-- A store that was lost may have written on after its backup. What the restored one writes begins above this floor, so
-- that no number of the journal ever means two things to those who read it from outside.
CREATE TABLE restores (
  floor INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  mark_seq INTEGER NOT NULL,  -- the last fact of the backup
  mark_at INTEGER NOT NULL
) STRICT;

-- Facts are never changed nor deleted, but those of an intent that stands here: compaction writes it in and takes it
-- out again within one transaction.
CREATE TABLE compacting (
  intent BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;
DROP TRIGGER facts_stay;
DROP TRIGGER facts_last;
CREATE TRIGGER facts_stay BEFORE UPDATE ON facts
WHEN NOT EXISTS (SELECT 1 FROM compacting c WHERE c.intent = old.intent)
BEGIN SELECT raise(ABORT, 'facts are never changed'); END;
CREATE TRIGGER facts_last BEFORE DELETE ON facts
WHEN NOT EXISTS (SELECT 1 FROM compacting c WHERE c.intent = old.intent)
BEGIN SELECT raise(ABORT, 'facts are never deleted'); END;

-- Whether the facts of an intent were folded into one.
ALTER TABLE intents ADD COLUMN compacted INTEGER NOT NULL DEFAULT 0;
