/** Beacons of this minion. Source: read, Salt 3008.3: texts; what a test run would do has the result true there. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { equalValues, isMap, isPlainMap, type PlainMap } from '../../kernel/std/value.js';

async function configured(ctx: Context): Promise<PlainMap> {
  const found = await ctx.call('beacons.list', [], { return_yaml: false });
  return isPlainMap(found) ? found : {};
}

async function change(fun: string, args: readonly (string | PlainMap[])[], ctx: Context): Promise<PlainMap> {
  const answer = await ctx.call(`beacons.${fun}`, args, ctx.test ? { test: true } : {});
  return isMap(answer) && isPlainMap(answer) ? answer : { result: false, comment: str(answer) };
}

/** With what was saved, when it is to be. */
async function finish(name: string, comment: string, { save, changes = {} }: { save: boolean; changes?: PlainMap }, ctx: Context): Promise<PlainMap> {
  if (!save) return done(name, comment, changes);
  if (!ctx.test) await ctx.call('beacons.save');
  return done(name, `${comment}\n${ctx.test ? `Beacon ${name} would be saved` : `Beacon ${name} saved`}`, changes);
}

async function present(name: string, save: boolean, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  const data = Object.entries(kwargs).map(([key, value]): PlainMap => ({ [key]: value }));
  const before = (await configured(ctx))[name];
  if (before !== undefined && equalValues(before, data)) return finish(name, `Job ${name} in correct state`, { save }, ctx);
  const answer = await change(before === undefined ? 'add' : 'modify', [name, data], ctx);
  const { comment = '', changes } = answer;
  if (answer['result'] !== true) return failed(name, str(comment));
  const told = ctx.test ? str(comment) : before === undefined ? `Adding ${name} to beacons` : `Modifying ${name} in beacons`;
  return finish(name, told, { save, ...(isPlainMap(changes) ? { changes } : {}) }, ctx);
}

async function absent(name: string, save: boolean, ctx: Context): Promise<PlainMap> {
  if (!Object.hasOwn(await configured(ctx), name)) return finish(name, `${name} not configured in beacons`, { save }, ctx);
  const answer = await change('delete', [name], ctx);
  if (answer['result'] !== true) return failed(name, str(answer['comment'] ?? ''));
  return finish(name, ctx.test ? str(answer['comment'] ?? '') : `Removed ${name} from beacons`, { save }, ctx);
}

async function switched(name: string, isOn: boolean, ctx: Context): Promise<PlainMap> {
  if (!Object.hasOwn(await configured(ctx), name)) return done(name, isOn ? `${name} not a configured beacon` : `Job ${name} is not configured.`);
  const answer = await change(isOn ? 'enable_beacon' : 'disable_beacon', [name], ctx);
  if (answer['result'] !== true) return failed(name, str(answer['comment'] ?? ''));
  if (ctx.test) return done(name, str(answer['comment'] ?? ''));
  return done(name, isOn ? `Enabled ${name} from beacons` : `Disabled beacon ${name}.`);
}

const name = p.string();
const save = p.bool(false, 'write the beacons to their file as well');
const kwargs = p.keywords();

export default defineState({
  name: 'beacon',
  doc: 'Beacons of this minion.',
  functions: {
    present: fn({ doc: 'Make sure that a beacon is configured with these options.', params: { name, save, kwargs }, run: (args, ctx) => present(args.name, args.save, args.kwargs, ctx) }),
    absent: fn({ doc: 'Make sure that a beacon is not configured.', params: { name, save, kwargs }, run: (args, ctx) => absent(args.name, args.save, ctx) }),
    enabled: fn({ doc: 'Make sure that a beacon is on.', params: { name, kwargs }, run: (args, ctx) => switched(args.name, true, ctx) }),
    disabled: fn({ doc: 'Make sure that a beacon is off.', params: { name, kwargs }, run: (args, ctx) => switched(args.name, false, ctx) }),
  },
});
