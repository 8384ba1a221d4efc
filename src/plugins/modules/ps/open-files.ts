/** Files and sockets that a process has open. Source: read, proc(5); observed, psutil 7.2. */
import type { Context } from '../../../kernel/contract/context.js';
import type { Value } from '../../../kernel/std/value.js';
import { hexEndAddress, readHexEnd } from '../lookup/hex-address.js';
import { fields } from '../lookup/programs.js';
import { isGone, readProc } from './proc.js';

const AF_INET = 2;
const AF_INET6 = 10;
const STREAM = 1;
const DATAGRAM = 2;
const TABLES = [['tcp', AF_INET, STREAM], ['tcp6', AF_INET6, STREAM], ['udp', AF_INET, DATAGRAM], ['udp6', AF_INET6, DATAGRAM]] as const;
const TCP_STATES: Readonly<Record<string, string>> = {
  '01': 'ESTABLISHED', '02': 'SYN_SENT', '03': 'SYN_RECV', '04': 'FIN_WAIT1', '05': 'FIN_WAIT2', '06': 'TIME_WAIT', '07': 'CLOSE', '08': 'CLOSE_WAIT', '09': 'LAST_ACK', '0A': 'LISTEN', '0B': 'CLOSING',
};
const ACCESS_MASK = 0o3;
const APPEND = 0o2000;

interface Descriptor {
  readonly number: number;
  readonly target: string;
}

async function descriptors(pid: number, ctx: Context): Promise<Descriptor[]> {
  const found: Descriptor[] = [];
  for (const name of await ctx.sys.fs.readdir(`/proc/${pid}/fd`)) {
    try {
      found.push({ number: Number(name), target: await ctx.sys.fs.readlink(`/proc/${pid}/fd/${name}`) });
    } catch (err) {
      if (!isGone(err)) throw err;
    }
  }
  return found;
}

/** How a file was opened, in Python's letters. */
function modeOf(flags: number): string {
  const mode = ['r', 'w', 'w+'][flags & ACCESS_MASK] ?? 'r';
  return (flags & APPEND ? mode.replace('w', 'a') : mode).replace('w+', 'r+');
}

/** Path, descriptor, position, mode and flags of each regular file. */
export async function openFiles(pid: number, ctx: Context): Promise<Value> {
  const rows: Value[] = [];
  for (const { number, target } of await descriptors(pid, ctx)) {
    if (!target.startsWith('/') || (await ctx.sys.fs.stat(target).catch(() => undefined))?.isFile() !== true) continue;
    const info = await readProc(`${pid}/fdinfo/${number}`, ctx).catch(() => undefined);
    const [, position, flags] = /^pos:\s*(\d+)\nflags:\s*([0-7]+)/.exec(info ?? '') ?? [];
    if (position !== undefined && flags !== undefined) rows.push([target, number, Number(position), modeOf(parseInt(flags, 8)), parseInt(flags, 8)]);
  }
  return rows;
}

/** Internet connections: descriptor, family, type, both ends, state. */
export async function socketsOf(pid: number, ctx: Context): Promise<Value> {
  const numbers = new Map<string, number>();
  for (const { number, target } of await descriptors(pid, ctx)) {
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined && !numbers.has(inode)) numbers.set(inode, number);
  }
  const rows: Value[] = [];
  for (const [name, family, type] of numbers.size === 0 ? [] : TABLES) {
    for (const line of (await ctx.sys.readText(`/proc/net/${name}`) ?? '').split('\n').slice(1)) {
      const [, local = '', remote = '', state = '', , , , , , inode = ''] = fields(line);
      const number = numbers.get(inode);
      if (number !== undefined) rows.push([number, family, type, endOf(local), endOf(remote), type === STREAM ? TCP_STATES[state] ?? state : 'NONE']);
    }
  }
  return rows;
}

/** Without a port nobody is at the other end. */
function endOf(text: string): Value {
  const end = readHexEnd(text);
  return end.port === 0 ? [] : [hexEndAddress(end), end.port];
}
