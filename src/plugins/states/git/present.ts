/** A repository that is there, with files or without. */
import type { Context } from '../../../kernel/contract/context.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';
import { isTruthy } from '../../../kernel/std/value.js';
import { contentsOf, isRegularFile } from './check.js';
import { Repository, type Account } from './repository.js';
import { fail, newReport, plan, returned, sentences } from './said.js';

export interface PresentWish {
  readonly name: string;
  readonly force: boolean;
  readonly bare: boolean;
  readonly template: string | null;
  readonly separateGitDir: string | null;
  readonly shared: Value;
  readonly account: Account;
}

export async function present(wish: PresentWish, ctx: Context): Promise<PlainMap> {
  const { name, bare, template, separateGitDir, shared } = wish;
  const report = newReport(name);
  const repository = new Repository(name, wish.account, ctx);
  const contents = await contentsOf(name, ctx);
  const kind = bare ? 'bare ' : '';
  if (contents !== undefined) {
    if (bare ? await isRegularFile(`${name}/HEAD`, ctx) : await repository.exists(false)) return returned(report, true, '');
    if (!wish.force && contents.length > 0) {
      return fail(report, `Target '${name}' exists, is non-empty, and is not a git repository. Set the 'force' option to True to remove this directory's contents and proceed with initializing a repository`);
    }
    if (wish.force && ctx.test) {
      Object.assign(report.changes, { new: name, 'forced init': true });
      return plan(report, `Target directory ${name} exists. Since force=True, the contents of ${name} would be deleted, and a ${kind}repository would be initialized in its place.`);
    }
    if (wish.force) {
      // A link goes, not what it leads to.
      await ctx.sys.fs.rm(name, { recursive: true, force: true });
      report.changes['forced init'] = true;
    }
  }
  report.changes['new'] = name;
  if (ctx.test) return plan(report, `New ${kind}repository would be created`);
  await repository.ask('init', [], { bare, template, separate_git_dir: separateGitDir, shared });
  return returned(report, true, sentences([
    `Initialized ${kind}repository in ${name}`, ...(isTruthy(template) ? [`Template directory set to ${template ?? ''}`] : []),
    ...(isTruthy(separateGitDir) ? [`Gitdir set to ${separateGitDir ?? ''}`] : []),
  ]));
}
