-- Layout 9: shops, their orders as last seen, and what each shop is still to be told.

CREATE TABLE shops (
  id TEXT PRIMARY KEY,
  merchant TEXT NOT NULL,
  account TEXT NOT NULL,
  platform TEXT NOT NULL,
  url TEXT NOT NULL,
  sealed BLOB NOT NULL,       -- how we sign in there and the secret of its webhooks, bound to the id
  on_order INTEGER NOT NULL,  -- 0 keep, 1 label
  settings TEXT NOT NULL,     -- what its labels are made with, as JSON of the room shops
  added_at INTEGER NOT NULL,
  read_to INTEGER NOT NULL,   -- every change up to this moment of the shop's own clock was read
  cursor TEXT,                -- where the next poll begins, as JSON of the room shops; none: at read_to
  polled_at INTEGER,          -- when it was last read to its end
  watched_at INTEGER,         -- when its subscriptions were last found in order
  heard_at INTEGER,           -- when a webhook of it last came
  failing_since INTEGER,      -- since when it does not answer as it should
  failure TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX shops_of_merchant ON shops (merchant, id);

-- Webhooks that came, by the platform's own id of the event: one that comes again changes nothing.
CREATE TABLE shop_events (
  shop TEXT NOT NULL,
  event TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (shop, event)
) STRICT, WITHOUT ROWID;
CREATE INDEX shop_events_by_time ON shop_events (at);

-- Orders that the shop is to be asked for, because what a webhook said of them could not be read.
CREATE TABLE shop_asks (
  shop TEXT NOT NULL,
  order_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (shop, order_id)
) STRICT, WITHOUT ROWID;

-- Webhooks that were signed as they should be and could not be read: somebody has to look. One whose order came by
-- another way goes.
CREATE TABLE shop_unread (
  shop TEXT NOT NULL,
  event TEXT NOT NULL,
  at INTEGER NOT NULL,
  order_id TEXT,
  why TEXT NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (shop, event)
) STRICT;
CREATE INDEX shop_unread_of_order ON shop_unread (shop, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX shop_unread_by_time ON shop_unread (at);

CREATE TABLE shop_orders (
  id TEXT PRIMARY KEY,         -- ours, made of the shop and of the platform's
  shop TEXT NOT NULL,
  merchant TEXT NOT NULL,
  order_id TEXT NOT NULL,      -- the platform's
  number TEXT NOT NULL,        -- as people say it
  status INTEGER NOT NULL,     -- in the shop
  placed_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL, -- by the shop's own clock: what is older never overwrites
  seen_at INTEGER NOT NULL,
  json TEXT,                   -- the order as it came; none when it is past its time
  print BLOB NOT NULL,         -- a digest of what a label depends on
  step INTEGER NOT NULL,       -- 0 kept, 1 to be looked at, 2 label asked for, 3 the shop was told, 4 a person's
  why TEXT,                    -- what a person has to decide
  look_at INTEGER,             -- when it is to be looked at
  shipment BLOB,
  shipped_print BLOB,          -- the digest of what the shipment was asked for with
  our_number TEXT,             -- the parcel's number on the label
  shop_number TEXT,            -- the parcel's number as the shop has it
  told_number TEXT,            -- the number that the shop was told last
  told_at INTEGER,             -- when
  push_at INTEGER,             -- when it is to be told, or told again
  push_attempts INTEGER NOT NULL DEFAULT 0,
  push_error TEXT
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX shop_orders_in_shop ON shop_orders (shop, order_id);
CREATE INDEX shop_orders_by_number ON shop_orders (merchant, number);
CREATE INDEX shop_orders_by_time ON shop_orders (merchant, placed_at, id);
CREATE INDEX shop_orders_of_shipment ON shop_orders (shipment) WHERE shipment IS NOT NULL;
CREATE INDEX shop_orders_to_look ON shop_orders (shop, look_at) WHERE look_at IS NOT NULL;
CREATE INDEX shop_orders_to_push ON shop_orders (shop, push_at) WHERE push_at IS NOT NULL;
CREATE INDEX shop_orders_out ON shop_orders (merchant, placed_at, id) WHERE push_at IS NOT NULL OR step = 4;

-- How many orders of a shop are at each step, so that counting never scans.
CREATE TABLE shop_tally (
  shop TEXT NOT NULL,
  step INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (shop, step)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER shop_orders_come AFTER INSERT ON shop_orders BEGIN
  INSERT INTO shop_tally (shop, step, count) VALUES (new.shop, new.step, 1)
    ON CONFLICT (shop, step) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER shop_orders_move AFTER UPDATE OF step ON shop_orders WHEN old.step <> new.step BEGIN
  UPDATE shop_tally SET count = count - 1 WHERE shop = old.shop AND step = old.step;
  INSERT INTO shop_tally (shop, step, count) VALUES (new.shop, new.step, 1)
    ON CONFLICT (shop, step) DO UPDATE SET count = count + 1;
END;
