/** `file.get_managed`: the source of a managed file, fetched and rendered. */
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError, PythonError } from '../../../../kernel/contract/errors.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { readBytes } from '../../../../kernel/sys/file/content.js';
import { errorText } from '../../../../kernel/sys/file/os-error.js';
import { pathExists } from '../../../../kernel/sys/file/probe.js';
import { removeTemporary, writeTemporary } from '../../../../kernel/sys/file/temporary.js';
import { parseAddress, placeOf, REMOTE_SCHEMES, VALID_SCHEMES, withoutLogin } from '../../../../kernel/sys/file/url.js';
import { decodeUtf8 } from '../../../../kernel/sys/file/utf8.js';
import { hashFile } from '../look/hash.js';
import type { FoundHash } from './extract-hash.js';
import { rememberSum } from './told-sums.js';
import { sourceSum, type SignatureWish } from './source-sum.js';
import { enginesOf, isEngine, renderText, variablesOf } from './template.js';

export type SourceSum = Partial<FoundHash>;

export interface Prepared {
  /** Local path of the content; empty when there is none (yet). */
  readonly sfn: string;
  readonly sum: SourceSum;
  /** What went wrong; empty when nothing did. */
  readonly comment: string;
}

export interface PrepareWish {
  readonly name: string;
  readonly template: string | null;
  readonly source: Value;
  readonly sourceHash: Value;
  readonly sourceHashName: string | null;
  readonly saltenv: string;
  readonly context: Value;
  readonly defaults: Value;
  readonly skipVerify: boolean;
  readonly verifySsl: Value;
  readonly useEtag: boolean;
  readonly sourceHashSig: Value;
  readonly signature: SignatureWish;
  /** What templates see besides the context: owner, mode, further arguments. */
  readonly variables: PlainMap;
}

const failed = (comment: string, sfn = ''): Prepared => ({ sfn, sum: {}, comment });

/** Fetches what has to be fetched: sources of the web always, others for rendering. The rest is fetched when it is needed. */
export async function prepareSource(ctx: Context, wish: PrepareWish): Promise<Prepared> {
  if (!isTruthy(wish.source)) return { sfn: '', sum: {}, comment: '' };
  const source = str(wish.source);
  const address = parseAddress(source);
  const scheme = VALID_SCHEMES.includes(address.scheme) ? address.scheme : '';
  const local = scheme === '' ? source : scheme === 'file' ? placeOf(address) : '';
  if (local !== '' && !(await pathExists(ctx.sys, local))) return failed(`Local file source ${local} does not exist`);
  const sum = await expectedSum(ctx, source, scheme, local, wish);
  if (typeof sum === 'string') return failed(sum);
  if (!isTruthy(wish.template) && !REMOTE_SCHEMES.includes(scheme)) return { sfn: local, sum, comment: '' };
  const fetched = await fetchSource(ctx, source, local, sum, wish);
  if (fetched.comment !== '' || wish.template === null || wish.template === '') return fetched;
  return render(ctx, fetched.sfn, wish.template, wish);
}

/** The hash the content shall have, or a sentence about why there is none. */
async function expectedSum(ctx: Context, source: string, scheme: string, local: string, wish: PrepareWish): Promise<SourceSum | string> {
  if (scheme === 'salt') {
    const sum = await ctx.call('cp.hash_file', [source, wish.saltenv]);
    if (!isTruthy(sum)) return `Source file ${source} not found in saltenv '${wish.saltenv}'`;
    rememberSum(ctx, source, wish.saltenv, sum as SourceSum);
    return sum as SourceSum;
  }
  if (!isTruthy(wish.sourceHash) && local !== '') return { hsum: await hashFile(ctx.sys, local), hash_type: 'sha256' };
  if (wish.skipVerify) return {};
  if (!isTruthy(wish.sourceHash)) {
    if (wish.useEtag) return {};
    return `Unable to verify upstream hash of source file ${withoutLogin(source)}, please set source_hash or set skip_verify to True`;
  }
  try {
    return await sourceSum(ctx, { ...wish, fileName: wish.name, source });
  } catch (error) {
    if (error instanceof CommandExecutionError) return `Unable to manage file: ${error.message}`;
    throw error;
  }
}

async function fetchSource(ctx: Context, source: string, local: string, expected: SourceSum, wish: PrepareWish): Promise<Prepared> {
  let sfn = local;
  let sum = expected;
  let again = false;
  const cached = str(await ctx.call('cp.is_cached', [source, wish.saltenv]));
  if (cached !== '' && (isTruthy(wish.sourceHash) || wish.skipVerify || wish.useEtag)) {
    const type = expected.hash_type ?? 'sha256';
    const now = await hashFile(ctx.sys, cached, type);
    if (wish.skipVerify) [sfn, sum] = [cached, { hsum: now, hash_type: type }];
    else if (wish.useEtag || now !== (expected.hsum ?? str(ctx.opts['hash_type'] ?? 'sha256'))) again = true;
    else sfn = cached;
  }
  if (sfn === '' || again) {
    try {
      const place = await ctx.call('cp.cache_file', [source, wish.saltenv], {
        source_hash: expected.hsum ?? null, verify_ssl: wish.verifySsl, use_etag: wish.useEtag,
      });
      sfn = typeof place === 'string' ? place : '';
    } catch (error) {
      ctx.signal.throwIfAborted();
      return failed(`Failed to cache ${withoutLogin(source)}: ${errorText(error)}`);
    }
  }
  if (sfn === '' || !(await pathExists(ctx.sys, sfn))) return failed(`Source file '${withoutLogin(source)}' not found`, sfn);
  if (sfn === wish.name) throw new InvocationError('Source file cannot be the same as destination');
  return { sfn, sum, comment: '' };
}

async function render(ctx: Context, sfn: string, engine: string, wish: PrepareWish): Promise<Prepared> {
  if (!isEngine(engine, enginesOf(ctx))) return failed(`Specified template format ${engine} is not supported`, sfn);
  const variables = { ...wish.variables, ...variablesOf(wish.context, wish.defaults) };
  let text: string;
  try {
    const template = decodeUtf8(await readBytes(ctx.sys, sfn));
    text = await renderText(ctx, template, engine, { saltenv: wish.saltenv, variables, path: sfn });
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    await removeTemporary(ctx, sfn);
    if (error.className.endsWith('SaltRenderError')) throw error;
    return failed(error.message, sfn);
  }
  const rendered = await writeTemporary(ctx.sys, text);
  return { sfn: rendered, sum: { hash_type: 'sha256', hsum: await hashFile(ctx.sys, rendered) }, comment: '' };
}
