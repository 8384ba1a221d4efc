/** Files of this host's own `file_roots`, for a minion without a master. */
import type { FileSource } from './file-source.js';
import type { Roots } from './roots.js';

export function localFiles(roots: Roots): FileSource {
  return {
    async hash(path, saltenv) {
      const found = await roots.find(path, saltenv);
      return found === undefined ? undefined : roots.hash(found);
    },
    async hashAndStat(path, saltenv) {
      const found = await roots.find(path, saltenv);
      return found === undefined ? ['', null] : [await roots.hash(found), await roots.stat(found)];
    },
    async piece(path, saltenv, loc) {
      const found = await roots.find(path, saltenv);
      return found === undefined ? { data: Buffer.alloc(0), dest: '' } : { data: await roots.read(found, loc), dest: found.rel };
    },
    list(kind, saltenv, prefix) {
      return kind === 'files' ? roots.files(saltenv, prefix) : kind === 'dirs' ? roots.dirs(saltenv, prefix) : roots.emptyDirs(saltenv, prefix);
    },
    symlinks: (saltenv, prefix) => roots.symlinks(saltenv, prefix),
    envs: () => Promise.resolve(roots.envs()),
    masterOpts: () => Promise.resolve({}),
  };
}
