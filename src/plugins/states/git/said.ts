/** What states of git say. */
import type { Context } from '../../../kernel/contract/context.js';
import type { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';

/** Sentences in a row; a single one has no full stop. */
export const sentences = (comments: readonly string[]): string => (comments.length > 1 ? `${comments.join('. ')}.` : comments.join(''));

/** What git said, without the command. */
export const gitWords = (failure: CommandExecutionError): string => failure.message.replace(/^Command ['"].+['"] failed: /, '');

export const shortId = (id: string | null): string => (id === null ? 'None' : id.slice(0, 7));

/** A return in the making. */
export interface Report {
  readonly name: string;
  readonly changes: PlainMap;
  readonly comments: string[];
  readonly warnings: string[];
}

export const newReport = (name: string): Report => ({ name, changes: {}, comments: [], warnings: [] });

/** The return with what was written down. */
export function returned({ name, changes, warnings }: Report, result: Value, comment: string): PlainMap {
  return { name, changes, result, comment, ...(warnings.length === 0 ? {} : { warnings }) };
}

export function fail(report: Report, message: string): PlainMap {
  const before = report.comments.length === 0 ? '' : `\n\nChanges already made: ${sentences(report.comments)}`;
  return returned(report, false, `${message}${before}`);
}

export const plan = (report: Report, comment: string): PlainMap => returned(report, null, comment);

const made = (comments: readonly string[], ctx: Context): string =>
  (comments.length === 0 ? '' : `\n\nChanges ${ctx.test ? 'that would be ' : ''}made: ${sentences(comments)}`);

export function upToDate(report: Report, target: string, comments: readonly string[], ctx: Context, hasChanges = false): PlainMap {
  const uncommitted = hasChanges ? ", but with uncommitted changes. Set 'force_reset' to True to purge uncommitted changes." : '';
  return returned(report, true, `Repository ${target} is up-to-date${uncommitted}${made(comments, ctx)}`);
}

export function alreadyCloned(report: Report, target: string, branch: string | null, ctx: Context): PlainMap {
  const where = branch === null ? '' : ` and is checked out to branch '${branch}'`;
  return returned(report, true, `Repository already exists at ${target}${where}${made(report.comments, ctx)}`);
}

/** The complaint about keyword arguments that no state of git has; undefined for none. */
export function unknownKeywords(kwargs: PlainMap): string | undefined {
  const names = Object.entries(kwargs).filter(([name]) => !name.startsWith('__'));
  return names.length === 0 ? undefined : `The following keyword arguments are not valid: ${names.map(([name, value]) => `${name}=${str(value)}`).join(', ')}`;
}
