/** A checkout that follows a revision of another repository. Start at `latest`. */
import { posix } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { urlWithLogin } from '../../../kernel/std/http-login.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { tried } from '../outcome/failure.js';
import { isId, isRegularFile, readIdentity } from './check.js';
import { cloneRepository } from './latest-clone.js';
import { updateRepository } from './latest-update.js';
import type { LatestWish, RemoteState, Work } from './latest-wish.js';
import { isExpected, readRefs, Repository, type Account } from './repository.js';
import { fail, gitWords, newReport, unknownKeywords, type Report } from './said.js';

export interface LatestCall extends Omit<LatestWish, 'refspecs' | 'lfs'> {
  readonly account: Account;
  readonly fetchTags: boolean;
  readonly refspecBranch: string;
  readonly refspecTag: string;
  readonly kwargs: PlainMap;
}

/** What is wrong with the arguments. */
function complaint(call: LatestCall): string | undefined {
  const unknown = unknownKeywords(call.kwargs);
  if (unknown !== undefined) return unknown;
  if (call.remote === '') return "'remote' argument is required";
  if (call.target === '') return "'target' argument is required";
  if (call.rev === '') return "'' is not a valid value for the 'rev' argument";
  return posix.isAbsolute(call.target) ? undefined : `target '${call.target}' is not an absolute path`;
}

export async function latest(call: LatestCall, ctx: Context): Promise<PlainMap> {
  const report = newReport(call.name);
  const wrong = complaint(call);
  if (wrong !== undefined) return fail(report, wrong);
  const identity = await readIdentity(call.login.identity, 'identity', ctx);
  if ('problem' in identity) return fail(report, identity.problem);
  const wish = await wishOf(call, identity.paths, ctx);
  const { target, name, rev, bare } = wish;
  if (await isRegularFile(target, ctx)) return fail(report, `Target '${target}' exists and is a regular file, cannot proceed`);
  if (urlWithLogin(name, wish.login.httpsUser, wish.login.httpsPass) === undefined) return fail(report, 'Basic Auth only supported for HTTPS');
  if (rev !== 'HEAD' && bare) return fail(report, "'rev' is not compatible with the 'mirror' and 'bare' arguments");
  const refs = await tried(remoteRefs(call, wish, ctx));
  if ('failure' in refs) return fail(report, `Failed to check remote refs: ${gitWords(refs.failure)}`);
  const remote = remoteState(wish, refs.value);
  if (wish.depth !== null && remote.kind !== 'branch' && remote.kind !== 'tag') {
    return fail(report, "When 'depth' is used, 'rev' must be set to the name of a branch or tag on the remote repository");
  }
  if (remote.id === null && !bare && rev !== 'HEAD') return fail(report, `No revision matching '${rev}' exists in the remote repository`);
  const work: Work = { wish, remote, report, repository: new Repository(target, call.account, ctx) };
  return guarded(report, (await work.repository.exists(bare)) ? updateRepository(work, ctx) : cloneRepository(work, ctx));
}

/** What goes wrong on the way is told with what was done before. */
async function guarded(report: Report, work: Promise<PlainMap>): Promise<PlainMap> {
  try {
    return await work;
  } catch (error) {
    if (!isExpected(error)) throw error;
    return fail(report, error instanceof CommandExecutionError ? gitWords(error) : error.message);
  }
}

async function wishOf(call: LatestCall, identity: Value, ctx: Context): Promise<LatestWish> {
  const { account: _account, kwargs: _kwargs, fetchTags, refspecBranch, refspecTag, ...wish } = call;
  const usesLfs = isTruthy(await ctx.call('git.config_get_regexp', ['filter\\.lfs\\.'], { global: true, ignore_retcode: true }));
  const refspecs = fetchTags
    ? [`refs/heads/${refspecBranch}:refs/remotes/${call.remote}/${refspecBranch}`, `+refs/tags/${refspecTag}:refs/tags/${refspecTag}`] : [];
  return { ...wish, bare: call.bare || call.mirror, login: { ...call.login, identity }, refspecs, lfs: usesLfs ? { identity } : {} };
}

function remoteRefs({ account }: LatestCall, { name, login, saltenv }: LatestWish, ctx: Context): Promise<Map<string, string>> {
  return readRefs(ctx.call('git.remote_refs', [name], {
    heads: false, tags: false, user: account.user, password: account.password, identity: login.identity, https_user: login.httpsUser, https_pass: login.httpsPass,
    ignore_retcode: false, saltenv, output_encoding: account.outputEncoding,
  }));
}

function remoteState({ rev, bare, remote }: LatestWish, refs: ReadonlyMap<string, string>): RemoteState {
  const head = refs.get('HEAD') ?? null;
  const branches = [...refs].filter(([ref]) => ref.startsWith('refs/heads/'));
  const defaultBranch = head === null ? undefined : branches.find(([, id]) => id === head)?.[0].slice('refs/heads/'.length);
  const common = { hasHead: head !== null, defaultBranch: defaultBranch ?? null };
  const nothing = { ...common, rev, id: null, kind: null, upstream: false as const, place: 'None' };
  if (bare) return nothing;
  if (rev === 'HEAD') {
    return head === null ? nothing : { ...common, rev, id: head, kind: 'sha1', upstream: null, place: `remote HEAD (${head.slice(0, 7)})` };
  }
  const branch = refs.get(`refs/heads/${rev}`);
  if (branch !== undefined) return { ...common, rev, id: branch, kind: 'branch', upstream: `${remote}/${rev}`, place: `${remote}/${rev} (${branch.slice(0, 7)})` };
  const tag = refs.get(`refs/tags/${rev}^{}`) ?? refs.get(`refs/tags/${rev}`);
  if (tag !== undefined) return { ...common, rev, id: tag, kind: 'tag', upstream: false, place: `${rev} (${tag.slice(0, 7)})` };
  if (!isId(rev)) return nothing;
  const id = rev.toLowerCase();
  return { ...common, rev: id, id, kind: 'sha1', upstream: false, place: id.slice(0, 7) };
}
