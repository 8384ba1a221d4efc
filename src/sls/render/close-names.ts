/** Names that might have been meant by a misspelled one. */

const NAMES_MAX = 3;
const CANDIDATES_MAX = 5000;

/** Letters to change, add, drop or swap to get from one word to the other; stops counting beyond a limit. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let row = 1; row <= a.length; row++) {
    const next = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let least = Math.min((last[column] as number) + 1, (next[column - 1] as number) + 1, (last[column - 1] as number) + (same ? 0 : 1));
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) least = Math.min(least, (before[column - 2] as number) + 1);
      next.push(least);
    }
    before = last;
    last = next;
  }
  return last[b.length] as number;
}

/** The closest of the known names, the best first; empty when none is near. */
export function closeNames(word: string, known: Iterable<string>): string[] {
  const limit = word.length <= 3 ? 1 : word.length <= 7 ? 2 : 3;
  const found: { name: string; far: number }[] = [];
  let seen = 0;
  for (const name of known) {
    if (++seen > CANDIDATES_MAX) break;
    const far = name.toLowerCase() === word.toLowerCase() ? 0 : distance(word, name, limit);
    if (far <= limit && name !== word) found.push({ name, far });
  }
  return found.sort((a, b) => a.far - b.far || (a.name < b.name ? -1 : 1)).slice(0, NAMES_MAX).map(({ name }) => name);
}
