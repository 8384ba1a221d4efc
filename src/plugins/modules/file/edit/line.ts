/** `file.line`: one line put in, changed or taken out. */
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../../kernel/contract/errors.js';
import { linesWithEnds } from '../../../../kernel/std/python-space.js';
import { readBytes, textLines } from '../../../../kernel/sys/file/content.js';
import { errorText, isSystemError } from '../../../../kernel/sys/file/os-error.js';
import { expandUser, isRegularFile, realPath } from '../../../../kernel/sys/file/probe.js';
import { searching } from '../../../../kernel/sys/file/regex.js';
import { decodeUtf8 } from '../../../../kernel/sys/file/utf8.js';
import { diffText } from './differences.js';
import { editLines, endOf, withEndOf, type LineMode, type LineWish } from './line-rules.js';
import { keepCopy } from './saving.js';

export interface LineCall extends LineWish {
  readonly mode: string | null;
  readonly showChanges: boolean;
  readonly backup: boolean;
  readonly quiet: boolean;
}

const MODES: readonly string[] = ['insert', 'ensure', 'delete', 'replace'];

/** A diff, or whether something changed (or would, in a test run). */
export async function editLine(ctx: Context, given: string, call: LineCall): Promise<string | boolean> {
  const { sys } = ctx;
  const path = await realPath(sys, await expandUser(sys, given));
  if (!(await isRegularFile(sys, path))) {
    if (call.quiet) return false;
    throw new CommandExecutionError(`File "${path}" does not exists or is not a file.`);
  }
  const mode = readMode(call);
  const text = decodeUtf8(await readBytes(sys, path));
  const after = searching(() => editedText(text, mode, call));
  if (typeof after === 'string') return false;
  if (call.backup && !ctx.test) await backUp(ctx, path);
  if (!ctx.test) await sys.writeFile(path, after.join(''));
  const difference = call.showChanges ? diffText(linesWithEnds(text), after) : '';
  return difference === '' ? true : difference;
}

function readMode({ mode, content }: LineCall): LineMode {
  const word = mode === null || mode === '' ? mode : mode.toLowerCase();
  if (word === null) throw new CommandExecutionError('Mode was not defined. How to process the file?');
  if (!MODES.includes(word)) throw new CommandExecutionError(`Unknown mode: "${word}"`);
  if (word !== 'delete' && content === null) throw new CommandExecutionError('Content can only be empty if mode is "delete"');
  return word as LineMode;
}

/** The lines after editing, or the text itself when nothing changed. */
function editedText(text: string, mode: LineMode, wish: LineWish): string | string[] {
  const lines = textLines(text);
  // An ended last line is followed by an empty one, so that something can be put after it.
  if (lines.length > 0 && endOf(lines.at(-1) ?? '') !== '') lines.push('');
  const edited = editLines(lines, mode, wish);
  for (const [at, line] of edited.entries()) {
    // Observed: the second line never looks at the first, so it gets a plain newline even among carriage returns.
    if (endOf(line) === '' && at + 1 < edited.length) edited[at] = withEndOf(edited[at > 1 ? at - 1 : 1] ?? '', line);
  }
  if (edited.at(-1) === '') edited.pop();
  return edited.join('') === text ? text : edited;
}

async function backUp(ctx: Context, path: string): Promise<void> {
  const now = new Date(ctx.sys.now());
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  const stamp = `${day}-${two(now.getHours())}-${two(now.getMinutes())}-${two(now.getSeconds())}`;
  try {
    await keepCopy(ctx.sys, path, `${path}.${stamp}`);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CommandExecutionError(`Unable to create the backup file of ${path}. Exception: ${errorText(error)}`, { cause: error });
  }
}
