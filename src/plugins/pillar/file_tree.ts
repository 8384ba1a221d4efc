/**
 * `file_tree`: folders become mappings, files become values. `<root_dir>/hosts/<minion id>` wins over
 * `<root_dir>/nodegroups/<group>`.
 *
 * Source: read, Salt 3008.3; golden: pillar/merging-033.
 */
import { isAbsolute, join, normalize } from 'node:path';
import { p } from '../../kernel/contract/params.js';
import { defineExtPillar } from '../../kernel/contract/plugin.js';
import type { Context } from '../../kernel/contract/context.js';
import { updateMap } from '../../kernel/std/merge.js';
import { isMap, isTruthy, mapGet, type Value, type ValueMap } from '../../kernel/std/value.js';
import { readTree, type TreeOptions } from './file_tree/read.js';
import { groupsOf } from './lookup/groups.js';

/** The folders to look into; a relative one lies in every pillar root of the environment. */
function foldersOf(root: string, pillarenv: string | null, ctx: Context): string[] {
  if (isAbsolute(root)) return [root];
  if (pillarenv === null) {
    ctx.log.error({ root }, 'file_tree: root_dir is relative but pillarenv is not set');
    return [];
  }
  const roots = ctx.opts['pillar_roots'];
  const folders = isMap(roots) ? mapGet(roots, pillarenv) : undefined;
  if (!Array.isArray(folders)) {
    ctx.log.error({ root, pillarenv }, 'file_tree: root_dir is relative but there are no pillar_roots of this environment');
    return [];
  }
  return [...new Set((folders as readonly Value[]).map((folder) => normalize(join(String(folder), root))))];
}

async function treeOf(root: string, id: string, options: TreeOptions, ctx: Context): Promise<ValueMap> {
  const isFolder = async (path: string): Promise<boolean> => (await ctx.sys.exists(path)) && (await ctx.sys.fs.stat(path)).isDirectory();
  if (!await isFolder(root)) {
    ctx.log.error({ root }, 'file_tree: root_dir does not exist or is not a folder');
    return {};
  }
  const parts = (await groupsOf(id, ctx)).map((group) => join(root, 'nodegroups', group));
  let pillar: ValueMap = {};
  for (const folder of [...parts, join(root, 'hosts', id)]) if (await isFolder(folder)) pillar = updateMap(pillar, await readTree(folder, options, ctx));
  return pillar;
}

export default defineExtPillar({
  name: 'file_tree',
  doc: 'Files of a folder of the minion, and of its node groups, as values; folders become mappings.',
  params: {
    root_dir: p.any(null), follow_dir_links: p.any(false), debug: p.any(false), keep_newline: p.any(false), render_default: p.any(null),
    renderer_blacklist: p.any(null), renderer_whitelist: p.any(null), template: p.any(false),
  },
  async extPillar(args, ctx, { id, pillarenv }) {
    if (!isTruthy(args.root_dir)) {
      ctx.log.error({}, 'file_tree: no root_dir specified');
      return {};
    }
    const keepNewline = args.keep_newline;
    if (typeof keepNewline !== 'boolean' && !Array.isArray(keepNewline)) {
      ctx.log.error({ keepNewline }, 'file_tree: keep_newline must be true, false or a list of globs');
      return {};
    }
    const options: TreeOptions = {
      followLinks: isTruthy(args.follow_dir_links), keepNewline: Array.isArray(keepNewline) ? (keepNewline as readonly Value[]).map(String) : keepNewline,
      pipe: args.template === true ? { usual: args.render_default, refused: args.renderer_blacklist, allowed: args.renderer_whitelist } : undefined,
    };
    let pillar: ValueMap = {};
    for (const folder of foldersOf(String(args.root_dir), pillarenv, ctx)) pillar = updateMap(pillar, await treeOf(folder, id, options, ctx));
    return pillar;
  },
});
