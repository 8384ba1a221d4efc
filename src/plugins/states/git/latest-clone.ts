/** `git.latest` where there is no repository yet. */
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import { tried } from '../outcome/failure.js';
import { contentsOf, empty } from './check.js';
import { sameRevision, trackingChange, type Work } from './latest-wish.js';
import { fail, gitWords, plan, returned, sentences } from './said.js';

export async function cloneRepository(work: Work, ctx: Context): Promise<PlainMap> {
  const { wish: { name, target, forceClone }, report } = work;
  const contents = await contentsOf(target, ctx);
  if (contents !== undefined && forceClone) {
    if (ctx.test) {
      Object.assign(report.changes, { 'forced clone': true, new: `${name} => ${target}` });
      return plan(report, forcedCloneText(name, target));
    }
    await empty(target, contents, ctx);
    report.changes['forced clone'] = true;
  } else if (contents !== undefined && contents.length > 0) {
    return fail(report, notEmptyText(target));
  }
  if (ctx.test) {
    report.changes['new'] = `${name} => ${target}`;
    return plan(report, `Repository ${name} would be cloned to ${target}`);
  }
  const stopped = await clone(work) ?? await checkOut(work);
  if (stopped !== undefined) return stopped;
  const rev = await work.repository.revision();
  if (rev !== null) report.changes['revision'] = { old: null, new: rev };
  return returned(report, true, sentences(report.comments));
}

export const forcedCloneText = (name: string, target: string): string =>
  `Target directory ${target} exists. Since force_clone=True, the contents of ${target} would be deleted, and ${name} would be cloned into this directory.`;
export const notEmptyText = (target: string): string =>
  `Target '${target}' exists, is non-empty and is not a git repository. Set the 'force_clone' option to True to remove this directory's contents and proceed with cloning the remote repository`;

async function clone({ wish, remote, repository, report }: Work): Promise<PlainMap | undefined> {
  const { name, target, bare, mirror, login, depth, saltenv } = wish;
  const opts = [
    ...(mirror ? ['--mirror'] : bare ? ['--bare'] : []), ...(wish.remote === 'origin' ? [] : ['--origin', wish.remote]),
    ...(depth === null ? [] : ['--depth', str(depth), '--branch', remote.rev]),
  ];
  const cloned = await repository.try('clone', [name], { opts, identity: login.identity, https_user: login.httpsUser, https_pass: login.httpsPass, saltenv });
  if ('failure' in cloned) return fail(report, `Clone failed: ${gitWords(cloned.failure)}`);
  report.changes['new'] = `${name} => ${target}`;
  report.comments.push(`${name} cloned to ${target}${mirror ? ' as mirror' : bare ? ' as bare repository' : ''}`);
  return undefined;
}

/** The return of a state that cannot go on. */
async function checkOut(work: Work): Promise<PlainMap | undefined> {
  const { wish, remote, repository, report } = work;
  if (wish.bare) return undefined;
  if (remote.id === null) return undefined;
  const { rev, kind } = remote;
  if (kind === 'tag' && !(await repository.list('list_tags')).includes(rev)) return fail(report, `Revision '${rev}' does not exist in clone`);
  if (wish.branch !== null && !(await repository.list('list_branches')).includes(wish.branch)) {
    const from = rev === 'HEAD' ? remote.id : typeof remote.upstream === 'string' ? remote.upstream : rev;
    await repository.ask('checkout', [from], { opts: ['-b', wish.branch] });
    report.comments.push(`Branch '${wish.branch}' checked out, with ${remote.place} as a starting point`);
  }
  const [local, branch] = [await repository.revision(), await repository.branch()];
  if (branch === null && !remote.hasHead) return fail(report, NO_HEAD);
  if (!sameRevision(local, remote.id, kind)) {
    await repository.ask('reset', [], { opts: ['--hard', remote.id] });
    report.comments.push(`Repository was reset to ${remote.place}`);
  }
  await track(work, branch);
  return updateSubmodules(work);
}

const NO_HEAD = "Remote HEAD refers to a ref that does not exist. This can happen when the default branch on the remote repository is renamed or deleted. If you are unable to fix the remote repository, you can work around this by setting the 'branch' argument (which will ensure that the named branch is created if it does not already exist).";

async function track({ wish, remote, repository, report }: Work, branch: string | null): Promise<void> {
  const now = await repository.text('rev_parse', [`${branch ?? ''}@{upstream}`], { opts: ['--abbrev-ref'] }) ?? false;
  const exists = wish.branch === null || (await repository.list('list_branches')).includes(wish.branch);
  const change = trackingChange(now, remote.upstream, exists);
  if (change?.opts === undefined) return;
  await repository.ask('branch', [], { opts: change.opts });
  report.comments.push(change.said);
}

/** The return of a state whose submodules cannot be had. */
export async function updateSubmodules({ wish, remote, repository, report }: Work): Promise<PlainMap | undefined> {
  if (!wish.submodules || remote.id === null) return undefined;
  const updated = await tried(repository.ask('submodule', ['update'], { opts: ['--init', '--recursive'], identity: wish.login.identity, saltenv: wish.saltenv }));
  return 'failure' in updated ? fail(report, `Failed to update submodules: ${gitWords(updated.failure)}`) : undefined;
}
