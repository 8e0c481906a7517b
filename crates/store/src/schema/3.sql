-- Layout 3: public ids, names, scopes and lifetimes of API keys. A key of an earlier layout may do everything.
ALTER TABLE api_keys ADD COLUMN id TEXT NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN scopes INTEGER NOT NULL DEFAULT 15;  -- one bit each, in the order of scope.rs
ALTER TABLE api_keys ADD COLUMN created_at INTEGER;  -- not known of a key of an earlier layout
ALTER TABLE api_keys ADD COLUMN expires_at INTEGER;
ALTER TABLE api_keys ADD COLUMN revoked_at INTEGER;
ALTER TABLE api_keys ADD COLUMN used_at INTEGER;  -- to the hour
-- As ApiKey::id_of makes it.
UPDATE api_keys SET id = 'key_' || lower(hex(substr(digest, 1, 8)));
CREATE UNIQUE INDEX api_keys_by_id ON api_keys (id);
