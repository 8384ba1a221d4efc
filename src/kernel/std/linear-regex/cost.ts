/**
 * How much work JavaScript's RegExp may have with a pattern that re2js cannot run. Patterns that may take exponential
 * time are refused; for the rest the number of loops and of choices bounds the text they are tried on.
 */
import { widthOf, type RegexNode } from './ast.js';
import { RegexRefusedError } from './errors.js';

/** Steps that one match may take, about a tenth of a second. */
const STEPS_MAX = 20_000_000;

/** Repetitions up to this count are no loop of their own. */
const FEW = 10;

/** Texts shorter than this are of no use. */
const TEXT_LENGTH_MIN = 16;

interface Work {
  /** Repetitions without a bound: each multiplies the steps by the length of the text. */
  readonly loops: number;
  /** Choices: each doubles the steps. */
  readonly doublings: number;
}

const NOTHING: Work = { loops: 0, doublings: 0 };

/** Longest text in characters that the pattern may be tried on. @throws RegexRefusedError */
export function longestText(root: RegexNode): number {
  const { loops, doublings } = workOf(root, 1);
  const length = Math.floor((STEPS_MAX / 2 ** doublings) ** (1 / Math.max(loops + 1, 2)));
  if (length < TEXT_LENGTH_MIN) refuse('has too many repetitions and choices');
  return length;
}

/** `times`: how often the node is repeated by what stands around it. */
function workOf(node: RegexNode, times: number): Work {
  switch (node.kind) {
    case 'sequence': return sum(node.items, times);
    case 'choice': {
      const inside = sum(node.items, times);
      return beginApart(node.items) ? inside : plus(inside, choice(node.items.length, times));
    }
    case 'group': case 'look': case 'atomic': return workOf(node.item, times);
    case 'repeat': return repeatWork(node, times);
    case 'reference': return { loops: 1, doublings: 0 };
    case 'set': case 'any': case 'start': case 'end': case 'text-start': case 'text-end': case 'boundary': return NOTHING;
  }
}

function repeatWork(node: Extract<RegexNode, { kind: 'repeat' }>, times: number): Work {
  const inside = workOf(node.item, times * Math.max(node.max, 1));
  if (node.min === node.max) return inside;
  if (node.max <= FEW) return plus(inside, choice(node.max - node.min + 1, times));
  const [low] = widthOf(node.item);
  if (times > 1 || low === 0) nested();
  return plus(inside, { loops: 1, doublings: 0 });
}

function choice(ways: number, times: number): Work {
  if (times > FEW) nested();
  return { loops: 0, doublings: Math.log2(ways) * times };
}

function sum(items: readonly RegexNode[], times: number): Work {
  return items.map((item) => workOf(item, times)).reduce(plus, NOTHING);
}

function plus(a: Work, b: Work): Work {
  return { loops: a.loops + b.loops, doublings: a.doublings + b.doublings };
}

/** True when each way begins with another single character. */
function beginApart(items: readonly RegexNode[]): boolean {
  const firsts = items.map(firstCharacter);
  return firsts.every((first) => first !== undefined) && new Set(firsts).size === items.length;
}

function firstCharacter(node: RegexNode): number | undefined {
  if (node.kind === 'sequence') return node.items[0] === undefined ? undefined : firstCharacter(node.items[0]);
  if (node.kind === 'group') return firstCharacter(node.item);
  if (node.kind !== 'set' || node.negated || node.classes.length > 0 || node.ranges.length !== 1) return undefined;
  const [range] = node.ranges;
  return range !== undefined && range[0] === range[1] ? range[0] : undefined;
}

function nested(): never {
  refuse('may take exponential time: a choice or repetition inside of a repetition');
}

function refuse(why: string): never {
  throw new RegexRefusedError(`The regular expression ${why}`);
}
