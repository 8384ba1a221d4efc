/**
 * `tsalt-cp --chunked`: each file in pieces, one job a piece; at the end of a file its checksum is compared. A minion that
 * failed on a piece gets no further pieces of that file.
 *
 * Source: golden cli/cp-chunked*; read, Salt 3008.3 (compression, names of the arguments). The checksum is ours.
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { PlainMap, Value } from '../../kernel/std/value.js';
import { byName, type AskMinions, type Audience } from './ask-minions.js';
import type { SourceFile, Sources } from './sources.js';

const compress = promisify(gzip);

export interface PieceOptions {
  readonly pieceBytes: number;
  readonly compressed: boolean;
  readonly onProgress: (progress: Progress) => void;
}

export interface Progress {
  readonly path: string;
  readonly file: number;
  readonly files: number;
  readonly sentBytes: number;
  readonly bytes: number;
}

/** By minion: `{where the file lies: true, or the reason why not}`. */
export type Placed = Map<string, PlainMap>;

export async function sendPieces(ask: AskMinions, minions: readonly string[], sources: Sources, options: PieceOptions): Promise<Placed> {
  const placed: Placed = new Map();
  for (const [at, file] of sources.files.entries()) {
    const tell = (sentBytes: number): void => {
      options.onProgress({ path: file.path, file: at + 1, files: sources.files.length, sentBytes, bytes: file.bytes });
    };
    for (const [id, outcome] of await sendFile(ask, minions, file, { ...options, tell })) note(placed, id, file.dest, outcome);
  }
  for (const folder of sources.folders) {
    const { returns } = await ask(listOf(minions), 'cp.recv_chunked', byName({ dest: folder, chunk: null }));
    for (const [id, outcome] of returns) note(placed, id, folder, outcome);
  }
  return placed;
}

function note(placed: Placed, id: string, dest: string, outcome: Value): void {
  placed.set(id, { ...placed.get(id), [dest]: outcome });
}

const listOf = (ids: readonly string[]): Audience => ({ tgt: [...ids], tgtType: 'list' });

type FileOptions = Pick<PieceOptions, 'pieceBytes' | 'compressed'> & { readonly tell: (sentBytes: number) => void };

async function sendFile(ask: AskMinions, minions: readonly string[], file: SourceFile, options: FileOptions): Promise<Map<string, Value>> {
  const outcomes = new Map<string, Value>();
  const left = new Set(minions);
  const hash = createHash('sha256');
  let sentBytes = 0;
  for await (const piece of piecesOf(file.path, options.pieceBytes)) {
    if (left.size === 0) break;
    hash.update(piece);
    const chunk = (options.compressed ? await compress(piece) : piece).toString('base64');
    const { returns, missing } = await ask(listOf([...left]), 'cp.recv_chunked', byName({
      dest: file.dest, chunk, append: sentBytes > 0, compressed: options.compressed, mode: file.mode,
    }));
    sentBytes += piece.length;
    options.tell(sentBytes);
    for (const id of missing) {
      left.delete(id);
      // Who was silent from the start is left out, as Salt does.
      if (outcomes.has(id)) outcomes.set(id, 'Minion did not return. The file is there in part');
    }
    for (const [id, outcome] of returns) {
      outcomes.set(id, outcome);
      if (outcome !== true) left.delete(id);
    }
  }
  await compare(ask, [...left], file.dest, hash.digest('hex'), outcomes);
  return outcomes;
}

async function compare(ask: AskMinions, minions: readonly string[], dest: string, wanted: string, outcomes: Map<string, Value>): Promise<void> {
  if (minions.length === 0) return;
  const { returns, missing } = await ask(listOf(minions), 'file.get_hash', byName({ path: dest, form: 'sha256' }));
  for (const id of missing) outcomes.set(id, 'Minion did not return. The checksum of the file is not known');
  for (const [id, found] of returns) {
    if (found !== wanted) outcomes.set(id, `The checksum is ${String(found)} instead of ${wanted}: the file was changed on its way, or there`);
  }
}

/** At least one piece, so that an empty file is made too. */
async function* piecesOf(path: string, pieceBytes: number): AsyncGenerator<Buffer> {
  const handle = await open(path);
  try {
    for (let pieces = 0; ; pieces += 1) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(pieceBytes), 0, pieceBytes);
      if (bytesRead === 0 && pieces > 0) return;
      yield buffer.subarray(0, bytesRead);
      if (bytesRead < pieceBytes) return;
    }
  } finally {
    await handle.close();
  }
}
