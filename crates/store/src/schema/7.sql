-- Layout 7: the directory of pickup points as it was last known, and the areas by which it is kept fresh.

-- The whole table is read at the start and searched in memory: of its columns only the revision is asked for.
CREATE TABLE pickup_points (
  id TEXT PRIMARY KEY,
  point TEXT NOT NULL,        -- JSON
  seen_at INTEGER NOT NULL,   -- when the carrier last listed it
  standing INTEGER NOT NULL,  -- 0 listed, 1 missing where it had to be, 2 gone
  since INTEGER,              -- of the standing, where it is not listed
  revision INTEGER NOT NULL   -- of the write that brought it, so that what another process wrote is found
) STRICT, WITHOUT ROWID;
CREATE INDEX pickup_points_by_revision ON pickup_points (revision);

CREATE TABLE pickup_areas (
  country TEXT NOT NULL,
  postal_code TEXT NOT NULL,
  city TEXT NOT NULL,
  row TEXT NOT NULL,          -- how often it is asked for and when it was last answered, JSON
  PRIMARY KEY (country, postal_code, city)
) STRICT, WITHOUT ROWID;

-- A key that may do everything may do this too.
UPDATE api_keys SET scopes = scopes | 16 WHERE scopes & 15 = 15;
