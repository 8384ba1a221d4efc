/** Runs that bring their files with them (`state.pkg`): a file client over folders of this machine. */
import type { FileBackend } from '../../kernel/contract/file-backend.js';
import type { StateEngineRequest } from '../../kernel/contract/state-engine.js';
import type { Session } from '../../kernel/loader/call-session.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { Roots, rootsOptions } from '../../kernel/sys/tree/roots.js';
import { FileClient } from '../files/file-client.js';
import { FileServer } from '../files/file-server.js';
import { localFiles } from '../files/local-files.js';

/** The same session on a machine whose files and grains are those that were sent. */
export function withSentFiles(session: Session, { fileRoots, grains }: NonNullable<StateEngineRequest['sent']>): Session {
  const { host } = session;
  const opts: PlainMap = {
    ...host.opts, file_client: 'local', file_roots: Object.fromEntries(Object.entries(fileRoots).map(([env, folders]) => [env, [...folders]])),
  };
  const server = FileServer.over({ roots: backendOf(new Roots(rootsOptions(opts))) }, { opts, log: host.log });
  const files = new FileClient({ source: localFiles(server), cacheDir: String(opts['cachedir']), hashType: String(opts['hash_type'] ?? 'sha256'), id: host.id });
  return session.withFacts({ opts, ports: { ...host.ports, files }, ...(grains === undefined ? {} : { grains: () => grains }) });
}

function backendOf(roots: Roots): FileBackend {
  return {
    envs: () => roots.envs(), findFile: (path, saltenv) => roots.find(path, saltenv), serveFile: (found, loc) => roots.serveFile(found, loc),
    fileHash: (found) => roots.fileHash(found), fileList: (saltenv) => roots.fileList(saltenv), dirList: (saltenv) => roots.dirList(saltenv),
    fileListEmptydirs: (saltenv) => roots.fileListEmptydirs(saltenv), symlinkList: (saltenv) => roots.symlinkList(saltenv),
  };
}
