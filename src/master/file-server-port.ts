/** The file server as runners see it. */
import type { FileServerPort } from '../kernel/contract/ports.js';
import type { FileBackend } from '../kernel/contract/file-backend.js';
import { canonical, listOf, type FileServer } from '../sls/files/file-server.js';
import type { FileUpdates } from '../sls/files/file-updates.js';

export function fileServerPort(server: FileServer, updates: FileUpdates): FileServerPort {
  const backend = async (name: string): Promise<FileBackend | undefined> => (await server.backends()).get(canonical(name));
  return {
    // A backend is known by its short name too.
    backends: async () => [...(await server.backends()).keys()].flatMap((name) => (name.length > 2 && name.endsWith('fs') ? [name, name.slice(0, -2)] : [name])),
    envs: async (name) => [...await (await backend(name))?.envs() ?? []],
    list: async (name, kind, saltenv) => {
      const found = await backend(name);
      return found === undefined ? [] : [...await listOf(found, kind, saltenv)];
    },
    symlinks: async (name, saltenv) => ({ ...await (await backend(name))?.symlinkList?.(saltenv) }),
    update: async (name, remotes) => {
      const found = await backend(name);
      if (found?.update !== undefined) await updates.update(canonical(name), found, remotes);
    },
    clearCache: async (name) => (await backend(name))?.clearCache?.(),
    clearListCache: async (name, saltenvs) => [...await (await backend(name))?.clearFileListCache?.(saltenvs) ?? []],
    lock: async (name, remote) => (await backend(name))?.lock?.(remote),
    clearLock: async (name, remote) => (await backend(name))?.clearLock?.(remote),
  };
}
