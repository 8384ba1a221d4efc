/** What `git.latest` finds in a repository that is there. */
import type { Context } from '../../../kernel/contract/context.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { capitalized, changesBranch, sameRevision, type Work } from './latest-wish.js';
import { fail, gitWords, plan, shortId, upToDate } from './said.js';

export interface Local {
  readonly branches: readonly string[];
  readonly tags: ReadonlySet<string>;
  readonly rev: string | null;
  readonly branch: string | null;
  /** What is compared with the remote revision: the branch that will be checked out. */
  readonly baseRev: string | null;
  readonly baseBranch: string | null;
  readonly hasChanges: boolean;
  readonly matches: boolean;
  /** The remote revision was fetched before. */
  hasRemoteRev: boolean;
  /** Undefined as long as nobody knows. */
  fastForward: boolean | undefined;
  /** What the branch follows; false for nothing, null without a branch. */
  upstream: string | null | false;
  /** Address of the remote repository as it is configured. */
  readonly fetchUrl: string | null;
}

type Stopped = { readonly returned: PlainMap };

export async function look(work: Work, ctx: Context): Promise<Local | Stopped> {
  const { wish: { bare, branch: wanted, target }, remote, repository, report } = work;
  const branches = await repository.list('list_branches');
  const tags = new Set(await repository.list('list_tags'));
  const [rev, branch] = [await repository.revision(), await repository.branch()];
  if (!bare && remote.id === null && rev !== null) return { returned: fail(report, 'Remote repository is empty, cannot update from a non-empty to an empty repository') };
  const base = await baseOf(work, branches, { rev, branch });
  if ('returned' in base) return base;
  const remotes = await repository.ask('remotes', [], { redact_auth: false });
  const matches = sameRevision(rev, remote.id, remote.kind);
  const difference = bare ? undefined : await repository.try('diff', ['HEAD']);
  const hasChanges = difference !== undefined && 'value' in difference && isTruthy(difference.value);
  const local: Local = {
    branches, tags, rev, branch, ...base, hasChanges, matches, hasRemoteRev: false, fastForward: undefined, upstream: null,
    fetchUrl: fetchUrlOf(remotes, work.wish.remote),
  };
  if (hasChanges && matches && work.wish.forceReset !== true) return { returned: upToDate(report, target, report.comments, ctx, true) };
  if (hasChanges && matches && ctx.test) {
    report.changes['forced update'] = true;
    return { returned: plan(report, resetText(target)) };
  }
  return compare(work, local, wanted);
}

const resetText = (target: string): string =>
  `${target} is up-to-date, but with uncommitted changes. Since 'force_reset' is set to True, these local changes would be reset. To only reset when there are changes in the remote repository, set 'force_reset' to 'remote-changes'.`;

function fetchUrlOf(remotes: Value, name: string): string | null {
  const found = remotes instanceof Map ? remotes.get(name) as Value | undefined : isPlainMap(remotes) ? remotes[name] : undefined;
  return isPlainMap(found) && typeof found['fetch'] === 'string' ? found['fetch'] : null;
}

async function baseOf(
  { wish: { branch: wanted }, remote, repository, report }: Work, branches: readonly string[], { rev, branch }: { rev: string | null; branch: string | null },
): Promise<{ readonly baseRev: string | null; readonly baseBranch: string | null } | Stopped> {
  if (wanted === null || !changesBranch(wanted, branch)) return { baseRev: rev, baseBranch: branch };
  if (!branches.includes(wanted)) return { baseRev: remote.id, baseBranch: branch };
  const found = await repository.try('rev_parse', [`${wanted}^{commit}`], { ignore_retcode: true });
  if ('failure' in found) return { returned: fail(report, `Unable to get position of local branch '${wanted}': ${gitWords(found.failure)}`) };
  return { baseRev: String(found.value), baseBranch: wanted };
}

/** Whether the remote revision is here, and whether it comes after ours. */
async function compare(work: Work, local: Local, wanted: string | null): Promise<Local | Stopped> {
  const { wish, remote, repository, report } = work;
  const has = await hasRevision(work, local);
  if (typeof has !== 'boolean') return has;
  local.hasRemoteRev = has;
  local.fastForward = local.hasChanges && wish.forceReset !== 'remote-changes' ? false : undefined;
  if (has && !local.matches && !wish.updateHead && (wanted === null || wanted === local.branch)) {
    return { returned: headStays(work, local) };
  }
  if (has && local.fastForward === undefined) local.fastForward = local.baseRev === null || await isAncestor(work, local.baseRev, true);
  if (local.fastForward === false && wish.forceReset === false) return { returned: fail(report, notFastForward(work, local)) };
  if (local.baseBranch !== null) local.upstream = await repository.text('rev_parse', [`${local.baseBranch}@{upstream}`], { opts: ['--abbrev-ref'] }) ?? false;
  return remote.id === null ? { ...local, hasRemoteRev: has } : local;
}

/** The sentence of a state that may not move HEAD. */
export function headStays({ remote, report: { name, changes, warnings } }: Work, { rev }: Local): PlainMap {
  const place = remote.rev === 'HEAD' ? capitalized(remote.place) : remote.place;
  const comment = `${place} is already present and local HEAD (${shortId(rev)}) does not match, but update_head=False. HEAD has not been updated locally.`;
  return { name, changes, result: true, comment, ...(warnings.length === 0 ? {} : { warnings }) };
}

export async function isAncestor({ remote, repository }: Work, base: string, quiet: boolean): Promise<boolean> {
  return await repository.ask('merge_base', [], { refs: [base, remote.id], is_ancestor: true, ...(quiet ? { ignore_retcode: true } : {}) }) === true;
}

async function hasRevision({ wish, remote, repository, report }: Work, { baseRev, tags }: Local): Promise<boolean | Stopped> {
  const { id, kind, rev } = remote;
  if (id === null) return false;
  if (kind === 'sha1' && baseRev?.startsWith(id) === true) return true;
  if (await repository.commit(id) === undefined) return false;
  if (kind === 'branch') return typeof remote.upstream === 'string' && await repository.text('rev_parse', [remote.upstream]) === id;
  if (kind !== 'tag') return true;
  if (!tags.has(rev)) return false;
  const local = await repository.commit(rev) ?? null;
  if (local === id) return true;
  if (wish.forceReset !== false) return false;
  return { returned: fail(report, `'${rev}' is a tag, but the remote SHA1 for this tag (${shortId(id)}) doesn't match the local SHA1 (${shortId(local)}). Set 'force_reset' to True to force this update.`) };
}

/** Why a checkout is not moved. */
export function notFastForward({ wish, remote }: Work, { baseRev, branch, hasChanges }: Local): string {
  const [from, to] = [shortId(baseRev), shortId(remote.id)];
  const how = hasChanges && from !== to ? `from ${from} to ${to}` : `to ${to}`;
  const after = changesBranch(wish.branch, branch) ? ` (after checking out local branch '${wish.branch ?? ''}')` : '';
  const reason = hasChanges ? 'there are uncommitted changes' : 'this is not a fast-forward merge';
  return `Repository would be updated ${how}${after}, but ${reason}. Set 'force_reset' to True${hasChanges ? " (or 'remote-changes')" : ''} to force this update${hasChanges ? ' and discard these changes' : ''}.${branchHint(wish.branch, remote, branch)}`;
}

function branchHint(wanted: string | null, { rev, defaultBranch }: Work['remote'], branch: string | null): string {
  if (wanted !== null) return '';
  const local = branch ?? 'None';
  if (rev !== 'HEAD') {
    return rev === branch ? ''
      : ` The desired rev (${rev}) differs from the name of the local branch (${local}), if the desired rev is a branch name then a forced update could possibly be avoided by setting the 'branch' argument to '${rev}' instead.`;
  }
  if (defaultBranch === null || defaultBranch === branch) return '';
  return ` The default remote branch (${defaultBranch}) differs from the local branch (${local}). This could be caused by changing the default remote branch, or if the local branch was manually changed. Rather than forcing an update, it may be advisable to set the 'branch' argument to '${defaultBranch}' instead. To ensure that this state follows the '${defaultBranch}' branch instead of the remote HEAD, set the 'rev' argument to '${defaultBranch}'.`;
}
