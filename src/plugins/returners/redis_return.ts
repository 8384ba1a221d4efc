/**
 * Results and jobs in Redis: `ret:JID` (a hash by minion), `load:JID`, `MINION:FUNCTION` (the newest job of it), the set `minions`.
 *
 * Source: the documentation and the keys of Salt 3006. Differs: keys live `keep_jobs_seconds`; `get_fun` finds what `returner` kept.
 */
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { listedJob } from '../../kernel/contract/listed-job.js';
import { defineReturner } from '../../kernel/contract/plugin.js';
import type { ReturnerContext } from '../../kernel/contract/returner.js';
import { newJid } from '../../kernel/std/time.js';
import { isTruthy, type PlainMap } from '../../kernel/std/value.js';
import { RedisConnection, type Reply } from '../../kernel/sys/redis/connection.js';
import { jsonOf, mapOfJson } from './shared/json.js';
import { numberOption, serverOf, textOption } from './shared/options.js';

const PORT = 6379;
const DAY_SECONDS = 86_400;
/** So many keys are looked at in one step. */
const STEP = '1000';

async function open(ctx: ReturnerContext): Promise<RedisConnection> {
  const { options } = ctx;
  if (isTruthy(options['cluster_mode'])) throw new CommandExecutionError('redis: cluster_mode is not supported, name one server');
  const redis = await RedisConnection.open({ ...serverOf(options, PORT, 'salt'), path: textOption(options, 'unix_socket_path') }, ctx.signal);
  try {
    const [user, password, db] = [textOption(options, 'username'), textOption(options, 'password'), numberOption(options, 'db', 0)];
    if (password !== undefined) await redis.command('AUTH', ...(user === undefined ? [] : [user]), password);
    if (db !== 0) await redis.command('SELECT', String(db));
    return redis;
  } catch (error) {
    await redis[Symbol.asyncDispose]();
    throw error;
  }
}

/** Undefined: for ever. */
function lifetime({ opts }: ReturnerContext): string | undefined {
  const seconds = Number(opts['keep_jobs_seconds'] ?? DAY_SECONDS);
  return seconds > 0 ? String(Math.trunc(seconds)) : undefined;
}

async function keepReturn(ret: Readonly<PlainMap>, ctx: ReturnerContext): Promise<void> {
  const [id, jid, fun] = [String(ret['id'] ?? ''), ret['jid'] === 'req' ? newJid() : String(ret['jid'] ?? ''), String(ret['fun'] ?? '')];
  await using redis = await open(ctx);
  const expire = async (key: string): Promise<void> => {
    const seconds = lifetime(ctx);
    if (seconds !== undefined) await redis.command('EXPIRE', key, seconds);
  };
  // A second copy of a result is no news.
  await redis.command('HSETNX', `ret:${jid}`, id, jsonOf(ret, 'redis'));
  await expire(`ret:${jid}`);
  await redis.command('SET', `${id}:${fun}`, jid);
  await expire(`${id}:${fun}`);
  await redis.command('SADD', 'minions', id);
}

async function keepLoad(redis: RedisConnection, jid: string, load: Readonly<PlainMap>, ctx: ReturnerContext): Promise<void> {
  const seconds = lifetime(ctx);
  await redis.command('SET', `load:${jid}`, jsonOf(load, 'redis'), ...(seconds === undefined ? [] : ['EX', seconds]));
}

const texts = (reply: Reply): string[] => (Array.isArray(reply) ? (reply as readonly Reply[]).map(String) : []);

/** Keys that begin so, without blocking the server. */
async function keysOf(redis: RedisConnection, start: string): Promise<string[]> {
  const found = new Set<string>();
  let cursor = '0';
  do {
    const answer = await redis.command('SCAN', cursor, 'MATCH', `${start}*`, 'COUNT', STEP);
    const [next, keys] = Array.isArray(answer) ? answer as readonly Reply[] : [];
    for (const key of texts(keys ?? null)) found.add(key);
    cursor = String(next ?? '0');
  } while (cursor !== '0');
  return [...found].sort();
}

export default defineReturner({
  name: 'redis_return',
  serves: 'redis',
  doc: 'Results and jobs in Redis.',
  options: {
    host: { doc: 'where Redis is', default: 'salt' },
    port: { doc: 'its port', default: PORT },
    unix_socket_path: { doc: 'a socket file, in place of both' },
    db: { doc: 'number of the database', default: '0' },
    username: { doc: 'for AUTH' },
    password: { doc: 'for AUTH; none when it is not set' },
    cluster_mode: { doc: 'not supported: an error when it is set', default: false },
  },
  returner: keepReturn,
  prepJid: (_nocache, passedJid) => passedJid ?? newJid(),
  async saveLoad(jid, load, minions, ctx) {
    await using redis = await open(ctx);
    await keepLoad(redis, jid, minions === null ? load : { ...load, Minions: [...minions].sort() }, ctx);
  },
  async saveMinions(jid, minions, _syndicId, ctx) {
    await using redis = await open(ctx);
    const known = mapOfJson(await redis.command('GET', `load:${jid}`));
    if (Object.keys(known).length === 0) return;
    const before = Array.isArray(known['Minions']) ? known['Minions'].map(String) : [];
    await keepLoad(redis, jid, { ...known, Minions: [...new Set([...before, ...minions])].sort() }, ctx);
  },
  async getLoad(jid, ctx) {
    await using redis = await open(ctx);
    return mapOfJson(await redis.command('GET', `load:${jid}`));
  },
  async getJid(jid, ctx) {
    await using redis = await open(ctx);
    const words = texts(await redis.command('HGETALL', `ret:${jid}`));
    return Object.fromEntries(words.flatMap((word, at) => (at % 2 === 0 ? [[word, mapOfJson(words[at + 1])]] : [])));
  },
  async getJids(ctx) {
    await using redis = await open(ctx);
    const found: PlainMap = {};
    for (const key of await keysOf(redis, 'load:')) {
      const jid = key.slice('load:'.length);
      const load = mapOfJson(await redis.command('GET', key));
      // It may have ended its life meanwhile.
      if (Object.keys(load).length > 0) found[jid] = listedJob(jid, load);
    }
    return found;
  },
  async getFun(fun, ctx) {
    await using redis = await open(ctx);
    const found: PlainMap = {};
    for (const id of texts(await redis.command('SMEMBERS', 'minions')).sort()) {
      const jid = await redis.command('GET', `${id}:${fun}`);
      const ret = typeof jid === 'string' ? await redis.command('HGET', `ret:${jid}`, id) : null;
      if (ret !== null) found[id] = mapOfJson(ret);
    }
    return found;
  },
  async getMinions(ctx) {
    await using redis = await open(ctx);
    return texts(await redis.command('SMEMBERS', 'minions')).sort();
  },
  /** Results whose job is forgotten: a late one lives longer than its job. */
  async cleanOldJobs(ctx) {
    await using redis = await open(ctx);
    for (const key of await keysOf(redis, 'ret:')) {
      if (await redis.command('EXISTS', key.replace(/^ret:/, 'load:')) === 0) await redis.command('DEL', key);
    }
  },
});
