/** Who is logged in, from the record that login programs keep. Source: read, utmp(5); observed, psutil 7.2. */
import { endianness } from 'node:os';
import type { Context } from '../../../kernel/contract/context.js';
import { isMissing } from '../../../kernel/sys/files.js';
import { floatOf, type PlainMap } from '../../../kernel/std/value.js';

const PATH = '/var/run/utmp';
/** One record of glibc on machines of today: type, process, line[32], id[4], user[32], host[256], ..., time, ... */
const RECORD_BYTES = 384;
const USER_PROCESS = 7;

export async function loggedInUsers(ctx: Context): Promise<PlainMap[]> {
  const table = await ctx.sys.fs.readFile(PATH).catch((err: unknown) => {
    if (isMissing(err)) return Buffer.alloc(0);
    throw err;
  });
  return readUsers(table);
}

export function readUsers(table: Buffer): PlainMap[] {
  const found: PlainMap[] = [];
  const little = endianness() === 'LE';
  for (let at = 0; at + RECORD_BYTES <= table.length; at += RECORD_BYTES) {
    const text = (from: number, length: number): string => table.toString('utf8', at + from, at + from + length).replace(/\0.*$/s, '');
    const number = (from: number): number => (little ? table.readInt32LE(at + from) : table.readInt32BE(at + from));
    const type = little ? table.readInt16LE(at) : table.readInt16BE(at);
    if (type !== USER_PROCESS) continue;
    const host = text(76, 256);
    const line = text(8, 32);
    found.push({ name: text(44, 32), terminal: line === '' ? null : line, host: /^:0(?:\.0)?$/.test(host) ? 'localhost' : host, started: floatOf(number(340)), pid: number(4) });
  }
  return found;
}
