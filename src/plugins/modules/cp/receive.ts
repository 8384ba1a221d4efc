/** Takes files from `salt-cp`. Answers: golden cli/cp-*; read, Salt 3008.3. */
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Context } from '../../../kernel/contract/context.js';
import { isOsError, osErrorText } from '../../../kernel/std/os-error.js';
import { isBytes, mapEntries, mapFrom, type Value, type ValueMap } from '../../../kernel/std/value.js';

const unzip = promisify(gunzip);
/** What one compressed piece may grow to; salt-cp sends pieces of 100 KiB. */
const PIECE_BYTES_MAX = 64 * 1024 * 1024;

async function isDirectory(ctx: Context, path: string): Promise<boolean> {
  return (await ctx.sys.exists(path)) && (await ctx.sys.fs.stat(path)).isDirectory();
}

async function targetOf(ctx: Context, source: string, dest: string): Promise<string | undefined> {
  if (await isDirectory(ctx, dest)) return join(dest, basename(source));
  // Python's `basename` and `dirname` of `a/` are '' and `a`.
  const name = dest.endsWith('/') ? '' : basename(dest);
  const folder = dest.endsWith('/') ? dest.slice(0, -1) : dest.includes('/') ? dirname(dest) : '';
  return basename(source) === name || (await isDirectory(ctx, folder)) ? dest : undefined;
}

/** Whole files `{path: content}`; gives `{path here: whether it was written}`. */
export async function receiveFiles(ctx: Context, files: ValueMap, dest: string): Promise<Value> {
  const written: [Value, Value][] = [];
  for (const [source, content] of mapEntries(files)) {
    const target = await targetOf(ctx, String(source), dest);
    if (target === undefined) return 'Destination unavailable';
    written.push([target, await write(ctx, target, isBytes(content) ? content : String(content))]);
  }
  return mapFrom(new Map(written));
}

async function write(ctx: Context, target: string, content: string | Uint8Array): Promise<boolean> {
  try {
    await ctx.sys.fs.writeFile(target, content);
    return true;
  } catch (error) {
    if (isOsError(error)) return false;
    throw error;
  }
}

export interface Piece {
  readonly dest: string;
  /** Base64; null makes a folder. */
  readonly chunk: string | null;
  readonly append: boolean;
  readonly compressed: boolean;
  readonly mode: number | null;
}

/** One piece of a file, or a folder. True, or the reason why not; then the job fails. */
export async function receivePiece(ctx: Context, piece: Piece): Promise<string | true> {
  try {
    return piece.chunk === null ? await makeFolder(ctx, piece.dest) : await writePiece(ctx, piece, piece.chunk);
  } catch (error) {
    if (!isOsError(error)) throw error;
    ctx.setRetcode(1);
    return osErrorText(error);
  }
}

async function makeFolder(ctx: Context, path: string): Promise<string | true> {
  if (await ctx.sys.exists(path)) return (await ctx.sys.fs.stat(path)).isFile() ? 'Path exists and is a file' : true;
  await ctx.sys.fs.mkdir(path, { recursive: true });
  return true;
}

async function writePiece(ctx: Context, piece: Piece, chunk: string): Promise<true> {
  const bytes = Buffer.from(chunk, 'base64');
  const content = piece.compressed ? await unzip(bytes, { maxOutputLength: PIECE_BYTES_MAX }) : bytes;
  const flag = piece.append ? 'a' : 'w';
  try {
    await ctx.sys.fs.writeFile(piece.dest, content, { flag });
  } catch (error) {
    if (!isOsError(error, 'ENOENT')) throw error;
    await ctx.sys.fs.mkdir(dirname(piece.dest), { recursive: true });
    await ctx.sys.fs.writeFile(piece.dest, content, { flag });
  }
  if (!piece.append && piece.mode !== null) await ctx.sys.fs.chmod(piece.dest, piece.mode);
  return true;
}
