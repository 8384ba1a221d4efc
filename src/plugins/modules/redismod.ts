/** Redis: keys, hashes, lists, sets and the server itself. Source: read, Salt 3006 (`redismod`), which 3008 has no more. Differs: needs no further library. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { Float, isTruthy, type Value } from '../../kernel/std/value.js';
import { RedisError } from '../../kernel/sys/redis/connection.js';
import { ask, askSentinel, page, pairs, readInfo, real, texts, type Where } from './redismod/server.js';

const none = p.any(null);
const key = p.string();
const field = p.string();
const where = { host: none, port: none, db: none, password: none };
const scanning = { cursor: p.int(0), match: none, count: none };

const scanWords = (args: { readonly key: string; readonly cursor: number; readonly match: Value; readonly count: Value }): Value[] =>
  [args.key, args.cursor, ...args.match === null ? [] : ['MATCH', args.match], ...args.count === null ? [] : ['COUNT', args.count]];

/** False when nobody answers there, or not to us. */
async function answers(at: Where, ctx: Context): Promise<boolean> {
  try {
    return await ask(at, ['PING'], ctx) === 'PONG';
  } catch (error) {
    if (!(error instanceof RedisError)) throw error;
    ctx.log.info({ err: error }, 'redis does not answer');
    return false;
  }
}

async function shutDown(at: Where, ctx: Context): Promise<boolean> {
  if (!await answers(at, ctx)) return false;
  try {
    await ask(at, ['SHUTDOWN'], ctx);
  } catch (error) {
    // The server closes the connection instead of an answer; whether it is gone is asked next.
    if (!(error instanceof RedisError) && !(error instanceof Error && 'code' in error)) throw error;
  }
  return !await answers(at, ctx);
}

export default defineModule({
  name: 'redismod',
  serves: 'redis',
  doc: 'Keys, hashes, lists and sets in Redis, and the server itself. Options redis.host, .port, .db and .password say which server.',
  functions: {
    bgrewriteaof: fn({
      doc: "Write the log of changes anew, in the background.\n\nsalt '*' redis.bgrewriteaof",
      params: { ...where },
      run: async (args, ctx) => await ask(args, ['BGREWRITEAOF'], ctx) !== null,
    }),
    bgsave: fn({
      doc: "Save everything to disk, in the background.\n\nsalt '*' redis.bgsave",
      params: { ...where },
      run: async (args, ctx) => await ask(args, ['BGSAVE'], ctx) !== null,
    }),
    config_get: fn({
      doc: "Give settings of the server.\n\nsalt '*' redis.config_get port",
      params: { pattern: p.string('*'), ...where },
      run: async (args, ctx) => pairs(await ask(args, ['CONFIG', 'GET', args.pattern], ctx)),
    }),
    config_set: fn({
      doc: "Set a setting of the server.\n\nsalt '*' redis.config_set masterauth luv_kittens",
      params: { name: p.string(), value: p.any(), ...where },
      run: async (args, ctx) => await ask(args, ['CONFIG', 'SET', args.name, args.value], ctx) !== null,
    }),
    dbsize: fn({
      doc: "Give the number of keys.\n\nsalt '*' redis.dbsize",
      params: { ...where },
      run: (args, ctx) => ask(args, ['DBSIZE'], ctx) as Promise<Value>,
    }),
    delete: fn({
      doc: "Remove keys; gives how many were there.\n\nsalt '*' redis.delete foo",
      params: { keys: p.rest(), connection_args: p.keywords() },
      run: (args, ctx) => ask(args.connection_args, ['DEL', ...args.keys], ctx) as Promise<Value>,
    }),
    exists: fn({
      doc: "Say whether a key is there, 1 or 0.\n\nsalt '*' redis.exists foo",
      params: { key, ...where },
      run: (args, ctx) => ask(args, ['EXISTS', args.key], ctx) as Promise<Value>,
    }),
    expire: fn({
      doc: "Let a key go after so many seconds.\n\nsalt '*' redis.expire foo 300",
      params: { key, seconds: p.int(), ...where },
      run: async (args, ctx) => await ask(args, ['EXPIRE', args.key, args.seconds], ctx) === 1,
    }),
    expireat: fn({
      doc: "Let a key go at a time in seconds since 1970.\n\nsalt '*' redis.expireat foo 1400000000",
      params: { key, timestamp: p.int(), ...where },
      run: async (args, ctx) => await ask(args, ['EXPIREAT', args.key, args.timestamp], ctx) === 1,
    }),
    flushall: fn({
      doc: "Remove all keys of all databases.\n\nsalt '*' redis.flushall",
      params: { ...where },
      run: async (args, ctx) => await ask(args, ['FLUSHALL'], ctx) !== null,
    }),
    flushdb: fn({
      doc: "Remove all keys of the database.\n\nsalt '*' redis.flushdb",
      params: { ...where },
      run: async (args, ctx) => await ask(args, ['FLUSHDB'], ctx) !== null,
    }),
    get_key: fn({
      doc: "Give the value of a key, or None.\n\nsalt '*' redis.get_key foo",
      params: { key, ...where },
      run: (args, ctx) => ask(args, ['GET', args.key], ctx) as Promise<Value>,
    }),
    hdel: fn({
      doc: "Remove fields of a hash; gives how many were there.\n\nsalt '*' redis.hdel foo_hash bar_field1 bar_field2",
      params: { key, fields: p.rest(), options: p.keywords() },
      run: (args, ctx) => ask(args.options, ['HDEL', args.key, ...args.fields], ctx) as Promise<Value>,
    }),
    hexists: fn({
      doc: "Say whether a hash has a field.\n\nsalt '*' redis.hexists foo_hash bar_field",
      params: { key, field, ...where },
      run: async (args, ctx) => await ask(args, ['HEXISTS', args.key, args.field], ctx) === 1,
    }),
    hget: fn({
      doc: "Give a field of a hash, or None.\n\nsalt '*' redis.hget foo_hash bar_field",
      params: { key, field, ...where },
      run: (args, ctx) => ask(args, ['HGET', args.key, args.field], ctx) as Promise<Value>,
    }),
    hgetall: fn({
      doc: "Give all fields of a hash.\n\nsalt '*' redis.hgetall foo_hash",
      params: { key, ...where },
      run: async (args, ctx) => pairs(await ask(args, ['HGETALL', args.key], ctx)),
    }),
    hincrby: fn({
      doc: "Add to a field of a hash; gives the sum.\n\nsalt '*' redis.hincrby foo_hash bar_field 5",
      params: { key, field, increment: p.int(1), ...where },
      run: (args, ctx) => ask(args, ['HINCRBY', args.key, args.field, args.increment], ctx) as Promise<Value>,
    }),
    hincrbyfloat: fn({
      doc: "Add to a field of a hash; gives the sum.\n\nsalt '*' redis.hincrbyfloat foo_hash bar_field 5.17",
      params: { key, field, increment: p.float(new Float(1)), ...where },
      run: async (args, ctx) => real(await ask(args, ['HINCRBYFLOAT', args.key, args.field, args.increment], ctx)),
    }),
    hlen: fn({
      doc: "Give the number of fields of a hash.\n\nsalt '*' redis.hlen foo_hash",
      params: { key, ...where },
      run: (args, ctx) => ask(args, ['HLEN', args.key], ctx) as Promise<Value>,
    }),
    hmget: fn({
      doc: "Give fields of a hash.\n\nsalt '*' redis.hmget foo_hash bar_field1 bar_field2",
      params: { key, fields: p.rest(), options: p.keywords() },
      run: (args, ctx) => ask(args.options, ['HMGET', args.key, ...args.fields], ctx) as Promise<Value>,
    }),
    hmset: fn({
      doc: "Set fields of a hash.\n\nsalt '*' redis.hmset foo_hash bar_field1=bar_value1 bar_field2=bar_value2",
      params: { key, fieldsvals: p.keywords() },
      run: async ({ key: name, fieldsvals: { host = null, port = null, db = null, password = null, ...fields } }, ctx) =>
        await ask({ host, port, db, password }, ['HSET', name, ...Object.entries(fields).flat()], ctx) !== null,
    }),
    hset: fn({
      doc: "Set a field of a hash; 1 when it is new.\n\nsalt '*' redis.hset foo_hash bar_field bar_value",
      params: { key, field, value: p.any(), ...where },
      run: (args, ctx) => ask(args, ['HSET', args.key, args.field, args.value], ctx) as Promise<Value>,
    }),
    hsetnx: fn({
      doc: "Set a field of a hash unless it is there; 1 when it is new.\n\nsalt '*' redis.hsetnx foo_hash bar_field bar_value",
      params: { key, field, value: p.any(), ...where },
      run: (args, ctx) => ask(args, ['HSETNX', args.key, args.field, args.value], ctx) as Promise<Value>,
    }),
    hvals: fn({
      doc: "Give the values of a hash.\n\nsalt '*' redis.hvals foo_hash",
      params: { key, ...where },
      run: async (args, ctx) => texts(await ask(args, ['HVALS', args.key], ctx)),
    }),
    hscan: fn({
      doc: "Give some fields of a hash, and where to go on.\n\nsalt '*' redis.hscan foo_hash match='field_prefix_*' count=1",
      params: { key, ...scanning, ...where },
      run: async (args, ctx) => page(await ask(args, ['HSCAN', ...scanWords(args)], ctx), pairs),
    }),
    info: fn({
      doc: "Give facts about the server.\n\nsalt '*' redis.info",
      params: { ...where },
      run: async (args, ctx) => readInfo(await ask(args, ['INFO'], ctx)),
    }),
    keys: fn({
      doc: "List the keys that fit a pattern.\n\nsalt '*' redis.keys 'test*'",
      params: { pattern: p.string('*'), ...where },
      run: async (args, ctx) => texts(await ask(args, ['KEYS', args.pattern], ctx)),
    }),
    key_type: fn({
      doc: "Give the type of a key.\n\nsalt '*' redis.key_type foo",
      params: { key, ...where },
      run: (args, ctx) => ask(args, ['TYPE', args.key], ctx) as Promise<Value>,
    }),
    lastsave: fn({
      doc: "Give when everything was saved last, in seconds since 1970.\n\nsalt '*' redis.lastsave",
      params: { ...where },
      run: (args, ctx) => ask(args, ['LASTSAVE'], ctx) as Promise<Value>,
    }),
    llen: fn({
      doc: "Give the length of a list.\n\nsalt '*' redis.llen foo_list",
      params: { key, ...where },
      run: (args, ctx) => ask(args, ['LLEN', args.key], ctx) as Promise<Value>,
    }),
    lrange: fn({
      doc: "Give a part of a list.\n\nsalt '*' redis.lrange foo_list 0 10",
      params: { key, start: p.int(), stop: p.int(), ...where },
      run: async (args, ctx) => texts(await ask(args, ['LRANGE', args.key, args.start, args.stop], ctx)),
    }),
    ping: fn({
      doc: "Say whether the server answers.\n\nsalt '*' redis.ping",
      params: { ...where },
      run: (args, ctx) => answers(args, ctx),
    }),
    save: fn({
      doc: "Save everything to disk.\n\nsalt '*' redis.save",
      params: { ...where },
      run: async (args, ctx) => await ask(args, ['SAVE'], ctx) !== null,
    }),
    set_key: fn({
      doc: "Set the value of a key.\n\nsalt '*' redis.set_key foo bar",
      params: { key, value: p.any(), ...where },
      run: async (args, ctx) => await ask(args, ['SET', args.key, args.value], ctx) !== null,
    }),
    shutdown: fn({
      doc: "Save everything and end the server; says whether it is gone.\n\nsalt '*' redis.shutdown",
      params: { ...where },
      run: (args, ctx) => shutDown(args, ctx),
    }),
    slaveof: fn({
      doc: "Make the server a replica of another one, or without a name a master.\n\nsalt '*' redis.slaveof redis-n01.example.com 6379",
      params: { master_host: none, master_port: none, ...where },
      run: async (args, ctx) => {
        const words = isTruthy(args.master_host) ? [args.master_host, isTruthy(args.master_port) ? args.master_port : 6379] : ['NO', 'ONE'];
        return await ask(args, ['SLAVEOF', ...words], ctx) !== null;
      },
    }),
    sadd: fn({
      doc: "Add members to a set; gives how many are new.\n\nsalt '*' redis.sadd foo_set foo_member bar_member",
      params: { key, members: p.rest(), options: p.keywords() },
      run: (args, ctx) => ask(args.options, ['SADD', args.key, ...args.members], ctx) as Promise<Value>,
    }),
    scard: fn({
      doc: "Give the number of members of a set.\n\nsalt '*' redis.scard foo_set",
      params: { key, ...where },
      run: (args, ctx) => ask(args, ['SCARD', args.key], ctx) as Promise<Value>,
    }),
    sdiff: fn({
      doc: "List what is in the first set and in no other.\n\nsalt '*' redis.sdiff foo_set bar_set",
      params: { key, keys: p.rest(), options: p.keywords() },
      run: async (args, ctx) => texts(await ask(args.options, ['SDIFF', args.key, ...args.keys], ctx)),
    }),
    sdiffstore: fn({
      doc: "Keep what is in the first set and in no other under a name; gives how many these are.\n\nsalt '*' redis.sdiffstore destination_set foo_set bar_set",
      params: { destination: p.string(), key, keys: p.rest(), options: p.keywords() },
      run: (args, ctx) => ask(args.options, ['SDIFFSTORE', args.destination, args.key, ...args.keys], ctx) as Promise<Value>,
    }),
    sinter: fn({
      doc: "List what is in all sets.\n\nsalt '*' redis.sinter foo_set bar_set",
      params: { key, keys: p.rest(), options: p.keywords() },
      run: async (args, ctx) => texts(await ask(args.options, ['SINTER', args.key, ...args.keys], ctx)),
    }),
    sinterstore: fn({
      doc: "Keep what is in all sets under a name; gives how many these are.\n\nsalt '*' redis.sinterstore destination_set foo_set bar_set",
      params: { destination: p.string(), key, keys: p.rest(), options: p.keywords() },
      run: (args, ctx) => ask(args.options, ['SINTERSTORE', args.destination, args.key, ...args.keys], ctx) as Promise<Value>,
    }),
    sunion: fn({
      doc: "List what is in any of the sets.\n\nsalt '*' redis.sunion foo_set bar_set",
      params: { key, keys: p.rest(), options: p.keywords() },
      run: async (args, ctx) => texts(await ask(args.options, ['SUNION', args.key, ...args.keys], ctx)),
    }),
    sunionstore: fn({
      doc: "Keep what is in any of the sets under a name; gives how many these are.\n\nsalt '*' redis.sunionstore destination_set foo_set bar_set",
      params: { destination: p.string(), key, keys: p.rest(), options: p.keywords() },
      run: (args, ctx) => ask(args.options, ['SUNIONSTORE', args.destination, args.key, ...args.keys], ctx) as Promise<Value>,
    }),
    sismember: fn({
      doc: "Say whether a set has a member, 1 or 0.\n\nsalt '*' redis.sismember foo_set bar_member",
      params: { key, member: p.any(), ...where },
      run: (args, ctx) => ask(args, ['SISMEMBER', args.key, args.member], ctx) as Promise<Value>,
    }),
    smembers: fn({
      doc: "List the members of a set.\n\nsalt '*' redis.smembers foo_set",
      params: { key, ...where },
      run: async (args, ctx) => texts(await ask(args, ['SMEMBERS', args.key], ctx)),
    }),
    smove: fn({
      doc: "Move a member to another set; 1 when it was there.\n\nsalt '*' redis.smove foo_source bar_destination baz_member",
      params: { source: p.string(), destination: p.string(), member: p.any(), ...where },
      run: (args, ctx) => ask(args, ['SMOVE', args.source, args.destination, args.member], ctx) as Promise<Value>,
    }),
    spop: fn({
      doc: "Take a random member out of a set.\n\nsalt '*' redis.spop foo_set",
      params: { key, ...where },
      run: (args, ctx) => ask(args, ['SPOP', args.key], ctx) as Promise<Value>,
    }),
    srandmember: fn({
      doc: "Give a random member of a set, or so many.\n\nsalt '*' redis.srandmember foo_set",
      params: { key, count: none, ...where },
      run: (args, ctx) => ask(args, ['SRANDMEMBER', args.key, ...args.count === null ? [] : [args.count]], ctx) as Promise<Value>,
    }),
    srem: fn({
      doc: "Remove members of a set; gives how many were there.\n\nsalt '*' redis.srem foo_set bar_member baz_member",
      params: { key, members: p.rest(), options: p.keywords() },
      run: (args, ctx) => ask(args.options, ['SREM', args.key, ...args.members], ctx) as Promise<Value>,
    }),
    sscan: fn({
      doc: "Give some members of a set, and where to go on.\n\nsalt '*' redis.sscan foo_set match='field_prefix_*' count=1",
      params: { key, ...scanning, ...where },
      run: async (args, ctx) => page(await ask(args, ['SSCAN', ...scanWords(args)], ctx), texts),
    }),
    time: fn({
      doc: "Give the time of the server, in seconds since 1970.\n\nsalt '*' redis.time",
      params: { ...where },
      run: async (args, ctx) => Number(texts(await ask(args, ['TIME'], ctx))[0] ?? 0),
    }),
    zcard: fn({
      doc: "Give the length of a sorted set.\n\nsalt '*' redis.zcard foo_sorted",
      params: { key, ...where },
      run: (args, ctx) => ask(args, ['ZCARD', args.key], ctx) as Promise<Value>,
    }),
    zrange: fn({
      doc: "Give a part of a sorted set.\n\nsalt '*' redis.zrange foo_sorted 0 10",
      params: { key, start: p.int(), stop: p.int(), ...where },
      run: async (args, ctx) => texts(await ask(args, ['ZRANGE', args.key, args.start, args.stop], ctx)),
    }),
    sentinel_get_master_ip: fn({
      doc: "Give the address of a master, as a sentinel tells it.\n\nsalt '*' redis.sentinel_get_master_ip 'mymaster'",
      params: { master: p.string(), host: none, port: none, password: none },
      run: async (args, ctx) => {
        const found = texts(await askSentinel(args, ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', args.master], ctx));
        return found.length === 0 ? {} : { master_host: found[0] ?? '', master_port: found[1] ?? '' };
      },
    }),
    get_master_ip: fn({
      doc: "Give the address of the master of a replica.\n\nsalt '*' redis.get_master_ip",
      params: { host: none, port: none, password: none },
      run: async (args, ctx) => {
        const facts = readInfo(await ask(args, ['INFO'], ctx));
        return { master_host: facts['master_host'] ?? '', master_port: facts['master_port'] ?? '' };
      },
    }),
  },
});
