/** Grain `init`: what process 1 is. Source: read, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { bytesOf, isThere, textOf } from './look.js';

/** Larger programs are not searched. */
const INIT_BYTES_MAX = 32 * 1024 * 1024;
const NAMES_IN_PROGRAM = ['upstart', 'sysvinit', 'systemd'];
const CONTAINER_INITS: readonly (readonly [program: string, name: string])[] =
  [['supervisord', 'supervisord'], ['dumb-init', 'dumb-init'], ['tini', 'tini']];

export async function initSystem(ctx: Context): Promise<string> {
  if (await isThere(ctx, '/run/systemd/system')) return 'systemd';
  const words = (await textOf(ctx, '/proc/1/cmdline'))?.replaceAll('\0', ' ').split(/\s+/).filter((word) => word !== '') ?? [];
  const [first] = words;
  const program = first === undefined ? undefined : await ctx.sys.which(first);
  if (program?.endsWith('bin/init') === true) return nameInProgram(ctx, program);
  for (const [name, init] of CONTAINER_INITS) {
    const path = await ctx.sys.which(name);
    if (path !== undefined && words.includes(path)) return init;
  }
  const isRunit = (words.length === 1 && first === 'runit') || words.includes('/sbin/my_init');
  return isRunit ? 'runit' : 'unknown';
}

/** The program tells by a text that stands in it; the first one counts, of those in the same place the first listed. */
async function nameInProgram(ctx: Context, path: string): Promise<string> {
  const bytes = await bytesOf(ctx, path);
  if (bytes === undefined || bytes.length > INIT_BYTES_MAX) return 'unknown';
  const bufferSize = Number(ctx.opts['file_buffer_size'] ?? 262_144);
  return initNameIn(bytes, bufferSize);
}

/** Looks piece by piece, as Salt does, so that the same name wins when a program has several. */
export function initNameIn(bytes: Buffer, pieceSize: number): string {
  const overlap = Math.max(...NAMES_IN_PROGRAM.map((name) => name.length)) - 1;
  const text = bytes.toString('latin1').toLowerCase();
  for (let at = 0; at < text.length; at += pieceSize) {
    const piece = text.slice(Math.max(0, at - overlap), at + pieceSize);
    const found = NAMES_IN_PROGRAM.find((name) => piece.includes(name));
    if (found !== undefined) return found;
  }
  return 'unknown';
}
