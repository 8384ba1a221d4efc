/**
 * The file server of a master, asked by its commands.
 *
 * Source: wire-protocol 7, 7.1; golden wire/calls.
 */
import { gunzipSync } from 'node:zlib';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { isBytes, isList, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { FileSource } from './file-source.js';

type Request = (load: PlainMap, options?: { timeoutMs?: number }) => Promise<Value>;

const LIST_COMMANDS = { files: '_file_list', dirs: '_dir_list', emptyDirs: '_file_list_emptydirs' } as const;
/** A piece may not unpack to more. */
const PIECE_BYTES_MAX = 256 * 1024 * 1024;

/** A name with a question mark is marked, else the master takes what follows for options. */
const named = (path: string): string => (path.includes('?') ? `|${path}` : path);

export function remoteFiles(request: Request): FileSource {
  return {
    async hash(path, saltenv) {
      const got = await request({ path: named(path), saltenv, cmd: '_file_hash' });
      return isPlainMap(got) && typeof got['hsum'] === 'string' ? { hash_type: String(got['hash_type']), hsum: got['hsum'] } : undefined;
    },
    async hashAndStat(path, saltenv) {
      const got = await request({ path: named(path), saltenv, cmd: '_file_hash_and_stat' });
      return isList(got) && got.length === 2 ? [got[0] ?? '', got[1] ?? null] : ['', null];
    },
    async piece(path, saltenv, loc, gzip) {
      const got = await request({ path: named(path), saltenv, cmd: '_serve_file', ...(gzip > 0 ? { gzip } : {}), loc });
      if (!isPlainMap(got)) return { data: Buffer.alloc(0), dest: '' };
      const data = bytesOf(got['data']);
      const packed = got['gzip'] !== undefined && data.length > 0;
      return { data: packed ? gunzipSync(data, { maxOutputLength: PIECE_BYTES_MAX }) : data, dest: String(got['dest'] ?? '') };
    },
    async list(kind, saltenv, prefix) {
      const got = await request({ saltenv, prefix, cmd: LIST_COMMANDS[kind] });
      // A master that failed says so with an empty text: nothing may be deleted for that.
      if (!isList(got)) throw new CommandExecutionError(`The master gave no list of files (${LIST_COMMANDS[kind]}, ${saltenv})`);
      return got.map(String);
    },
    async symlinks(saltenv, prefix) {
      const got = await request({ saltenv, prefix, cmd: '_symlink_list' });
      return isPlainMap(got) ? Object.fromEntries(Object.entries(got).map(([link, target]) => [link, String(target)])) : {};
    },
    async envs() {
      const got = await request({ cmd: '_file_envs' });
      return isList(got) ? got.map(String) : [];
    },
    async masterOpts() {
      const got = await request({ cmd: '_master_opts' });
      return isPlainMap(got) ? got : {};
    },
  };
}

function bytesOf(value: Value | undefined): Buffer {
  if (isBytes(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return Buffer.from(typeof value === 'string' ? value : '');
}
