/**
 * Grains of the program itself and of what it was started with.
 *
 * `saltversion`, `saltversioninfo`: the Salt whose behaviour this program has. The grains of Python are asked by formulas
 * that choose packages or start Python, so they describe the system's own `python3`.
 */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { SALT_VERSION } from '../../../kernel/std/version.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import { isFolder, textOf } from './look.js';

/** Of the library in the package zeromq; a test compares them. */
export const ZMQ_VERSION = '4.3.5';
/** The Python of Salt 3008's own packages, for systems where the number of `python3` cannot be told. */
const USUAL_PYTHON = [3, 11];

export function programGrains(ctx: Context, folder: string): PlainMap {
  const path = (ctx.sys.env['PATH'] ?? '').trim();
  return {
    cwd: process.cwd(), path, systempath: path.split(':'),
    saltpath: folder, saltversion: SALT_VERSION, saltversioninfo: SALT_VERSION.split('.').map(Number), zmqversion: ZMQ_VERSION,
  };
}

export async function pythonGrains(ctx: Context): Promise<PlainMap> {
  const program = await ctx.sys.which('python3');
  const [major, minor] = program === undefined ? USUAL_PYTHON : pythonOf(basename(await ctx.sys.fs.realpath(program)));
  return { pythonexecutable: program ?? '', pythonpath: [], pythonversion: [major ?? 3, minor ?? 0, 0, 'final', 0] };
}

/** Major and minor number in the name of a program: `python3.11`. */
export function pythonOf(name: string): readonly number[] {
  const [, major, minor] = /^python(\d+)\.(\d+)$/.exec(name) ?? [];
  return major === undefined || minor === undefined ? USUAL_PYTHON : [Number(major), Number(minor)];
}

/** A number made of the id, for everything that wants one for each server. */
export function serverId(id: string): number {
  return createHash('sha256').update(id).digest().readUInt32BE(28) & 0x7fffffff;
}

/** What the configuration says. */
export function configuredGrains(ctx: Context): PlainMap {
  const { id = '', master = '', append_domain: domain } = ctx.opts;
  return { id, master, server_id: serverId(String(id)), ...(domain === undefined ? {} : { append_domain: domain }) };
}

export async function machineIdGrains(ctx: Context): Promise<PlainMap> {
  const text = await textOf(ctx, '/etc/machine-id') ?? await textOf(ctx, '/var/lib/dbus/machine-id');
  return text === undefined ? {} : { machine_id: text.trim() };
}

export async function fibreChannelGrains(ctx: Context): Promise<PlainMap> {
  return { fibre_channel_host: await isFolder(ctx, '/sys/class/fc_host') };
}
