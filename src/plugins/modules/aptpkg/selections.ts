/** What dpkg shall do with packages: install, hold, deinstall, purge. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, isTruthy, mapEntries, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { loadYaml, YamlError } from '../../../kernel/yaml/load.js';
import { packageName } from '../pkg/names.js';
import { callApt } from './apt.js';

type Selections = Record<string, string[]>;

const STATES = ['install', 'hold', 'deinstall', 'purge'];

/** Packages by state, from lines of `name state`. */
export function readSelections(text: string): Selections {
  const found: Selections = {};
  for (const line of text.split('\n')) {
    const [name, state] = line.trim().split(/\s+/);
    if (name !== undefined && name !== '' && state !== undefined) (found[state] ??= []).push(name);
  }
  return found;
}

/** The states of the packages that fit a pattern; with `state` that one only, even when empty. */
export async function getSelections(pattern: string | null, state: string | null, ctx: Context): Promise<Selections> {
  const argv = ['dpkg', '--get-selections', pattern === null || pattern === '' ? '*' : packageName(pattern)];
  const found = readSelections(str(await ctx.call('cmd.run_stdout', [argv], { output_loglevel: 'trace', python_shell: false })));
  return state === null || state === '' ? found : { [state]: found[state] ?? [] };
}

export interface SelectionCall {
  readonly path: string | null;
  readonly selection: Value;
  readonly clear: boolean;
  readonly saltenv: string;
}

/** Sets states; gives `{ name: { old, new } }` of those that changed. @throws InvocationError, CommandExecutionError */
export async function setSelections(call: SelectionCall, ctx: Context): Promise<PlainMap> {
  const { path, selection, clear } = call;
  const hasPath = path !== null && path !== '';
  if (!hasPath && !isTruthy(selection)) return {};
  if (hasPath && isTruthy(selection)) {
    throw new InvocationError("The 'selection' and 'path' arguments to pkg.set_selections are mutually exclusive, and cannot be specified together");
  }
  const wanted = hasPath ? await selectionsOfFile(path, call.saltenv, ctx) : readGiven(selection);
  const unknown = Object.keys(wanted).filter((state) => !STATES.includes(state));
  if (unknown.length > 0) throw new InvocationError(`Invalid state(s): ${unknown.join(', ')}`);
  if (Object.keys(wanted).length === 0) return {};
  const isTest = ctx.test || isTruthy(ctx.opts['test']);
  if (clear && !isTest) await clearSelections(ctx);
  const now = await getSelections(null, null, ctx);
  const stateOf = new Map(Object.entries(now).flatMap(([state, names]) => names.map((name) => [name, state] as const)));
  const changes: PlainMap = {};
  for (const [state, names] of Object.entries(wanted)) {
    for (const name of names) {
      if (isTest || stateOf.get(name) === state) continue;
      if (await setOne(name, state, ctx)) changes[name] = { old: stateOf.get(name) ?? null, new: state };
    }
  }
  return changes;
}

async function setOne(name: string, state: string, ctx: Context): Promise<boolean> {
  const done = await callApt(['dpkg', '--set-selections'], ctx, { scope: false, options: { stdin: `${packageName(name)} ${state}` } });
  if (done.retcode !== 0) ctx.log.error({}, `failed to set state ${state} for package ${name}`);
  return done.retcode === 0;
}

async function clearSelections(ctx: Context): Promise<void> {
  const done = await callApt(['dpkg', '--clear-selections'], ctx, { scope: false });
  if (done.retcode === 0) return;
  const text = `Running dpkg --clear-selections failed: ${done.stderr}`;
  ctx.log.error({}, text);
  throw new CommandExecutionError(text);
}

async function selectionsOfFile(path: string, saltenv: string, ctx: Context): Promise<Selections> {
  const cached = await ctx.call('cp.cache_file', [path, saltenv]);
  const text = typeof cached === 'string' && cached !== '' ? await ctx.sys.readText(cached) : undefined;
  if (text === undefined) throw new CommandExecutionError(`Unable to cache file '${path}' from saltenv '${saltenv}'`);
  return readSelections(text);
}

function readGiven(selection: Value): Selections {
  const map = typeof selection === 'string' ? readYaml(selection) : selection;
  if (!isMap(map)) throw new InvocationError(`Invalid state(s): ${str(selection)}`);
  return Object.fromEntries(mapEntries(map).map(([state, names]) => [str(state), Array.isArray(names) ? (names as readonly Value[]).map(str) : [str(names)]]));
}

function readYaml(text: string): Value {
  try {
    return loadYaml(text);
  } catch (err) {
    if (!(err instanceof YamlError)) throw err;
    throw new InvocationError(`Improperly-formatted selection: ${err.message}`, { cause: err });
  }
}

/** Holds or releases packages; gives a result for each, in the form of states. */
export async function changeHold(targets: readonly string[], hold: boolean, ctx: Context): Promise<PlainMap> {
  const results: PlainMap = {};
  for (const name of targets) results[name] = { name, changes: {}, ...(await (hold ? holdOne(name, ctx) : releaseOne(name, ctx))) };
  return results;
}

async function holdOne(name: string, ctx: Context): Promise<PlainMap> {
  const { hold: held = [] } = await getSelections(name, 'hold', ctx);
  if (held.length > 0) return { result: true, comment: `Package ${name} is already set to be held.` };
  if (ctx.test || isTruthy(ctx.opts['test'])) return { result: null, comment: `Package ${name} is set to be held.` };
  return { ...(await moved(name, 'hold', ctx)), comment: `Package ${name} is now being held.` };
}

async function releaseOne(name: string, ctx: Context): Promise<PlainMap> {
  const states = await getSelections(name, null, ctx);
  if (Object.keys(states).length === 0) return { result: false, comment: `Package ${name} does not have a state.` };
  if (states['hold'] === undefined) return { result: true, comment: `Package ${name} is already set not to be held.` };
  if (ctx.test || isTruthy(ctx.opts['test'])) return { result: null, comment: `Package ${name} is set not to be held.` };
  return { ...(await moved(name, 'install', ctx)), comment: `Package ${name} is no longer being held.` };
}

async function moved(name: string, state: string, ctx: Context): Promise<PlainMap> {
  const changes = await setSelections({ path: null, selection: { [state]: [name] }, clear: false, saltenv: 'base' }, ctx);
  const change = changes[name];
  if (change === undefined) throw new CommandExecutionError(`failed to set state ${state} for package ${name}`);
  return { changes: change, result: true };
}
