/**
 * Commands that people write in a chat: who may do what, and what it means. Whoever is in no group, and whatever no group names, is refused.
 *
 * Source: documentation of Salt 3006, engine `slack_bolt`: `groups` with `users`, `commands`, `aliases`, `default_target`, `targets`.
 */
import { isList, isPlainMap, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { splitWords } from '../../../kernel/sys/shell-words.js';

interface Target {
  readonly tgt: Value;
  readonly tgtType: string;
}

interface Group {
  readonly users: readonly string[];
  readonly commands: readonly string[];
  readonly aliases: PlainMap;
  readonly targets: PlainMap;
  readonly defaultTarget: Value;
}

export interface ChatCommand extends Target {
  readonly fun: string;
  readonly arg: readonly string[];
  readonly kwarg: Readonly<Record<string, string>>;
}

const textsOf = (value: Value | undefined): string[] => (isList(value ?? null) ? (value as readonly Value[]).map(String) : []);
const mapOf = (value: Value | undefined): PlainMap => (isPlainMap(value ?? null) ? value as PlainMap : {});

/** The map of groups, those of the pillar too. */
export function readGroups(...sources: readonly Value[]): Group[] {
  return sources.flatMap((source) => Object.values(mapOf(source))).map((group) => {
    const { users, commands, aliases, targets, default_target: defaultTarget = null } = mapOf(group);
    return { users: textsOf(users), commands: textsOf(commands), aliases: mapOf(aliases), targets: mapOf(targets), defaultTarget };
  });
}

/** Undefined: nobody of these names may do that. @throws PythonError for a quote that stays open */
export function readCommand(line: string, names: readonly string[], groups: readonly Group[]): ChatCommand | undefined {
  const words = splitWords(unescaped(line));
  const [asked = ''] = words;
  const own = groups.filter(({ users }) => users.includes('*') || names.some((name) => users.includes(name)));
  const group = own.find(({ commands, aliases }) => commands.includes(asked) || commands.includes('*') || Object.hasOwn(aliases, asked));
  if (asked === '' || group === undefined) return undefined;
  const alias = mapOf(Object.hasOwn(group.aliases, asked) ? group.aliases[asked] : undefined)['cmd'];
  const [fun = '', ...rest] = typeof alias === 'string' ? [...splitWords(alias), ...words.slice(1)] : words;
  const { target: named, tgt_type: type, ...kwarg } = Object.fromEntries(rest.flatMap((word) => {
    const [, key = '', value = ''] = /^([A-Za-z_]\w*)=(.*)$/s.exec(word) ?? [];
    return key === '' ? [] : [[key, value] as const];
  }));
  const usual = targetOf(group.targets[asked]) ?? targetOf(group.defaultTarget) ?? { tgt: '*', tgtType: 'glob' };
  const { tgt, tgtType } = named === undefined ? usual : { tgt: named, tgtType: type ?? 'glob' };
  return { fun, arg: rest.filter((word) => !/^[A-Za-z_]\w*=/.test(word)), kwarg, tgt, tgtType };
}

function targetOf(given: Value | undefined): Target | undefined {
  const { target, tgt_type: type } = mapOf(given);
  return target === undefined || target === null ? undefined : { tgt: target, tgtType: String(type ?? 'glob') };
}

/** Slack's way to write these; addresses and links come as `<http://a|a>`. */
const unescaped = (text: string): string => text.replace(/<(?:[^<>|]*\|)?([^<>]*)>/g, '$1').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
