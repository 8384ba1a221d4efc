/** A checkout at one commit, on no branch. */
import { posix } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { urlWithLogin } from '../../../kernel/std/http-login.js';
import { str } from '../../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { contentsOf, empty, isId, isRegularFile, readIdentity } from './check.js';
import { forcedCloneText, notEmptyText } from './latest-clone.js';
import { isExpected, readRefs, Repository, type Account, type Login } from './repository.js';
import { fail, gitWords, newReport, plan, returned, sentences, unknownKeywords, type Report } from './said.js';

export interface DetachedWish {
  readonly name: string;
  readonly rev: string;
  readonly target: string;
  readonly remote: string;
  readonly account: Account;
  readonly login: Login;
  readonly forceClone: boolean;
  readonly forceCheckout: boolean;
  readonly fetchRemote: Value;
  readonly hardReset: boolean;
  readonly submodules: boolean;
  readonly saltenv: string;
  readonly kwargs: PlainMap;
}

interface Work {
  readonly wish: DetachedWish;
  readonly repository: Repository;
  readonly report: Report;
  readonly isHash: boolean;
}

type Stopped = PlainMap | undefined;

export async function detached(asked: DetachedWish, ctx: Context): Promise<PlainMap> {
  const report = newReport(asked.name);
  const { target, login } = asked;
  const unknown = unknownKeywords(asked.kwargs);
  if (unknown !== undefined) return fail(report, unknown);
  if (asked.rev === '') return fail(report, "'' is not a valid value for the 'rev' argument");
  if (target === '') return fail(report, `'${asked.rev}' is not a valid value for the 'target' argument`);
  if (!posix.isAbsolute(target)) return fail(report, `Target '${target}' is not an absolute path`);
  const identity = await readIdentity(login.identity, 'Identity', ctx);
  if ('problem' in identity) return fail(report, identity.problem);
  if (await isRegularFile(target, ctx)) return fail(report, `Target '${target}' exists and is a regular file, cannot proceed`);
  if (urlWithLogin(asked.name, login.httpsUser, login.httpsPass) === undefined) return fail(report, 'Basic Auth only supported for HTTPS');
  const isHash = isId(asked.rev);
  const wish = { ...asked, rev: isHash ? asked.rev.toLowerCase() : asked.rev, login: { ...login, identity: identity.paths } };
  const work: Work = { wish, report, isHash, repository: new Repository(target, asked.account, ctx) };
  return (await work.repository.exists(false)) ? existing(work, ctx) : await clone(work, ctx) ?? await finish(work, null, false, ctx);
}

async function existing(work: Work, ctx: Context): Promise<PlainMap> {
  const { wish, repository } = work;
  const commit = await repository.revision();
  const isKnown = work.isHash && await repository.text('describe', [wish.rev]) !== undefined;
  return (work.isHash ? undefined : await setAddress(work, ctx)) ?? finish(work, commit, isKnown, ctx);
}

async function setAddress({ wish: { name, remote, login }, repository, report }: Work, ctx: Context): Promise<Stopped> {
  const remotes = await repository.ask('remotes', [], { redact_auth: false });
  const known = remotes instanceof Map ? remotes.get(remote) as Value | undefined : isPlainMap(remotes) ? remotes[remote] : undefined;
  const url = isPlainMap(known) ? str(known['fetch'] ?? null) : null;
  if (url?.includes(name) === true) return undefined;
  if (ctx.test) return plan(report, `Remote ${remote} would be set to ${name}`);
  await repository.ask('remote_set', [], { url: name, remote, https_user: login.httpsUser, https_pass: login.httpsPass });
  report.comments.push(`Remote ${remote} updated from '${url ?? 'None'}' to '${name}'`);
  return undefined;
}

async function clone({ wish, repository, report }: Work, ctx: Context): Promise<Stopped> {
  const { name, target, login, remote, saltenv } = wish;
  const contents = await contentsOf(target, ctx);
  if (contents !== undefined && wish.forceClone) {
    if (ctx.test) return plan(report, forcedCloneText(name, target));
    await empty(target, contents, ctx);
    report.changes['forced clone'] = true;
  } else if (contents !== undefined && contents.length > 0) {
    return fail(report, notEmptyText(target));
  }
  if (ctx.test) return plan(report, `Repository ${name} would be cloned to ${target}`);
  const opts = ['--no-checkout', ...(remote === 'origin' ? [] : ['--origin', remote])];
  try {
    await repository.ask('clone', [name], { opts, identity: login.identity, https_user: login.httpsUser, https_pass: login.httpsPass, saltenv });
  } catch (error) {
    if (!isExpected(error)) throw error;
    return fail(report, error instanceof CommandExecutionError ? gitWords(error) : error.message);
  }
  report.comments.push(`${name} cloned to ${target}`);
  return undefined;
}

async function fetch({ wish: { remote, login, saltenv }, repository, report }: Work, ctx: Context): Promise<Stopped> {
  if (ctx.test) return plan(report, `Repository remote ${remote} would be fetched`);
  const refspecs = [`refs/heads/*:refs/remotes/${remote}/*`, '+refs/tags/*:refs/tags/*'];
  const fetched = await repository.try('fetch', [], { remote, force: true, refspecs, identity: login.identity, saltenv });
  if ('failure' in fetched) return fail(report, `Fetch failed:\n\n${fetched.failure.message}`);
  if (isTruthy(fetched.value)) report.comments.push(`Remote ${remote} was fetched, resulting in updated refs`);
  return undefined;
}

/** The commit to be checked out. */
async function wantedCommit({ wish: { rev, remote, login }, repository, report, isHash }: Work): Promise<string | PlainMap> {
  if (isHash) return isTruthy(await repository.ask('describe', [rev])) ? rev : fail(report, `Revision '${rev}' does not exist`);
  try {
    const refs = await readRefs(repository.ask('remote_refs', [], { identity: login.identity, https_user: login.httpsUser, https_pass: login.httpsPass, ignore_retcode: false }));
    return refs.get(`refs/remotes/${remote}/${rev}`) ?? refs.get(`refs/tags/${rev}`) ?? fail(report, `Revision '${rev}' does not exist`);
  } catch (error) {
    if (!(error instanceof CommandExecutionError)) throw error;
    return fail(report, `Failed to list refs for ${remote}: ${gitWords(error)}`);
  }
}

async function finish(work: Work, before: string | null, isKnown: boolean, ctx: Context): Promise<PlainMap> {
  const { wish, repository, report } = work;
  const { target } = wish;
  const stopped = isKnown || wish.fetchRemote === false ? undefined : await fetch(work, ctx);
  if (stopped !== undefined) return stopped;
  const commit = await wantedCommit(work);
  if (typeof commit !== 'string') return commit;
  if (wish.hardReset) {
    if (ctx.test) return plan(report, `Hard reset to HEAD would be performed on ${target}`);
    await repository.ask('reset', [], { opts: ['--hard', 'HEAD'] });
    report.comments.push('Repository was reset to HEAD before checking out revision');
  }
  if (commit !== before && ctx.test) {
    report.changes['HEAD'] = { old: before, new: commit };
    return plan(report, `Commit ID ${commit} would be checked out at ${target}`);
  }
  let after: string | null = null;
  if (commit !== before) {
    await repository.ask('checkout', [commit], { force: wish.forceCheckout });
    report.comments.push(`Commit ID ${commit} was checked out at ${target}`);
    after = await repository.revision();
  }
  if (wish.submodules && !ctx.test) {
    await repository.ask('submodule', ['update'], { opts: ['--init', '--recursive'], identity: wish.login.identity });
    report.comments.push('Submodules were updated');
  }
  if (after === null) report.comments.push('Already checked out at correct revision');
  else report.changes['HEAD'] = { old: before, new: after };
  return returned(report, true, sentences(report.comments));
}
