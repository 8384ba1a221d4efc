/**
 * A file that holds a key, a certificate or the like: `file.managed` cares for owner, mode and folder, the document itself is looked at and
 * made anew when it is not as wanted.
 *
 * Source: observed and read, Salt 3008.3.
 */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { failed } from '../../../kernel/contract/state.js';
import { repr, str } from '../../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, mapFrom, mapValues, type PlainMap } from '../../../kernel/std/value.js';

/** Words that are those of `file.managed`. */
const FILE_WORDS: readonly string[] = [
  'user', 'group', 'mode', 'attrs', 'makedirs', 'dir_mode', 'backup', 'create', 'follow_symlinks', 'check_cmd', 'tmp_dir', 'tmp_ext', 'selinux', 'file_encoding', 'encoding_errors', 'win_owner', 'win_perms',
  'win_deny_perms', 'win_inheritance', 'win_perms_reset',
];
/** Words of the engine, not of a state. */
const ENGINE_WORDS: readonly string[] = [
  'state', 'fun', 'order', 'name', 'require', 'require_any', 'watch', 'watch_any', 'onchanges', 'onchanges_any', 'onfail', 'onfail_any', 'onfail_stop', 'prereq', 'require_in', 'watch_in', 'prereq_in', 'onchanges_in',
  'onfail_in', 'use', 'use_in', 'listen', 'listen_in', 'onlyif', 'unless', 'retry', 'reload_modules', 'reload_grains', 'reload_pillar', 'runas', 'runas_password', 'fire_event', 'saltenv', 'parallel', 'failhard',
  'timeout', 'umask', 'aggregate', 'ssh_roster_file', 'sfun', 'names', 'creates',
];

export interface SplitWords {
  readonly file: PlainMap;
  readonly rest: PlainMap;
}

export function splitWords(kwargs: PlainMap): SplitWords {
  const words = Object.entries(kwargs).filter(([name]) => !name.startsWith('__') && !ENGINE_WORDS.includes(name));
  const file = Object.fromEntries(words.filter(([name]) => FILE_WORDS.includes(name)).map(([name, value]) => [name === 'file_encoding' ? 'encoding' : name, value]));
  return { file: { show_changes: false, ...file }, rest: Object.fromEntries(words.filter(([name]) => !FILE_WORDS.includes(name))) };
}

export function refuseRest(rest: PlainMap): void {
  const unknown = Object.keys(rest);
  if (unknown.length > 0) throw new InvocationError(`Unrecognized keyword arguments: ${repr(unknown)}`);
}

/** What is not as wanted, by name; `replaces` when the file holds something else altogether. */
export interface Look {
  readonly changes: PlainMap;
  readonly replaces?: boolean;
  /** True when the document is there, so that it is made again. */
  readonly isThere: boolean;
}

export interface Document {
  readonly name: string;
  /** As it is called in comments: `certificate`. */
  readonly noun: string;
  readonly file: PlainMap;
  /** Text is written by `file.managed`, anything else beside it. */
  readonly isText: boolean;
  look(path: string, exists: boolean): Promise<Look>;
  /** Text, or base64. */
  make(changes: PlainMap): Promise<string>;
}

type Row = PlainMap;

async function fileManaged(name: string, words: PlainMap, ctx: Context): Promise<Row> {
  const rows = await ctx.call('state.single', ['file.managed', name], { concurrent: true, ...(ctx.test ? { test: true } : {}), ...words });
  const [row] = isPlainMap(rows) ? mapValues(rows) : [];
  if (!isPlainMap(row)) throw new CommandExecutionError(`Failed running file.managed in x509_v2 state: ${str(rows)}`);
  return row;
}

/** The return with what `file.managed` did below it. */
function withFile(ret: PlainMap, row: Row, ctx: Context): PlainMap {
  const low = { name: ret['name'] ?? null, state: 'file', __id__: ctx.state?.low['__id__'] ?? null, fun: 'managed' };
  return { ...ret, sub_state_run: [{ ...row, low }] };
}

/** The path to write to, and whether a link there gives way. */
async function target(name: string, file: PlainMap, ctx: Context): Promise<{ path: string; isLinkReplaced: boolean }> {
  if (!isTruthy(await ctx.call('file.is_link', [name]))) return { path: name, isLinkReplaced: false };
  if (isTruthy(file['follow_symlinks'] ?? true)) return { path: await ctx.sys.fs.realpath(name).catch(() => name), isLinkReplaced: false };
  if (!ctx.test) await ctx.call('file.remove', [name]);
  return { path: name, isLinkReplaced: true };
}

const verbOf = (look: Look): string => (look.isThere && Object.keys(look.changes).length > 0 ? 'recreate' : 'create');

async function write(document: Document, path: string, look: Look, changes: PlainMap, ctx: Context): Promise<PlainMap> {
  const { name, noun, file } = document;
  const hasChanges = Object.keys(changes).length > 0;
  const made = hasChanges ? await document.make(changes) : undefined;
  const asContents = made !== undefined && document.isText;
  const row = await fileManaged(name, { ...file, replace: asContents, ...(asContents ? { contents: made } : {}) }, ctx);
  if (row['result'] === false) return withFile(failed(name, `Could not ${look.isThere ? 'update' : 'create'} file, see file.managed output`), row, ctx);
  if (made !== undefined && !document.isText) await ctx.sys.writeFile(path, Buffer.from(made, 'base64'));
  const comment = hasChanges ? `The ${noun} has been ${verbOf(look)}d` : `The ${noun} is in the correct state`;
  return withFile({ name, changes, result: true, comment }, row, ctx);
}

async function manage(document: Document, ctx: Context): Promise<PlainMap> {
  const { name, noun, file } = document;
  const fine = { name, changes: {}, result: true, comment: `The ${noun} is in the correct state` };
  const tested = await fileManaged(name, { ...file, replace: false, test: true }, ctx);
  if (tested['result'] === false) return withFile(failed(name, 'Problem while testing file.managed changes, see its output'), tested, ctx);
  if (str(tested['comment'] ?? '').includes('is not present and is not set for creation')) return withFile(fine, tested, ctx);
  const { path, isLinkReplaced } = await target(name, file, ctx);
  const exists = !isLinkReplaced && isTruthy(await ctx.call('file.file_exists', [path]));
  const look = await document.look(path, exists);
  const changes = mapFrom(Object.entries({ ...look.changes, ...(look.replaces === true || isLinkReplaced ? { replaced: name } : {}) })) as PlainMap;
  const hasChanges = Object.keys(changes).length > 0;
  if (!hasChanges && tested['result'] === true && !isTruthy(tested['changes'] ?? {})) return withFile(fine, tested, ctx);
  if (ctx.test) return withFile(hasChanges ? { name, changes, result: null, comment: `The ${noun} would have been ${verbOf(look)}d` } : fine, tested, ctx);
  return write(document, path, look, changes, ctx);
}

/** What cannot be made fails the state with its own words, and changes nothing. */
export async function managedFile(document: Document, ctx: Context): Promise<PlainMap> {
  try {
    return await manage(document, ctx);
  } catch (error) {
    if (error instanceof CommandExecutionError || error instanceof InvocationError) return failed(document.name, error.message);
    throw error;
  }
}
