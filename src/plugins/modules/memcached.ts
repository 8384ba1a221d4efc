/** Keys of memcached. Source: the documentation of Salt 3006, which 3008 has no more. Differs: needs no further library. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn, type Fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isInteger, type PlainMap, type Value } from '../../kernel/std/value.js';
import { askMemcached, getMemcached, isLine, keyWord, lineOf, type MemcachedPlace } from '../../kernel/sys/memcached.js';

/** How the library that Salt used marks what a value is. */
const WHOLE_NUMBER = 2;
const TEXT = 16;

const host = p.string('127.0.0.1');
const port = p.int(11_211);
const key = p.string();
const time = p.any(0, 'seconds until it goes; 0: it stays');

async function get(place: MemcachedPlace, name: string, ctx: Context): Promise<Value> {
  const stored = await getMemcached(place, name, ctx.signal);
  if (stored === undefined) return null;
  const text = stored.data.toString('utf8');
  return stored.flags === WHOLE_NUMBER && /^\s*-?\d+\s*$/.test(text) ? wholeNumber(text.trim()) : text;
}

const wholeNumber = (text: string): number | bigint => (Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text));

interface Stored extends MemcachedPlace {
  readonly key: string;
  readonly value: Value;
  readonly time: Value;
  readonly min_compress_len: Value;
}

function needWhole(value: Value, what: string): void {
  if (!isInteger(value)) throw new InvocationError(`'${what}' must be an integer`);
}

async function store(verb: 'set' | 'add' | 'replace', args: Stored, ctx: Context): Promise<boolean> {
  needWhole(args.time, 'time');
  needWhole(args.min_compress_len, 'min_compress_len');
  const data = Buffer.from(str(args.value), 'utf8');
  const head = Buffer.from(`${verb} ${keyWord(args.key)} ${isInteger(args.value) ? WHOLE_NUMBER : TEXT} ${str(args.time)} ${data.length}\r\n`);
  const answer = await askMemcached(args, Buffer.concat([head, data, Buffer.from('\r\n')]), isLine, ctx.signal);
  return lineOf(answer) === 'STORED';
}

async function count(verb: 'incr' | 'decr', args: MemcachedPlace & { key: string; delta: Value }, ctx: Context): Promise<Value> {
  const word = verb === 'incr' ? 'incremented' : 'decremented';
  const current = await get(args, args.key, ctx);
  if (current === null) throw new CommandExecutionError(`Key '${args.key}' does not exist`);
  if (!isInteger(current)) throw new CommandExecutionError(`Value for key '${args.key}' must be an integer to be ${word}`);
  if (!isInteger(args.delta) || args.delta < 0) throw new InvocationError('Delta value must be an integer');
  return wholeNumber(lineOf(await askMemcached(args, Buffer.from(`${verb} ${keyWord(args.key)} ${str(args.delta)}\r\n`), isLine, ctx.signal)));
}

/** Statistics by the name of the server; False when there is none. */
async function status(place: MemcachedPlace, ctx: Context): Promise<Value> {
  try {
    const answer = await askMemcached(place, Buffer.from('stats\r\n'), (bytes) => bytes.includes('END\r\n'), ctx.signal);
    const rows = answer.toString('utf8').split('\r\n').flatMap((line) => { const [, name = '', value = ''] = /^STAT (\S+) (.*)$/.exec(line) ?? []; return name === '' ? [] : [[name, value] as const]; });
    return { [`${place.host}:${place.port} (1)`]: Object.fromEntries(rows) satisfies PlainMap };
  } catch (error) {
    if (error instanceof CommandExecutionError) return false;
    throw error;
  }
}

const storing = (verb: 'set' | 'add' | 'replace', doc: string): Fn => fn({
  doc: `${doc}\n\nsalt '*' memcached.${verb} <key> <value>`,
  params: { key, value: p.any(), host, port, time, min_compress_len: p.any(0, 'taken and not used: nothing is compressed') },
  run: (args, ctx) => store(verb, args, ctx),
});
const counting = (name: string, verb: 'incr' | 'decr', doc: string): Fn => fn({
  doc: `${doc}\n\nsalt '*' memcached.${name} <key> 2`, params: { key, delta: p.any(1), host, port }, run: (args, ctx) => count(verb, args, ctx),
});

export default defineModule({
  name: 'memcached',
  doc: 'Keys of memcached.',
  card: { title: 'memcached', version: '1.0' },
  functions: {
    status: fn({ doc: "Give the statistics of a server, False when it does not answer.\n\nsalt '*' memcached.status", params: { host, port }, run: (args, ctx) => status(args, ctx) }),
    get: fn({ doc: "Give the value of a key; nothing when there is none.\n\nsalt '*' memcached.get <key>", params: { key, host, port }, run: (args, ctx) => get(args, args.key, ctx) }),
    set: storing('set', 'Set a key.'),
    add: storing('add', 'Set a key that is not there yet.'),
    replace: storing('replace', 'Set a key that is there already.'),
    delete: fn({
      doc: "Delete a key and say whether it was there.\n\nsalt '*' memcached.delete <key>", params: { key, host, port, time },
      async run(args, ctx) {
        needWhole(args.time, 'time');
        return lineOf(await askMemcached(args, Buffer.from(`delete ${keyWord(args.key)}\r\n`), isLine, ctx.signal)) === 'DELETED';
      },
    }),
    increment: counting('increment', 'incr', 'Count a key up and give what it comes to.'),
    decrement: counting('decrement', 'decr', 'Count a key down, not below zero, and give what it comes to.'),
  },
});
