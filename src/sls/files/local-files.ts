/** Files of this host's own file server, for a minion without a master and for the master itself. */
import type { FileServer } from './file-server.js';
import type { FileSource } from './file-source.js';

export function localFiles(server: FileServer): FileSource {
  return {
    ownPath: async (path, saltenv) => (await server.find(`|${path}`, saltenv))?.path,
    async hash(path, saltenv) {
      const found = await server.find(`|${path}`, saltenv);
      return found === undefined ? undefined : server.hash(found);
    },
    async hashAndStat(path, saltenv) {
      const found = await server.find(`|${path}`, saltenv);
      return found === undefined ? ['', null] : [{ ...await server.hash(found) }, [...await server.stat(found)]];
    },
    async piece(path, saltenv, loc) {
      const found = await server.find(`|${path}`, saltenv);
      if (found === undefined) return { data: Buffer.alloc(0), dest: '' };
      const data = await server.read(found, loc);
      return { data: Buffer.from(data.buffer, data.byteOffset, data.byteLength), dest: found.rel };
    },
    list: async (kind, saltenv, prefix) => [...await server.list(kind, saltenv, prefix)],
    symlinks: (saltenv, prefix) => server.symlinks(saltenv, prefix),
    envs: () => server.envs(),
    masterOpts: () => Promise.resolve({}),
  };
}
