/** Load and processes of the machine, watched but not changed. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { floatOf, isMap, isTruthy, mapGet, type PlainMap, type Value } from '../../kernel/std/value.js';

const told = (name: string, result: boolean, comment: string, data: Value = {}): PlainMap => ({ name, result, comment, changes: {}, data });
const float = (value: Value): number => Number(str(value));

async function loadavg(name: string, maximum: Value, minimum: Value, ctx: Context): Promise<PlainMap> {
  const loads = await ctx.call('status.loadavg');
  const found = isMap(loads) ? mapGet(loads, name) : undefined;
  if (found === undefined) return told(name, false, `Requested load average ${name} not available `);
  if (isTruthy(minimum) && isTruthy(maximum) && float(minimum) >= float(maximum)) return told(name, false, 'Min must be less than max');
  const load = float(found);
  const shown = str(floatOf(load));
  if (isTruthy(minimum) && load < float(minimum)) return told(name, false, `Load avg is below minimum of ${str(minimum)} at ${shown}`, found);
  if (isTruthy(maximum) && load > float(maximum)) return told(name, false, `Load avg above maximum of ${str(maximum)} at ${shown}`, found);
  return told(name, true, 'Load avg in acceptable range', found);
}

export default defineState({
  name: 'status',
  doc: 'Load and processes of the machine, watched but not changed.',
  functions: {
    loadavg: fn({
      doc: 'Say whether an average of the load (`1-min`, `5-min`, `15-min`) lies between two values.',
      params: { name: p.string(), maximum: p.any(null), minimum: p.any(null) },
      run: (args, ctx) => loadavg(args.name, args.maximum, args.minimum, ctx),
    }),
    process: fn({
      doc: 'Say whether a process with a text in its command line runs.',
      params: { name: p.string() },
      async run({ name }, ctx) {
        const found = await ctx.call('status.pid', [name]);
        return isTruthy(found) ? told(name, true, `Process signature "${name}" was found `, found) : told(name, false, `Process signature "${name}" not found `);
      },
    }),
  },
});
