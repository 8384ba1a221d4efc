/** The schema of the job store, by version. */
import type { Database } from './sqlite.js';

/** Step `n` brings a database of version `n` to `n + 1`. Never edit a step that was released: add one. */
const STEPS = [
  `CREATE TABLE jobs (
     jid TEXT PRIMARY KEY, fun TEXT NOT NULL, tgt TEXT NOT NULL, tgt_type TEXT NOT NULL, user TEXT NOT NULL,
     started_ms INTEGER NOT NULL, load BLOB NOT NULL, minions BLOB NOT NULL
   ) WITHOUT ROWID;
   CREATE INDEX jobs_started ON jobs (started_ms DESC, jid DESC);
   CREATE INDEX jobs_fun ON jobs (fun, started_ms DESC);
   CREATE INDEX jobs_user ON jobs (user, started_ms DESC);
   CREATE TABLE returns (
     jid TEXT NOT NULL, id TEXT NOT NULL, fun TEXT NOT NULL, retcode INTEGER NOT NULL, success INTEGER NOT NULL,
     returned_ms INTEGER NOT NULL, load BLOB NOT NULL, PRIMARY KEY (jid, id)
   ) WITHOUT ROWID;
   CREATE INDEX returns_minion ON returns (id, returned_ms DESC);`,
  `CREATE INDEX returns_returned ON returns (returned_ms);`,
];

export const SCHEMA_VERSION = STEPS.length;

/** @throws RangeError when the database was written by a newer version */
export function upgradeSchema(db: Database): void {
  const found = Number(db.prepare('PRAGMA user_version').all()[0]?.['user_version'] ?? 0);
  if (found > SCHEMA_VERSION) {
    throw new RangeError(`its schema is version ${found}, this tsalt knows ${SCHEMA_VERSION}: start the newer tsalt, or move the file away`);
  }
  for (let version = found; version < SCHEMA_VERSION; version += 1) {
    db.exec(`BEGIN; ${STEPS[version] ?? ''} PRAGMA user_version = ${version + 1}; COMMIT`);
  }
}
