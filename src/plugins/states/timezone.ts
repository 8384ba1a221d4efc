/** The time zone of the machine and the mode of its clock. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';

async function system(name: string, utc: Value, ctx: Context): Promise<PlainMap> {
  let hasZone: boolean;
  try {
    hasZone = isTruthy(await ctx.call('timezone.zone_compare', [name]));
  } catch (error) {
    if (!(error instanceof CommandExecutionError || error instanceof InvocationError)) throw error;
    return failed(name, `Unable to compare desired timezone '${name}' to system timezone: ${error.message}`);
  }
  const clockIsUtc = await ctx.call('timezone.get_hwclock') !== 'localtime';
  const setsClock = isTruthy(utc) && !clockIsUtc;
  if (hasZone && !setsClock) {
    return done(name, [`Timezone ${name} already set`, ...(isTruthy(utc) ? [`UTC already set to ${name}`] : [])].join(', '));
  }
  if (ctx.test) {
    const plans = [...(hasZone ? [] : [`Timezone ${name} needs to be set`]), ...(setsClock ? [`UTC needs to be set to ${str(utc)}`] : [])];
    return wouldChange(name, plans.join(', '));
  }
  const changes: PlainMap = {};
  const comments: string[] = [];
  let result = true;
  if (!hasZone) {
    result = isTruthy(await ctx.call('timezone.set_zone', [name]));
    if (result) changes['timezone'] = name;
    comments.push(result ? `Set timezone ${name}` : 'Failed to set timezone');
  }
  if (setsClock) {
    // The last step decides, as in Salt.
    result = isTruthy(await ctx.call('timezone.set_hwclock', ['UTC']));
    if (result) changes['utc'] = utc;
    comments.push(result ? `Set UTC to ${str(utc)}` : `Failed to set UTC to ${str(utc)}`);
  }
  return { name, changes, result, comment: comments.join(', ') };
}

export default defineState({
  name: 'timezone',
  virtual: async (ctx) => (await ctx.has('timezone.get_zone') ? true : 'timezone module could not be loaded'),
  doc: 'The time zone of the machine and the mode of its clock.',
  functions: {
    system: fn({
      doc: 'Make sure that the machine has a time zone, and with `utc` that its clock runs in UTC.',
      params: { name: p.string(), utc: p.any(true) },
      run: ({ name, utc }, ctx) => system(name, utc, ctx),
    }),
  },
});
