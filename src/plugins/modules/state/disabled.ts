/** SLS and highstate that may not run on this minion: the grain `state_runs_disabled`. Source: read, Salt 3008.3; golden states/calls-026. */
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';

const GRAIN = 'state_runs_disabled';

export async function disabledList(ctx: Context): Promise<Value> {
  return ctx.call('grains.get', [GRAIN]);
}

function names(ctx: Context): string[] {
  // Read here: the module `grains` may need all of them (`quickGrains`), and every run comes by.
  const list: Value = ctx.grains[GRAIN] ?? null;
  return Array.isArray(list) ? (list as readonly Value[]).map(str) : [];
}

/** What is said of those that are disabled, by name or by `name.*`. */
export function disabledTexts(asked: readonly Value[], ctx: Context): string[] {
  const disabled = names(ctx);
  if (disabled.length === 0) return [];
  return asked.map(str).flatMap((sls) => disabled.flatMap((name) => {
    if (name.includes('.*')) {
      const start = `${name.split('.')[0] ?? ''}.`;
      return sls.startsWith(start) ? [`The state file "${sls}" is currently disabled by "${name}", to re-enable, run state.enable ${name}.`] : [];
    }
    return name === sls ? [`The state file "${name}" is currently disabled, to re-enable, run state.enable ${name}.`] : [];
  }));
}

/** Changes the grain; says of each name what became of it. */
export async function setDisabled(asked: readonly Value[], disable: boolean, ctx: Context): Promise<PlainMap> {
  const list = names(ctx);
  const word = disable ? 'disabled' : 'enabled';
  const messages = asked.map(str).map((name) => {
    const at = list.indexOf(name);
    if ((at >= 0) === disable) return `Info: ${name} state already ${word}.`;
    if (disable) list.push(name);
    else list.splice(at, 1);
    return `Info: ${name} state ${word}.`;
  });
  if (messages.some((message) => !message.includes(' already '))) await ctx.call('grains.setval', [GRAIN, list]);
  await ctx.call('saltutil.refresh_modules');
  return { res: true, msg: messages.join('\n') };
}
