/** Which line of which template wrote which part of a rendered text. */
import type { TemplateIdentity } from './identity.js';

/** A line of a template. */
export interface Origin {
  readonly template: TemplateIdentity;
  readonly line: number;
}

export class Origins {
  /** Where in the text each piece begins, and what wrote it. */
  readonly #starts: number[] = [];
  readonly #templates: TemplateIdentity[] = [];
  readonly #lines: number[] = [];
  /** The piece is text of the template itself: its lines are lines of the template. */
  readonly #verbatim: boolean[] = [];

  note(start: number, template: TemplateIdentity, line: number, verbatim: boolean): void {
    this.#starts.push(start);
    this.#templates.push(template);
    this.#lines.push(line);
    this.#verbatim.push(verbatim);
  }

  /** What wrote the character at a position of the text; undefined where nobody did. */
  of(text: string, position: number): Origin | undefined {
    const piece = this.#pieceAt(position);
    const template = this.#templates[piece];
    if (template === undefined) return undefined;
    const before = this.#verbatim[piece] === true ? text.slice(this.#starts[piece], position).split('\n').length - 1 : 0;
    return { template, line: (this.#lines[piece] ?? 0) + before };
  }

  /** The last piece that begins at the position or before it. */
  #pieceAt(position: number): number {
    let [low, high] = [0, this.#starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] as number) <= position) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
