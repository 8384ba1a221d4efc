/** What is wrong with a YAML text, where, and in Salt's words. */
import { TsaltError } from '../contract/errors.js';

/** Classes of Python's yaml package (and of Python) that a broken text raises; the yaml renderer treats them differently. */
export type YamlErrorClass =
  | 'ScannerError' | 'ParserError' | 'ConstructorError' | 'ComposerError' | 'ReaderError' | 'ValueError' | 'KeyError'
  | 'IndexError' | 'AttributeError' | 'RecursionError';

/** A place in a text, counted from 0; columns in characters. */
export interface Mark {
  readonly line: number;
  readonly column: number;
}

export interface YamlProblem {
  readonly className: YamlErrorClass;
  readonly reason: string;
  /** Where it is; undefined when nobody can say. */
  readonly mark?: Mark | undefined;
  /** The whole text as Salt prints it; default: the reason. */
  readonly pythonText?: string;
}

/** Name under which Salt's loader knows a text that is not a file. */
export const UNNAMED_SOURCE = '<unicode string>';

const NEIGHBOUR_LINES = 2;

/** Python's wording of a place. */
export function pythonMark(mark: Mark, source: string): string {
  return `  in "${source}", line ${mark.line + 1}, column ${mark.column + 1}`;
}

/** The line with its neighbours, numbered, and a mark below the column. */
export function snippetAt(text: string, mark: Mark): string {
  const lines = text.split(/\r\n|[\r\n]/);
  const first = Math.max(0, mark.line - NEIGHBOUR_LINES);
  const last = Math.min(lines.length - 1, mark.line + NEIGHBOUR_LINES);
  const width = String(last + 1).length;
  const shown: string[] = [];
  for (let at = first; at <= last; at++) {
    shown.push(`${String(at + 1).padStart(width)} | ${lines[at] ?? ''}`);
    if (at === mark.line) shown.push(`${' '.repeat(width + 3 + mark.column)}^`);
  }
  return shown.join('\n');
}

/**
 * A text that is not YAML as Salt reads it. `message` is Python's text of the exception; for a ScannerError Salt's yaml
 * renderer prints `reason` alone. `line` and `column` count from 1 and are 0 when no place is known.
 */
export class YamlError extends TsaltError {
  readonly code = 'yaml.syntax';
  readonly className: YamlErrorClass;
  readonly reason: string;
  readonly line: number;
  readonly column: number;
  readonly snippet: string;

  constructor(text: string, problem: YamlProblem, cause?: unknown) {
    const line = problem.mark === undefined ? 0 : problem.mark.line + 1;
    super(problem.pythonText ?? problem.reason, { context: { line }, cause });
    this.className = problem.className;
    this.reason = problem.reason;
    this.line = line;
    this.column = problem.mark === undefined ? 0 : problem.mark.column + 1;
    this.snippet = problem.mark === undefined ? '' : snippetAt(text, problem.mark);
  }
}
