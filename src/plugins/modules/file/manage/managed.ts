/** `file.manage_file`: brings one file to the state that was asked for. Start at `manageFile`. */
import type { Context } from '../../../../kernel/contract/context.js';
import { PythonError } from '../../../../kernel/contract/errors.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { outcomeFrom, type Outcome } from '../change/outcome.js';
import { expandUser, isRegularFile, isSymlink } from '../../../../kernel/sys/file/probe.js';
import { parseAddress } from '../../../../kernel/sys/file/url.js';
import { hashFile } from '../look/hash.js';
import type { ContextParts } from '../look/selinux.js';
import { statSource } from './check.js';
import { STRICT, type Leniency } from './difference.js';
import type { SourceSum } from './prepared.js';
import { wasTold } from './told-sums.js';
import type { SignatureWish } from './source-sum.js';

export interface ManageWish {
  readonly name: string;
  readonly sfn: string;
  readonly ret: Value;
  readonly source: Value;
  readonly sourceSum: Value;
  readonly user: Value;
  readonly group: Value;
  readonly mode: Value;
  readonly attrs: string | null;
  readonly saltenv: string;
  readonly backup: Value;
  readonly makedirs: boolean;
  readonly showChanges: boolean;
  readonly contents: Value;
  readonly dirMode: Value;
  readonly follow: boolean;
  readonly skipVerify: boolean;
  readonly keepMode: boolean;
  readonly encoding: string | null;
  readonly encodingErrors: string;
  readonly selinux: ContextParts;
  readonly verifySsl: Value;
  readonly useEtag: boolean;
  /** True, an address or a list of addresses; null checks no signature. */
  readonly signature: Value;
  readonly signatureWish: SignatureWish;
  readonly leniency: Leniency;
  readonly newFileDiff: boolean;
}

/** A file being managed: the wish, and what became known so far. */
export interface Managed {
  readonly ctx: Context;
  readonly wish: ManageWish;
  readonly path: string;
  /** Address of the source; empty when there is none. */
  readonly source: string;
  /** Local path of the new content; empty until it is fetched. */
  sfn: string;
  sum: SourceSum;
  mode: Value;
  readonly outcome: Outcome;
  /** With leniency: whether a change of content counts. */
  counts: boolean;
}

/** Ends the work with this sentence as the outcome. */
export class ManageFailure extends Error {}

export async function beginManaging(ctx: Context, wish: ManageWish): Promise<Managed> {
  const path = await expandUser(ctx.sys, wish.name);
  const given: PlainMap = isPlainMap(wish.sourceSum) ? wish.sourceSum : {};
  const sum: SourceSum = {
    ...(typeof given['hsum'] === 'string' ? { hsum: given['hsum'].toLowerCase() } : {}),
    ...(typeof given['hash_type'] === 'string' ? { hash_type: given['hash_type'] } : {}),
  };
  const managed: Managed = {
    ctx, wish, path, source: isTruthy(wish.source) ? str(wish.source) : '', sfn: wish.sfn, sum, mode: wish.mode,
    outcome: outcomeFrom(wish.ret, path, ''), counts: false,
  };
  if (managed.source === '') return managed;
  if (managed.sfn === '' && !await isKnownSum(managed)) {
    await fetchSource(managed);
    const type = sum.hash_type ?? defaultHash(managed);
    managed.sum = { hash_type: type, hsum: await hashFile(ctx.sys, managed.sfn, type) };
  }
  if (wish.keepMode && ['salt', 'file', ''].includes(parseAddress(managed.source).scheme)) {
    managed.mode = await statSource(ctx, managed.source, wish.saltenv, managed.mode);
  }
  return managed;
}

/**
 * True when the sum is that of the server's file now: an existing file may be right already, then nothing is fetched.
 * Differs: real Salt fetches a copy into the cache in any case.
 */
async function isKnownSum({ ctx, wish, source, sum }: Managed): Promise<boolean> {
  if (sum.hsum === undefined || parseAddress(source).scheme !== 'salt') return false;
  if (wasTold(ctx, source, wish.saltenv, sum)) return true;
  const current = await ctx.call('cp.hash_file', [source, wish.saltenv]);
  return isPlainMap(current) && current['hsum'] === sum.hsum && current['hash_type'] === sum.hash_type;
}

export function defaultHash({ ctx }: Managed): string {
  return str(ctx.opts['hash_type'] ?? 'sha256');
}

/** Makes sure that the content is on this machine. @throws ManageFailure */
export async function fetchSource(managed: Managed): Promise<void> {
  if (managed.sfn !== '') return;
  const { ctx, wish, source } = managed;
  const place = await ctx.call('cp.cache_file', [source, wish.saltenv], { verify_ssl: wish.verifySsl, use_etag: wish.useEtag });
  if (typeof place !== 'string' || place === '') throw new ManageFailure(`Source file '${source}' not found`);
  managed.sfn = place;
}

/** The hash type the source's sum is of. Salt asks the map for it and fails where it is not. */
export function sumType({ sum }: Managed): string {
  if (sum.hash_type === undefined) throw new PythonError('KeyError', "'hash_type'");
  return sum.hash_type;
}

/** True when what lies at the path is a file or a link; a new file is made otherwise. */
export async function isThere({ ctx, path }: Managed): Promise<boolean> {
  return await isRegularFile(ctx.sys, path) || isSymlink(ctx.sys, path);
}

/** What a diff of content asks for. */
export const diffWishOf = ({ wish }: Managed): { showNames: false; leniency: Leniency } => ({ showNames: false, leniency: wish.leniency });
export const plainDiff = { showNames: false, leniency: STRICT } as const;
