/** From a line of a rendered text back to the line that its author wrote. */
import { markedLines } from './excerpt.js';
import type { SourcePlace } from './render-error.js';

/** What is known of a text on its way through a pipe. */
export interface RenderTrace {
  /** Lines and columns from 1. */
  sourceOf: (line: number, column: number) => SourceLine | undefined;
}

export interface SourceLine {
  readonly place: SourcePlace;
  /** The line and its neighbours with a mark. */
  readonly excerpt: string;
  /** The text is another one than what the author wrote. */
  readonly isRendered: boolean;
}

/** Of a text that nothing was done to. */
export function traceOf(text: string, file: string): RenderTrace {
  return { sourceOf: (line) => ({ place: { file, line }, excerpt: markedLines(text, line), isRendered: false }) };
}

/** Where in a text a line and column are. */
export function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let passed = 1; passed < line; passed += 1) {
    const end = text.indexOf('\n', start);
    if (end < 0) return text.length;
    start = end + 1;
  }
  return Math.min(start + column - 1, text.length);
}
