/** What `git.latest` is asked for, and what the remote repository has. */
import type { Value } from '../../../kernel/std/value.js';
import type { Repository, Login } from './repository.js';
import type { Report } from './said.js';

export interface LatestWish {
  readonly name: string;
  readonly target: string;
  readonly rev: string;
  readonly branch: string | null;
  readonly updateHead: boolean;
  readonly forceCheckout: boolean;
  readonly forceClone: boolean;
  readonly forceFetch: boolean;
  readonly forceReset: boolean | 'remote-changes';
  readonly submodules: boolean;
  readonly bare: boolean;
  readonly mirror: boolean;
  readonly remote: string;
  readonly syncTags: boolean;
  readonly depth: Value;
  readonly login: Login;
  readonly saltenv: string;
  readonly refspecs: readonly string[];
  /** Arguments of commands that may fetch large files. */
  readonly lfs: Readonly<Record<string, Value>>;
}

/** The revision that is asked for, as the remote repository has it. */
export interface RemoteState {
  /** As it counts: ids in small letters. */
  readonly rev: string;
  readonly id: string | null;
  readonly kind: 'branch' | 'tag' | 'sha1' | null;
  /** What the branch should follow; null: whatever, false: nothing. */
  readonly upstream: string | null | false;
  /** How the revision is called in comments. */
  readonly place: string;
  readonly hasHead: boolean;
  readonly defaultBranch: string | null;
}

export interface Work {
  readonly wish: LatestWish;
  readonly remote: RemoteState;
  readonly repository: Repository;
  readonly report: Report;
}

/** An id may be given by its first digits. */
export function sameRevision(local: string | null, remote: string | null, kind: RemoteState['kind']): boolean {
  if (local === null || remote === null) return local === remote;
  return kind === 'sha1' ? local.startsWith(remote) : local === remote;
}

export const changesBranch = (branch: string | null, local: string | null): boolean => branch !== null && branch !== local;

/** As Python capitalizes: the rest in small letters. */
export const capitalized = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1).toLowerCase()}`;

/** What git is told so that a branch follows another; undefined for nothing. */
export function trackingChange(now: string | null | false, wanted: RemoteState['upstream'], branchExists: boolean): { readonly said: string; readonly opts: readonly string[] | undefined } | undefined {
  const opts = branchExists && typeof wanted === 'string' ? ['--set-upstream-to', wanted] : undefined;
  if (!now && typeof wanted === 'string') return { said: `Tracking branch was set to ${wanted}`, opts };
  if (now && wanted === false) return { said: 'Tracking branch was unset', opts: ['--unset-upstream'] };
  if (typeof wanted === 'string' && now !== wanted) return { said: `Tracking branch was updated to ${wanted}`, opts };
  return undefined;
}
