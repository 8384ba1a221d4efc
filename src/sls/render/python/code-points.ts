/** Text as Python counts it: by code points. Text without surrogate pairs, nearly all there is, needs no counting. */
const PAIR = /[\ud800-\udbff][\udc00-\udfff]/;

export function hasPairs(text: string): boolean {
  return PAIR.test(text);
}

export function codePoints(text: string): string[] {
  return hasPairs(text) ? Array.from(text) : text.split('');
}

export function lengthOf(text: string): number {
  return hasPairs(text) ? Array.from(text).length : text.length;
}

/** The character at a place that is not negative, or undefined. */
export function characterAt(text: string, at: number): string | undefined {
  if (!hasPairs(text)) return at < text.length ? text.charAt(at) : undefined;
  return Array.from(text)[at];
}

/** Characters from a place on, up to another. */
export function sliceText(text: string, from: number, to: number): string {
  return hasPairs(text) ? Array.from(text).slice(from, to).join('') : text.slice(from, to);
}
