/** A clone that is there, on a branch. */
import { posix } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import { isExpected, Repository, type Account, type Login } from './repository.js';
import { alreadyCloned, fail, gitWords, newReport, plan, returned } from './said.js';

export interface CloneWish {
  readonly name: string;
  readonly target: string;
  readonly branch: string | null;
  readonly account: Account;
  readonly login: Login;
}

export async function cloned(wish: CloneWish, ctx: Context): Promise<PlainMap> {
  const { name, target, branch, login } = wish;
  const report = newReport(name);
  if (!posix.isAbsolute(target)) return fail(report, "'target' path must be absolute");
  if (branch === '') return fail(report, "Invalid 'branch' argument");
  const repository = new Repository(target, wish.account, ctx);
  if (await ctx.sys.exists(target)) return onBranch(wish, repository, ctx);
  const withBranch = branch === null ? '' : ` with branch '${branch}'`;
  const changes = { new: `${name} => ${target}` };
  if (ctx.test) return plan({ ...report, changes }, `${name} would be cloned to ${target}${withBranch}`);
  const opts = branch === null ? null : ['--branch', branch];
  const outcome = await repository.try('clone', [name], { opts, identity: login.identity, https_user: login.httpsUser, https_pass: login.httpsPass });
  if ('failure' in outcome) return fail(report, `Clone failed: ${gitWords(outcome.failure)}`);
  return returned({ ...report, changes }, true, `${name} cloned to ${target}${withBranch}`);
}

async function onBranch({ name, target, branch }: CloneWish, repository: Repository, ctx: Context): Promise<PlainMap> {
  const report = newReport(name);
  try {
    await repository.ask('status');
  } catch (error) {
    if (!isExpected(error)) throw error;
    return fail(report, error.message);
  }
  const now = branch === null ? null : str(await repository.ask('current_branch'));
  if (branch === null || now === branch) return alreadyCloned(report, target, branch, ctx);
  const changes = { branch: { old: now, new: branch } };
  if (ctx.test) return plan({ ...report, changes }, `Branch would be changed to '${branch}'`);
  const isLocal = await repository.text('rev_parse', [], { rev: branch }) !== undefined;
  try {
    await repository.ask('checkout', [], isLocal ? { rev: branch, opts: null } : { rev: `origin/${branch}`, opts: ['-b', branch] });
  } catch (error) {
    if (!(error instanceof CommandExecutionError)) throw error;
    return fail(report, `Failed to change branch to '${branch}': ${error.message}`);
  }
  return returned({ ...report, changes }, true, `Branch changed to '${branch}'`);
}
