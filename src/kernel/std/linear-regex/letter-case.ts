/** Ranges of characters widened to both letter cases. */

/** Ranges longer than this are widened in their ASCII letters only. */
const WIDENED_MAX = 1024;

const A = 65;
const Z = 90;
const TO_LOWER = 32;

/** The ranges and what differs from them in letter case only. */
export function widenCase(ranges: readonly (readonly [number, number])[]): [number, number][] {
  return ranges.flatMap(([first, last]) => [[first, last] as [number, number], ...variants(first, last)]);
}

function variants(first: number, last: number): [number, number][] {
  if (last - first >= WIDENED_MAX) return asciiVariants(first, last);
  const found: [number, number][] = [];
  for (let point = first; point <= last; point++) {
    const char = String.fromCodePoint(point);
    for (const other of [char.toLowerCase(), char.toUpperCase()]) {
      const code = other.codePointAt(0) ?? point;
      if (code !== point && other.length === String.fromCodePoint(code).length) found.push([code, code]);
    }
  }
  return found;
}

function asciiVariants(first: number, last: number): [number, number][] {
  const upper = overlap(first, last, A, Z);
  const lower = overlap(first, last, A + TO_LOWER, Z + TO_LOWER);
  return [
    ...upper.map(([low, high]): [number, number] => [low + TO_LOWER, high + TO_LOWER]),
    ...lower.map(([low, high]): [number, number] => [low - TO_LOWER, high - TO_LOWER]),
  ];
}

function overlap(first: number, last: number, low: number, high: number): [number, number][] {
  const from = Math.max(first, low);
  const to = Math.min(last, high);
  return from <= to ? [[from, to]] : [];
}
