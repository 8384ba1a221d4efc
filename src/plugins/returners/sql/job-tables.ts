/**
 * Jobs, results and events in the tables `jids`, `salt_returns` and `salt_events`, in words that PostgreSQL and MariaDB both understand.
 *
 * Source: read, Salt 3008.3, returners `postgres`, `pgjsonb`; the documentation of Salt 3006, returner `mysql`. Differs: the load keeps
 * `Minions`; a second copy of a result is no second row.
 */
import { listedJob } from '../../../kernel/contract/listed-job.js';
import type { ReturnerContext, ReturnerPlugin } from '../../../kernel/contract/returner.js';
import { jidAt, newJid } from '../../../kernel/std/time.js';
import { isList, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { jsonOf, mapOfJson } from '../shared/json.js';
import type { SqlSession } from './session.js';

export interface Dialect {
  readonly name: string;
  readonly open: (ctx: ReturnerContext) => Promise<SqlSession>;
  /** The name of a column that may be a reserved word. */
  readonly quoted: (name: string) => string;
  /** A value of JSON on its way in, and a column of JSON on its way out. */
  readonly jsonValue: string;
  readonly jsonText: (column: string) => string;
  /** JSON that the column can hold. */
  readonly storable: (json: string) => string;
  /** What a job that is there already gets. */
  readonly onConflict: string;
  readonly success: (isGood: boolean) => string;
  readonly textValue: string;
}

type Methods = Required<Pick<ReturnerPlugin, 'returner' | 'eventReturn' | 'prepJid' | 'saveLoad' | 'saveMinions' | 'getLoad' | 'getJid' | 'getJids' | 'getFun' | 'getMinions'>>;

const DAY_SECONDS = 86_400;

export function jobTables(dialect: Dialect): Methods {
  const { name, open, quoted, jsonValue, jsonText, textValue } = dialect;
  const json = (value: Value): string => dialect.storable(jsonOf(value, name));
  const putLoad = async (db: SqlSession, jid: string, load: Readonly<PlainMap>): Promise<void> => {
    await db.ask(`INSERT INTO jids (jid, ${quoted('load')}) VALUES (?, ${jsonValue}) ${dialect.onConflict}`, [jid, json(load)]);
  };
  const loadOf = async (db: SqlSession, jid: string): Promise<PlainMap> => {
    const [row] = await db.ask(`SELECT ${jsonText(quoted('load'))} AS kept FROM jids WHERE jid = ?`, [jid]);
    return mapOfJson(row?.['kept']);
  };
  const results = (rows: readonly Readonly<Record<string, unknown>>[]): PlainMap => Object.fromEntries(rows.map((row) => [String(row['id']), mapOfJson(row['kept'])]));

  return {
    async returner(ret, ctx) {
      await using db = await open(ctx);
      const [fun, jid, id] = [String(ret['fun'] ?? ''), ret['jid'] === 'req' ? newJid() : String(ret['jid'] ?? ''), String(ret['id'] ?? '')];
      await db.ask(
        `INSERT INTO salt_returns (fun, jid, ${quoted('return')}, id, success, full_ret) SELECT ${textValue}, ${textValue}, ${jsonValue}, ${textValue}, ${textValue}, ${jsonValue} `
        + 'FROM (SELECT 1 AS one) nothing WHERE NOT EXISTS (SELECT 1 FROM salt_returns WHERE jid = ? AND id = ?)',
        [fun, jid, json(ret['return'] ?? null), id, dialect.success(isTruthy(ret['success'] ?? false)), json(ret), jid, id],
      );
    },
    async eventReturn(events, ctx) {
      await using db = await open(ctx);
      await db.ask('BEGIN');
      for (const { tag = '', data = '' } of events) {
        await db.ask(`INSERT INTO salt_events (tag, data, master_id) VALUES (?, ${jsonValue}, ?)`, [String(tag), json(data), String(ctx.opts['id'] ?? ctx.id)]);
      }
      await db.ask('COMMIT');
    },
    prepJid: (_nocache, passedJid) => passedJid ?? newJid(),
    async saveLoad(jid, load, minions, ctx) {
      await using db = await open(ctx);
      await putLoad(db, jid, minions === null ? load : { ...load, Minions: [...minions].sort() });
    },
    async saveMinions(jid, minions, _syndicId, ctx) {
      await using db = await open(ctx);
      const known = await loadOf(db, jid);
      if (Object.keys(known).length === 0) return;
      const before = isList(known['Minions']) ? known['Minions'].map(String) : [];
      await putLoad(db, jid, { ...known, Minions: [...new Set([...before, ...minions])].sort() });
    },
    async getLoad(jid, ctx) {
      await using db = await open(ctx);
      return await loadOf(db, jid);
    },
    async getJid(jid, ctx) {
      await using db = await open(ctx);
      return results(await db.ask(`SELECT id, ${jsonText('full_ret')} AS kept FROM salt_returns WHERE jid = ?`, [jid]));
    },
    async getJids(ctx) {
      await using db = await open(ctx);
      const rows = await db.ask(`SELECT jid, ${jsonText(quoted('load'))} AS kept FROM jids ORDER BY jid`);
      return Object.fromEntries(rows.map((row) => [String(row['jid']), listedJob(String(row['jid']), mapOfJson(row['kept']))]));
    },
    async getFun(fun, ctx) {
      await using db = await open(ctx);
      return results(await db.ask(
        `SELECT s.id AS id, ${jsonText('s.full_ret')} AS kept FROM salt_returns s `
        + 'JOIN (SELECT id, MAX(jid) AS jid FROM salt_returns WHERE fun = ? GROUP BY id) newest ON newest.id = s.id AND newest.jid = s.jid WHERE s.fun = ?',
        [fun, fun],
      ));
    },
    async getMinions(ctx) {
      await using db = await open(ctx);
      return (await db.ask('SELECT DISTINCT id FROM salt_returns ORDER BY id')).map((row) => String(row['id']));
    },
  };
}

/** Removes what is older than `keep_jobs_seconds`. */
export async function cleanTables({ open }: Dialect, ctx: ReturnerContext): Promise<void> {
  const seconds = Math.trunc(Number(ctx.opts['keep_jobs_seconds'] ?? DAY_SECONDS));
  if (!(seconds > 0)) return;
  if (isTruthy(ctx.opts['archive_jobs'] ?? false)) {
    ctx.log.error({}, 'archive_jobs is not supported: nothing is removed');
    return;
  }
  await using db = await open(ctx);
  const before = `NOW() - INTERVAL '${seconds}' SECOND`;
  for (const table of ['salt_returns', 'salt_events']) await db.ask(`DELETE FROM ${table} WHERE alter_time < ${before}`);
  // Ids of jobs are times, unless somebody made their own.
  await db.ask('DELETE FROM jids WHERE jid < ? AND LENGTH(jid) >= 20', [jidAt(ctx.sys.now() - seconds * 1000)]);
}
