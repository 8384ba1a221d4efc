-- Tables of the returner postgres, version 1: psql -v ON_ERROR_STOP=1 -h HOST -U salt -d salt -f postgres.sql
-- May be run again: it changes nothing that is there.
BEGIN;
CREATE TABLE IF NOT EXISTS salt_schema (name varchar(50) PRIMARY KEY, version integer NOT NULL);
INSERT INTO salt_schema (name, version) VALUES ('postgres', 1) ON CONFLICT (name) DO NOTHING;

CREATE TABLE IF NOT EXISTS jids (
  jid varchar(20) PRIMARY KEY,
  load text NOT NULL
);

CREATE TABLE IF NOT EXISTS salt_returns (
  fun varchar(50) NOT NULL,
  jid varchar(255) NOT NULL,
  return text NOT NULL,
  full_ret text,
  id varchar(255) NOT NULL,
  success varchar(10) NOT NULL,
  alter_time TIMESTAMP WITH TIME ZONE DEFAULT now()
);
CREATE INDEX IF NOT EXISTS idx_salt_returns_id ON salt_returns (id);
CREATE INDEX IF NOT EXISTS idx_salt_returns_jid ON salt_returns (jid);
CREATE INDEX IF NOT EXISTS idx_salt_returns_fun ON salt_returns (fun);
CREATE INDEX IF NOT EXISTS idx_salt_returns_updated ON salt_returns (alter_time);

CREATE SEQUENCE IF NOT EXISTS seq_salt_events_id;
CREATE TABLE IF NOT EXISTS salt_events (
  id BIGINT NOT NULL UNIQUE DEFAULT nextval('seq_salt_events_id'),
  tag varchar(255) NOT NULL,
  data text NOT NULL,
  alter_time TIMESTAMP WITH TIME ZONE DEFAULT now(),
  master_id varchar(255) NOT NULL
);
CREATE INDEX IF NOT EXISTS idx_salt_events_tag ON salt_events (tag);
COMMIT;
