-- Tables of the returner postgres_local_cache, version 1: psql -v ON_ERROR_STOP=1 -h HOST -U salt -d salt -f postgres_local_cache.sql
-- May be run again: it changes nothing that is there. Tables that were made for Salt get the column `minions`.
BEGIN;
CREATE TABLE IF NOT EXISTS salt_schema (name varchar(50) PRIMARY KEY, version integer NOT NULL);
INSERT INTO salt_schema (name, version) VALUES ('postgres_local_cache', 1) ON CONFLICT (name) DO NOTHING;

CREATE TABLE IF NOT EXISTS jids (
  jid varchar(255) PRIMARY KEY,
  started TIMESTAMP WITH TIME ZONE DEFAULT now(),
  tgt_type text NOT NULL,
  cmd text NOT NULL,
  tgt text NOT NULL,
  kwargs text NOT NULL,
  ret text NOT NULL,
  username text NOT NULL,
  arg text NOT NULL,
  fun text NOT NULL
);
ALTER TABLE jids ADD COLUMN IF NOT EXISTS minions text;

CREATE TABLE IF NOT EXISTS salt_returns (
  added TIMESTAMP WITH TIME ZONE DEFAULT now(),
  fun text NOT NULL,
  jid varchar(255) NOT NULL,
  return text NOT NULL,
  id text NOT NULL,
  success boolean
);
CREATE INDEX IF NOT EXISTS idx_salt_returns_added ON salt_returns (added);
CREATE INDEX IF NOT EXISTS idx_salt_returns_id ON salt_returns (id);
CREATE INDEX IF NOT EXISTS idx_salt_returns_jid ON salt_returns (jid);
CREATE INDEX IF NOT EXISTS idx_salt_returns_fun ON salt_returns (fun);

CREATE TABLE IF NOT EXISTS salt_events (
  id SERIAL,
  tag text NOT NULL,
  data text NOT NULL,
  alter_time TIMESTAMP WITH TIME ZONE DEFAULT now(),
  master_id text NOT NULL
);
CREATE INDEX IF NOT EXISTS idx_salt_events_tag ON salt_events (tag);
CREATE INDEX IF NOT EXISTS idx_salt_events_id ON salt_events (id);
CREATE INDEX IF NOT EXISTS idx_salt_events_master_id ON salt_events (master_id);
COMMIT;
