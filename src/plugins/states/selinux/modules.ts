/** Modules of the policy. Source: read, Salt 3008.3. Differs: what changes is told as a change, in a test run too; a test run installs and removes nothing. */
import { basename } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { done, failed, wouldChange } from '../../../kernel/contract/state.js';
import { str } from '../../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';

const STATES: ReadonlyMap<string, 'enabled' | 'disabled'> = new Map([
  ...['1', 'on', 'yes', 'true', 'enabled'].map((word) => [word, 'enabled'] as const), ...['0', 'off', 'no', 'false', 'disabled'].map((word) => [word, 'disabled'] as const),
]);
const stateOf = (value: Value): 'enabled' | 'disabled' | undefined => STATES.get(str(value).toLowerCase());
const listed = async (ctx: Context): Promise<PlainMap> => await ctx.call('selinux.list_semod') as PlainMap;

/** The work, or its failure in the words of the program behind the text. */
async function attempt(name: string, text: string, work: () => Promise<unknown>): Promise<PlainMap | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof CommandExecutionError) return failed(name, `${text}\n${error.message}`);
    throw error;
  }
}

/** A module is named as its file. Nobody sees whether the file is the one that is installed: it is installed again, which is no change. */
export async function moduleInstall(path: string, ctx: Context): Promise<PlainMap> {
  const module = basename(path).replace(/\.(?:pp|cil)(?:\.bz2)?$/, '');
  const changes: PlainMap = module in await listed(ctx) ? {} : { [module]: 'installed' };
  if (ctx.test) return Object.keys(changes).length > 0 ? wouldChange(path, `Module ${path} is set to be installed`, changes) : done(path, `Module ${path} has been installed`);
  return await attempt(path, `Failed to install module ${path}`, () => ctx.call('selinux.install_semod', [path], { strict: true })) ?? done(path, `Module ${path} has been installed`, changes);
}

/** Differs: a module that is not there is as wanted; for Salt it is a failure. */
export async function moduleRemove(name: string, ctx: Context): Promise<PlainMap> {
  if (!(name in await listed(ctx))) return done(name, `Module ${name} is not available`);
  const changes = { [name]: 'removed' };
  if (ctx.test) return wouldChange(name, `Module ${name} is set to be removed`, changes);
  return await attempt(name, `Failed to remove module ${name}`, () => ctx.call('selinux.remove_semod', [name], { strict: true })) ?? done(name, `Module ${name} has been removed`, changes);
}

interface Wish {
  readonly name: string;
  readonly module_state: Value;
  readonly version: Value;
  readonly opts: PlainMap;
}

async function toggled({ name, module_state, version }: Wish, ctx: Context): Promise<PlainMap> {
  const facts = (await listed(ctx))[name];
  if (!isPlainMap(facts)) return failed(name, `Module ${name} is not available`);
  const wanted = stateOf(module_state);
  if (wanted === undefined) return failed(name, `${str(module_state)} is not a valid state for the ${name} module.`);
  const installed = facts['Version'] ?? null;
  if (version !== 'any' && installed !== version) return failed(name, `Module version is ${str(installed)} and does not match the desired version of ${str(version)} or you are using semodule >= 2.4`);
  const now = stateOf(facts['Enabled'] ?? null);
  if (wanted === now) return done(name, `Module ${name} is in the desired state`);
  const changes = { [name]: { old: now ?? null, new: wanted } };
  if (ctx.test) return wouldChange(name, `Module ${name} is set to be toggled to ${str(module_state)}`, changes);
  return await attempt(name, `Failed to set the Module ${name} to ${str(module_state)}`, () => ctx.call('selinux.setsemod', [name, wanted], { strict: true }))
    ?? done(name, `Module ${name} has been set to ${str(module_state)}`, changes);
}

export async function moduleState(wish: Wish, ctx: Context): Promise<PlainMap> {
  const { name, opts } = wish;
  const [install, remove] = [isTruthy(opts['install']), isTruthy(opts['remove'])];
  if (install && remove) return failed(name, 'Cannot install and remove at the same time');
  if (remove) return moduleRemove(name, ctx);
  if (!install) return toggled(wish, ctx);
  const installed = await moduleInstall(str(opts['source'] ?? name), ctx);
  if (installed['result'] !== true) return { ...installed, name };
  const after = await toggled(wish, ctx);
  return { ...after, changes: { ...installed['changes'] as PlainMap, ...after['changes'] as PlainMap } };
}
