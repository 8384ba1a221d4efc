/** Fetches the source of a managed file, has it checked, and puts it in place. */
import { str } from '../../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { errorText } from '../../../../kernel/sys/file/os-error.js';
import { isRegularFile } from '../../../../kernel/sys/file/probe.js';
import { parseAddress } from '../../../../kernel/sys/file/url.js';
import { answerOf, hasChanges, Refusal, type Answer } from '../ground/answer.js';
import { checkByProgram, checkOptions, fileToCheck } from './check-cmd.js';
import { environment, type Target } from './target.js';

/** The local copy of the source, its hash, and what went wrong with it. */
interface Fetched {
  readonly sfn: string;
  readonly sum: Value;
  readonly comment: string;
}

/** Whatever goes wrong becomes the comment of the state, as Salt's does. @throws Refusal */
async function explained<T>({ ctx }: Target, what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (error instanceof Refusal) throw error;
    ctx.log.debug({ err: error }, 'file cannot be managed');
    throw new Refusal(`${what}: ${errorText(error)}`);
  }
}

export async function putInPlace(wanted: Target): Promise<PlainMap> {
  const { ctx, args, begun } = wanted;
  const fetched = await explained(wanted, 'Unable to manage file', () => fetch(wanted));
  let { sfn } = fetched;
  let checked: string | undefined;
  try {
    if (isTruthy(args.check_cmd)) {
      checked = await fileToCheck(ctx, args.tmp_dir, args.tmp_ext);
      const verdict = await checkFirst(wanted, fetched, checked);
      if (typeof verdict !== 'boolean') return verdict;
      if (verdict) sfn = checked;
    }
    if (fetched.comment !== '' && wanted.contents === null) throw new Refusal(`Unable to manage file: ${fetched.comment}`);
    return await explained(wanted, 'Unable to manage file', () => manageFile(wanted, { path: wanted.path, sfn, sum: fetched.sum, begun }));
  } finally {
    if (checked !== undefined) await ctx.sys.fs.rm(checked, { force: true });
    if (!isTruthy(args.keep_source)) await dropSource(wanted, sfn);
  }
}

async function fetch(wanted: Target): Promise<Fetched> {
  const { ctx, path, args } = wanted;
  const got = await ctx.call('file.get_managed', [
    path, args.template, wanted.source, wanted.sourceHash, args.source_hash_name, wanted.user, args.group, wanted.mode, args.attrs,
    environment(wanted), wanted.context, args.defaults, args.skip_verify,
  ], {
    ...args.kwargs, verify_ssl: args.verify_ssl, use_etag: args.use_etag, source_hash_sig: args.source_hash_sig, signed_by_any: args.signed_by_any,
    signed_by_all: args.signed_by_all, keyring: args.keyring, gnupghome: args.gnupghome, sig_backend: args.sig_backend,
  });
  const [sfn = '', sum = {}, comment = ''] = Array.isArray(got) ? got as readonly Value[] : [];
  return { sfn: isTruthy(sfn) ? str(sfn) : '', sum, comment: isTruthy(comment) ? str(comment) : '' };
}

/** Whether the content would change and the program accepts it; the answer of the state when it refuses. */
async function checkFirst(wanted: Target, fetched: Fetched, place: string): Promise<boolean | PlainMap> {
  const { ctx, path, args, begun } = wanted;
  if (await isRegularFile(ctx.sys, path)) {
    await explained(wanted, `Unable to copy file ${path} to ${place}`, () => ctx.call('file.copy', [path, place]));
  }
  const tried = await explained(wanted, 'Unable to check_cmd file', () => manageFile(wanted, { path: place, sfn: fetched.sfn, sum: fetched.sum, begun }));
  if (!hasChanges(tried)) return false;
  const verdict = await checkByProgram(ctx, args.check_cmd, place, checkOptions(ctx));
  return verdict === true ? true : { name: path, changes: {}, comment: '', ...skipped(args), ...verdict };
}

/** Salt counts no change as one here when differences are looked at leniently. */
const skipped = ({ ignore_ordering, ignore_whitespace, ignore_comment_characters }: Target['args']): PlainMap =>
  ([ignore_ordering, ignore_whitespace, ignore_comment_characters].some(isTruthy) ? { skip_req: true } : {});

interface Placing {
  readonly path: string;
  readonly sfn: string;
  readonly sum: Value;
  readonly begun: Answer;
}

async function manageFile(wanted: Target, { path, sfn, sum, begun }: Placing): Promise<Answer> {
  const { ctx, args, selinux, mode, contents, keepMode } = wanted;
  return answerOf(await ctx.call('file.manage_file', [
    path, sfn, begun, wanted.source, sum, wanted.user, args.group, mode, args.attrs, environment(wanted), args.backup, args.makedirs,
    args.template, args.show_changes, contents, args.dir_mode, args.follow_symlinks, args.skip_verify, keepMode,
  ], {
    ...args.kwargs, encoding: args.encoding, encoding_errors: args.encoding_errors, ...selinux, use_etag: args.use_etag, signature: args.signature,
    signed_by_any: args.signed_by_any, signed_by_all: args.signed_by_all, keyring: args.keyring, gnupghome: args.gnupghome,
    sig_backend: args.sig_backend, ignore_ordering: args.ignore_ordering, ignore_whitespace: args.ignore_whitespace,
    ignore_comment_characters: args.ignore_comment_characters, new_file_diff: args.new_file_diff,
  }));
}

async function dropSource({ ctx, source, args }: Target, sfn: string): Promise<void> {
  const address = isTruthy(source) ? str(source) : '';
  const isOfServer = parseAddress(address).scheme === 'salt';
  const place = sfn === '' && isOfServer ? str(await ctx.call('cp.is_cached', [address, ctx.state?.low['__env__'] ?? 'base'])) : sfn;
  ctx.log.debug({ place, keep: args.keep_source }, 'the copy of a source goes');
  if (place !== '') await ctx.sys.fs.rm(place, { force: true });
}
