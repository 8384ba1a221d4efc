/**
 * Results and jobs as points of InfluxDB: measurements `returns` and `jids`.
 *
 * Source: the documentation of Salt 3006; the APIs of InfluxDB 1 (`/write`, `/query`) and, with `token`, of 2 (`/api/v2/write`).
 * Differs: the time of a point is that of its job, so that a second copy is the first again; `get_*` read with InfluxDB 1 only.
 */
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { listedJob } from '../../kernel/contract/listed-job.js';
import { defineReturner } from '../../kernel/contract/plugin.js';
import type { ReturnerContext } from '../../kernel/contract/returner.js';
import { jidToUnixMs, newJid } from '../../kernel/std/time.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { flagOption, serverOf, textOption } from './shared/options.js';
import { jsonOf, mapOfJson } from './shared/json.js';
import { basicLogin, TRUST_OPTIONS, trustOptions, webCall } from './web/call.js';

const PORT = 8086;
const DAY_SECONDS = 86_400;
const MICROS = /^\d{14}(\d{6})/;

interface Point {
  readonly measurement: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string>>;
  readonly jid: string;
}

function base({ options }: ReturnerContext): string {
  const { host, port } = serverOf(options, PORT);
  return `${flagOption(options, 'ssl') ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

async function write(point: Point, ctx: ReturnerContext): Promise<void> {
  const { options } = ctx;
  const [token, db] = [textOption(options, 'token'), String(options['db'])];
  const path = token === undefined ? `/write?${query({ db, precision: 'ns' })}` : `/api/v2/write?${query({ org: textOption(options, 'org') ?? '', bucket: textOption(options, 'bucket') ?? db, precision: 'ns' })}`;
  await webCall('InfluxDB', { url: base(ctx) + path, headers: { 'Content-Type': 'text/plain; charset=utf-8', ...login(ctx) }, body: lineOf(point, ctx), ...trustOptions(options) }, ctx);
}

function login({ options }: ReturnerContext): Record<string, string> {
  const token = textOption(options, 'token');
  return token === undefined ? basicLogin(textOption(options, 'user'), textOption(options, 'password')) : { Authorization: `Token ${token}` };
}

const query = (fields: Record<string, string>): string => new URLSearchParams(fields).toString();

/** The line protocol. A tag cannot be empty. */
function lineOf({ measurement, tags, fields, jid }: Point, ctx: ReturnerContext): string {
  const word = (text: string): string => text.replace(/[\r\n]+/g, ' ').replace(/[,= ]/g, (letter) => `\\${letter}`).replace(/\\$/, '\\ ');
  const tagText = Object.entries(tags).filter(([, value]) => value !== '').map(([name, value]) => `,${name}=${word(value)}`).join('');
  const fieldText = Object.entries(fields).map(([name, value]) => `${name}="${value.replace(/[\\"]/g, (letter) => `\\${letter}`)}"`).join(',');
  return `${measurement}${tagText} ${fieldText} ${nanoseconds(jid, ctx)}`;
}

function nanoseconds(jid: string, ctx: ReturnerContext): string {
  const ms = jidToUnixMs(jid);
  const micros = MICROS.exec(jid)?.[1];
  if (ms === undefined || micros === undefined) return String(BigInt(Math.trunc(ctx.sys.now())) * 1_000_000n);
  return String((BigInt(Math.floor(ms / 1000)) * 1_000_000n + BigInt(micros)) * 1000n);
}

/** Rows of all series of an answer, as maps of columns and tags; `where` is a value, quoted here. */
async function rows(ask: string, where: Readonly<Record<string, string>>, ctx: ReturnerContext): Promise<PlainMap[]> {
  if (textOption(ctx.options, 'token') !== undefined) throw new CommandExecutionError('influxdb: what is in InfluxDB 2 is not read here');
  const conditions = Object.entries(where).map(([tag, value]) => `"${tag}" = '${value.replace(/[\\']/g, (letter) => `\\${letter}`)}'`).join(' AND ');
  const q = conditions === '' ? ask.replace(' $where', '') : ask.replace('$where', `WHERE ${conditions}`);
  const answer = await webCall('InfluxDB', { url: `${base(ctx)}/query?${query({ db: String(ctx.options['db']) })}`, headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...login(ctx) }, body: query({ q }), ...trustOptions(ctx.options) }, ctx);
  const [result] = asMaps(mapOfJson(answer.body.toString('utf8'))['results']);
  if (result?.['error'] !== undefined) throw new CommandExecutionError(`InfluxDB refuses: ${String(result['error']).slice(0, 200)}`);
  return asMaps(result?.['series']).flatMap(({ columns, values, tags }) => {
    const names = isList(columns) ? columns.map(String) : [];
    const above = isPlainMap(tags) ? tags : {};
    return isList(values) ? values.filter(isList).map((row) => ({ ...above, ...Object.fromEntries(names.map((name, at) => [name, row[at] ?? null])) })) : [];
  });
}

const asMaps = (value: Value | undefined): PlainMap[] => (isList(value) ? value.filter(isPlainMap) : []);

async function keepReturn(ret: Readonly<PlainMap>, ctx: ReturnerContext): Promise<void> {
  const { return: returned = null, ...rest } = ret;
  const [fun, id, jid] = [String(ret['fun'] ?? ''), String(ret['id'] ?? ''), String(ret['jid'] ?? '')];
  // A point of the same time and tags would take the place of the first.
  if (textOption(ctx.options, 'token') === undefined && (await rows('SELECT "return" FROM "returns" $where LIMIT 1', { jid, id, fun }, ctx)).length > 0) return;
  await write({ measurement: 'returns', tags: { fun, id, jid }, fields: { return: jsonOf(returned, 'influxdb'), full_ret: jsonOf(rest, 'influxdb') }, jid }, ctx);
}

/** `{minion: result}` with its value. */
function results(found: readonly PlainMap[]): PlainMap {
  return Object.fromEntries(found.map((row) => [String(row['id']), { ...mapOfJson(row['full_ret']), return: mapOfJson(`{"value": ${String(row['return'])}}`)['value'] ?? null }]));
}

export default defineReturner({
  name: 'influxdb_return',
  serves: 'influxdb',
  doc: 'Results and jobs as points of InfluxDB.',
  options: {
    host: { doc: 'where it is', default: 'localhost' },
    port: { doc: 'its port', default: PORT },
    db: { doc: 'the database', default: 'salt' },
    user: { doc: 'to log in with', default: 'salt' },
    password: { doc: 'to log in with', default: 'salt' },
    ssl: { doc: 'true: https', default: false },
    token: { doc: 'of InfluxDB 2, in place of user and password' },
    org: { doc: 'of InfluxDB 2' },
    bucket: { doc: 'of InfluxDB 2; the name of the database when it is not set' },
    ...TRUST_OPTIONS,
  },
  returner: keepReturn,
  prepJid: (_nocache, passedJid) => passedJid ?? newJid(),
  saveLoad: (jid, load, minions, ctx) => write({ measurement: 'jids', tags: { jid }, fields: { load: jsonOf(minions === null ? load : { ...load, Minions: [...minions].sort() }, 'influxdb') }, jid }, ctx),
  async saveMinions(jid, minions, _syndicId, ctx) {
    const [row] = await rows('SELECT "load" FROM "jids" $where', { jid }, ctx);
    if (row === undefined) return;
    const known = mapOfJson(row['load']);
    const before = isList(known['Minions']) ? known['Minions'].map(String) : [];
    await write({ measurement: 'jids', tags: { jid }, fields: { load: jsonOf({ ...known, Minions: [...new Set([...before, ...minions])].sort() }, 'influxdb') }, jid }, ctx);
  },
  getLoad: async (jid, ctx) => mapOfJson((await rows('SELECT "load" FROM "jids" $where', { jid }, ctx))[0]?.['load']),
  getJid: async (jid, ctx) => results(await rows('SELECT "return", "full_ret", "id" FROM "returns" $where', { jid }, ctx)),
  async getJids(ctx) {
    const found = await rows('SELECT "load", "jid" FROM "jids"', {}, ctx);
    return Object.fromEntries(found.map((row) => [String(row['jid']), listedJob(String(row['jid']), mapOfJson(row['load']))]));
  },
  getFun: async (fun, ctx) => results(await rows('SELECT "return", "full_ret", "id" FROM "returns" $where ORDER BY time ASC', { fun }, ctx)),
  async cleanOldJobs(ctx) {
    const seconds = Number(ctx.opts['keep_jobs_seconds'] ?? DAY_SECONDS);
    if (!(seconds > 0)) return;
    const before = new Date(ctx.sys.now() - seconds * 1000).toISOString();
    for (const measurement of ['jids', 'returns']) await rows(`DELETE FROM "${measurement}" WHERE time < '${before}'`, {}, ctx);
  },
  async getMinions(ctx) {
    return (await rows('SHOW TAG VALUES FROM "returns" WITH KEY = "id"', {}, ctx)).map((row) => String(row['value'])).sort();
  },
});
