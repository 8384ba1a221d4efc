/** Brings in what is new in the remotes of the external pillar `git`. */
import type { Context } from '../../kernel/contract/context.js';
import { PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';
import { asError } from '../../kernel/std/async.js';
import { isList, isPlainMap, type Value } from '../../kernel/std/value.js';
import { Copy } from '../../kernel/sys/git/pillar-copy.js';
import { remotesOf, type PillarRemote } from '../../kernel/sys/git/pillar-remotes.js';

/** All remotes of every `git` entry of `ext_pillar`. @throws CommandExecutionError for what is no remote */
function configured(ctx: Context): PillarRemote[] {
  const sources = ctx.opts['ext_pillar'];
  const entries = isList(sources) ? sources.flatMap((source) => (isPlainMap(source) && isList(source['git']) ? [source['git']] : [])) : [];
  return entries.flatMap((remotes) => remotesOf(remotes, ctx.opts));
}

/** None: nothing new; false: it failed, the log says why. */
async function fetched({ remote }: PillarRemote, ctx: Context): Promise<Value> {
  const copy = new Copy(remote, ctx);
  try {
    return await copy.fetchNow() ? true : null;
  } catch (error) {
    ctx.log.error({ remote: copy.shownUrl, reason: asError(error).message }, 'git pillar: the remote cannot be fetched');
    return false;
  }
}

export default defineRunner({
  name: 'git_pillar',
  doc: 'Brings in what is new in the remotes of the external pillar git.',
  functions: {
    update: fn({
      doc: "Fetch all remotes, or those of a branch or an address or name: True when something is new, None when not, False when it failed.\n\nsalt-run git_pillar.update\nsalt-run git_pillar.update branch='branch' repo='https://foo.com/bar.git'",
      params: { branch: p.string(null), repo: p.string(null) },
      async run({ branch, repo }, ctx) {
        const wanted = configured(ctx).filter((one) => (branch === null || one.branch === branch) && (repo === null || one.remote.url === repo || one.name === repo));
        if (wanted.length === 0) {
          const isNamed = branch !== null || repo !== null;
          throw new PythonError('salt.exceptions.SaltRunnerError', isNamed ? 'Specified git branch/repo not found in ext_pillar config' : 'No git_pillar remotes are configured');
        }
        const found: Record<string, Value> = {};
        for (const one of wanted) found[one.id] = await fetched(one, ctx);
        if (Object.values(found).includes(true)) await ctx.port('pillar').forget();
        return found;
      },
    }),
  },
});
