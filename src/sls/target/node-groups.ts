/**
 * Named targets of the configuration. Source: golden, targeting/nodegroup; read, Salt 3008.3.
 *
 * A group without groups inside is pasted as it is, without parentheses. Words without an operator are a list of ids.
 */
import { InvocationError, PythonError } from '../../kernel/contract/errors.js';
import { str } from '../../kernel/std/python-text.js';
import { isMap, mapGet, mapHas, typeName, type Value } from '../../kernel/std/value.js';

export const OPERATORS: ReadonlySet<string> = new Set(['and', 'or', 'not', '(', ')']);

/** Words that a group may have once the groups inside are written out. */
const WORDS_MAX = 100_000;

const REGEX_SIGNS = /[([{\\?}\])]/;

export function hasNodeGroup(name: string, nodegroups: Value): boolean {
  return isMap(nodegroups) && mapHas(nodegroups, name);
}

/** Words of a group, with the groups it names in its place; empty for an unknown one, one that holds itself, or one that is no text or list. */
export function expandNodeGroup(name: string, nodegroups: Value): Value[] {
  return new Expansion(nodegroups).expand(name, true);
}

class Expansion {
  readonly #nodegroups: Value;
  readonly #inside = new Set<string>();
  #words = 0;

  constructor(nodegroups: Value) {
    this.#nodegroups = nodegroups;
  }

  expand(name: string, outermost: boolean): Value[] {
    const words = this.#inside.has(name) ? undefined : this.#wordsOf(name);
    if (words === undefined) return [];
    this.#words += words.length;
    if (this.#words > WORDS_MAX) throw new InvocationError(`Node group ${name} has more than ${WORDS_MAX} words`);
    this.#inside.add(name);
    let nested = false;
    const expanded = words.map(str).flatMap((word): Value[] => {
      if (word.length < 3 || !word.startsWith('N@')) return [word];
      nested = true;
      return this.expand(word.slice(2), false);
    });
    this.#inside.delete(name);
    if (nested || !outermost) {
      const joined = outermost ? undefined : joinedIds(words);
      return joined ?? (expanded.length === 0 ? [] : ['(', ...expanded, ')']);
    }
    return joinedIds(words) ?? [...words];
  }

  #wordsOf(name: string): readonly Value[] | undefined {
    const group = isMap(this.#nodegroups) ? mapGet(this.#nodegroups, name) : undefined;
    if (typeof group === 'string') return splitWords(group);
    return Array.isArray(group) ? group as readonly Value[] : undefined;
  }
}

/** Words without operators, wildcards and letters are ids, or one regular expression. */
function joinedIds(words: readonly Value[]): [string] | undefined {
  if (words.some((word) => typeof word === 'string' && OPERATORS.has(word))) return undefined;
  const texts = words.map(searchable);
  if (texts.some((word) => word.includes('*') || /^[A-Z]@/.test(word))) return undefined;
  return [`${texts.some((word) => REGEX_SIGNS.test(word)) ? 'E' : 'L'}@${texts.join(',')}`];
}

function searchable(word: Value): string {
  if (typeof word === 'string') return word;
  throw new PythonError('TypeError', `argument of type '${typeName(word)}' is not iterable`);
}

/** Python's `split()`. */
export function splitWords(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
