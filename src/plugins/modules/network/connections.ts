/** Tables of connections: `netstat`, `ss` and the kernel's own. Source: read and observed, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { ipText } from '../../../kernel/std/ip-address.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';
import { hexEndAddress, readHexEnd } from '../lookup/hex-address.js';
import { fields, outputLines } from '../lookup/programs.js';

const ESTABLISHED = 1;

export async function connections(ctx: Context): Promise<PlainMap[]> {
  if ((await ctx.sys.which('netstat')) === undefined) return readSs(await outputLines(ctx, ['ss', '-tulpnea']));
  return readNetstat(await outputLines(ctx, ['netstat', '-tulpnea']));
}

const TCP_COLUMNS = ['proto', 'recv-q', 'send-q', 'local-address', 'remote-address', 'state', 'user', 'inode', 'program'];
const UDP_COLUMNS = TCP_COLUMNS.filter((name) => name !== 'state');

export function readNetstat(lines: readonly string[]): PlainMap[] {
  return lines.flatMap((line) => {
    const columns = line.startsWith('tcp') ? TCP_COLUMNS : line.startsWith('udp') ? UDP_COLUMNS : undefined;
    if (columns === undefined) return [];
    const words = fields(line);
    return [Object.fromEntries(columns.map((name, at) => [name, words[at] ?? '']))];
  });
}

export function readSs(lines: readonly string[]): PlainMap[] {
  return lines.filter((line) => /^(?:tcp|udp)/.test(line)).map((line) => {
    const [proto = '', state = '', received = '', sent = '', local = '', remote = '', ...rest] = fields(line);
    // The last word is left out, as Salt does (observed).
    const details = new Map(rest.slice(0, -1).map((word) => word.split(':')).map(([name = '', value = '']) => [name, value]));
    return {
      proto, 'recv-q': received, 'send-q': sent, 'local-address': local, 'remote-address': remote,
      ...(proto.startsWith('tcp') ? { state: state === 'ESTAB' ? 'ESTABLISHED' : state } : {}),
      user: details.get('uid') ?? 0, inode: details.get('ino') ?? 0, program: details.get('users')?.split('"')[1] ?? '',
    };
  });
}

/** An IPv4 address dressed up as IPv6 is shown plain. */
function readEnd(text: string): readonly [string, number] {
  const end = readHexEnd(text);
  const inside = end.version === 6 && end.bits >> 32n === 0xffffn;
  return [inside ? ipText(end.bits & 0xffffffffn, 4) : hexEndAddress(end), end.port];
}

/** Established connections by number. */
export async function activeTcp(ctx: Context): Promise<Value> {
  const texts = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map((path) => ctx.sys.readText(path)));
  const found = new Map<Value, Value>();
  for (const line of texts.flatMap((text) => (text ?? '').split('\n'))) {
    const [slot = '', local = '', remote = '', state = ''] = fields(line);
    if (!/^\d+:$/.test(slot) || parseInt(state, 16) !== ESTABLISHED) continue;
    const [localAddress, localPort] = readEnd(local);
    const [remoteAddress, remotePort] = readEnd(remote);
    found.set(found.size, { local_addr: localAddress, local_port: localPort, remote_addr: remoteAddress, remote_port: remotePort });
  }
  return found;
}

/** Hardware address to address, of the neighbours that `arp` knows. */
export async function arpTable(ctx: Context): Promise<PlainMap> {
  const rows = (await outputLines(ctx, ['arp', '-an'])).map(fields).filter((words) => words.length >= 4);
  return Object.fromEntries(rows.map((words) => [words[3] ?? '', (words[1] ?? '').replace(/^\(+|\)+$/g, '')]));
}

/** Hardware address to address, of the neighbours that `ip` knows. */
export async function neighbours(ctx: Context, sign: '.' | ':'): Promise<PlainMap> {
  const rows = (await outputLines(ctx, ['ip', 'neigh', 'show'])).map(fields).filter((words) => words.length >= 5);
  return Object.fromEntries(rows.filter(([address = '']) => address.includes(sign)).map((words) => [words[4] ?? '', words[0] ?? '']));
}
