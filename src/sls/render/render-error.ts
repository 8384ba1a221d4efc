/** A template or SLS that cannot be rendered: Salt's text, and everything that helps its author. */
import { PythonError } from '../../kernel/contract/errors.js';

/** A place in a template, as its author knows it. */
export interface SourcePlace {
  /** `salt://web/map.jinja` */
  readonly file: string;
  readonly line: number;
  /** `macro 'name'` or `block 'name'` when the place is in one. */
  readonly inside?: string | undefined;
}

export interface RenderErrorDetails {
  /** Where it happened; undefined when nobody can say. */
  readonly place?: SourcePlace | undefined;
  /** The line and its neighbours with a mark. */
  readonly excerpt?: string | undefined;
  /** From the file that is rendered down to the place: includes, imports, macros. */
  readonly chain?: readonly SourcePlace[] | undefined;
  /** Names that might have been meant. */
  readonly suggestions?: readonly string[] | undefined;
  /** What went wrong, without place and lines. */
  readonly reason?: string | undefined;
  readonly cause?: unknown;
}

/** `message` is Salt's text to the letter. */
export class RenderError extends PythonError {
  readonly place: SourcePlace | undefined;
  readonly excerpt: string;
  readonly chain: readonly SourcePlace[];
  readonly suggestions: readonly string[];
  readonly reason: string;

  constructor(message: string, details: RenderErrorDetails = {}) {
    super('SaltRenderError', message, details.cause);
    this.place = details.place;
    this.excerpt = details.excerpt ?? '';
    this.chain = details.chain ?? [];
    this.suggestions = details.suggestions ?? [];
    this.reason = details.reason ?? message;
  }
}
