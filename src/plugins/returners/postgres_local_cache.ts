/**
 * The job store of a master in PostgreSQL, a column for each fact of a job. Needs the package `pg`; the tables:
 * `docs/schema/postgres_local_cache.sql`, which also makes Salt's own tables fit.
 *
 * Source: read, Salt 3008.3. Differs: results keep their values (Salt keeps the text of them), jobs know who should answer, a second copy
 * of a result is no second row.
 */
import { listedJob, startTime } from '../../kernel/contract/listed-job.js';
import { defineReturner } from '../../kernel/contract/plugin.js';
import type { ReturnerContext } from '../../kernel/contract/returner.js';
import { newJid } from '../../kernel/std/time.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { readJson } from '../../kernel/yaml/read-json.js';
import { jsonOf, mapOfJson } from './shared/json.js';
import { postgresOptions } from './sql/postgres-options.js';
import { openPostgres } from './sql/postgres-session.js';
import type { Row } from './sql/session.js';

const NAME = 'postgres_local_cache';
const DAY_SECONDS = 86_400;
/** What Salt writes for a fact that is not there. */
const NOTHING = 'None';
const COLUMNS = 'jid, tgt_type, cmd, tgt, kwargs, ret, username, arg, fun, minions';
/** What a result has besides its value. */
const KEPT = ['return', 'retcode', 'success', 'out'] as const;

const open = (ctx: ReturnerContext) => openPostgres(ctx, 'passwd');
const json = (value: Value): string => jsonOf(value, NAME);
/** Text as it is, else JSON. */
const written = (value: Value | undefined): string => (value === undefined || value === null ? NOTHING : isList(value) || isPlainMap(value) ? json(value) : str(value));

function parsed(text: string): Value {
  try {
    return readJson(text);
  } catch {
    // A row of Salt's: the text of a Python value.
    return text;
  }
}

/** What was published, as far as the columns have it. */
function loadOf(row: Row): PlainMap {
  const column = (name: string): string => String(row[name] ?? NOTHING);
  const load: PlainMap = { jid: column('jid'), fun: column('fun'), arg: parsed(column('arg')), tgt: column('tgt'), tgt_type: column('tgt_type'), user: column('username'), ret: column('ret') };
  if (column('tgt').startsWith('[')) load['tgt'] = parsed(column('tgt'));
  if (column('fun').startsWith('[')) load['fun'] = parsed(column('fun'));
  if (column('cmd') !== NOTHING) load['cmd'] = column('cmd');
  if (column('kwargs') !== NOTHING) load['kwargs'] = parsed(column('kwargs'));
  const minions = typeof row['minions'] === 'string' ? parsed(row['minions']) : null;
  return isList(minions) ? { ...load, Minions: minions } : load;
}

const sorted = (minions: readonly string[]): string => json([...new Set(minions)].sort());

export default defineReturner({
  name: NAME,
  doc: 'The job store of a master in PostgreSQL, a column for each fact of a job.',
  section: 'master_job_cache.postgres',
  options: postgresOptions('passwd', 'salt'),
  async returner(ret, ctx) {
    await using db = await open(ctx);
    const [fun, jid, id] = [written(ret['fun']), ret['jid'] === 'req' ? newJid() : String(ret['jid'] ?? ''), String(ret['id'] ?? '')];
    const kept = Object.fromEntries(KEPT.flatMap((name) => (ret[name] === undefined ? [] : [[name, ret[name]]])));
    await db.ask(
      'INSERT INTO salt_returns (fun, jid, return, id, success) SELECT ?::text, ?::varchar, ?::text, ?::text, ?::boolean '
      + 'WHERE NOT EXISTS (SELECT 1 FROM salt_returns WHERE jid = ?::varchar AND id = ?::text)',
      [fun, jid, json(kept), id, typeof ret['success'] === 'boolean' ? String(ret['success']) : null, jid, id],
    );
  },
  async eventReturn(events, ctx) {
    await using db = await open(ctx);
    await db.ask('BEGIN');
    for (const { tag = '', data = '' } of events) await db.ask('INSERT INTO salt_events (tag, data, master_id) VALUES (?, ?, ?)', [String(tag), json(data), String(ctx.opts['id'] ?? ctx.id)]);
    await db.ask('COMMIT');
  },
  prepJid: (_nocache, passedJid) => passedJid ?? newJid(),
  async saveLoad(jid, load, minions, ctx) {
    await using db = await open(ctx);
    const started = startTime(jid);
    await db.ask(
      'INSERT INTO jids (jid, started, tgt_type, cmd, tgt, kwargs, ret, username, arg, fun, minions) VALUES (?, COALESCE(?::timestamptz, now()), ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (jid) DO NOTHING',
      [
        jid, started === '' ? null : started, written(load['tgt_type']), written(load['cmd']), written(load['tgt']), written(load['kwargs']), written(load['ret']), written(load['user']),
        json(load['arg'] ?? null), written(load['fun']), minions === null ? null : sorted(minions),
      ],
    );
  },
  async saveMinions(jid, minions, _syndicId, ctx) {
    await using db = await open(ctx);
    const [row] = await db.ask(`SELECT ${COLUMNS} FROM jids WHERE jid = ?`, [jid]);
    if (row === undefined) return;
    const { Minions: before } = loadOf(row);
    await db.ask('UPDATE jids SET minions = ? WHERE jid = ?', [sorted([...isList(before ?? null) ? (before as readonly Value[]).map(String) : [], ...minions]), jid]);
  },
  async getLoad(jid, ctx) {
    await using db = await open(ctx);
    const [row] = await db.ask(`SELECT ${COLUMNS} FROM jids WHERE jid = ?`, [jid]);
    return row === undefined ? {} : loadOf(row);
  },
  async getJid(jid, ctx) {
    await using db = await open(ctx);
    const rows = await db.ask('SELECT id, return AS kept FROM salt_returns WHERE jid = ?', [jid]);
    return Object.fromEntries(rows.map(({ id, kept }) => {
      const ret = mapOfJson(kept);
      // Long ago the column held the bare value.
      return [String(id), 'return' in ret ? ret : { return: parsed(String(kept)) }];
    }));
  },
  async getJids(ctx) {
    await using db = await open(ctx);
    const seconds = Math.trunc(Number(ctx.opts['keep_jobs_seconds'] ?? DAY_SECONDS));
    // As Salt lists them: what is older stays in the table.
    const fresh = seconds > 0 ? ` WHERE started > NOW() - INTERVAL '${seconds}' SECOND` : '';
    const rows = await db.ask(`SELECT ${COLUMNS} FROM jids${fresh} ORDER BY jid`);
    return Object.fromEntries(rows.map((row) => [String(row['jid']), listedJob(String(row['jid']), loadOf(row))]));
  },
});
