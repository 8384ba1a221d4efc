/** One interface as a state wishes it: its configuration, its bond, up or down. Source: read and observed, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import { unifiedDiff } from '../../../kernel/std/unified-diff.js';
import { equalValues, isList, isMap, isTruthy, mapEntries, mapGet, type PlainMap, type Value } from '../../../kernel/std/value.js';

export interface InterfaceWish {
  readonly name: string;
  readonly enabled: boolean;
  readonly settings: PlainMap;
}

const linesOf = (value: Value): string[] => (isList(value) ? value.map(str) : typeof value === 'string' && value !== '' ? value.split(/\r?\n/) : []);

/** The difference as Salt shows it: lines keep their ends, and are joined by further ones. */
export function diffOf(old: Value, made: Value): string {
  const lines = unifiedDiff(linesOf(old), linesOf(made));
  let headers = 2;
  return lines.map((line) => {
    const isHead = headers > 0 || (line.startsWith('@@ ') && line.endsWith(' @@\n'));
    headers -= 1;
    return isHead ? line.slice(0, -1) : line;
  }).join('\n');
}

/** What a run comes to, step by step. */
interface Outcome {
  comment: string;
  readonly changes: PlainMap;
  readonly warnings: string[];
}

const isOn = (value: Value | undefined): boolean => isTruthy(value) && !/^(?:false|no|off|0)$/i.test(str(value ?? ''));

/** Settings for the provider, and the type among them. */
function settingsOf(given: Readonly<PlainMap>, test: boolean, warnings: string[]): { type: string; settings: PlainMap } {
  const { type = 'eth', addr, ...settings } = Object.fromEntries(Object.entries(given).filter(([key]) => !key.startsWith('__')));
  if (addr !== undefined) {
    const isTaken = settings['hwaddr'] !== undefined;
    warnings.push(`'addr' is not a valid argument name, ${isTaken ? "it has been ignored in favor of 'hwaddr'." : "its value has been assigned to 'hwaddr' instead."} Update your SLS file to get rid of this warning.`);
    if (!isTaken) settings['hwaddr'] = addr;
  }
  return { type: str(type), settings: { ...settings, test } };
}

interface Texts {
  readonly added: string;
  readonly updated: string;
  readonly wouldAdd: string;
  readonly wouldUpdate: string;
  readonly key: string;
  readonly addedChange: string;
}

/** Puts a difference into the outcome. Differs: in a test run too; Salt then tells it in the comment only. */
function note(outcome: Outcome, old: Value, made: Value, texts: Texts, test: boolean): void {
  if (equalValues(old, made) || (!isTruthy(old) && !isTruthy(made))) return;
  const isNew = !isTruthy(old);
  const diff = isNew ? texts.addedChange : diffOf(old, made);
  outcome.changes[texts.key] = diff;
  if (test) outcome.comment = isNew ? texts.wouldAdd : `${texts.wouldUpdate}:\n${diff}`;
  else outcome.comment = isNew ? texts.added : texts.updated;
}

/** The lines that stand there now. A line `source` is found by what it names, whatever the state is called. */
async function linesNow(name: string, type: string, made: Value, ctx: Context): Promise<Value> {
  const own = await ctx.call('ip.get_interface', [name]);
  if (type !== 'source' || isTruthy(own)) return own;
  const all = linesOf(await ctx.call('ip.get_interface', ['source']));
  return linesOf(made).every((line) => all.includes(line)) ? made : own;
}

async function configure(name: string, type: string, wish: InterfaceWish, settings: PlainMap, outcome: Outcome, ctx: Context): Promise<void> {
  const wished = await ctx.call('ip.build_interface', [name, type, wish.enabled], { ...settings, test: true });
  const old = await linesNow(name, type, wished, ctx);
  const made = ctx.test || equalValues(old, wished) ? wished : await ctx.call('ip.build_interface', [name, type, wish.enabled], settings);
  note(outcome, old, made, {
    added: `Interface ${name} added.`, updated: `Interface ${name} updated.`, wouldAdd: `Interface ${name} is set to be added.`,
    wouldUpdate: `Interface ${name} is set to be updated`, key: 'interface', addedChange: 'Added network interface.',
  }, ctx.test);
}

async function configureBond(name: string, settings: PlainMap, outcome: Outcome, ctx: Context): Promise<void> {
  const old = await ctx.call('ip.get_bond', [name]);
  const made = await ctx.call('ip.build_bond', [name], settings);
  note(outcome, old, made, {
    added: `Bond interface ${name} added.`, updated: `Bond interface ${name} updated.`, wouldAdd: `Bond interface ${name} is set to be added.`,
    wouldUpdate: `Bond interface ${name} is set to be updated`, key: 'bond', addedChange: `Added bond ${name}.`,
  }, ctx.test);
}

/** Whether an interface, or an address with its name as label, is up. Differs: Salt sees labels of some addresses only. */
async function isUp(name: string, ctx: Context): Promise<boolean> {
  const all = await ctx.call('network.interfaces');
  if (!isMap(all)) return false;
  const own = mapGet(all, name);
  if (isMap(own)) return isTruthy(mapGet(own, 'up') ?? false);
  const entries = mapEntries(all).flatMap(([, facts]) => (isMap(facts) ? ['inet', 'inet6', 'secondary'].map((kind) => mapGet(facts, kind)) : []));
  return entries.some((list) => isList(list) && list.some((entry) => isMap(entry) && mapGet(entry, 'label') === name));
}

/** Brings it up or down, and tells; a test run tells only. */
async function switchOn(wish: InterfaceWish, type: string, wasUp: boolean, outcome: Outcome, ctx: Context): Promise<void> {
  const { name, enabled } = wish;
  const isChanged = Object.keys(outcome.changes).length > 0;
  const status = enabled ? (wasUp ? (isChanged ? `Interface ${name} restart to validate` : undefined) : `Interface ${name} is up`) : wasUp ? `Interface ${name} down` : undefined;
  if (status === undefined) return;
  outcome.changes['status'] = status;
  if (ctx.test) return;
  if (wasUp) await ctx.call('ip.down', [name, type]);
  if (enabled) await ctx.call('ip.up', [name, type]);
}

/** Gives a bond the slaves it has not got. Differs: without the program for it nothing is said to have been done. */
async function enslave(name: string, slaves: Value, outcome: Outcome, ctx: Context): Promise<void> {
  const there = (await ctx.sys.readText(`/sys/class/net/${name}/bonding/slaves`) ?? '').split(/\s+/);
  const wanted = isList(slaves) ? slaves.map(str) : str(slaves).split(/\s+/).filter((one) => one !== '');
  const missing = wanted.filter((one) => !there.includes(one));
  if (missing.length === 0 || ctx.grains['os_family'] === 'Suse') return;
  const program = await ctx.sys.which('ifenslave');
  if (program === undefined) {
    ctx.log.error({ interface: name }, 'ifenslave is not installed');
    return;
  }
  await ctx.call('cmd.run', [[program, name, ...missing]], { python_shell: false });
  outcome.changes['enslave'] = `Added slaves '${missing.join(' ')}' to master '${name}'`;
}

const returned = (name: string, { comment, changes, warnings }: Outcome, result: boolean | null): PlainMap =>
  ({ name, changes, result, comment, ...(warnings.length > 0 ? { warnings } : {}) });

/** @throws PythonError, CommandExecutionError what the provider refuses */
export async function setInterface(wish: InterfaceWish, ctx: Context): Promise<PlainMap> {
  const { name } = wish;
  const outcome: Outcome = { comment: `Interface ${name} is up to date.`, changes: {}, warnings: [] };
  const { type, settings } = settingsOf(wish.settings, ctx.test, outcome.warnings);
  await configure(name, type, wish, settings, outcome, ctx);
  const resultNow = (): boolean | null => (ctx.test && Object.keys(outcome.changes).length > 0 ? null : true);
  if (type === 'source') return returned(name, outcome, resultNow());
  if (type === 'bond' && await ctx.has('ip.get_bond')) await configureBond(name, settings, outcome, ctx);
  if (ctx.grains['os_family'] === 'RedHat' && name.includes('range')) return ofRange(name, outcome, ctx);
  if (isOn(settings['noifupdown'])) return returned(name, outcome, resultNow());
  const wasUp = await isUp(name, ctx);
  await switchOn(wish, type, wasUp, outcome, ctx);
  if (ctx.test) return returned(name, outcome, resultNow());
  if (type === 'bond' && isTruthy(settings['slaves'])) await enslave(name, settings['slaves'] ?? null, outcome, ctx);
  // Differs: only when something changed; Salt looks anew whenever the interface is to be down.
  if (Object.keys(outcome.changes).length > 0) await ctx.call('saltutil.refresh_grains');
  return returned(name, outcome, true);
}

/** Ranges of addresses on Red Hat's family are in force when the network starts anew. */
async function ofRange(name: string, outcome: Outcome, ctx: Context): Promise<PlainMap> {
  if (Object.keys(outcome.changes).length === 0) return { name, changes: {}, result: true, comment: 'no change, passing it' };
  if (ctx.test) return returned(name, outcome, null);
  const restarted = isTruthy(await ctx.call('service.restart', ['network']));
  return { name, changes: outcome.changes, result: restarted, comment: 'network restarted for change of ranged interfaces' };
}
