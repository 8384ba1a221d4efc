/** Keys of memcached. Source: the documentation of Salt 3006, which 3008 has no more. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { equalValues, type PlainMap, type Value } from '../../kernel/std/value.js';
import { guarded, step } from './outcome/step.js';

interface Wish {
  readonly name: string;
  readonly value: Value;
  readonly host: string;
  readonly port: number;
  readonly time: Value;
}
const current = ({ name, host, port }: Wish, ctx: Context): Promise<Value> => ctx.call('memcached.get', [name], { host, port });

/** Differs: a test run foretells the changes; a value is compared as memcached keeps it, as text or whole number. */
async function managed(wish: Wish & { min_compress_len: Value }, ctx: Context): Promise<PlainMap> {
  const { name, value, host, port, time, min_compress_len } = wish;
  const now = await current(wish, ctx);
  if (now !== null && (equalValues(now, value) || str(now) === str(value))) return done(name, `Key '${name}' does not need to be updated`);
  return step({
    name, changes: now === null ? { 'key added': name, value } : { old: now, new: value },
    would: now === null ? `Key '${name}' would be added` : `Value of key '${name}' would be changed`,
    did: `Successfully set key '${name}'`, could: `Failed to set key '${name}'`, work: () => ctx.call('memcached.set', [name, value], { host, port, time, min_compress_len }),
  }, ctx);
}

async function absent(wish: Wish, ctx: Context): Promise<PlainMap> {
  const { name, value, host, port, time } = wish;
  const now = await current(wish, ctx);
  if (now === null) return done(name, `Key '${name}' does not exist`);
  if (value !== null && !equalValues(now, value)) return done(name, `Value of key '${name}' ('${str(now)}') is not '${str(value)}'`);
  return step({
    name, changes: { 'key deleted': name, value: now }, would: `Key '${name}' would be deleted`,
    did: `Successfully deleted key '${name}'`, could: `Failed to delete key '${name}'`, work: () => ctx.call('memcached.delete', [name], { host, port, time }),
  }, ctx);
}

const place = { name: p.string(), value: p.any(null), host: p.string('127.0.0.1'), port: p.int(11_211), time: p.any(0) };

export default defineState({
  name: 'memcached',
  doc: 'Keys of memcached.',
  functions: {
    managed: fn({ doc: 'Make sure that a key has a value.', params: { ...place, min_compress_len: p.any(0) }, run: (wish, ctx) => guarded(wish.name, () => managed(wish, ctx)) }),
    absent: fn({ doc: 'Make sure that there is no such key, or none with this value.', params: place, run: (wish, ctx) => guarded(wish.name, () => absent(wish, ctx)) }),
  },
});
