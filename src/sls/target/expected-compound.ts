/** Compound targets on the master: sets of ids instead of truth values. Source: golden, targeting/compound (`master`). */
import type { Value } from '../../kernel/std/value.js';
import { compoundWords, ENGINE_KINDS, WORDS_MAX } from './compound.js';
import { parseWord } from './compound-word.js';
import { expectedOfKind } from './expected-kinds.js';
import { evaluateSets, type SetToken } from './id-sets.js';
import type { ExpectedMinions, ExpectOptions, KnownMinions } from './known-minions.js';
import { expandNodeGroup, OPERATORS } from './node-groups.js';

interface CompoundOptions extends ExpectOptions {
  /** Pillar words compare whole values, without patterns. */
  readonly pillarExact?: boolean;
}

/** Undefined when the expression is malformed. */
export function expectedOfCompound(expr: Value, source: KnownMinions, options: CompoundOptions): ExpectedMinions | undefined {
  const words = compoundWords(expr);
  return words === undefined ? undefined : new CompoundReader(source, options).read(words);
}

class CompoundReader {
  readonly #source: KnownMinions;
  readonly #options: CompoundOptions;
  readonly #tokens: SetToken[] = [];
  /** Parentheses and subtractions that are to be closed. */
  readonly #open: ('(' | '-')[] = [];
  readonly #missing: string[] = [];

  constructor(source: KnownMinions, options: CompoundOptions) {
    this.#source = source;
    this.#options = options;
  }

  read(words: Value[]): ExpectedMinions | undefined {
    const waiting = words.toReversed();
    for (let count = 0; waiting.length > 0; count++) {
      const word = waiting.pop() ?? '';
      if (count > WORDS_MAX) return undefined;
      if (typeof word === 'string' && OPERATORS.has(word)) {
        if (!this.#operator(word)) return undefined;
        continue;
      }
      const { engine, delimiter, pattern } = parseWord(word);
      if (engine === 'N') waiting.push(...expandNodeGroup(pattern, this.#source.nodegroups).toReversed());
      else if (!this.#term(engine, engine === undefined ? word : pattern, delimiter)) return undefined;
    }
    // Salt closes what was left open.
    const minions = evaluateSets([...this.#tokens, ...this.#open.map(() => ')' as const)]);
    return minions === undefined ? undefined : { minions: [...minions], missing: this.#missing };
  }

  #operator(word: string): boolean {
    const last = this.#tokens.at(-1);
    if (last === undefined && word !== 'not' && word !== '(') return false;
    if (last === '(' && (word === 'and' || word === 'or')) return false;
    switch (word) {
      case 'not': this.#subtraction(last); return true;
      case 'and': this.#tokens.push('&'); return true;
      case 'or': this.#tokens.push('|'); return true;
      case '(':
        this.#tokens.push('(');
        this.#open.push('(');
        return true;
      default: return this.#close();
    }
  }

  /** `not x` is everybody without x. */
  #subtraction(last: SetToken | undefined): void {
    if (last !== undefined && last !== '&' && last !== '|' && last !== '(') this.#tokens.push('&');
    this.#tokens.push('(', this.#source.accepted, '-');
    this.#open.push('-');
  }

  #close(): boolean {
    if (this.#open.at(-1) !== '(') return false;
    this.#open.pop();
    this.#tokens.push(')');
    this.#closeSubtraction();
    return true;
  }

  #closeSubtraction(): void {
    if (this.#open.at(-1) !== '-') return;
    this.#open.pop();
    this.#tokens.push(')');
  }

  #term(engine: string | undefined, pattern: Value, delimiter: string | undefined): boolean {
    const kind = this.#kindOf(engine);
    const excluded = this.#tokens.at(-1) === '-';
    const found = kind === undefined ? undefined : expectedOfKind(kind, pattern, delimiter, this.#source, this.#options);
    if (found === undefined) return false;
    this.#tokens.push(new Set(found.minions));
    if (!excluded) this.#missing.push(...found.missing);
    this.#closeSubtraction();
    return true;
  }

  #kindOf(engine: string | undefined): string | undefined {
    if (engine === undefined) return 'glob';
    if (this.#options.pillarExact === true && (engine === 'I' || engine === 'J')) return 'pillar_exact';
    return ENGINE_KINDS[engine];
  }
}
