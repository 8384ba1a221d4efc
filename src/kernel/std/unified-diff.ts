/**
 * Unified diffs, equal to those of Python's `difflib.unified_diff`. Start at `unifiedDiff`.
 *
 * Python does not look for the smallest difference: it takes the longest common block of lines, then does the same left
 * and right of it. Lines that make up more than a hundredth of a long text are not used to start a block. Other
 * libraries give other (often smaller) diffs, so the search is done here.
 * Source: documentation of Python's difflib; compared with Python 3.11 on random texts.
 */

/** A stretch of equal lines: from `a` and from `b` on, `size` lines. */
interface Block {
  readonly a: number;
  readonly b: number;
  readonly size: number;
}

interface Change {
  readonly equal: boolean;
  readonly aFrom: number;
  readonly aTo: number;
  readonly bFrom: number;
  readonly bTo: number;
}

export interface DiffOptions {
  /** Names in the header; default empty. */
  readonly from?: string;
  readonly to?: string;
  /** Equal lines shown around a change; default 3. */
  readonly context?: number;
}

const CONTEXT = 3;
/** From this many lines on, frequent lines are left out of the search. */
const FREQUENT_FROM_LINES = 200;
/** Comparisons after which the rest is shown as replaced: a bound on time, far above what real files need. */
const COMPARISONS_MAX = 200_000_000;

/** Lines of the diff, header first; empty when the texts are equal. Lines keep the ends they have. */
export function unifiedDiff(a: readonly string[], b: readonly string[], options: DiffOptions = {}): string[] {
  const lines: string[] = [];
  for (const hunk of hunksOf(changesOf(a, b), options.context ?? CONTEXT)) {
    if (lines.length === 0) lines.push(`--- ${options.from ?? ''}\n`, `+++ ${options.to ?? ''}\n`);
    const [first, last] = [hunk[0], hunk.at(-1)];
    if (first === undefined || last === undefined) continue;
    lines.push(`@@ -${range(first.aFrom, last.aTo)} +${range(first.bFrom, last.bTo)} @@\n`);
    for (const change of hunk) {
      const old = a.slice(change.aFrom, change.aTo);
      if (change.equal) lines.push(...old.map((line) => ` ${line}`));
      else lines.push(...old.map((line) => `-${line}`), ...b.slice(change.bFrom, change.bTo).map((line) => `+${line}`));
    }
  }
  return lines;
}

/** `start,length` counted from one; the length is left out when it is one, and an empty range starts one before. */
function range(from: number, to: number): string {
  const length = to - from;
  if (length === 1) return String(from + 1);
  return `${length === 0 ? from : from + 1},${length}`;
}

/** Changes in groups that are more than twice the context apart, each with its equal lines around. */
function hunksOf(changes: readonly Change[], context: number): Change[][] {
  const hunks: Change[][] = [];
  let hunk: Change[] = [];
  for (const [at, change] of changes.entries()) {
    if (!change.equal) {
      hunk.push(change);
      continue;
    }
    const length = change.aTo - change.aFrom;
    const last = at === changes.length - 1;
    if (at > 0 && (last || length > 2 * context)) {
      hunk.push(cut(change, 0, Math.min(length, context)));
      hunks.push(hunk);
      hunk = [];
    }
    if (!last && (at === 0 || length > 2 * context)) hunk.push(cut(change, Math.max(0, length - context), length));
    else if (!last) hunk.push(change);
  }
  if (hunk.some((change) => !change.equal)) hunks.push(hunk);
  return hunks.filter((group) => group.some((change) => !change.equal));
}

function cut(change: Change, from: number, to: number): Change {
  return {
    equal: true, aFrom: change.aFrom + from, aTo: change.aFrom + to, bFrom: change.bFrom + from, bTo: change.bFrom + to,
  };
}

/** What turns one text into the other: equal and changed stretches in turn. */
function changesOf(a: readonly string[], b: readonly string[]): Change[] {
  const changes: Change[] = [];
  let [aAt, bAt] = [0, 0];
  for (const block of [...matchingBlocks(a, b), { a: a.length, b: b.length, size: 0 }]) {
    if (aAt < block.a || bAt < block.b) changes.push({ equal: false, aFrom: aAt, aTo: block.a, bFrom: bAt, bTo: block.b });
    [aAt, bAt] = [block.a + block.size, block.b + block.size];
    if (block.size > 0) changes.push({ equal: true, aFrom: block.a, aTo: aAt, bFrom: block.b, bTo: bAt });
  }
  return changes;
}

/** Common blocks in order; neighbours that touch are one. */
function matchingBlocks(a: readonly string[], b: readonly string[]): Block[] {
  const search = new BlockSearch(a, b);
  const waiting: [number, number, number, number][] = [[0, a.length, 0, b.length]];
  const found: Block[] = [];
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    const [aFrom, aTo, bFrom, bTo] = part;
    const block = search.longest(aFrom, aTo, bFrom, bTo);
    if (block.size === 0) continue;
    found.push(block);
    if (aFrom < block.a && bFrom < block.b) waiting.push([aFrom, block.a, bFrom, block.b]);
    if (block.a + block.size < aTo && block.b + block.size < bTo) waiting.push([block.a + block.size, aTo, block.b + block.size, bTo]);
  }
  const joined: Block[] = [];
  for (const block of found.sort((one, other) => one.a - other.a)) {
    const before = joined.at(-1);
    if (before !== undefined && before.a + before.size === block.a && before.b + before.size === block.b) {
      joined[joined.length - 1] = { ...before, size: before.size + block.size };
    } else joined.push(block);
  }
  return joined;
}

class BlockSearch {
  readonly #a: readonly string[];
  readonly #b: readonly string[];
  /** Where each line of `b` stands, frequent lines left out. */
  readonly #places = new Map<string, number[]>();
  #comparisons = 0;

  constructor(a: readonly string[], b: readonly string[]) {
    this.#a = a;
    this.#b = b;
    for (const [at, line] of b.entries()) {
      const places = this.#places.get(line);
      if (places === undefined) this.#places.set(line, [at]);
      else places.push(at);
    }
    if (b.length < FREQUENT_FROM_LINES) return;
    const most = Math.floor(b.length / 100) + 1;
    for (const [line, places] of this.#places) if (places.length > most) this.#places.delete(line);
  }

  /** The longest common block within the bounds; of equals the one that starts first in `a`, then in `b`. */
  longest(aFrom: number, aTo: number, bFrom: number, bTo: number): Block {
    let best: Block = { a: aFrom, b: bFrom, size: 0 };
    let lengths = new Map<number, number>();
    for (let at = aFrom; at < aTo && this.#comparisons < COMPARISONS_MAX; at += 1) {
      const next = new Map<number, number>();
      for (const place of this.#places.get(this.#a[at] ?? '') ?? []) {
        this.#comparisons += 1;
        if (place < bFrom) continue;
        if (place >= bTo) break;
        const size = (lengths.get(place - 1) ?? 0) + 1;
        next.set(place, size);
        if (size > best.size) best = { a: at - size + 1, b: place - size + 1, size };
      }
      lengths = next;
    }
    return this.#grow(best, aFrom, aTo, bFrom, bTo);
  }

  /** Takes in the equal lines around a block, frequent ones too. */
  #grow(block: Block, aFrom: number, aTo: number, bFrom: number, bTo: number): Block {
    let { a, b, size } = block;
    while (a > aFrom && b > bFrom && this.#a[a - 1] === this.#b[b - 1]) {
      a -= 1;
      b -= 1;
      size += 1;
    }
    while (a + size < aTo && b + size < bTo && this.#a[a + size] === this.#b[b + size]) size += 1;
    return { a, b, size };
  }
}
