/** `git.latest` where there is a repository already. */
import type { Context } from '../../../kernel/contract/context.js';
import { redacted, urlWithLogin } from '../../../kernel/std/http-login.js';
import { setOf } from '../../../kernel/std/sequences.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isMap, isTruthy, mapKeys, type PlainMap } from '../../../kernel/std/value.js';
import { updateSubmodules } from './latest-clone.js';
import { headStays, isAncestor, look, notFastForward, type Local } from './latest-look.js';
import { changesBranch, sameRevision, trackingChange, type Work } from './latest-wish.js';
import { fail, gitWords, plan, returned, sentences, shortId, upToDate } from './said.js';

/** Undefined: go on. */
type Stopped = PlainMap | undefined;

export async function updateRepository(work: Work, ctx: Context): Promise<PlainMap> {
  const { wish, remote, repository, report } = work;
  const local = await look(work, ctx);
  if ('returned' in local) return local.returned;
  const stopped = await setAddress(work, local, ctx) ?? (remote.id === null ? await fetchBare(work, ctx) : ctx.test ? foretell(work, local, ctx) : await update(work, local));
  if (stopped !== undefined) return stopped;
  const rev = await repository.revision();
  if (!wish.bare && !sameRevision(rev, remote.id, remote.kind)) return fail(report, 'Failed to update repository');
  if (rev === local.rev) return upToDate(report, wish.target, report.comments, ctx);
  report.changes['revision'] = { old: local.rev, new: rev };
  return returned(report, true, sentences(report.comments));
}

function mergeAction({ fastForward }: Local): string {
  if (fastForward === undefined) return 'updated';
  return fastForward ? 'fast-forwarded' : 'hard-reset';
}

async function setAddress(work: Work, local: Local, ctx: Context): Promise<Stopped> {
  const { wish, remote, repository, report } = work;
  const { name, login } = wish;
  const wanted = urlWithLogin(name, login.httpsUser, login.httpsPass) ?? name;
  if (remote.id === null || wanted === local.fetchUrl) return undefined;
  const before = local.fetchUrl === null ? 'None' : redacted(local.fetchUrl);
  if (ctx.test) return foretellAddress(work, local, [`Remote '${wish.remote}' would be changed from ${before} to ${redacted(wanted)}`], ctx);
  await repository.ask('remote_set', [], { url: name, remote: wish.remote, https_user: login.httpsUser, https_pass: login.httpsPass });
  if (local.fetchUrl === null) report.changes['new'] = `${name} => ${wish.remote}`;
  report.comments.push(local.fetchUrl === null ? `Remote '${wish.remote}' set to ${redacted(wanted)}` : `Remote '${wish.remote}' changed from ${before} to ${redacted(wanted)}`);
  return undefined;
}

function foretellAddress({ wish, remote, report }: Work, local: Local, actions: string[], ctx: Context): PlainMap {
  if (!local.hasRemoteRev) actions.push('Remote would be fetched');
  if (!local.matches && wish.updateHead) {
    report.changes['revision'] = { old: local.rev, new: remote.id };
    if (local.fastForward === false) report.changes['forced update'] = true;
    actions.push(`Repository would be ${mergeAction(local)} to ${shortId(remote.id)}`);
  }
  if (Object.keys(report.changes).length > 0) return plan(report, sentences(actions));
  return !local.matches ? returned(report, true, sentences(actions)) : upToDate(report, wish.target, actions, ctx);
}

/** What a test run tells where the address is right. */
function foretell(work: Work, local: Local, ctx: Context): PlainMap {
  const { wish, remote, report } = work;
  const switches = changesBranch(wish.branch, local.branch);
  const actions = local.hasRemoteRev ? [] : [`Remote '${wish.remote}' would be fetched`];
  if (!local.matches && (wish.updateHead || switches)) report.changes['revision'] = { old: local.rev, new: remote.id };
  actions.push(...plannedMove(work, local, switches), ...plannedTracking(local.upstream, remote.upstream));
  if (Object.keys(report.changes).length > 0) return plan(report, sentences(actions));
  const said = sentences(actions);
  return !local.matches && !wish.updateHead && said !== '' ? returned(report, true, said) : upToDate(report, wish.target, actions, ctx);
}

function plannedMove({ wish, remote }: Work, local: Local, switches: boolean): string[] {
  const to = shortId(remote.id);
  if (switches && !local.branches.includes(wish.branch ?? '')) {
    const tracking = typeof remote.upstream === 'string' ? [`Tracking branch would be set to ${remote.upstream}`] : [];
    return [`New branch '${wish.branch ?? ''}' would be checked out, with ${remote.place} as a starting point`, ...tracking];
  }
  if (switches) return [`Branch '${wish.branch ?? ''}' would be checked out and ${mergeAction(local)} to ${to}`];
  if (local.matches) return [];
  if (!wish.updateHead) return [`Local HEAD (${shortId(local.rev)}) does not match ${remote.place} but update_head=False, HEAD would not be updated locally`];
  const how = local.fastForward === true ? 'fast-forwarded' : wish.forceReset !== false && local.hasRemoteRev ? 'hard-reset' : 'updated';
  return [`Repository would be ${how} from ${shortId(local.rev)} to ${to}`];
}

function plannedTracking(now: Local['upstream'], wanted: Work['remote']['upstream']): string[] {
  if (!now && typeof wanted === 'string') return [`Tracking branch would be set to ${wanted}`];
  if (now && wanted === false) return ['Tracking branch would be unset'];
  return typeof wanted === 'string' && now !== wanted ? [`Tracking branch would be updated to ${wanted}`] : [];
}

const NO_BRANCH = "Cannot set/unset upstream tracking branch, local HEAD refers to nonexistent branch. This may have been caused by cloning a remote repository for which the default branch was renamed or deleted. If you are unable to fix the remote repository, you can work around this by setting the 'branch' argument (which will ensure that the named branch is created if it does not already exist).";

async function update(work: Work, local: Local): Promise<Stopped> {
  const { wish, remote, report } = work;
  const exists = wish.branch === null || local.branches.includes(wish.branch);
  const tracking = trackingChange(local.upstream, remote.upstream, exists);
  if (tracking?.opts !== undefined && local.branch === null) return fail(report, NO_BRANCH);
  await compareTags(work, local);
  const fetched = local.hasRemoteRev ? undefined : await fetch(work, local);
  if (fetched !== undefined) return fetched;
  const switched = changesBranch(wish.branch, local.branch) ? await switchBranch(work, local) : undefined;
  if (switched !== undefined) return switched;
  return await move(work, local, tracking) ?? updateSubmodules(work);
}

/** Tags that the remote repository has or has not any more. */
async function compareTags({ wish, repository, report }: Work, local: Local): Promise<void> {
  const refs = await repository.ask('ls_remote', [], { remote: wish.remote, opts: '--tags', identity: wish.login.identity, saltenv: wish.saltenv, ignore_retcode: true });
  const names = isMap(refs) ? mapKeys(refs).map(str) : isList(refs) ? refs.map(str) : [];
  const remote = new Set(names.filter((ref) => !ref.includes('^{}')).map((ref) => ref.replaceAll('refs/tags/', '')));
  const added = [...remote].filter((tag) => !local.tags.has(tag));
  const gone = [...local.tags].filter((tag) => !remote.has(tag));
  if (added.length > 0 || gone.length > 0) local.hasRemoteRev = false;
  if (added.length > 0) report.changes['new_tags'] = setOf(added);
  const deleted: string[] = [];
  for (const tag of wish.syncTags ? gone : []) {
    const removed = await repository.try('tag', [tag], { opts: '-d' });
    if ('failure' in removed) report.warnings.push(`Failed to remove local tag '${tag}':\n\n${removed.failure.message}\n\n`);
    else deleted.push(tag);
  }
  if (deleted.length === 0) return;
  report.changes['deleted_tags'] = deleted;
  report.comments.push(`The following tags were removed from the local checkout: ${deleted.join(', ')}`);
}

async function fetchRefs({ wish, repository, report }: Work): Promise<boolean | PlainMap> {
  const { forceFetch, refspecs, login, saltenv } = wish;
  const fetched = await repository.try('fetch', [], { remote: wish.remote, force: forceFetch, refspecs, identity: login.identity, saltenv });
  if ('value' in fetched) return isTruthy(fetched.value);
  return fail(report, `Fetch failed. Set 'force_fetch' to True to force the fetch if the failure was due to not being able to fast-forward. Output of the fetch command follows:\n\n${gitWords(fetched.failure)}`);
}

async function fetch(work: Work, local: Local): Promise<Stopped> {
  const { wish, remote, repository, report } = work;
  const fetched = await fetchRefs(work);
  if (typeof fetched !== 'boolean') return fetched;
  if (fetched) report.comments.push(`${wish.name} was fetched, resulting in updated refs`);
  const found = await repository.try('rev_parse', [`${remote.id ?? ''}^{commit}`], { ignore_retcode: true });
  if ('failure' in found) return { ...fail({ ...report, comments: [] }, `Fetch did not successfully retrieve rev '${remote.rev}' from ${wish.name}: ${found.failure.message}`) };
  if (!local.matches && !wish.updateHead && (wish.branch === null || wish.branch === local.branch)) return headStays(work, local);
  local.fastForward = local.baseRev === null || await isAncestor(work, local.baseRev, false);
  const refuses = wish.forceReset === false && (!local.fastForward || local.hasChanges);
  return refuses ? fail(report, notFastForward(work, local)) : undefined;
}

async function fetchBare(work: Work, ctx: Context): Promise<Stopped> {
  const { wish: { bare, target }, report } = work;
  if (!bare) return undefined;
  const said = `Bare repository at ${target} would be fetched`;
  // Salt hands over the sentence as if it were a list of sentences: its letters are told one by one.
  if (ctx.test) return upToDate(report, target, Array.from(said), ctx);
  const fetched = await fetchRefs(work);
  if (typeof fetched !== 'boolean') return fetched;
  report.comments.push(`Bare repository at ${target} was fetched${fetched ? ', resulting in updated refs' : ''}`);
  return undefined;
}

async function switchBranch({ wish, remote, repository, report }: Work, local: Local): Promise<Stopped> {
  const branch = wish.branch ?? '';
  if (local.hasChanges && !wish.forceCheckout) {
    return fail({ ...report, comments: [] }, `Local branch '${local.branch ?? 'None'}' has uncommitted changes. Set 'force_checkout' to True to discard them and proceed.`);
  }
  const isNew = !local.branches.includes(branch);
  const from = remote.rev === 'HEAD' ? remote.id ?? '' : typeof remote.upstream === 'string' ? remote.upstream : remote.rev;
  await repository.ask('checkout', [isNew ? from : branch], { force: wish.forceCheckout, opts: isNew ? ['-b', branch] : [] });
  report.comments.push(isNew ? `New branch '${branch}' was checked out, with ${remote.place} as a starting point` : `'${branch}' was checked out`);
  return undefined;
}

async function move({ wish, remote, repository, report }: Work, local: Local, tracking: ReturnType<typeof trackingChange>): Promise<Stopped> {
  const { comments } = report;
  if (local.fastForward === false) {
    await repository.ask('reset', [], { opts: ['--hard', remote.id], ...wish.lfs });
    report.changes['forced update'] = true;
    if (local.hasChanges) comments.push('Uncommitted changes were discarded');
    comments.push(`Repository was hard-reset to ${remote.place}`);
  } else if (local.fastForward === true && local.hasChanges && wish.forceReset !== false) {
    await repository.ask('discard_local_changes');
    comments.push('Uncommitted changes were discarded');
  }
  if (tracking?.opts !== undefined) {
    await repository.ask('branch', [], { opts: tracking.opts });
    comments.push(tracking.said);
  }
  if (local.fastForward !== true || sameRevision(local.baseRev, remote.id, remote.kind)) return undefined;
  if (typeof remote.upstream !== 'string' && remote.rev !== 'HEAD') {
    await repository.ask('reset', [], { opts: ['--hard', remote.rev], ...wish.lfs });
    comments.push(`Repository was reset to ${remote.rev} (fast-forward)`);
    return undefined;
  }
  if (!isTruthy(await repository.ask('symbolic_ref', ['HEAD'], { opts: ['--quiet'], ignore_retcode: true }))) return fail(report, 'Unable to fast-forward, HEAD is detached');
  await repository.ask('merge', [], { rev: remote.id, opts: ['--ff-only'], ...wish.lfs });
  comments.push(`Repository was fast-forwarded to ${remote.place}`);
  return undefined;
}
