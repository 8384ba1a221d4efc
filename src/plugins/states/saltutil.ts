/** Custom modules of the file roots. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn, type Fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';

const KINDS: readonly string[] = [
  'beacons', 'clouds', 'engines', 'executors', 'grains', 'log_handlers', 'matchers', 'modules', 'output', 'outputters', 'pillar', 'proxymodules', 'renderers', 'resources',
  'returners', 'sdb', 'serializers', 'states', 'thorium', 'tops', 'utils', 'wrapper',
];

/** Copies modules; any failure is told as this state's own. */
async function synced(name: string, fun: string, kwargs: PlainMap, tell: (answer: Value) => PlainMap, ctx: Context): Promise<PlainMap> {
  if (ctx.test) return wouldChange(name, `saltutil.${fun} would have been run`);
  try {
    return tell(await ctx.call(`saltutil.${fun}`, [], kwargs));
  } catch (error) {
    ctx.signal.throwIfAborted();
    return failed(name, `Failed to run ${fun}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const NOTHING = 'No updates to sync';
const params = { name: p.string(), kwargs: p.keywords() };

const syncOne = (kind: string): Fn => fn({
  doc: `Copy custom ${kind} that are new or changed.`,
  params,
  run: ({ name, kwargs }, ctx) => synced(name, `sync_${kind}`, kwargs, (answer) => (isTruthy(answer) ? done(name, `Updated ${kind}.`, { [kind]: answer }) : done(name, NOTHING)), ctx),
});

function allChanges(name: string, answer: Value): PlainMap {
  const changes = Object.fromEntries(Object.entries(isPlainMap(answer) ? answer : {}).filter(([, value]) => isTruthy(value)));
  return done(name, Object.keys(changes).length === 0 ? NOTHING : 'Sync performed', changes);
}

export default defineState({
  name: 'saltutil',
  doc: 'Custom modules of the file roots.',
  functions: {
    sync_all: fn({
      doc: 'Copy custom modules of all kinds that are new or changed.',
      params,
      run: ({ name, kwargs }, ctx) => synced(name, 'sync_all', kwargs, (answer) => allChanges(name, answer), ctx),
    }),
    ...Object.fromEntries(KINDS.map((kind) => [`sync_${kind}`, syncOne(kind)])),
  },
});
