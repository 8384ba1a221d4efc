/** Asks a Redis server, and reads its answers. Source: read, Salt 3006 (`redismod`); the commands' pages of Redis. */
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import { floatOf, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { RedisConnection, type Reply } from '../../../kernel/sys/redis/connection.js';

/** Who is asked, as it was given; `redis.host` and so on for what was not. */
export interface Where {
  readonly host?: Value;
  readonly port?: Value;
  readonly db?: Value;
  readonly password?: Value;
}

const ANSWER_MS_MAX = 60_000;

const option = async (given: Value | undefined, name: string, fallback: Value, ctx: Context): Promise<string> => {
  const value = isTruthy(given) ? given ?? null : await ctx.call('config.option', [name, fallback]);
  return isTruthy(value) ? str(value) : '';
};

async function open(where: Where, prefix: string, defaults: readonly [host: Value, port: Value], ctx: Context): Promise<RedisConnection> {
  const [host, port] = [await option(where.host, `${prefix}.host`, defaults[0], ctx), await option(where.port, `${prefix}.port`, defaults[1], ctx)];
  const signal = AbortSignal.any([ctx.signal, AbortSignal.timeout(ANSWER_MS_MAX)]);
  const redis = await RedisConnection.open(host.startsWith('/') ? { host: '', port: 0, path: host } : { host, port: Number(port), path: undefined }, signal);
  try {
    const [password, db] = [await option(where.password, `${prefix}.password`, null, ctx), await option(where.db, `${prefix}.db`, '0', ctx)];
    if (password !== '') await redis.command('AUTH', password);
    if (prefix === 'redis' && db !== '' && db !== '0') await redis.command('SELECT', db);
    return redis;
  } catch (error) {
    await redis[Symbol.asyncDispose]();
    throw error;
  }
}

/** One command to a server. @throws RedisError in its words */
export async function ask(where: Where, words: readonly Value[], ctx: Context): Promise<Reply> {
  await using redis = await open(where, 'redis', ['', ''], ctx);
  return await redis.command(...words.map(str));
}

/** One command to a sentinel. */
export async function askSentinel(where: Where, words: readonly string[], ctx: Context): Promise<Reply> {
  await using redis = await open(where, 'redis_sentinel', ['localhost', 26379], ctx);
  return await redis.command(...words);
}

export const texts = (reply: Reply): string[] => (Array.isArray(reply) ? (reply as readonly Reply[]).map(String) : []);

/** A list of names and values as a map. */
export function pairs(reply: Reply): PlainMap {
  const words = texts(reply);
  return Object.fromEntries(words.flatMap((word, at) => (at % 2 === 0 ? [[word, words[at + 1] ?? null]] : [])));
}

/** A cursor and what was found there. */
export function page(reply: Reply, read: (found: Reply) => Value): Value[] {
  const [cursor = '0', found = []] = Array.isArray(reply) ? reply as readonly Reply[] : [];
  return [Number(cursor), read(found)];
}

export const real = (reply: Reply): Value => floatOf(Number(reply));

function scalar(text: string): Value {
  if (/^-?\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  return /^-?\d+\.\d+$/.test(text) ? floatOf(Number(text)) : text;
}

/** Reads the answer of INFO: numbers as numbers, `keys=1,expires=0` as a map. */
export function readInfo(reply: Reply): PlainMap {
  const lines = String(reply).split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#') && line.includes(':'));
  return Object.fromEntries(lines.map((line) => {
    const at = line.indexOf(':');
    const value = line.slice(at + 1);
    if (!value.includes('=')) return [line.slice(0, at), scalar(value)];
    return [line.slice(0, at), Object.fromEntries(value.split(',').map((part) => [part.slice(0, part.lastIndexOf('=')), scalar(part.slice(part.lastIndexOf('=') + 1))]))];
  }));
}
