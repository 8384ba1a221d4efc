/**
 * `git`: pillar files from git repositories. Each remote is an environment with a top file of its own; with
 * `git_pillar_includes` those of one environment see each other.
 *
 * Source: read, Salt 3008.3 `salt.pillar.git_pillar`.
 */
import { isAbsolute, join } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineExtPillar, type PillarSource } from '../../kernel/contract/plugin.js';
import { unsafeReason } from '../../kernel/sys/safe-path.js';
import { Copy } from '../../kernel/sys/git/pillar-copy.js';
import { ANY, remotesOf, type PillarRemote } from '../../kernel/sys/git/pillar-remotes.js';

interface Served {
  readonly env: string;
  readonly folder: string;
}

/** Undefined when the remote has no such branch. */
async function serve(remote: PillarRemote, env: string, ctx: Context): Promise<Served | undefined> {
  const copy = new Copy(remote.remote, ctx);
  await copy.update();
  const base = String(ctx.opts['git_pillar_base'] ?? 'master');
  const wanted = remote.branch !== ANY ? remote.branch : env === 'base' ? base : env;
  const tree = await copy.tree(wanted) ?? (remote.fallback === '' ? undefined : await copy.tree(remote.fallback));
  if (tree === undefined) {
    ctx.log.error({ branch: wanted }, 'git pillar: the remote has no such branch');
    return undefined;
  }
  const root = remote.root.replace(/^\/+|\/+$/g, '');
  if (root !== '' && (isAbsolute(root) || unsafeReason(root) !== undefined)) throw new CommandExecutionError(`The root '${remote.root}' leads out of the repository`);
  const folder = join(tree, root);
  return { env: remote.env === ANY ? env : remote.env, folder: remote.mountpoint === '' ? folder : await copy.mounted(folder, remote.mountpoint) };
}

export default defineExtPillar({
  name: 'git',
  doc: 'Pillar files from git repositories: `branch address`, or a map of that to options such as env, root and mountpoint.',
  params: { args: p.rest() },
  async extPillar({ args }, ctx, { pillarenv, saltenv }: PillarSource) {
    const env = pillarenv ?? saltenv ?? 'base';
    const served: Served[] = [];
    for (const remote of remotesOf(args, ctx.opts)) {
      const found = await serve(remote, env, ctx);
      if (found !== undefined) served.push(found);
    }
    const wanted = served.filter((one) => pillarenv === null || one.env === pillarenv);
    const includes = ctx.opts['git_pillar_includes'] !== false;
    return ctx.port('pillarFiles').files(wanted.map((one) => {
      const others = includes ? served.filter((other) => other !== one && other.env === one.env).map(({ folder }) => folder) : [];
      return { saltenv: one.env, roots: { [one.env]: [one.folder, ...others] } };
    }));
  },
});
