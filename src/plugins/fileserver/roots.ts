/** Serves `file_roots`: folders of this host. */
import { join } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import type { UpdateFacts } from '../../kernel/contract/file-backend.js';
import { defineFileserver } from '../../kernel/contract/plugin.js';
import { isTruthy } from '../../kernel/std/value.js';
import { Roots, rootsOptions } from '../../kernel/sys/tree/roots.js';
import { timesOf, changesSince, readTimes, writeTimes } from './roots/file-times.js';

/** Only the events of an update need to know what changed: files are looked up anew for every request. */
async function update(ctx: Context, roots: Roots): Promise<UpdateFacts> {
  if (!isTruthy(ctx.opts['fileserver_events'])) return { changed: false, files: { changed: [], removed: [], added: [] }, backend: 'roots' };
  const kept = join(String(ctx.opts['cachedir']), 'roots', 'mtime_map');
  const before = await readTimes(ctx, kept);
  const folders = roots.envs().flatMap((env) => roots.folders(env));
  const now = await timesOf(folders, roots.options);
  await writeTimes(ctx, kept, now);
  return { ...changesSince(before, now), backend: 'roots' };
}

export default defineFileserver({
  name: 'roots',
  open(ctx) {
    const roots = new Roots(rootsOptions(ctx.opts));
    return {
      envs: () => roots.envs(), findFile: (path, saltenv) => roots.find(path, saltenv), serveFile: (found, loc) => roots.serveFile(found, loc),
      fileHash: (found) => roots.fileHash(found), fileList: (saltenv) => roots.fileList(saltenv), dirList: (saltenv) => roots.dirList(saltenv),
      fileListEmptydirs: (saltenv) => roots.fileListEmptydirs(saltenv), symlinkList: (saltenv) => roots.symlinkList(saltenv),
      clearFileListCache: (saltenvs) => roots.clearFileListCache(saltenvs), update: () => update(ctx, roots),
    };
  },
});
