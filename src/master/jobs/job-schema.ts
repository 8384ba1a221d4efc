/** The schema of the job store, by version. */
import type { Database } from '../../kernel/sys/sqlite.js';

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
  // Jobs of before count as finished: who should have answered them is not in a form that SQL can count.
  `CREATE TABLE delivery (jid TEXT NOT NULL, seq INTEGER NOT NULL, notes BLOB NOT NULL, PRIMARY KEY (jid, seq)) WITHOUT ROWID;
   CREATE TABLE tally (
     jid TEXT PRIMARY KEY, started_ms INTEGER NOT NULL, targeted INTEGER NOT NULL, returned INTEGER NOT NULL DEFAULT 0,
     failed INTEGER NOT NULL DEFAULT 0, given_up INTEGER NOT NULL DEFAULT 0, interrupted INTEGER NOT NULL DEFAULT 0
   ) WITHOUT ROWID;
   INSERT INTO tally (jid, started_ms, targeted, returned, failed)
     SELECT jid, started_ms, n, n, bad FROM (
       SELECT jobs.jid AS jid, jobs.started_ms AS started_ms,
         (SELECT COUNT(*) FROM returns WHERE returns.jid = jobs.jid) AS n,
         (SELECT COUNT(*) FROM returns WHERE returns.jid = jobs.jid AND (success = 0 OR retcode <> 0)) AS bad FROM jobs);
   CREATE INDEX tally_open ON tally (started_ms DESC, jid DESC) WHERE targeted > returned + given_up;
   CREATE INDEX tally_failed ON tally (started_ms DESC, jid DESC) WHERE failed > 0;
   CREATE INDEX tally_given_up ON tally (started_ms DESC, jid DESC) WHERE given_up > 0;
   CREATE INDEX tally_interrupted ON tally (started_ms DESC, jid DESC) WHERE interrupted > 0;
   CREATE INDEX tally_succeeded ON tally (started_ms DESC, jid DESC) WHERE failed = 0 AND returned >= targeted;
   CREATE TABLE quarantine (
     seq INTEGER PRIMARY KEY, jid TEXT NOT NULL, id TEXT NOT NULL, fun TEXT NOT NULL, at_ms INTEGER NOT NULL, why TEXT NOT NULL, load BLOB NOT NULL
   );`,
  // In the order of listings to the last column, so that a page is read and not sorted.
  `DROP INDEX jobs_fun; DROP INDEX jobs_user;
   CREATE INDEX jobs_fun ON jobs (fun, started_ms DESC, jid DESC);
   CREATE INDEX jobs_user ON jobs (user, started_ms DESC, jid DESC);
   CREATE INDEX jobs_tgt ON jobs (tgt, started_ms DESC, jid DESC);`,
  // Jobs with several functions or for a list of minions, by each of them. Those of before have them joined by commas.
  `CREATE TABLE job_parts (
     kind TEXT NOT NULL, word TEXT NOT NULL, started_ms INTEGER NOT NULL, jid TEXT NOT NULL, PRIMARY KEY (kind, word, started_ms DESC, jid DESC)
   ) WITHOUT ROWID;
   WITH RECURSIVE joined(kind, jid, started_ms, word, rest) AS (
     SELECT 'fun', jid, started_ms, NULL, fun || ',' FROM jobs WHERE fun LIKE '%,%'
     UNION ALL SELECT 'tgt', jid, started_ms, NULL, tgt || ',' FROM jobs WHERE tgt_type = 'list'
     UNION ALL SELECT kind, jid, started_ms, substr(rest, 1, instr(rest, ',') - 1), substr(rest, instr(rest, ',') + 1) FROM joined WHERE rest <> '')
   INSERT OR IGNORE INTO job_parts (kind, word, started_ms, jid) SELECT kind, word, started_ms, jid FROM joined WHERE word IS NOT NULL;`,
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
