/**
 * `redis`: the key of the minion's id in a Redis server. Options `redis.host`, `redis.port`, `redis.db`, `redis.password`,
 * `redis.unix_socket_path`.
 */
import { p } from '../../kernel/contract/params.js';
import { defineExtPillar } from '../../kernel/contract/plugin.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import type { Context } from '../../kernel/contract/context.js';
import { isMap, mapFrom, type PlainMap, type Value } from '../../kernel/std/value.js';
import { readJson } from '../../kernel/yaml/read-json.js';
import { RedisConnection, type Reply } from '../../kernel/sys/redis/connection.js';

const DEFAULT_KEY = 'redis_pillar';
const PORT = 6379;

const text = (value: Value | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

async function open(opts: Readonly<PlainMap>, signal: AbortSignal): Promise<RedisConnection> {
  const redis = await RedisConnection.open({
    host: text(opts['redis.host']) ?? 'localhost', port: Number(opts['redis.port'] ?? PORT), path: text(opts['redis.unix_socket_path']),
  }, signal);
  try {
    const password = text(opts['redis.password']);
    const user = text(opts['redis.username']);
    if (password !== undefined) await redis.command('AUTH', ...(user === undefined ? [] : [user]), password);
    const db = Number(opts['redis.db'] ?? 0);
    if (db !== 0) await redis.command('SELECT', String(db));
    return redis;
  } catch (error) {
    await redis[Symbol.asyncDispose]();
    throw error;
  }
}

/** The value as its type has it: text, a mapping, a list; the members of a set sorted. */
async function keyValue(redis: RedisConnection, id: string, name: string): Promise<Value> {
  const kind = await redis.command('TYPE', id);
  if (kind === 'string') return { [name]: await redis.command('GET', id) as Value };
  if (kind === 'hash') return { [name]: pairs(await redis.command('HGETALL', id)) };
  if (kind === 'list') return { [name]: texts(await redis.command('LRANGE', id, '0', '-1')) };
  if (kind === 'set') return { [name]: texts(await redis.command('SMEMBERS', id)).sort((a, b) => (a < b ? -1 : 1)) };
  return {};
}

const texts = (reply: Reply): string[] => (Array.isArray(reply) ? (reply as readonly Reply[]).map(String) : []);

function pairs(reply: Reply): Value {
  const words = texts(reply);
  return mapFrom(words.flatMap((word, at) => (at % 2 === 0 ? [[word, words[at + 1] ?? null] as const] : [])));
}

/** JSON text under the id: a mapping is the pillar itself unless it gets a name. */
async function keyJson(redis: RedisConnection, id: string, name: string | null): Promise<Value> {
  const found = await redis.command('GET', id);
  if (typeof found !== 'string') return {};
  const data = readData(found);
  if (name !== null) return { [name]: data };
  return isMap(data) ? data : { [DEFAULT_KEY]: data };
}

function readData(found: string): Value {
  try {
    return readJson(found);
  } catch (cause) {
    throw new CommandExecutionError('The value in Redis is no JSON', { cause });
  }
}

export default defineExtPillar({
  name: 'redis',
  doc: 'The key of the minion in a Redis server: `{function: key_value}` or `{function: key_json}`, each with an optional `pillar_key`.',
  params: { function: p.string(), pillar_key: p.string(null), kwargs: p.keywords() },
  async extPillar({ function: name, pillar_key: key }, ctx: Context, { id }) {
    if (name !== 'key_value' && name !== 'key_json') throw new CommandExecutionError(`'${name}' is no function of the external pillar redis: key_value or key_json`);
    await using redis = await open(ctx.opts, ctx.signal);
    return await (name === 'key_json' ? keyJson(redis, id, key) : keyValue(redis, id, key ?? DEFAULT_KEY));
  },
});
