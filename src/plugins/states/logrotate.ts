/** Settings of logrotate. */
import type { Context } from '../../kernel/contract/context.js';
import { PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { equalValues, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';

const readNumber = (value: Value): Value => (/^\s*[+-]?\d+\s*$/.test(str(value)) ? Number(str(value)) : value);

/** The setting as it is; false where there is none, or no block. */
async function current(words: PlainMap, ctx: Context): Promise<Value> {
  try {
    return await ctx.call('logrotate.get', [], words);
  } catch (error) {
    if (error instanceof PythonError && error.className === 'AttributeError') return false;
    throw error;
  }
}

interface Wish {
  readonly name: string;
  readonly key: string;
  readonly value: Value;
  readonly setting: Value;
  readonly conf_file: string;
}

async function set({ name, key, value, setting, conf_file }: Wish, ctx: Context): Promise<PlainMap> {
  const isBlock = setting !== null;
  const wanted = readNumber(isBlock ? setting : value);
  const before = await current({ key, conf_file, ...(isBlock ? { value } : {}) }, ctx);
  const what = isBlock ? `lock '${key}' command '${str(value)}'` : `ommand '${key}'`;
  const [upper, lower] = isBlock ? [`B${what}`, `b${what}`] : [`C${what}`, `c${what}`];
  if (equalValues(before, wanted)) return done(name, `${upper} already has value: ${str(wanted)}`);
  const changes = { old: before, new: wanted };
  if (ctx.test) return { name, changes, result: null, comment: `${upper} will be set to value: ${str(wanted)}` };
  const worked = isTruthy(await ctx.call('logrotate.set', [], isBlock ? { key, value, setting: wanted, conf_file } : { key, value: wanted, conf_file }));
  return { name, changes: worked ? changes : {}, result: worked, comment: `${worked ? 'Set' : 'Unable to set'} ${lower} value: ${str(wanted)}` };
}

export default defineState({
  name: 'logrotate',
  virtual: async (ctx) => (await ctx.has('logrotate.show_conf') ? true : 'logrotate module could not be loaded'),
  doc: 'Settings of logrotate.',
  functions: {
    set: fn({
      doc: 'Make sure that a setting, or with `setting` one of a block, has a value.',
      params: { name: p.string(), key: p.string(), value: p.any(), setting: p.any(null), conf_file: p.string('/etc/logrotate.conf') },
      run: (args, ctx) => set(args, ctx),
    }),
  },
});
