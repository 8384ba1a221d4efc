/**
 * Jobs and results in a SQLite database with the tables of Salt's former returner `sqlite3`. Loads and results stand there as JSON.
 *
 * Source: the tables, from the documentation of Salt 3006. Differs: the tables are made when they are not there.
 */
import { dirname } from 'node:path';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { listedJob } from '../../kernel/contract/listed-job.js';
import { defineReturner } from '../../kernel/contract/plugin.js';
import type { ReturnerContext } from '../../kernel/contract/returner.js';
import { pythonJson } from '../../kernel/std/python-json.js';
import { jidToUnixMs, newJid } from '../../kernel/std/time.js';
import { isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { openDatabase, type Database } from '../../kernel/sys/sqlite.js';
import { readJson } from '../../kernel/yaml/read-json.js';

const DATABASE = '/var/cache/salt/returns.db';
const TABLES = `
CREATE TABLE IF NOT EXISTS jids (jid TEXT PRIMARY KEY, load TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS salt_returns (
  fun TEXT KEY, jid TEXT KEY, id TEXT KEY, fun_args TEXT, date TEXT NOT NULL, full_ret TEXT NOT NULL, success TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS salt_returns_jid ON salt_returns (jid, id);
CREATE INDEX IF NOT EXISTS salt_returns_fun ON salt_returns (fun, id)`;
const OPEN = 'database ';

/** One connection for each file while the program lives. */
async function database(ctx: ReturnerContext): Promise<Database> {
  const path = String(ctx.options['database']);
  const known = ctx.memory.get(OPEN + path);
  if (known !== undefined) return known as Database;
  await ctx.sys.fs.mkdir(dirname(path), { recursive: true });
  // What jobs gave is for its owner alone; the files beside it take its mode.
  await (await ctx.sys.fs.open(path, 'a', 0o600)).close();
  const made = openDatabase(path);
  made.exec(`PRAGMA journal_mode=WAL; PRAGMA busy_timeout=${Math.max(0, Math.trunc(Number(ctx.options['timeout']) * 1000))};${TABLES}`);
  ctx.memory.set(OPEN + path, made);
  return made;
}

function json(value: Value): string {
  const text = pythonJson(value, { indent: null, sortKeys: false });
  if (text === undefined) throw new CommandExecutionError('sqlite3: a key is neither text nor number, JSON cannot have it');
  return text;
}

function read(text: unknown): PlainMap {
  const value = readJson(String(text));
  return isPlainMap(value) ? value : {};
}

async function keepReturn(ret: Readonly<PlainMap>, ctx: ReturnerContext): Promise<void> {
  const db = await database(ctx);
  const [fun, jid, id] = [String(ret['fun'] ?? ''), ret['jid'] === 'req' ? newJid() : String(ret['jid'] ?? ''), String(ret['id'] ?? '')];
  // A second copy of a result is no news.
  db.prepare(
    'INSERT INTO salt_returns (fun, jid, id, fun_args, date, full_ret, success) SELECT ?,?,?,?,?,?,? '
    + 'WHERE NOT EXISTS (SELECT 1 FROM salt_returns WHERE jid = ? AND id = ?)',
  ).run(fun, jid, id, json(ret['fun_args'] ?? null), new Date(ctx.sys.now()).toISOString(), json(ret), ret['success'] === false ? 'False' : 'True', jid, id);
}

async function load(jid: string, ctx: ReturnerContext): Promise<PlainMap> {
  const [row] = (await database(ctx)).prepare('SELECT load FROM jids WHERE jid = ?').all(jid);
  return row === undefined ? {} : read(row['load']);
}

async function keepMinions(jid: string, minions: readonly string[], ctx: ReturnerContext): Promise<void> {
  const known = await load(jid, ctx);
  if (Object.keys(known).length === 0) return;
  const before = Array.isArray(known['Minions']) ? known['Minions'].map(String) : [];
  (await database(ctx)).prepare('UPDATE jids SET load = ? WHERE jid = ?').run(json({ ...known, Minions: [...new Set([...before, ...minions])].sort() }), jid);
}

async function cleanOld(ctx: ReturnerContext): Promise<void> {
  const keepSeconds = Number(ctx.opts['keep_jobs_seconds'] ?? 86_400);
  if (keepSeconds === 0) return;
  const db = await database(ctx);
  const before = ctx.sys.now() - keepSeconds * 1000;
  db.prepare('DELETE FROM salt_returns WHERE date < ?').run(new Date(before).toISOString());
  for (const row of db.prepare('SELECT jid FROM jids').all()) {
    const began = jidToUnixMs(String(row['jid']));
    if (began !== undefined && began < before) db.prepare('DELETE FROM jids WHERE jid = ?').run(row['jid'] ?? null);
  }
}

export default defineReturner({
  name: 'sqlite3_return',
  serves: 'sqlite3',
  doc: 'Jobs and results in a SQLite database.',
  options: {
    database: { doc: 'the file', default: DATABASE },
    timeout: { doc: 'seconds to wait for another program that writes', default: 5 },
  },
  returner: keepReturn,
  prepJid: (_nocache, passedJid) => passedJid ?? newJid(),
  async saveLoad(jid, published, minions, ctx) {
    const text = json(minions === null ? published : { ...published, Minions: [...minions].sort() });
    (await database(ctx)).prepare('INSERT INTO jids (jid, load) VALUES (?,?) ON CONFLICT (jid) DO UPDATE SET load = excluded.load').run(jid, text);
  },
  saveMinions: (jid, minions, _syndicId, ctx) => keepMinions(jid, minions, ctx),
  getLoad: load,
  async getJid(jid, ctx) {
    const rows = (await database(ctx)).prepare('SELECT id, full_ret FROM salt_returns WHERE jid = ?').all(jid);
    return Object.fromEntries(rows.map((row) => [String(row['id']), read(row['full_ret'])]));
  },
  async getJids(ctx) {
    const rows = (await database(ctx)).prepare('SELECT jid, load FROM jids ORDER BY jid').all();
    return Object.fromEntries(rows.map((row) => [String(row['jid']), listedJob(String(row['jid']), read(row['load']))]));
  },
  async getJidsFilter(count, filterFindJob, ctx) {
    const found: PlainMap[] = [];
    for (const row of (await database(ctx)).prepare('SELECT jid, load FROM jids ORDER BY jid DESC').all()) {
      if (found.length >= count) break;
      const [jid, published] = [String(row['jid']), read(row['load'])];
      if (filterFindJob && published['fun'] === 'saltutil.find_job') continue;
      const { StartTime: started = '', ...facts } = listedJob(jid, published);
      found.push({ ...facts, JID: jid, StartTime: started });
    }
    return found.reverse();
  },
  async getFun(fun, ctx) {
    const rows = (await database(ctx)).prepare('SELECT id, full_ret, MAX(date) AS newest FROM salt_returns WHERE fun = ? GROUP BY id').all(fun);
    return Object.fromEntries(rows.map((row) => [String(row['id']), read(row['full_ret'])]));
  },
  async getMinions(ctx) {
    return (await database(ctx)).prepare('SELECT DISTINCT id FROM salt_returns ORDER BY id').all().map((row) => String(row['id']));
  },
  cleanOldJobs: cleanOld,
  close({ memory }) {
    for (const [name, db] of memory) if (name.startsWith(OPEN)) (db as Database).close();
    memory.clear();
  },
});
