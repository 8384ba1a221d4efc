/** Groups of packages. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { packageName } from '../pkg/names.js';
import { installedPackages } from './installed.js';
import { yumOptions } from './options.js';
import { askYum, yumName } from './program.js';

/** Headings of `grouplist hidden`. */
const HEADINGS: Readonly<Record<string, string>> = {
  'installed groups:': 'installed', 'available groups:': 'available', 'installed environment groups:': 'installed environments',
  'available environment groups:': 'available environments', 'available language groups:': 'available languages',
};
const LANGUAGES = 'available languages';

/** Names of groups by state. */
export async function listGroups(ctx: Context): Promise<PlainMap> {
  if ((await yumName(ctx)) === 'dnf5') return readDnf5Groups(await askYum(['group', 'list', '--hidden'], ctx));
  return readGroups(await askYum(['grouplist', 'hidden'], ctx));
}

type GroupLists = Record<string, string[]>;
const noGroups = (): GroupLists => ({ installed: [], available: [], 'installed environments': [], 'available environments': [] });

export function readGroups(output: string): PlainMap {
  const groups = noGroups();
  const languages: PlainMap = {};
  let state: string | undefined;
  for (const line of output.split('\n')) {
    if (line.toLowerCase() === 'done') break;
    const heading = HEADINGS[line.toLowerCase()];
    if (heading !== undefined && heading !== state) {
      state = heading;
    } else if (state === LANGUAGES) {
      const [, name, language] = /^(.+) \[(.+)\]/.exec(line.trim()) ?? [];
      if (name !== undefined && language !== undefined) languages[line.trim()] = { name, language };
    } else if (state !== undefined) {
      groups[state]?.push(line.trim());
    }
  }
  return { ...groups, [LANGUAGES]: languages };
}

/** A table that ends in yes or no. */
export function readDnf5Groups(output: string): PlainMap {
  const groups = noGroups();
  for (const words of output.split('\n').map((line) => line.trim().split(/\s+/))) {
    const state = { yes: 'installed', no: 'available' }[words.at(-1)?.toLowerCase() ?? ''];
    if (words.length >= 3 && state !== undefined) groups[state]?.push(words[0] ?? '');
  }
  return { ...groups, [LANGUAGES]: {} };
}

export const KINDS = ['mandatory', 'optional', 'default', 'conditional'] as const;
type Kind = typeof KINDS[number];

export interface GroupInfo extends Record<Kind, string[]> {
  readonly type: string;
  readonly group: string;
  readonly id: string | null;
  readonly description: string;
}

export interface InfoCall {
  /** Groups of an environment as the packages in them. */
  readonly expand: boolean;
  /** Names that are not followed; grows. */
  readonly seen: string[];
  readonly kwargs: PlainMap;
}

/** What a group is and has. @throws CommandExecutionError when there is none */
export async function groupInfo(name: string, call: InfoCall, ctx: Context): Promise<GroupInfo> {
  const chosen = Object.fromEntries(Object.entries(call.kwargs).filter(([key]) => ['fromrepo', 'enablerepo', 'disablerepo'].includes(key)));
  const words = (await yumName(ctx)) === 'dnf5' ? ['group', 'info'] : ['groupinfo'];
  const found = readGroupInfo(await askYum(['--quiet', ...yumOptions(chosen), ...words, groupName(name)], ctx), name);
  if (!call.expand || found.type !== 'environment group') return found;
  const members: Record<Kind, Set<string>> = { mandatory: new Set(), optional: new Set(), default: new Set(), conditional: new Set() };
  for (const kind of KINDS) {
    for (const member of found[kind].filter((one) => !call.seen.includes(one))) {
      call.seen.push(member);
      const inner = await memberInfo(member, call, ctx);
      for (const innerKind of KINDS) for (const one of inner[innerKind]) members[innerKind].add(one);
    }
  }
  return { ...found, ...Object.fromEntries(KINDS.map((kind) => [kind, [...members[kind]].toSorted()])) };
}

/** A name with spaces is one argument; only a leading dash would be misread. */
function groupName(name: string): string {
  if (name.startsWith('-')) packageName(name);
  return name;
}

/** With an at sign a group is meant and no environment; some versions do not know the sign. */
async function memberInfo(member: string, call: InfoCall, ctx: Context): Promise<GroupInfo> {
  try {
    return await groupInfo(`@${member}`, call, ctx);
  } catch (err) {
    if (!(err instanceof CommandExecutionError)) throw err;
    ctx.log.debug({ err, member }, 'a member of an environment is no group with an at sign');
    return groupInfo(member, call, ctx);
  }
}

/** Lines `Key: value`, then lists under headings like `Mandatory Packages:`. */
export function readGroupInfo(output: string, name: string): GroupInfo {
  const facts: Record<string, string> = {};
  const members: Record<Kind, string[]> = { mandatory: [], optional: [], default: [], conditional: [] };
  let kind: Kind | undefined;
  for (const line of output.split('\n')) {
    const parts = line.split(':').map((part) => part.trim());
    if (parts.length === 2) facts[parts[0]?.toLowerCase() ?? ''] = parts[1] ?? '';
    const text = line.trim().replace(/^[!-/:-@[-`{-~]+/, '').trim();
    const [, heading, first = ''] = /^(mandatory|optional|default|conditional) (?:groups|packages)\s*:\s*(.*)$/i.exec(text) ?? [];
    if (heading !== undefined) kind = heading.toLowerCase() as Kind;
    const member = heading === undefined ? text : first;
    if (kind !== undefined && member !== '') members[kind].push(member);
  }
  const group = facts['environment group'] ?? facts['group'] ?? facts['name'];
  const id = facts['environment-id'] ?? facts['group-id'] ?? facts['id'] ?? null;
  if (group === undefined) throw new CommandExecutionError(`Group '${name}' not found`);
  const sorted = Object.fromEntries(KINDS.map((one) => [one, [...new Set(members[one])].toSorted()])) as Record<Kind, string[]>;
  return {
    ...sorted, type: facts['environment group'] === undefined ? 'package group' : 'environment group', group, id, description: facts['description'] ?? '',
  };
}

/** The packages of a group by kind: those that are here and those that are not. */
export async function groupDifference(name: string, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  const installed = await installedPackages(ctx);
  const info = await groupInfo(name, { expand: true, seen: [], kwargs }, ctx);
  return Object.fromEntries(KINDS.map((kind) => [kind, {
    installed: info[kind].filter((member) => Object.hasOwn(installed, member)),
    'not installed': info[kind].filter((member) => !Object.hasOwn(installed, member)),
  }]));
}

/** What of groups is not here yet. @throws InvocationError */
export async function missingOfGroups(name: Value, skip: Value, include: Value, ctx: Context): Promise<string[]> {
  const groups = typeof name === 'string' ? name.split(',') : name;
  if (!isTruthy(groups)) throw new InvocationError('no groups specified');
  if (!Array.isArray(groups)) throw new InvocationError("'groups' must be a list");
  const skipped = listOf(skip, 'skip');
  const targets: string[] = [];
  for (const group of groups as readonly Value[]) {
    const info = await groupInfo(str(group), { expand: false, seen: [], kwargs: {} }, ctx);
    targets.push(...info.mandatory, ...info.default.filter((member) => !skipped.includes(member)));
  }
  const installed = await installedPackages(ctx);
  return [...new Set([...targets, ...listOf(include, 'include')])].filter((member) => !Object.hasOwn(installed, member));
}

function listOf(value: Value, name: string): string[] {
  if (typeof value === 'string') return value.split(',');
  if (!Array.isArray(value)) throw new InvocationError(`'${name}' must be a list`);
  return (value as readonly Value[]).map(str);
}
