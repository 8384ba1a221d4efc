/**
 * Results and jobs in etcd: `ROOT/minions/ID` (the newest job), `ROOT/jobs/JID/ID/FIELD`, `ROOT/jobs/JID/.load.p`, values as JSON; and of tsalt
 * alone `ROOT/funs/FUN/ID`, the newest job of a function.
 *
 * Source: options and keys: the documentation of Salt 3006; the API: version 3 of etcd, as JSON over HTTP. Differs: jobs older than
 * `keep_jobs_seconds` are removed, in place of `etcd.ttl`.
 */
import { listedJob } from '../../kernel/contract/listed-job.js';
import { defineReturner } from '../../kernel/contract/plugin.js';
import { InvocationError } from '../../kernel/contract/errors.js';
import type { ReturnerContext } from '../../kernel/contract/returner.js';
import { jidToUnixMs, newJid } from '../../kernel/std/time.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { jsonOf, mapOfJson } from './shared/json.js';
import { flagOption, serverOf, textOption } from './shared/options.js';
import { TRUST_OPTIONS, trustOptions, webCall } from './web/call.js';

const PORT = 2379;
const LOAD = '.load.p';
const DAY_SECONDS = 86_400;

interface Entry {
  readonly key: string;
  readonly value: string;
}

const packed = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
const unpacked = (value: Value | undefined): string => Buffer.from(typeof value === 'string' ? value : '', 'base64').toString('utf8');

async function ask(path: string, body: PlainMap, ctx: ReturnerContext, token = ''): Promise<PlainMap> {
  const { host, port } = serverOf(ctx.options, PORT, '127.0.0.1');
  const url = `${flagOption(ctx.options, 'tls') ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}/v3/${path}`;
  const headers = { 'Content-Type': 'application/json', ...(token === '' ? {} : { Authorization: token }) };
  return mapOfJson((await webCall('etcd', { url, headers, body: jsonOf(body, 'etcd'), ...trustOptions(ctx.options) }, ctx)).body.toString('utf8'));
}

/** The calls of one use, with one login. */
async function client(ctx: ReturnerContext) {
  const [name, password] = [textOption(ctx.options, 'username'), textOption(ctx.options, 'password')];
  const token = name === undefined ? '' : String((await ask('auth/authenticate', { name, password: password ?? '' }, ctx))['token'] ?? '');
  const root = (textOption(ctx.options, 'returner_root') ?? '/salt/return').replace(/\/+$/, '');
  /** All writes at once, or none; unless the first key is there already, when `isNew`. */
  const putAll = (entries: readonly Entry[], isNew = false): Promise<PlainMap> => ask('kv/txn', {
    ...(isNew ? { compare: [{ key: packed(entries[0]?.key ?? ''), target: 'CREATE', result: 'EQUAL', create_revision: '0' }] } : {}),
    success: entries.map(({ key, value }) => ({ requestPut: { key: packed(key), value: packed(value) } })),
  }, ctx, token);
  const below = async (prefix: string, more: PlainMap = {}): Promise<Entry[]> => {
    const { kvs } = await ask('kv/range', { key: packed(prefix), range_end: packed(after(prefix)), ...more }, ctx, token);
    return isList(kvs) ? kvs.filter(isPlainMap).map(({ key, value }) => ({ key: unpacked(key), value: unpacked(value) })) : [];
  };
  const remove = (prefix: string): Promise<PlainMap> => ask('kv/deleterange', { key: packed(prefix), range_end: packed(after(prefix)) }, ctx, token);
  const get = async (key: string): Promise<string | undefined> => {
    const { kvs } = await ask('kv/range', { key: packed(key) }, ctx, token);
    const first = isList(kvs) ? kvs.find(isPlainMap) : undefined;
    return first === undefined ? undefined : unpacked(first['value']);
  };
  return { root, putAll, below, remove, get };
}

/** The first key that no longer begins so; a prefix here ends with `/`. */
const after = (prefix: string): string => `${prefix.slice(0, -1)}0`;

/** One step of a path. */
function step(text: string): string {
  if (text === '' || text.includes('/')) throw new InvocationError(`'${text.slice(0, 80)}' cannot be a part of a key of etcd`);
  return text;
}

async function keepReturn(ret: Readonly<PlainMap>, ctx: ReturnerContext): Promise<void> {
  const [jid, id] = [step(ret['jid'] === 'req' ? newJid() : String(ret['jid'] ?? '')), step(String(ret['id'] ?? ''))];
  const { root, putAll } = await client(ctx);
  const fields = Object.entries(ret).map(([field, value]) => ({ key: `${root}/jobs/${jid}/${id}/${step(field)}`, value: jsonOf(value, 'etcd') }));
  const fun = isList(ret['fun'] ?? null) ? (ret['fun'] as readonly Value[]).map(String).join(',') : String(ret['fun'] ?? '');
  const ofFun = fun === '' || fun.includes('/') ? [] : [{ key: `${root}/funs/${fun}/${id}`, value: jid }];
  await putAll([...fields, { key: `${root}/minions/${id}`, value: jid }, ...ofFun], true);
}

/** `{minion: {field: value}}` of keys `.../ID/FIELD`. */
function grouped(entries: readonly Entry[], prefix: string): PlainMap {
  const found: PlainMap = {};
  for (const { key, value } of entries) {
    const [id = '', field] = key.slice(prefix.length).split('/');
    if (field === undefined) continue;
    const known = found[id];
    const ret: PlainMap = known !== undefined && isPlainMap(known) ? known : {};
    ret[field] = mapOfJson(`{"value": ${value}}`)['value'] ?? null;
    found[id] = ret;
  }
  return found;
}

async function cleanOld(ctx: ReturnerContext): Promise<void> {
  const seconds = Number(ctx.opts['keep_jobs_seconds'] ?? DAY_SECONDS);
  if (!(seconds > 0)) return;
  const { root, below, remove } = await client(ctx);
  const keys = await below(`${root}/jobs/`, { keys_only: true });
  const jids = new Set(keys.map(({ key }) => key.slice(`${root}/jobs/`.length).split('/')[0] ?? ''));
  for (const jid of jids) {
    const began = jidToUnixMs(jid);
    if (began !== undefined && began < ctx.sys.now() - seconds * 1000) await remove(`${root}/jobs/${jid}/`);
  }
}

export default defineReturner({
  name: 'etcd_return',
  serves: 'etcd',
  doc: 'Results and jobs in etcd.',
  options: {
    returner: { doc: 'name of a map with host, port, username and password' },
    returner_root: { doc: 'where in etcd', default: '/salt/return' },
    host: { doc: 'where etcd is', default: '127.0.0.1' },
    port: { doc: 'its port', default: PORT },
    username: { doc: 'to log in with' },
    password: { doc: 'to log in with' },
    tls: { doc: 'true: https', default: false },
    ...TRUST_OPTIONS,
  },
  profile: { option: 'returner', options: ['host', 'port', 'username', 'password'] },
  returner: keepReturn,
  prepJid: (_nocache, passedJid) => passedJid ?? newJid(),
  async saveLoad(jid, load, minions, ctx) {
    const { root, putAll } = await client(ctx);
    await putAll([{ key: `${root}/jobs/${step(jid)}/${LOAD}`, value: jsonOf(minions === null ? load : { ...load, Minions: [...minions].sort() }, 'etcd') }]);
  },
  async saveMinions(jid, minions, _syndicId, ctx) {
    const { root, get, putAll } = await client(ctx);
    const key = `${root}/jobs/${step(jid)}/${LOAD}`;
    const known = mapOfJson(await get(key));
    if (Object.keys(known).length === 0) return;
    const before = isList(known['Minions']) ? known['Minions'].map(String) : [];
    await putAll([{ key, value: jsonOf({ ...known, Minions: [...new Set([...before, ...minions])].sort() }, 'etcd') }]);
  },
  async getLoad(jid, ctx) {
    const { root, get } = await client(ctx);
    return mapOfJson(await get(`${root}/jobs/${step(jid)}/${LOAD}`));
  },
  async getJid(jid, ctx) {
    const { root, below } = await client(ctx);
    const prefix = `${root}/jobs/${step(jid)}/`;
    return grouped(await below(prefix), prefix);
  },
  async getJids(ctx) {
    const { root, below } = await client(ctx);
    const entries = (await below(`${root}/jobs/`)).filter(({ key }) => key.endsWith(`/${LOAD}`));
    return Object.fromEntries(entries.map(({ key, value }) => {
      const jid = key.split('/').at(-2) ?? '';
      return [jid, listedJob(jid, mapOfJson(value))];
    }));
  },
  async getFun(fun, ctx) {
    const { root, below } = await client(ctx);
    const prefix = `${root}/funs/${step(fun)}/`;
    const found: PlainMap = {};
    for (const { key, value: jid } of await below(prefix)) {
      const [id, job] = [key.slice(prefix.length), `${root}/jobs/${jid}/`];
      const { [id]: ret } = grouped(await below(`${job}${id}/`), job);
      // Of a job that was removed nothing is left.
      if (ret !== undefined) found[id] = ret;
    }
    return found;
  },
  async getMinions(ctx) {
    const { root, below } = await client(ctx);
    const prefix = `${root}/minions/`;
    return (await below(prefix, { keys_only: true })).map(({ key }) => key.slice(prefix.length)).sort();
  },
  cleanOldJobs: cleanOld,
});
