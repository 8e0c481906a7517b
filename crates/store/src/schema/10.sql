-- Layout 10: what happened to incidents, each change a fact that is never changed, and the row that a probe of the disk writes.

CREATE TABLE incident_facts (
  seq INTEGER PRIMARY KEY,
  incident INTEGER NOT NULL,
  at INTEGER NOT NULL,
  fact TEXT NOT NULL         -- as JSON of the room watch
) STRICT;
CREATE INDEX incident_facts_of_incident ON incident_facts (incident, seq);

CREATE TABLE probe (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  at INTEGER NOT NULL
) STRICT;
