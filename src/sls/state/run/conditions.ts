/**
 * `onlyif`, `unless`, `creates` and `check_cmd`: whether a state is called, and whether it succeeded.
 *
 * Source: state-system, section 4; golden states/conditions.
 */
import type { CallSession } from '../../../kernel/loader/call-session.js';
import { codeOf } from '../../../kernel/loader/failure-text.js';
import { PythonError } from '../../../kernel/contract/errors.js';
import type { Sys } from '../../../kernel/contract/sys.js';
import { str } from '../../../kernel/std/python-text.js';
import { traverse } from '../../../kernel/std/traverse.js';
import { isMap, isTruthy, mapEntries, mapHas, type PlainMap, type Value, type ValueMap } from '../../../kernel/std/value.js';
import type { LowChunk } from '../high-data.js';
import { fillSlots } from './slots.js';

export interface ConditionHost {
  /** Calls execution modules. */
  readonly session: CallSession;
  readonly sys: Sys;
  readonly grains: Readonly<PlainMap>;
}

/** `skip`: the state counts as done. */
interface Verdict {
  readonly skip: boolean;
  readonly comment: string;
}

const OF_COMMANDS = ['cwd', 'root', 'runas', 'env', 'prepend_path', 'umask', 'timeout', 'success_retcodes'] as const;

export const hasConditions = (low: LowChunk): boolean => low['onlyif'] !== undefined || low['unless'] !== undefined || low['creates'] !== undefined;

/** What the conditions say: a row's result, comments and `skip_watch`; a result of false means that the state is called. */
export async function checkConditions(low: LowChunk, host: ConditionHost): Promise<PlainMap> {
  const options = commandOptions(low, host);
  const verdicts: Verdict[] = [];
  if (low['onlyif'] !== undefined) verdicts.push(await onlyif(listOf(low['onlyif']), options, host));
  if (low['unless'] !== undefined) verdicts.push(await unless(listOf(low['unless']), options, host));
  if (low['creates'] !== undefined) verdicts.push(await creates(low['creates'], host.sys));
  const skip = verdicts.some((verdict) => verdict.skip);
  return { result: skip, comment: verdicts.map(({ comment }) => comment), ...(skip ? { skip_watch: true } : {}) };
}

function commandOptions(low: LowChunk, { grains }: ConditionHost): PlainMap {
  const excluded = low['cmd_opts_exclude'] === undefined ? [] : listOf(low['cmd_opts_exclude']);
  const options: PlainMap = {};
  for (const name of OF_COMMANDS) if (!excluded.includes(name)) options[name] = low[name] ?? null;
  if (low['shell'] !== undefined && !excluded.includes('shell')) options['shell'] = low['shell'];
  else if (grains['shell'] !== undefined) options['shell'] = grains['shell'];
  return options;
}

const listOf = (value: Value): readonly Value[] => (Array.isArray(value) ? value as readonly Value[] : [value]);

/** All must hold. */
async function onlyif(entries: readonly Value[], options: PlainMap, host: ConditionHost): Promise<Verdict> {
  const failed = { skip: true, comment: 'onlyif condition is false' };
  let verdict: Verdict | undefined;
  for (const entry of entries) {
    if (typeof entry !== 'string' && !isMap(entry)) return { skip: false, comment: 'onlyif execution failed, bad type passed' };
    if (isMap(entry) && !mapHas(entry, 'fun')) return noFunction('onlyif', entry, verdict);
    if (!await holds(entry, options, host, 100)) return failed;
    verdict = { skip: false, comment: 'onlyif condition is true' };
  }
  return said(verdict);
}

/** The state is called unless all hold. */
async function unless(entries: readonly Value[], options: PlainMap, host: ConditionHost): Promise<Verdict> {
  let verdict: Verdict | undefined;
  for (const entry of entries) {
    if (typeof entry !== 'string' && !isMap(entry)) {
      verdict = { skip: false, comment: 'unless condition is false, bad type passed' };
      continue;
    }
    if (isMap(entry) && !mapHas(entry, 'fun')) return noFunction('unless', entry, verdict);
    // A command that cannot run counts as one that succeeded.
    if (!await holds(entry, options, host, 0)) return { skip: false, comment: 'unless condition is false' };
    verdict = { skip: true, comment: 'unless condition is true' };
  }
  return said(verdict);
}

function noFunction(word: string, entry: ValueMap, before: Verdict | undefined): Verdict {
  return { skip: before?.skip ?? false, comment: `no \`fun\` argument in ${word}: ${str(entry)}` };
}

/** An empty list says nothing: Salt looks for its comment in vain. */
function said(verdict: Verdict | undefined): Verdict {
  if (verdict === undefined) throw new PythonError('KeyError', "'comment'");
  return verdict;
}

/** `unrunnable`: the code of a command that could not be started. */
async function holds(entry: string | ValueMap, options: PlainMap, host: ConditionHost, unrunnable: number): Promise<boolean> {
  if (typeof entry === 'string') return await commandCode(entry, options, host, unrunnable) === 0;
  const result = await callEntry(entry, host);
  const code = host.session.retcode ?? 0;
  return code === 0 && isTruthy(result);
}

async function commandCode(command: string, options: PlainMap, { session }: ConditionHost, unrunnable?: number): Promise<Value> {
  try {
    return await session.call('cmd.retcode', [command], { ignore_retcode: true, python_shell: true, ...options });
  } catch (error) {
    if (unrunnable === undefined || codeOf(error) !== 'job.command_failed') throw error;
    return unrunnable;
  }
}

/** `{fun, args, get_return, ...keywords}`. */
async function callEntry(entry: ValueMap, { session }: ConditionHost): Promise<Value> {
  const { fun, args, get_return: path, ...kwargs } = Object.fromEntries(mapEntries(entry).map(([key, value]) => [str(key), value])) as PlainMap;
  const call = await fillSlots({ args: listOf(args ?? []), kwargs }, session);
  const result = await session.call(str(fun ?? null), call.args, call.kwargs);
  return isTruthy(path) ? traverse<Value>(result, path ?? null, null) : result;
}

async function creates(given: Value, sys: Sys): Promise<Verdict> {
  if (typeof given === 'string' && await sys.exists(given)) return { skip: true, comment: `${given} exists` };
  if (Array.isArray(given)) {
    const there = await Promise.all((given as readonly Value[]).map(async (path) => typeof path === 'string' && await sys.exists(path)));
    if (there.every(Boolean)) return { skip: true, comment: 'All files in creates exist' };
  }
  return { skip: false, comment: 'Creates files not found' };
}

/** Takes the place of a row's result: all commands must succeed. */
export async function checkCommand(low: LowChunk, host: ConditionHost): Promise<PlainMap> {
  const options: PlainMap = host.grains['shell'] === undefined ? {} : { shell: host.grains['shell'] };
  const commands = low['check_cmd'] ?? null;
  if (typeof commands !== 'string' && !Array.isArray(commands)) throw new PythonError('TypeError', notIterable(commands));
  const succeeded: PlainMap = commands.length === 0 ? { result: false } : { result: true, comment: 'check_cmd determined the state succeeded' };
  for (const command of listOf(commands)) {
    if (await commandCode(str(command), options, host) !== 0) return { result: false, comment: 'check_cmd determined the state failed' };
  }
  return succeeded;
}

function notIterable(value: Value): string {
  const name = value === null ? 'NoneType' : typeof value === 'boolean' ? 'bool' : isMap(value) ? 'dict' : 'int';
  return `'${name}' object is not iterable`;
}
