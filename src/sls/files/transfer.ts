/**
 * Brings the content of one file here: pieces whose size the server decides, several on their way at once, written at their places and
 * hashed in order. What is there of an earlier try is kept and checked with the rest.
 *
 * Source: wire-protocol 7.1. Memory: pieces on their way, whatever the size of the file.
 */
import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { FileHash } from '../../kernel/contract/file-backend.js';
import type { FileSource } from './file-source.js';

export interface TransferRequest {
  readonly source: FileSource;
  readonly path: string;
  readonly saltenv: string;
  readonly gzip: number;
  readonly wanted: FileHash;
  /** Open for reading and writing. */
  readonly file: FileHandle;
  /** Bytes that lie there already. */
  readonly from: number;
}

/** `wrong`: what came has another hash. */
export type TransferResult = 'right' | 'wrong' | 'missing';

/** Pieces asked for before the first of them has come. */
const AHEAD = 4;
const REREAD_BYTES = 1024 * 1024;

type Piece = Awaited<ReturnType<FileSource['piece']>>;

/** @throws what the source throws; what was written so far stays, `file` tells how much */
export async function transfer(request: TransferRequest): Promise<TransferResult> {
  const { file, wanted, from } = request;
  const hash = createHash(wanted.hash_type);
  await reread(file, from, hash);
  if (from > 0 && isWhole(hash, wanted)) return finish(file, from, 'right');
  const pieces = new PiecesAhead(request);
  let usualBytes = 0;
  for (let loc = from; ;) {
    const { data, dest } = await pieces.at(loc);
    if (data.length === 0) {
      if (dest === '' && loc === 0) return 'missing';
      return finish(file, loc, hash.digest('hex') === wanted.hsum ? 'right' : 'wrong');
    }
    const isFirst = usualBytes === 0;
    if (data.length === usualBytes) pieces.askAhead(loc + data.length, usualBytes);
    const written = file.write(data, 0, data.length, loc);
    hash.update(data);
    await written;
    loc += data.length;
    // With the right hash nobody needs to be asked whether more follows: after the first piece, or one that is shorter than those before.
    if ((isFirst || data.length < usualBytes) && isWhole(hash, wanted)) return finish(file, loc, 'right');
    if (!isFirst) continue;
    usualBytes = data.length;
    pieces.askAhead(loc, usualBytes);
  }
}

/** Pieces that follow each other are asked for together, once the first has shown their size. */
class PiecesAhead {
  readonly #request: TransferRequest;
  readonly #asked = new Map<number, Promise<Piece>>();

  constructor(request: TransferRequest) {
    this.#request = request;
  }

  async at(loc: number): Promise<Piece> {
    // A file that changed under way: what was asked for does not fit any more.
    if (!this.#asked.has(loc)) this.#asked.clear();
    const piece = await this.#ask(loc);
    this.#asked.delete(loc);
    return piece;
  }

  askAhead(loc: number, bytes: number): void {
    for (let next = 0; next < AHEAD; next += 1) void this.#ask(loc + next * bytes);
  }

  #ask(loc: number): Promise<Piece> {
    const { source, path, saltenv, gzip } = this.#request;
    const asked = this.#asked.get(loc) ?? source.piece(path, saltenv, loc, gzip);
    this.#asked.set(loc, asked);
    // Who waits for it hears of its failure; nobody may.
    asked.catch(() => undefined);
    return asked;
  }
}

async function reread(file: FileHandle, bytes: number, hash: Hash): Promise<void> {
  const buffer = Buffer.allocUnsafe(Math.min(bytes, REREAD_BYTES));
  for (let loc = 0; loc < bytes;) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, bytes - loc), loc);
    if (bytesRead === 0) return;
    hash.update(buffer.subarray(0, bytesRead));
    loc += bytesRead;
  }
}

const isWhole = (hash: Hash, wanted: FileHash): boolean => hash.copy().digest('hex') === wanted.hsum;

async function finish(file: FileHandle, bytes: number, result: TransferResult): Promise<TransferResult> {
  await file.truncate(bytes);
  return result;
}
