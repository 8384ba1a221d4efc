/** The rules by which `file.line` edits a list of lines. Pure. */
import { CommandExecutionError, PythonError } from '../../../../kernel/contract/errors.js';
import { stripEnd, stripStart } from '../../../../kernel/std/python-space.js';
import { compilePattern, FLAG } from '../../../../kernel/sys/file/regex.js';

export type LineMode = 'insert' | 'ensure' | 'delete' | 'replace';

export interface LineWish {
  readonly content: string | null;
  readonly match: string | null;
  readonly location: string | null;
  readonly before: string | null;
  readonly after: string | null;
  /** Take over the blanks at the start of the line beside. */
  readonly indent: boolean;
}

/** The end of a line: `\n`, `\r\n`, `\r` or nothing. */
export function endOf(line: string): string {
  return /(?:\r\n|\n|\r)$/.exec(line)?.[0] ?? '';
}

/** A line with the end that another has. */
export function withEndOf(model: string, line: string): string {
  return stripEnd(line) + (endOf(model) || '\n');
}

function withIndentOf(model: string, line: string, indent: boolean): string {
  return indent ? (/^[\t ]*/.exec(model)?.[0] ?? '') + stripStart(line) : line;
}

/** Lines that a pattern finds or that hold it as plain text; null when there is no pattern or no line. */
function fitting(lines: readonly string[], expression: string | null): string[] | null {
  if (lines.length === 0 || expression === null || expression === '') return null;
  try {
    const pattern = compilePattern(expression, FLAG.DOTALL);
    return lines.filter((line) => pattern.search(line) !== undefined || line.includes(expression));
  } catch (error) {
    if (error instanceof PythonError) throw new CommandExecutionError(`${error.message}: '${expression}'`, { cause: error });
    throw error;
  }
}

/** The one line that fits. @throws CommandExecutionError when there are more or none. */
function only(lines: readonly string[], name: 'before' | 'after'): string {
  const [line] = lines;
  if (lines.length === 1 && line !== undefined) return line;
  throw new CommandExecutionError(`Found ${lines.length > 1 ? 'more than' : 'less than'} expected occurrences in "${name}" expression`);
}

const filled = (lines: string[] | null): lines is string[] => lines !== null && lines.length > 0;
const bare = (line: string | undefined): string | undefined => line?.replace(/[\r\n]+$/, '');

/** The lines after editing; the list is changed in place. */
export function editLines(lines: string[], mode: LineMode, wish: LineWish): string[] {
  const content = wish.content ?? '';
  const sought = !wish.match && wish.before === null && wish.after === null ? wish.content : wish.match;
  const after = fitting(lines, wish.after);
  const before = fitting(lines, wish.before);
  const match = fitting(lines, sought);
  switch (mode) {
    case 'delete': return filled(match) ? lines.filter((line) => line !== match[0]) : lines;
    case 'replace': {
      if (!filled(match)) return lines;
      const at = lines.indexOf(match[0] ?? '');
      lines[at] = withIndentOf(lines[at] ?? '', content, wish.indent);
      return lines;
    }
    case 'insert': return insertLine(lines, content, before, after, wish);
    case 'ensure': return ensureLine(lines, content, before, after, wish);
  }
}

function insertLine(lines: string[], content: string, before: string[] | null, after: string[] | null, wish: LineWish): string[] {
  const { location, indent } = wish;
  if (before === null && after === null && location === null) {
    throw new CommandExecutionError('On insert either "location" or "before/after" conditions are required.');
  }
  const put = (at: number, model: number): void => {
    lines.splice(at, 0, withIndentOf(lines.at(model) ?? '', content, indent));
  };
  if (location) {
    if (location === 'end') lines.push(lines.length > 0 ? withIndentOf(lines.at(-1) ?? '', content, indent) : content);
    else if (location === 'start') lines.unshift(lines.length > 0 ? withEndOf(lines[0] ?? '', content) : `${content}\n`);
  } else if (filled(before) && filled(after)) {
    const last = lines.indexOf(only(before, 'before'));
    only(after, 'after');
    put(last, last);
  } else if (filled(after)) {
    const at = lines.indexOf(only(after, 'after'));
    if (bare(lines[at + 1]) !== bare(content)) put(at + 1, at);
  } else if (filled(before)) {
    const at = lines.indexOf(only(before, 'before'));
    if (bare(lines.at(at - 1)) !== bare(content)) put(at, at);
  } else {
    throw new CommandExecutionError('Neither before or after was found in file');
  }
  return lines;
}

function ensureLine(lines: string[], content: string, before: string[] | null, after: string[] | null, { indent }: LineWish): string[] {
  const put = (at: number, model: number, replaced: number): void => {
    lines.splice(at, replaced, withIndentOf(lines.at(model) ?? '', content, indent));
  };
  if (filled(before) && filled(after)) {
    const first = lines.indexOf(only(after, 'after'));
    const last = lines.indexOf(only(before, 'before'));
    if (lines.some((line) => stripStart(line) === content)) return lines;
    if (first + 1 === last) put(last, first, 0);
    else if (first + 2 === last) put(first + 1, first, 1);
    else throw new CommandExecutionError('Found more than one line between boundaries "before" and "after".');
  } else if (filled(before)) {
    const at = lines.indexOf(only(before, 'before'));
    if (at === 0 || bare(lines[at - 1]) !== bare(content)) put(at, at - 1, 0);
  } else if (filled(after)) {
    const at = lines.indexOf(only(after, 'after'));
    if (bare(lines[at + 1]) !== bare(content)) put(at + 1, at, 0);
  } else {
    throw new CommandExecutionError('Wrong conditions? Unable to ensure line without knowing where to put it before and/or after.');
  }
  return lines;
}
