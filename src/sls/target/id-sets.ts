/**
 * Evaluates sets of ids joined by `&`, `|`, `-` and parentheses with Python's precedence: `-` binds tighter than `&`,
 * and `&` tighter than `|`. The master foretells compound targets so.
 */

/** A set, an operator or a parenthesis. */
export type SetToken = ReadonlySet<string> | '&' | '|' | '-' | '(' | ')';

/** The set, or undefined when the expression is malformed. Empty parentheses alone are nobody. */
export function evaluateSets(tokens: readonly SetToken[]): ReadonlySet<string> | undefined {
  if (tokens.length > 0 && isEmptyTuple(tokens)) return new Set();
  const reader = new Reader(tokens);
  const result = reader.chain(0);
  return reader.ended ? result : undefined;
}

/** `( )`, in any number of parentheses. */
function isEmptyTuple(tokens: readonly SetToken[]): boolean {
  const half = tokens.length / 2;
  return tokens.every((token, at) => token === (at < half ? '(' : ')'));
}

const LEVELS = ['|', '&', '-'] as const;

const JOIN: Readonly<Record<string, (a: ReadonlySet<string>, b: ReadonlySet<string>) => Set<string>>> = {
  '|': (a, b) => new Set([...a, ...b]),
  '&': (a, b) => new Set([...a].filter((id) => b.has(id))),
  '-': (a, b) => new Set([...a].filter((id) => !b.has(id))),
};

class Reader {
  readonly #tokens: readonly SetToken[];
  #at = 0;

  constructor(tokens: readonly SetToken[]) {
    this.#tokens = tokens;
  }

  get ended(): boolean {
    return this.#at === this.#tokens.length;
  }

  chain(level: number): ReadonlySet<string> | undefined {
    const sign = LEVELS[level];
    if (sign === undefined) return this.#value();
    let left = this.chain(level + 1);
    while (left !== undefined && this.#tokens[this.#at] === sign) {
      this.#at += 1;
      const right = this.chain(level + 1);
      left = right === undefined ? undefined : JOIN[sign]?.(left, right);
    }
    return left;
  }

  #value(): ReadonlySet<string> | undefined {
    const token = this.#tokens[this.#at++];
    if (token !== '(') return typeof token === 'object' ? token : undefined;
    const inside = this.chain(0);
    return this.#tokens[this.#at++] === ')' ? inside : undefined;
  }
}
