/** Compound targets on the minion: `G@os:Debian and not ( web* or L@a,b )`. Source: golden, targeting/compound. */
import { isList, type Value } from '../../kernel/std/value.js';
import { compileBoolean, type BooleanToken } from './boolean.js';
import { parseWord } from './compound-word.js';
import { matcherOf, type Matcher } from './matchers.js';
import { expandNodeGroup, OPERATORS, splitWords } from './node-groups.js';

/** Kinds by their letters. `N` is written out before; `R` needs a library of Python that is not part of Salt. */
export const ENGINE_KINDS: Readonly<Record<string, string>> = {
  G: 'grain', P: 'grain_pcre', I: 'pillar', J: 'pillar_pcre', L: 'list', S: 'ipcidr', E: 'pcre', T: 'resource', M: 'managing_minion',
};

/** Words that one expression may have once its groups are written out. */
export const WORDS_MAX = 100_000;

/** Words of a compound expression; undefined when it is neither text nor list. */
export function compoundWords(expr: Value): Value[] | undefined {
  if (typeof expr === 'string') return splitWords(expr);
  return isList(expr) ? [...expr] : undefined;
}

/**
 * The question of a compound target. Every part is asked before the whole is judged, as Salt does, so that a broken
 * pattern raises wherever it stands; a malformed expression means nobody.
 */
export function compileCompound(expr: Value, nodegroups: Value): Matcher {
  const words = compoundWords(expr);
  if (words === undefined) return () => false;
  const { tokens, matchers, broken } = readWords(words, nodegroups);
  const evaluate = broken ? undefined : compileBoolean(tokens);
  return (facts) => {
    const values = matchers.map((matcher) => matcher(facts));
    return evaluate?.(values) ?? false;
  };
}

interface Parts {
  readonly tokens: BooleanToken[];
  readonly matchers: Matcher[];
  /** Ends at a word that cannot stand where it does. */
  broken: boolean;
}

function readWords(words: Value[], nodegroups: Value): Parts {
  const parts: Parts = { tokens: [], matchers: [], broken: false };
  const waiting = words.toReversed();
  let count = 0;
  while (waiting.length > 0 && !parts.broken) {
    if (++count > WORDS_MAX) parts.broken = true;
    const word = waiting.pop() ?? '';
    if (typeof word === 'string' && OPERATORS.has(word)) parts.broken ||= !addOperator(parts.tokens, word as 'and');
    else {
      const { engine, delimiter, pattern } = parseWord(word);
      if (engine === 'N') waiting.push(...expandNodeGroup(pattern, nodegroups).toReversed());
      else addMatcher(parts, engine === undefined ? 'glob' : ENGINE_KINDS[engine], engine === undefined ? word : pattern, delimiter);
    }
  }
  return parts;
}

function addMatcher(parts: Parts, kind: string | undefined, pattern: Value, delimiter: string | undefined): void {
  const matcher = kind === undefined ? undefined : matcherOf(kind, pattern, delimiter);
  if (matcher === undefined) {
    parts.broken = true;
    return;
  }
  parts.tokens.push(parts.matchers.length);
  parts.matchers.push(matcher);
}

/** Says whether the operator may stand here. A `not` behind a value gets an `and` before it. */
function addOperator(tokens: BooleanToken[], word: 'and' | 'or' | 'not' | '(' | ')'): boolean {
  const last = tokens.at(-1);
  if (last === undefined) {
    tokens.push(word);
    return word === '(' || word === 'not';
  }
  if (last === '(' && (word === 'and' || word === 'or')) return false;
  if (word === 'not' && last !== 'and' && last !== 'or' && last !== '(') tokens.push('and');
  tokens.push(word);
  return true;
}
