/**
 * The file server's commands.
 *
 * Source: wire-protocol 7, 7.1; golden wire/calls.
 * Differs: `_file_find` and `_file_hash_and_stat` show no path of the master.
 */
import { gzipSync } from 'node:zlib';
import { chmodSync, closeSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readBytes } from '../../../bus/wire/shape.js';
import type { Logger } from '../../../kernel/contract/log.js';
import { isSafeName, safeJoin } from '../../../kernel/sys/safe-path.js';
import { isList, type PlainMap, type Value } from '../../../kernel/std/value.js';
import type { FoundFile, Roots } from '../../../sls/files/roots.js';
import { reply, SIZES, type MinionCommand, type MinionSender, type Reply } from '../../requests/command.js';

export interface FilesParts {
  readonly roots: Roots;
  /** `file_recv` and where uploads go: `cachedir/minions/<id>/files`. */
  readonly receive: { readonly allowed: boolean; readonly bytesMax: number; readonly minionsDir: string };
  readonly log: Logger;
}

const READ_RULE = 'Any accepted minion; only files of the configured roots';
const GZIP_LEVEL_MAX = 9;

export function fileCommands(parts: FilesParts): MinionCommand[] {
  const { roots } = parts;
  const read = (name: string, run: (load: PlainMap, env: string) => Promise<Value>): MinionCommand => ({
    name, from: 'minion', bytesMax: SIZES.small, rule: READ_RULE,
    run: async (load) => reply(await run(load, textOf(load['saltenv'], 'base'))),
  });
  const found = (load: PlainMap, env: string): Promise<FoundFile | undefined> => roots.find(textOf(load['path'], ''), env);
  const prefix = (load: PlainMap): string => textOf(load['prefix'], '');
  return [
    read('_file_envs', () => Promise.resolve(roots.envs())),
    read('_file_list', (load, env) => roots.files(env, prefix(load))),
    read('_dir_list', (load, env) => roots.dirs(env, prefix(load))),
    read('_file_list_emptydirs', (load, env) => roots.emptyDirs(env, prefix(load))),
    read('_symlink_list', (load, env) => roots.symlinks(env, prefix(load))),
    read('_file_hash', async (load, env) => {
      const file = await found(load, env);
      return file === undefined ? '' : roots.hash(file);
    }),
    read('_file_hash_and_stat', async (load, env) => {
      const file = await found(load, env);
      return file === undefined ? ['', null] : [await roots.hash(file), await roots.stat(file)];
    }),
    read('_file_find', async (load, env) => {
      const file = await found(load, env);
      return file === undefined ? { path: '', rel: '' } : { path: file.rel, rel: file.rel, stat: await roots.stat(file), back: 'roots' };
    }),
    read('_serve_file', (load, env) => serve(roots, load, env)),
    {
      name: '_file_recv', from: 'minion', bytesMax: SIZES.large,
      rule: 'An accepted minion, into its own folder, when file_recv is on',
      run: (load, sender) => Promise.resolve(receive(parts, load, sender)),
    },
  ];
}

async function serve(roots: Roots, load: PlainMap, env: string): Promise<Value> {
  const path = textOf(load['path'], '');
  const file = await roots.find(path, env);
  if (file === undefined) return { data: '', dest: '' };
  const loc = Number(load['loc'] ?? 0);
  if (!Number.isSafeInteger(loc) || loc < 0) return { data: '', dest: '' };
  const data = await roots.read(file, loc);
  const level = Number(load['gzip'] ?? 0);
  if (data.length === 0 || !(level > 0)) return { data, dest: file.rel };
  return { data: gzipSync(data, { level: Math.min(level, GZIP_LEVEL_MAX) }), dest: file.rel, gzip: level };
}

/** Writes a piece of an upload; false when it is refused. */
function receive(parts: FilesParts, load: PlainMap, sender: MinionSender): Reply {
  const refuse = (why: string): Reply => {
    parts.log.warn({ id: sender.id, why }, 'upload refused');
    return reply(false);
  };
  const { allowed, bytesMax, minionsDir } = parts.receive;
  if (!allowed) return refuse('file_recv is off');
  const names = isList(load['path']) ? load['path'].map(String) : textOf(load['path'], '').split('/');
  if (names.length === 0 || !names.every(isSafeName)) return refuse('its path leaves the folder');
  const loc = Number(load['loc'] ?? 0);
  const data = readBytes(load['data'], 'load.data');
  if (!Number.isSafeInteger(loc) || loc < 0 || loc + data.length > bytesMax) return refuse('it is larger than file_recv_max_size');
  const path = safeJoin(join(minionsDir, sender.id, 'files'), names.join('/'));
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const file = openSync(path, loc === 0 ? 'w' : 'r+', 0o600);
  try {
    if (loc === 0) ftruncateSync(file, 0);
    writeSync(file, data, 0, data.length, loc);
  } finally {
    closeSync(file);
  }
  chmodSync(path, 0o600);
  return reply(true);
}

const textOf = (value: Value | undefined, fallback: string): string => (typeof value === 'string' ? value : fallback);
