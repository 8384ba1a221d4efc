/** A package as users of pip write it. */
import type { VersionCondition } from '../../../kernel/std/pep440.js';

export interface Requirement {
  /** As the user wrote it. */
  readonly text: string;
  /** Empty where the name is not known before it is installed. */
  readonly name: string;
  readonly conditions: readonly VersionCondition[];
}

const NAME = '[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?';
const CONDITION = /^\s*(===|~=|==|!=|<=|>=|<|>)\s*([A-Za-z0-9.*+!_-]+)\s*$/;
const ARCHIVE = /\.(?:zip|tar\.gz|tgz|tar\.bz2|tbz|tar\.xz|tar|whl)$/i;

/** The requirement, or what is wrong with it. */
export function readRequirement(text: string): Requirement | { readonly problem: string } {
  const plain = text.trim();
  const egg = new RegExp(`#(?:.*&)?egg=(${NAME})`).exec(plain)?.[1];
  if (/^(?:git|svn|hg|bzr)\+/.test(plain)) return { text, name: egg ?? '', conditions: [] };
  if (/^[a-z]+:\/\//i.test(plain) || /^[./]/.test(plain) || ARCHIVE.test(plain)) return readFile(text, plain, egg);
  const [whole, name = '', rest = ''] = new RegExp(`^(${NAME})\\s*(?:\\[[^\\]]*\\])?\\s*([^;]*?)\\s*(?:;.*)?$`).exec(plain) ?? [];
  if (whole === undefined) return { problem: unreadable(text) };
  if (rest.startsWith('@')) return { text, name, conditions: [] };
  const list = rest === '' ? [] : rest.replace(/^\((.*)\)$/, '$1').split(',').map((part) => CONDITION.exec(part));
  if (list.includes(null)) return { problem: unreadable(text) };
  return { text, name, conditions: list.map((match) => [match?.[1] ?? '', match?.[2] ?? ''] as const) };
}

function unreadable(text: string): string {
  if (text.includes('=') && !text.includes('==')) return `Invalid version specification in package ${text}. '=' is not supported, use '==' instead.`;
  return `pip raised an exception while parsing '${text}': Invalid requirement: '${text}'`;
}

/** The name of a wheel tells what is in it. */
function readFile(text: string, path: string, egg: string | undefined): Requirement {
  const [, name, version] = /([^/]+?)-([^/-]+)(?:-[^/]+)?-[^/-]+-[^/-]+-[^/-]+\.whl(?:#.*)?$/.exec(path) ?? [];
  if (name === undefined || version === undefined) return { text, name: egg ?? '', conditions: [] };
  return { text, name, conditions: [['==', version]] };
}
