/** Repositories of git, and settings of git. */
import type { Context } from '../../kernel/contract/context.js';
import { InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type Value } from '../../kernel/std/value.js';
import { cloned } from './git/cloned.js';
import { detached } from './git/detached.js';
import { latest } from './git/latest.js';
import { present } from './git/present.js';
import type { Account, Login } from './git/repository.js';
import { setSetting, unsetSetting } from './git/settings.js';
import { saltenvOf } from './outcome/saltenv.js';

const off = p.any(false);
const none = p.any(null);
const text = p.string(null);
const account = { user: text, password: text };
const login = { identity: none, https_user: text, https_pass: text };

interface Given {
  readonly user: string | null;
  readonly password: string | null;
  readonly output_encoding: string | null;
}
const accountOf = ({ user, password, output_encoding: outputEncoding }: Given): Account => ({ user, password, outputEncoding });
const loginOf = (args: { identity: Value; https_user: string | null; https_pass: string | null }): Login =>
  ({ identity: args.identity, httpsUser: args.https_user, httpsPass: args.https_pass });

function readForceReset(value: Value): boolean | 'remote-changes' {
  if (typeof value === 'boolean' || value === 'remote-changes') return value;
  throw new InvocationError("'force_reset' must be one of True, False, or 'remote-changes'");
}

const hasGit = async (ctx: Context): Promise<boolean> => ctx.has('git.version');

export default defineState({
  name: 'git',
  virtual: async (ctx) => (await hasGit(ctx) ? true : 'git module could not be loaded'),
  doc: 'Repositories of git: checkouts that follow a revision, clones, bare repositories; and settings of git.',
  functions: {
    latest: fn({
      doc: 'Make sure that a checkout is at what a revision of another repository is now.',
      params: {
        name: p.string(), target: p.string(), rev: p.string('HEAD'), branch: text, ...account, update_head: p.any(true), force_checkout: off, force_clone: off,
        force_fetch: off, force_reset: off, submodules: off, bare: off, mirror: off, remote: p.string('origin'), fetch_tags: p.any(true), sync_tags: p.any(true),
        depth: none, ...login, refspec_branch: p.string('*'), refspec_tag: p.string('*'), output_encoding: text, kwargs: p.keywords(),
      },
      run(args, ctx) {
        const { name, target, rev, branch, remote, depth, kwargs } = args;
        return latest({
          name, target, rev, branch, remote, depth, kwargs, account: accountOf(args), login: loginOf(args), saltenv: saltenvOf(ctx),
          updateHead: isTruthy(args.update_head), forceCheckout: isTruthy(args.force_checkout), forceClone: isTruthy(args.force_clone), forceFetch: isTruthy(args.force_fetch),
          forceReset: readForceReset(args.force_reset), submodules: isTruthy(args.submodules), bare: isTruthy(args.bare), mirror: isTruthy(args.mirror),
          fetchTags: isTruthy(args.fetch_tags), syncTags: isTruthy(args.sync_tags), refspecBranch: args.refspec_branch, refspecTag: args.refspec_tag,
        }, ctx);
      },
    }),
    present: fn({
      doc: 'Make sure that a repository exists, without files or with them.',
      params: { name: p.string(), force: off, bare: p.any(true), template: text, separate_git_dir: text, shared: none, ...account, output_encoding: text },
      run: (args, ctx) => present({
        name: args.name, force: isTruthy(args.force), bare: isTruthy(args.bare), template: args.template, separateGitDir: args.separate_git_dir, shared: args.shared,
        account: accountOf(args),
      }, ctx),
    }),
    detached: fn({
      doc: 'Make sure that a checkout is at a commit, on no branch.',
      params: {
        name: p.string(), rev: p.string(), target: p.string(), remote: p.string('origin'), ...account, force_clone: off, force_checkout: off, fetch_remote: p.any(true),
        hard_reset: off, submodules: off, ...login, output_encoding: text, kwargs: p.keywords(),
      },
      run: (args, ctx) => detached({
        name: args.name, rev: args.rev, target: args.target, remote: args.remote, account: accountOf(args), login: loginOf(args), forceClone: isTruthy(args.force_clone),
        forceCheckout: isTruthy(args.force_checkout), fetchRemote: args.fetch_remote, hardReset: isTruthy(args.hard_reset), submodules: isTruthy(args.submodules),
        saltenv: saltenvOf(ctx), kwargs: args.kwargs,
      }, ctx),
    }),
    cloned: fn({
      doc: 'Make sure that a clone exists, and is on a branch.',
      params: { name: p.string(), target: p.string(), branch: text, ...account, ...login, output_encoding: text },
      run: (args, ctx) => cloned({ name: args.name, target: args.target, branch: args.branch, account: accountOf(args), login: loginOf(args) }, ctx),
    }),
    config_set: fn({
      doc: 'Make sure that a setting has a value, or several.',
      params: { name: p.string(), value: none, multivar: none, repo: text, ...account, output_encoding: text, kwargs: p.keywords() },
      run: ({ name, value, multivar, repo, kwargs, ...args }, ctx) => setSetting({ name, value, multivar, repo, kwargs, account: accountOf(args) }, ctx),
    }),
    config_unset: fn({
      doc: 'Make sure that a setting is not set, or has no value that fits.',
      params: { name: p.string(), value_regex: none, repo: text, ...account, output_encoding: text, kwargs: p.keywords() },
      run: ({ name, value_regex: regex, repo, kwargs, ...args }, ctx) =>
        unsetSetting({ name, valueRegex: regex === null ? null : str(regex), repo, kwargs, account: accountOf(args) }, ctx),
    }),
  },
});
