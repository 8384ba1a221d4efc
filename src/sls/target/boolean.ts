/**
 * Evaluates `True and not ( False or True )` as Python does, short cuts included. Minions decide compound targets so.
 *
 * Two values in a row make no sense; a value before a parenthesis is a call, which fails when it is reached.
 */

/** An index into the values, an operator or a parenthesis. */
export type BooleanToken = number | 'and' | 'or' | 'not' | '(' | ')';

type Evaluate = (values: readonly boolean[]) => boolean;

/** Reached something that Python cannot do with a truth value. */
class CallError extends Error {}

/** The expression as a function of its values; undefined when it is malformed. Failing counts as false. */
export function compileBoolean(tokens: readonly BooleanToken[]): Evaluate | undefined {
  const reader = new Reader(tokens);
  const evaluate = reader.either();
  if (evaluate === undefined || !reader.ended) return undefined;
  return (values) => {
    try {
      return evaluate(values);
    } catch (error) {
      if (error instanceof CallError) return false;
      throw error;
    }
  };
}

class Reader {
  readonly #tokens: readonly BooleanToken[];
  #at = 0;

  constructor(tokens: readonly BooleanToken[]) {
    this.#tokens = tokens;
  }

  get ended(): boolean {
    return this.#at === this.#tokens.length;
  }

  #accept(token: BooleanToken): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at += 1;
    return true;
  }

  either(): Evaluate | undefined {
    return this.#chain('or', () => this.#chain('and', () => this.#negation(), (a, b) => (values) => a(values) && b(values)),
      (a, b) => (values) => a(values) || b(values));
  }

  #chain(operator: 'and' | 'or', read: () => Evaluate | undefined, join: (a: Evaluate, b: Evaluate) => Evaluate): Evaluate | undefined {
    let left = read();
    while (left !== undefined && this.#accept(operator)) {
      const right = read();
      left = right === undefined ? undefined : join(left, right);
    }
    return left;
  }

  #negation(): Evaluate | undefined {
    if (!this.#accept('not')) return this.#value();
    const inside = this.#negation();
    return inside === undefined ? undefined : (values) => !inside(values);
  }

  #value(): Evaluate | undefined {
    let value = this.#accept('(') ? this.#inParentheses() : this.#given();
    while (value !== undefined && this.#accept('(')) value = this.#call(value, this.#inParentheses());
    return value;
  }

  #given(): Evaluate | undefined {
    const token = this.#tokens[this.#at];
    if (typeof token !== 'number') return undefined;
    this.#at += 1;
    return (values) => values[token] === true;
  }

  /** Nothing in parentheses is Python's empty tuple, which is false. */
  #inParentheses(): Evaluate | undefined {
    if (this.#accept(')')) return () => false;
    const inside = this.either();
    return inside !== undefined && this.#accept(')') ? inside : undefined;
  }

  #call(callee: Evaluate, argument: Evaluate | undefined): Evaluate | undefined {
    if (argument === undefined) return undefined;
    return (values) => {
      callee(values);
      throw new CallError();
    };
  }
}
