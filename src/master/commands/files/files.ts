/**
 * The file server's commands.
 *
 * Source: wire-protocol 7, 7.1; golden wire/calls.
 * Differs: `_file_find` and `_file_hash_and_stat` show no path of the master.
 */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { closeSync, constants, fchmodSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Logger } from '../../../kernel/contract/log.js';
import { isSafeName, safeJoin, UnsafePathError } from '../../../kernel/sys/safe-path.js';
import { isBytes, isList, type PlainMap, type Value } from '../../../kernel/std/value.js';
import type { FileServer, FoundFile } from '../../../sls/files/file-server.js';
import type { Bounds } from '../../requests/bounds.js';
import { SeldomLog } from '../../requests/seldom-log.js';
import { reply, SIZES, type MinionCommand, type MinionSender, type Reply } from '../../requests/command.js';

export interface FilesParts {
  readonly server: FileServer;
  /** `file_recv` and where uploads go: `cachedir/minions/<id>/files`. */
  readonly receive: { readonly allowed: boolean; readonly bytesMax: number; readonly minionsDir: string };
  readonly bounds: Bounds;
  readonly log: Logger;
}

const READ_RULE = 'Any accepted minion; only files of the configured roots';
const GZIP_LEVEL_MAX = 9;
const compress = promisify<Buffer, { level: number }, Buffer>(gzip);

export function fileCommands(parts: FilesParts): MinionCommand[] {
  const { server } = parts;
  const seldom = new SeldomLog(parts.log);
  const read = (name: string, run: (load: PlainMap, env: string) => Promise<Value>): MinionCommand => ({
    name, from: 'minion', bytesMax: SIZES.small, rule: READ_RULE,
    run: async (load) => reply(await run(load, textOf(load['saltenv'], 'base'))),
  });
  const found = (load: PlainMap, env: string): Promise<FoundFile | undefined> => server.find(textOf(load['path'], ''), env);
  const prefix = (load: PlainMap): string => textOf(load['prefix'], '');
  return [
    read('_file_envs', () => server.envs()),
    read('_file_list', async (load, env) => await server.list('files', env, prefix(load)) as Value[]),
    read('_dir_list', async (load, env) => await server.list('dirs', env, prefix(load)) as Value[]),
    read('_file_list_emptydirs', async (load, env) => await server.list('emptyDirs', env, prefix(load)) as Value[]),
    read('_symlink_list', (load, env) => server.symlinks(env, prefix(load))),
    read('_file_hash', async (load, env) => {
      const file = await found(load, env);
      return file === undefined ? '' : { ...await server.hash(file) };
    }),
    read('_file_hash_and_stat', async (load, env) => {
      const file = await found(load, env);
      return file === undefined ? ['', null] : [{ ...await server.hash(file) }, [...await server.stat(file)]];
    }),
    read('_file_find', async (load, env) => {
      const file = await found(load, env);
      return file === undefined ? { path: '', rel: '' } : { path: file.rel, rel: file.rel, stat: [...await server.stat(file)], back: file.back };
    }),
    read('_serve_file', (load, env) => serve(server, load, env)),
    {
      name: '_file_recv', from: 'minion', bytesMax: SIZES.large,
      rule: 'An accepted minion, into its own folder, when file_recv is on',
      run: (load, sender) => Promise.resolve(receive(parts, seldom, load, sender)),
    },
  ];
}

async function serve(server: FileServer, load: PlainMap, env: string): Promise<Value> {
  const path = textOf(load['path'], '');
  const file = await server.find(path, env);
  if (file === undefined) return { data: '', dest: '' };
  const loc = load['loc'] ?? 0;
  if (typeof loc !== 'number' || !Number.isSafeInteger(loc) || loc < 0) return { data: '', dest: '' };
  const piece = await server.read(file, loc);
  const data = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
  const asked = load['gzip'];
  if (data.length === 0 || typeof asked !== 'number' || !(asked >= 1)) return { data, dest: file.rel };
  const level = Math.min(Math.trunc(asked), GZIP_LEVEL_MAX);
  return { data: await compress(data, { level }), dest: file.rel, gzip: asked };
}

/** Writes a piece of an upload; false when it is refused. */
function receive(parts: FilesParts, seldom: SeldomLog, load: PlainMap, sender: MinionSender): Reply {
  const refuse = (why: string): Reply => {
    seldom.warn(sender.id, { why }, 'upload refused');
    return reply(false);
  };
  const { allowed, bytesMax, minionsDir } = parts.receive;
  if (!allowed) return refuse('file_recv is off');
  const given = load['path'];
  const names = isList(given) ? given.map((name) => textOf(name, '')) : textOf(given, '').split('/');
  if (names.length === 0 || !names.every(isSafeName)) return refuse('its path leaves the folder');
  const loc = load['loc'] ?? 0;
  const piece = load['data'];
  if (typeof piece !== 'string' && !isBytes(piece)) return refuse('it has no data');
  const data = Buffer.from(piece);
  if (typeof loc !== 'number' || !Number.isSafeInteger(loc) || loc < 0 || loc + data.length > bytesMax) {
    parts.bounds.hit('upload', { id: sender.id });
    return refuse('it is larger than file_recv_max_size');
  }
  try {
    writePiece(safeJoin(join(minionsDir, sender.id, 'files'), names.join('/')), loc, data);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!(error instanceof UnsafePathError) && (code === undefined || !NO_PLACE.has(code))) throw error;
    return refuse('there is no such place');
  }
  return reply(true);
}

/** A folder stands there, a file stands where a folder is needed, a later piece comes without the first, the whole name is too long. */
const NO_PLACE = new Set(['EISDIR', 'ENOTDIR', 'EEXIST', 'ENOENT', 'ENAMETOOLONG', 'ELOOP']);

function writePiece(path: string, loc: number, data: Buffer): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  const file = openSync(path, O_WRONLY | O_NOFOLLOW | (loc === 0 ? O_CREAT | O_TRUNC : 0), 0o600);
  try {
    fchmodSync(file, 0o600);
    writeSync(file, data, 0, data.length, loc);
  } finally {
    closeSync(file);
  }
}

const textOf = (value: Value | undefined, fallback: string): string => (typeof value === 'string' ? value : fallback);
