/** The tree of a Python regular expression. Letter case and modes are settled while reading: nodes say what they match. */

/** `d`, `w`, `s` and their opposites in capitals. */
export type ClassName = 'd' | 'D' | 'w' | 'W' | 's' | 'S';

export interface CharSet {
  readonly kind: 'set';
  readonly negated: boolean;
  readonly ranges: readonly (readonly [number, number])[];
  readonly classes: readonly ClassName[];
  /** Classes mean ASCII only (flag `a`). */
  readonly ascii: boolean;
}

export type RegexNode =
  | CharSet
  | { readonly kind: 'any'; readonly newline: boolean }
  | { readonly kind: 'start' | 'end'; readonly multiline: boolean }
  | { readonly kind: 'text-start' | 'text-end' }
  | { readonly kind: 'boundary'; readonly negated: boolean; readonly ascii: boolean }
  | { readonly kind: 'sequence'; readonly items: readonly RegexNode[] }
  | { readonly kind: 'choice'; readonly items: readonly RegexNode[] }
  | { readonly kind: 'group'; readonly number: number | undefined; readonly item: RegexNode }
  | { readonly kind: 'reference'; readonly number: number; readonly ignoreCase: boolean }
  | { readonly kind: 'look'; readonly ahead: boolean; readonly negated: boolean; readonly item: RegexNode }
  | { readonly kind: 'atomic'; readonly item: RegexNode }
  | {
      readonly kind: 'repeat'; readonly item: RegexNode; readonly min: number;
      /** Infinity for `*` and `+`. */
      readonly max: number; readonly how: 'greedy' | 'lazy' | 'possessive';
    };

export interface ParsedRegex {
  readonly root: RegexNode;
  readonly groupCount: number;
  readonly groupNames: ReadonlyMap<string, number>;
}

/** Shortest and longest text that a node matches, in characters. */
export function widthOf(node: RegexNode): readonly [number, number] {
  switch (node.kind) {
    case 'set': case 'any': return [1, 1];
    case 'start': case 'end': case 'text-start': case 'text-end': case 'boundary': case 'look': return [0, 0];
    case 'reference': return [0, Infinity];
    case 'group': case 'atomic': return widthOf(node.item);
    case 'sequence': return node.items.map(widthOf).reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
    case 'choice': return node.items.map(widthOf).reduce(([a, b], [c, d]) => [Math.min(a, c), Math.max(b, d)]);
    case 'repeat': {
      const [low, high] = widthOf(node.item);
      return [low * node.min, high === 0 ? 0 : high * node.max];
    }
  }
}
