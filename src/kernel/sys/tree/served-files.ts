/** Reads and hashes files that are served: pieces of a given size, digests remembered until the file changes. */
import { createHash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { FileHash, ServedFile } from '../../contract/file-backend.js';
import { BoundedCache } from '../../std/bounded-cache.js';
import type { PlainMap } from '../../std/value.js';
import { OpenFiles } from './open-files.js';

export interface ServedFilesOptions {
  readonly hashType: string;
  /** Bytes of one piece. */
  readonly bufferBytes: number;
}

/** Digests remembered. */
const HASHES_MAX = 100_000;
const HASH_READ_BYTES = 256 * 1024;
/** Files up to this size are read whole: a stream costs more than their content. */
const WHOLE_BYTES_MAX = 256 * 1024;

export class ServedFiles {
  readonly #options: ServedFilesOptions;
  readonly #open = new OpenFiles();
  readonly #hashes = new BoundedCache<string, KnownHash>(HASHES_MAX);

  constructor(options: ServedFilesOptions) {
    this.#options = options;
  }

  static of(opts: Readonly<PlainMap>): ServedFiles {
    return new ServedFiles(servingOptions(opts));
  }

  /** A piece from `loc` on; empty at the end. Most files are much smaller than a piece may be. */
  async read({ path, version }: ServedFile, loc: number): Promise<Buffer> {
    return this.#open.read(path, version ?? versionOf(await stat(path)), loc, this.#options.bufferBytes);
  }

  /** Several who ask for the digest of a large file wait for one reading of it. */
  async hash({ path, version }: ServedFile): Promise<FileHash> {
    const { hashType } = this.#options;
    const state = version ?? versionOf(await stat(path));
    const known = this.#hashes.get(path, () => ({ state: '', hsum: Promise.resolve('') }));
    if (known.state !== state) {
      known.state = state;
      known.hsum = digestOf(path, hashType);
      known.hsum.catch(() => {
        known.state = '';
      });
    }
    return { hash_type: hashType, hsum: await known.hsum };
  }

  /** The ten numbers of Python's stat. */
  async stat({ path, stat: given }: ServedFile): Promise<readonly number[]> {
    if (given !== undefined) return given;
    const { mode, ino, dev, nlink, uid, gid, size, atimeMs, mtimeMs, ctimeMs } = await stat(path);
    return [mode, ino, dev, nlink, uid, gid, size, ...[atimeMs, mtimeMs, ctimeMs].map((ms) => Math.floor(ms / 1000))];
  }
}

interface KnownHash {
  /** What of the file says that it is still the same. */
  state: string;
  hsum: Promise<string>;
}

/** What of a file changes with its content. */
export const versionOf = ({ ino, size, mtimeMs, ctimeMs }: Stats): string => `${ino} ${size} ${mtimeMs} ${ctimeMs}`;

export function servingOptions(opts: Readonly<PlainMap>): ServedFilesOptions {
  return {
    hashType: typeof opts['hash_type'] === 'string' ? opts['hash_type'] : 'sha256',
    bufferBytes: Number(opts['file_buffer_size'] ?? 1_048_576),
  };
}

const digestOfSmall = async (path: string, hashType: string): Promise<string> => createHash(hashType).update(await readFile(path)).digest('hex');

async function digestOf(path: string, hashType: string): Promise<string> {
  if ((await stat(path)).size <= WHOLE_BYTES_MAX) return digestOfSmall(path, hashType);
  const hash = createHash(hashType);
  for await (const chunk of createReadStream(path, { highWaterMark: HASH_READ_BYTES })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
