/** The text of a rule, from named parts. Source: read, Salt 3008.3 (`iptables.build_rule`). */
import { InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { splitWords } from '../../../kernel/sys/shell-words.js';
import { AFTER_JUMP, NOT_OF_RULES } from './words.data.js';

const isNegated = (text: string): boolean => text.startsWith('!') || text.startsWith('not');
const withoutNot = (text: string): string => text.replaceAll(/(?:!|not)\s?/g, '');
const isEmpty = (value: Value): boolean => value === null || value === '';
/** In double quotes. Differs: quotes and backslashes in it are its own. */
const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;

/** Parts are taken out as they are used; what is left are plain options. */
class Parts {
  readonly #left: Map<string, Value>;
  readonly words: string[] = [];

  constructor(parts: PlainMap) {
    this.#left = new Map(Object.entries(parts).filter(([key]) => !NOT_OF_RULES.has(key) && !key.startsWith('__')));
    const target = this.#left.get('target');
    if (target !== undefined) this.#left.set('jump', target);
    this.#left.delete('target');
  }

  take(key: string): Value | undefined {
    const value = this.#left.get(key);
    this.#left.delete(key);
    return value;
  }
  peek(key: string): Value | undefined {
    return this.#left.get(key);
  }
  get left(): readonly (readonly [string, Value])[] {
    return [...this.#left];
  }

  /** `! -p tcp` for `!tcp`. */
  option(key: string, flag: string): boolean {
    const value = this.take(key);
    if (value === undefined) return false;
    const text = str(value);
    this.words.push(isNegated(text) ? `! ${flag} ${withoutNot(text)}` : `${flag} ${text}`);
    return true;
  }

  once(word: string): boolean {
    const fresh = !this.words.includes(word);
    if (fresh) this.words.push(word);
    return fresh;
  }
}

function addMatches(parts: Parts): void {
  const match = parts.take('match');
  if (match === undefined) return;
  for (const one of isList(match) ? match.map(str) : str(match).split(',')) {
    parts.words.push(`-m ${one}`);
    if (['pknock', 'quota2', 'recent'].includes(one.trim()) && parts.peek('name_') !== undefined) parts.words.push(`--name ${str(parts.take('name_') ?? null)}`);
  }
  if (match === 'policy') parts.option('proto', '--proto');
}

function addSets(parts: Parts): void {
  const sets = parts.take('match-set');
  if (sets === undefined) return;
  for (const one of isList(sets) ? sets.map(str) : [str(sets)]) parts.words.push(isNegated(one) ? `-m set ! --match-set ${withoutNot(one)}` : `-m set --match-set ${one}`);
}

/** False when there is no protocol for ports. */
function addPorts(parts: Parts, hasProtocol: boolean): boolean {
  for (const key of ['dports', 'sports']) {
    const ports = parts.take(key);
    if (ports === undefined) continue;
    if (parts.once('-m multiport') && !hasProtocol) return false;
    const list = isList(ports) ? ports.map(str) : [str(ports)];
    const negated = list.some(isNegated);
    if (negated) parts.words.push('!');
    parts.words.push(`--${key} ${(negated ? list.map(withoutNot) : list).join(',')}`);
  }
  return true;
}

function afterJump(parts: Parts): string[] {
  return AFTER_JUMP.flatMap((key) => {
    const value = parts.take(key);
    if (value === undefined) return [];
    if (isEmpty(value)) return [`--${key}`];
    const text = str(value);
    return [`--${key} ${/[\s"'\\]/.test(text) ? quoted(text) : text}`];
  });
}

/** The rule, or what is wrong with it, as Salt says it. */
export function ruleText(given: PlainMap): string {
  const parts = new Parts(given);
  parts.option('if', '-i');
  parts.option('of', '-o');
  const policy = parts.peek('match') === 'policy';
  const hasProtocol = [...policy ? [] : [parts.option('proto', '-p')], parts.option('protocol', '-p')].includes(true);
  addMatches(parts);
  addSets(parts);
  if (parts.peek('connstate') !== undefined) {
    parts.once('-m state');
    parts.option('connstate', '--state');
  }
  parts.option('dport', '--dport');
  parts.option('sport', '--sport');
  if (!addPorts(parts, hasProtocol)) return 'Error: protocol must be specified';
  const comment = parts.take('comment');
  if (comment !== undefined) {
    parts.once('-m comment');
    parts.words.push(`--comment ${quoted(str(comment))}`);
  }
  if (isTruthy(parts.peek('set'))) parts.option('set', '--match-set');
  const tail = afterJump(parts);
  for (const [key, value] of parts.left) {
    const text = isEmpty(value) ? '' : str(value);
    const flag = `${key.length === 1 ? '-' : '--'}${key}`;
    const shown = isNegated(text) ? withoutNot(text) : text;
    parts.words.push(`${isNegated(text) ? '! ' : ''}${flag}${shown === '' ? '' : ` ${shown}`}`);
  }
  return [...parts.words, ...tail].join(' ');
}

/** The words of a rule, as a shell would part them; nothing of a shell happens. @throws InvocationError for quotes that do not end */
export function ruleWords(rule: string): string[] {
  try {
    return splitWords(rule);
  } catch (cause) {
    throw new InvocationError(`The rule cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
