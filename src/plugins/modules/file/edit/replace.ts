/** `file.replace` and `file.search`: patterns over the whole content. */
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../../kernel/contract/errors.js';
import { linesWithEnds } from '../../../../kernel/std/python-space.js';
import { escapePython } from '../../../../kernel/std/python-regex.js';
import { str } from '../../../../kernel/std/python-text.js';
import type { Value } from '../../../../kernel/std/value.js';
import { decodeAs, encodeAs } from '../ground/codec.js';
import { isTextFile, readBytes } from '../../../../kernel/sys/file/content.js';
import { errorText, failedWith, isSystemError } from '../../../../kernel/sys/file/os-error.js';
import { expandUser, isSymlink, pathExists, realPath } from '../../../../kernel/sys/file/probe.js';
import {
  bytesAsText, compileBytePattern, compilePattern, readFlags, searching, textAsBytes, type Pattern,
} from '../../../../kernel/sys/file/regex.js';
import { restoreRights, saveEdited } from './saving.js';
import { diffText, linesOfBytes } from './differences.js';
import { factsOf } from '../look/stat.js';

export interface ReplaceWish {
  readonly pattern: string;
  readonly repl: Value;
  readonly count: number;
  readonly flags: Value;
  readonly appendIfMissing: boolean;
  readonly prependIfMissing: boolean;
  readonly missingContent: Value;
  readonly backup: string | false;
  readonly dryRun: boolean;
  readonly searchOnly: boolean;
  readonly showChanges: boolean;
  readonly ignoreIfMissing: boolean;
  readonly keepInode: boolean;
  readonly literalBackslash: boolean;
  readonly encoding: string | null;
}

/** Content as text the pattern sees, and the way back: characters of an encoding, or one character a byte. */
interface Medium {
  readonly compile: (source: string, flags: number) => Pattern;
  readonly fromText: (text: string) => string;
  readonly read: (bytes: Uint8Array) => string;
  readonly write: (text: string) => Buffer;
  readonly lines: (text: string) => string[];
}

function mediumOf(encoding: string | null): Medium {
  if (encoding === null) {
    return {
      compile: compileBytePattern, fromText: (text) => bytesAsText(Buffer.from(text, 'utf8')), read: bytesAsText, write: textAsBytes,
      lines: (text) => linesOfBytes(textAsBytes(text)),
    };
  }
  return {
    compile: compilePattern, fromText: (text) => text, read: (bytes) => decodeAs(bytes, encoding),
    write: (text) => encodeAs(text, encoding), lines: linesWithEnds,
  };
}

/** A diff, or whether there was (would be) a change; true or false for a mere search. */
export async function replaceInFile(ctx: Context, given: string, wish: ReplaceWish): Promise<boolean | string> {
  const { sys } = ctx;
  const path = await realPath(sys, await expandUser(sys, given));
  if (!(await pathExists(sys, path))) {
    if (wish.ignoreIfMissing) return false;
    throw new InvocationError(`File not found: ${path}`);
  }
  if (wish.encoding === null && !(await isTextFile(sys, path))) {
    throw new InvocationError(`Cannot perform string replacements on a binary file: ${path}`);
  }
  if (wish.searchOnly && (wish.appendIfMissing || wish.prependIfMissing)) {
    throw new InvocationError('search_only cannot be used with append/prepend_if_not_found');
  }
  if (wish.appendIfMissing && wish.prependIfMissing) {
    throw new InvocationError('Only one of append and prepend_if_not_found is permitted');
  }
  const medium = mediumOf(wish.encoding);
  const pattern = medium.compile(wish.pattern, readFlags(wish.flags));
  const before = medium.read(await readOrExplain(ctx, path));
  if (wish.searchOnly) return searching(() => pattern.search(before) !== undefined);
  const { text: after, added } = replacedText(before, pattern, medium, wish);
  if (!wish.dryRun) await save(ctx, given, path, { before, after, added }, medium, wish);
  const differences = diffText(medium.lines(before), medium.lines(after));
  return wish.showChanges ? differences : differences !== '';
}

async function readOrExplain(ctx: Context, path: string): Promise<Buffer> {
  try {
    return await readBytes(ctx.sys, path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CommandExecutionError(`Unable to open file '${path}'. Exception: ${errorText(error)}`, { cause: error });
  }
}

/** The new text, and whether lines were put in because nothing was found. */
function replacedText(before: string, pattern: Pattern, medium: Medium, wish: ReplaceWish): { text: string; added: boolean } {
  const repl = str(wish.repl);
  const template = medium.fromText(wish.literalBackslash ? repl.replaceAll('\\', '\\\\') : repl);
  const adding = wish.appendIfMissing || wish.prependIfMissing;
  const given = wish.missingContent === null ? repl : str(wish.missingContent);
  return searching(() => {
    const [text, count] = pattern.subn(template, before, wish.count);
    if (count > 0 || !adding) return { text, added: false };
    const there = medium.compile(`^${escapePython(given === '' ? repl : given)}($|(?=\\r\\n))`, readFlags(wish.flags));
    if (there.search(before) !== undefined) return { text, added: false };
    const line = `${medium.fromText(given)}\n`;
    if (wish.prependIfMissing) return { text: line + text, added: true };
    return { text: (text === '' || text.endsWith('\n') ? text : `${text}\n`) + line, added: true };
  });
}

async function save(
  ctx: Context, given: string, path: string,
  { before, after, added }: { before: string; after: string; added: boolean }, medium: Medium, wish: ReplaceWish,
): Promise<void> {
  if (before === after && !added) {
    await restoreRights(ctx, path, await factsOf(ctx.sys, path));
    return;
  }
  // Read: Salt writes added lines by rename even where the inode shall stay.
  await saveEdited(ctx, path, medium.write(after), { backup: wish.backup, keepInode: wish.keepInode, inPlace: wish.keepInode && !added });
  if (wish.backup !== false && wish.backup !== '' && await isSymlink(ctx.sys, given)) await linkBackup(ctx, given, wish.backup);
}

/** A link to a file gets a link to the file's backup beside it. */
async function linkBackup(ctx: Context, given: string, backup: string): Promise<void> {
  const { sys } = ctx;
  const link = `${await expandUser(sys, given)}${backup}`;
  const target = `${await sys.fs.readlink(given)}${backup}`;
  try {
    await sys.fs.symlink(target, link);
  } catch (error) {
    if (!failedWith(error, 'EEXIST')) throw error;
    await sys.fs.unlink(link);
    await sys.fs.symlink(target, link);
  }
}

/** `file.search`. */
export async function searchFile(
  ctx: Context, path: string, pattern: string, wish: { flags: Value; multiline: boolean; ignoreIfMissing: boolean },
): Promise<boolean | string> {
  const flags = readFlags(wish.flags) | (wish.multiline ? readFlags('MULTILINE') : 0);
  return replaceInFile(ctx, path, {
    pattern, repl: '', count: 0, flags, appendIfMissing: false, prependIfMissing: false, missingContent: null, backup: '.bak',
    dryRun: true, searchOnly: true, showChanges: false, ignoreIfMissing: wish.ignoreIfMissing, keepInode: true,
    literalBackslash: false, encoding: null,
  });
}
