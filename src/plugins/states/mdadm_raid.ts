/** Arrays of disks. Source: read, Salt 3008.3. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { repr, str } from '../../kernel/std/python-text.js';
import { isList, isMap, isPlainMap, mapGet, type PlainMap, type Value } from '../../kernel/std/value.js';
import { guarded } from './outcome/step.js';

interface Wish {
  readonly name: string;
  readonly level: Value;
  readonly devices: Value;
  readonly kwargs: PlainMap;
}
interface Devices {
  readonly missing: readonly string[];
  readonly fresh: readonly string[];
  /** Devices by the array that they belong to. */
  readonly members: ReadonlyMap<string, readonly string[]>;
}

async function arrayOf(name: string, ctx: Context): Promise<PlainMap | undefined> {
  const arrays = await ctx.call('raid.list');
  const found = isMap(arrays) ? mapGet(arrays, name) : undefined;
  return isPlainMap(found) ? found : undefined;
}

async function sorted(devices: readonly string[], ctx: Context): Promise<Devices> {
  const [missing, fresh, members]: [string[], string[], Map<string, string[]>] = [[], [], new Map()];
  for (const device of devices) {
    if (device === 'missing' || await ctx.call('file.access', [device, 'f']) !== true) {
      missing.push(device);
      continue;
    }
    const superblock = await ctx.call('raid.examine', [device], { quiet: true });
    const uuid = isPlainMap(superblock) ? superblock['MD_UUID'] : undefined;
    if (uuid === undefined) fresh.push(device);
    else members.set(str(uuid), [...members.get(str(uuid)) ?? [], device]);
  }
  return { missing, fresh, members };
}

/** Why the devices make no array of this name, or undefined. */
function obstacle(present: PlainMap | undefined, { members, fresh, missing }: Devices): string | undefined {
  const uuids = [...members.keys()].sort();
  if (uuids.length > 1) return `Devices are a mix of RAID constituents with multiple MD_UUIDs: ${repr(uuids)}.`;
  const [uuid] = uuids;
  if (present !== undefined && uuid !== undefined && present['uuid'] !== uuid) return `Devices MD_UUIDs: ${uuid} differs from present RAID uuid ${str(present['uuid'] ?? '')}.`;
  return present === undefined && uuid === undefined && fresh.length === 0 ? `All devices are missing: ${repr(missing)}.` : undefined;
}

type Verb = 'created' | 'assembled';
interface Plan {
  readonly verb: Verb | undefined;
  /** Devices that come to an array that is there or is put together again. */
  readonly added: readonly string[];
  readonly missing: string;
}

function make({ name, level, kwargs }: Wish, { members, fresh, missing }: Devices, verb: Verb, testMode: PlainMap, ctx: Context): Promise<Value> {
  if (verb === 'assembled') return ctx.call('raid.assemble', [name, [...members.values()].flat()], { ...testMode, ...kwargs });
  return ctx.call('raid.create', [name, level, [...fresh, ...missing.map(() => 'missing')]], { ...testMode, ...kwargs });
}

async function foretold(wish: Wish, devices: Devices, { verb, added, missing }: Plan, ctx: Context): Promise<PlainMap> {
  const would = verb === undefined ? `Raid ${wish.name} already present.` : `Raid will be ${verb} with: ${str(await make(wish, devices, verb, { test_mode: true }, ctx))}`;
  const more = added.length > 0 ? ` New devices will be added: ${repr(added)}` : '';
  const comment = `${would}${more}${missing}`;
  return verb === undefined && added.length === 0 ? done(wish.name, comment) : wouldChange(wish.name, comment, added.length > 0 ? { added: [...added] } : {});
}

/** Adds what is new. Differs: what was added is told as a change although another device failed, with the words of mdadm. */
async function addAll(name: string, added: readonly string[], ctx: Context): Promise<{ comment: string; done: string[] }> {
  const lines: string[] = [];
  const came: string[] = [];
  for (const device of added) {
    try {
      await ctx.call('raid.add', [name, device], { strict: true });
      came.push(device);
      lines.push(` Added new device ${device} to ${name}.\n`);
    } catch (error) {
      if (!(error instanceof CommandExecutionError)) throw error;
      lines.push(` Unable to add ${device} to ${name}.\n${error.message}\n`);
    }
  }
  return { comment: lines.join(''), done: came };
}

async function present(wish: Wish, ctx: Context): Promise<PlainMap> {
  const { name } = wish;
  const before = await arrayOf(name, ctx);
  const devices = await sorted(isList(wish.devices) ? wish.devices.map(str) : str(wish.devices).split(','), ctx);
  const wrong = obstacle(before, devices);
  if (wrong !== undefined) return failed(name, wrong);
  const verb: Verb | undefined = before !== undefined ? undefined : devices.members.size > 0 ? 'assembled' : 'created';
  const plan: Plan = { verb, added: verb === 'created' ? [] : devices.fresh, missing: devices.missing.length > 0 ? ` Missing devices: ${repr(devices.missing)}` : '' };
  if (ctx.test) return foretold(wish, devices, plan, ctx);
  let changes: PlainMap = {};
  if (verb !== undefined) {
    const said = await make(wish, devices, verb, {}, ctx);
    const made = await arrayOf(name, ctx);
    if (made === undefined) return failed(name, `Raid ${name} failed to be ${verb}.\n${str(said).trim()}${plan.missing}`);
    changes = { ...made };
    await ctx.call('raid.save_config');
  }
  const added = await addAll(name, plan.added, ctx);
  if (added.done.length > 0) changes['added'] = added.done;
  const result = added.done.length === plan.added.length;
  return { name, changes, result, comment: `Raid ${name} ${verb === undefined ? 'already present' : verb}.${added.comment}${plan.missing}` };
}

/** Differs: what went is told as a change, and in a test run too; Salt tells none. */
async function absent(name: string, ctx: Context): Promise<PlainMap> {
  if (await arrayOf(name, ctx) === undefined) return done(name, `Raid ${name} already absent`);
  const changes = { removed: name };
  if (ctx.test) return wouldChange(name, `Raid ${name} is set to be destroyed`, changes);
  try {
    await ctx.call('raid.destroy', [name], { strict: true });
  } catch (error) {
    if (error instanceof CommandExecutionError) return failed(name, `Raid ${name} failed to be destroyed\n${error.message}`);
    throw error;
  }
  return done(name, `Raid ${name} has been destroyed`, changes);
}

const name = p.string();

export default defineState({
  name: 'mdadm_raid',
  serves: 'raid',
  when: { kernel: ['Linux'] },
  virtual: async (ctx) => ((await ctx.sys.which('mdadm')) === undefined ? 'Unable to locate command: mdadm' : true),
  doc: 'Arrays of disks.',
  functions: {
    present: fn({
      doc: 'Make sure that an array is there: it is made of new devices, or put together of those that belong to it. Options of mdadm are named.',
      params: { name, level: p.any(), devices: p.any(), kwargs: p.keywords() },
      run: (args, ctx) => guarded(args.name, present(args, ctx)),
    }),
    absent: fn({ doc: 'Make sure that an array is not there; what is on it is lost.', params: { name }, run: (args, ctx) => guarded(args.name, absent(args.name, ctx)) }),
  },
});
