/** The beacons of this minion: what it watches, and tells the master about. */
import { dirname, join } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { dumpYaml } from '../../kernel/yaml/dump.js';
import { ask, listed, NO_ANSWER, type BeaconResult } from './beacons/ask.js';
import { changeConfig } from './beacons/change-config.js';
import { switchAll, switchOne } from './beacons/switch.js';

async function list(args: { return_yaml: boolean; include_pillar: boolean; include_opts: boolean; kwargs: PlainMap }, ctx: Context): Promise<Value> {
  const found = await listed(args, ctx);
  return args.return_yaml ? dumpYaml({ beacons: found ?? null }, { flowStyle: false }) : found ?? null;
}

async function listAvailable(returnYaml: boolean, kwargs: PlainMap, ctx: Context): Promise<Value> {
  const names = (await ask({ func: 'list_available' }, kwargs, ctx))?.['beacons'];
  if (!isTruthy(names)) return { beacons: {} };
  return returnYaml ? dumpYaml({ beacons: names ?? null }, { flowStyle: false }) : names ?? null;
}

async function remove(name: string, kwargs: PlainMap, ctx: Context): Promise<BeaconResult> {
  if (isTruthy(kwargs['test'])) return { comment: `Beacon: ${name} would be deleted.`, result: true };
  const answer = await ask({ name, func: 'delete' }, kwargs, ctx);
  if (answer === undefined) return { comment: NO_ANSWER('beacon delete', kwargs), result: false };
  if (answer['complete'] !== true) return { comment: str(answer['comment'] ?? ''), result: false };
  return Object.hasOwn(answer['beacons'] as PlainMap, name) ? { comment: `Failed to delete beacon ${name}.`, result: false } : { comment: `Deleted beacon: ${name}.`, result: true };
}

/** All that was not set by the pillar, in a file that the configuration includes. */
async function save(kwargs: PlainMap, ctx: Context): Promise<BeaconResult> {
  const own = await listed({ include_pillar: false, include_opts: true, kwargs }, ctx);
  const folder = str(ctx.opts['conf_dir'] ?? ctx.opts['config_dir'] ?? dirname(str(ctx.opts['conf_file'] ?? '/etc/salt/minion')));
  const path = join(folder, dirname(str(ctx.opts['default_include'] ?? 'minion.d/*.conf')), 'beacons.conf');
  const text = own !== undefined && Object.keys(own).length > 0 ? dumpYaml({ beacons: own }, { flowStyle: false }) : '';
  try {
    await ctx.sys.fs.mkdir(dirname(path), { recursive: true });
    await ctx.sys.writeFile(path, text, { mode: 0o600 });
  } catch (err) {
    ctx.log.error({ err, path }, 'beacons not saved');
    return { comment: `Unable to write to beacons file at ${path}. Check permissions.`, result: false };
  }
  return { comment: `Beacons saved to ${path}.`, result: true };
}

async function reset(kwargs: PlainMap, ctx: Context): Promise<BeaconResult> {
  if (isTruthy(kwargs['test'])) return { comment: 'Beacons would be reset.', result: true };
  const answer = await ask({ func: 'reset' }, kwargs, ctx);
  if (answer === undefined) return { comment: NO_ANSWER('beacon reset', kwargs, 'event'), result: false };
  return { comment: 'Beacon configuration reset.', result: true };
}

const name = p.string();
const beacon_data = p.any();
const kwargs = p.keywords();

export default defineModule({
  name: 'beacons',
  doc: 'The beacons of this minion: what it watches, and tells the master about.',
  functions: {
    list: fn({
      doc: "List the configured beacons.\n\nsalt '*' beacons.list", params: { return_yaml: p.bool(true), include_pillar: p.bool(true), include_opts: p.bool(true), kwargs },
      run: (args, ctx) => list(args, ctx),
    }),
    list_available: fn({
      doc: "List the beacons that can be configured.\n\nsalt '*' beacons.list_available", params: { return_yaml: p.bool(true), kwargs }, run: (args, ctx) => listAvailable(args.return_yaml, args.kwargs, ctx),
    }),
    add: fn({
      doc: "Add a beacon.\n\nsalt '*' beacons.add ps \"[{'processes': {'salt-master': 'stopped'}}]\"", params: { name, beacon_data, kwargs },
      run: (args, ctx) => changeConfig({ func: 'add', name: args.name, data: args.beacon_data }, args.kwargs, ctx),
    }),
    modify: fn({
      doc: "Change a beacon.\n\nsalt '*' beacons.modify ps \"[{'processes': {'salt-master': 'running'}}]\"", params: { name, beacon_data, kwargs },
      run: (args, ctx) => changeConfig({ func: 'modify', name: args.name, data: args.beacon_data }, args.kwargs, ctx),
    }),
    delete: fn({ doc: "Remove a beacon.\n\nsalt '*' beacons.delete ps", params: { name, kwargs }, run: (args, ctx) => remove(args.name, args.kwargs, ctx) }),
    save: fn({ doc: "Write the beacons to their file, so that they outlast the minion.\n\nsalt '*' beacons.save", params: { kwargs }, run: (args, ctx) => save(args.kwargs, ctx) }),
    enable: fn({ doc: "Turn all beacons on.\n\nsalt '*' beacons.enable", params: { kwargs }, run: (args, ctx) => switchAll(true, args.kwargs, ctx) }),
    disable: fn({ doc: "Turn all beacons off.\n\nsalt '*' beacons.disable", params: { kwargs }, run: (args, ctx) => switchAll(false, args.kwargs, ctx) }),
    enable_beacon: fn({ doc: "Turn a beacon on.\n\nsalt '*' beacons.enable_beacon ps", params: { name, kwargs }, run: (args, ctx) => switchOne(args.name, true, args.kwargs, ctx) }),
    disable_beacon: fn({ doc: "Turn a beacon off.\n\nsalt '*' beacons.disable_beacon ps", params: { name, kwargs }, run: (args, ctx) => switchOne(args.name, false, args.kwargs, ctx) }),
    reset: fn({ doc: "Forget all beacons of the configuration.\n\nsalt '*' beacons.reset", params: { kwargs }, run: (args, ctx) => reset(args.kwargs, ctx) }),
  },
});
