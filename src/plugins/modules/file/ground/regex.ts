/** Regular expressions of Python over text, as the functions of this module use them. */
export const FLAG = { IGNORECASE: 2, LOCALE: 4, MULTILINE: 8, DOTALL: 16, UNICODE: 32, VERBOSE: 64, ASCII: 256 } as const;
export interface Pattern {
  search(text: string): RegExpExecArray | undefined;
  matchStart(text: string): RegExpExecArray | undefined;
}
export function compilePattern(source: string, flags: number): Pattern {
  const e = new RegExp(source, 'u' + (flags & 2 ? 'i' : '') + (flags & 8 ? 'm' : '') + (flags & 16 ? 's' : ''));
  const y = new RegExp(e.source, e.flags + 'y');
  return { search: (t) => e.exec(t) ?? undefined, matchStart: (t) => { y.lastIndex = 0; return y.exec(t) ?? undefined; } };
}
