/** Attributes below /sys. Source: read, Salt 3008.3. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isMap, type PlainMap, type Value } from '../../kernel/std/value.js';

/** Of `always [madvise] never` the chosen one. */
const chosen = (value: Value): string => /\[([^\]]*)\]/.exec(str(value))?.[1] ?? str(value);

/** Differs: a number and its text are the same, a test run foretells the change; for Salt `"1"` is never set. */
async function present(name: string, value: Value, ctx: Context): Promise<PlainMap> {
  const current = await ctx.call('sysfs.read', [name]);
  if (current === false) return failed(name, `SysFS attribute ${name} doesn't exist.`);
  if (isMap(current)) return failed(name, `${name} is not a SysFS attribute.`);
  if (chosen(current) === str(value)) return done(name, `SysFS attribute ${name} is already set.`);
  if (ctx.test) return wouldChange(name, `SysFS attribute ${name} set to be changed.`, { [name]: value });
  if (await ctx.call('sysfs.write', [name, value]) !== true) return failed(name, `Failed to set ${name} to ${str(value)}`);
  return done(name, `Updated SysFS attribute ${name} to ${str(value)}`, { [name]: value });
}

export default defineState({
  name: 'sysfs',
  virtual: async (ctx) => (await ctx.has('sysfs.attr') ? true : 'sysfs module could not be loaded'),
  doc: 'Attributes below /sys.',
  functions: {
    present: fn({ doc: 'Make sure of the value of an attribute.', params: { name: p.string(), value: p.any(), config: p.any(null) }, run: (args, ctx) => present(args.name, args.value, ctx) }),
  },
});
