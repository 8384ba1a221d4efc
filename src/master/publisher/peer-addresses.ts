/**
 * Addresses with an open connection to the publish port, read from the kernel's table.
 *
 * Source: wire-protocol section 9 "Presence".
 */
import { readFileSync } from 'node:fs';

const ESTABLISHED = '01';

/** The address of each open connection to a local port, as often as it has one; undefined where the kernel has no such table. */
export function peersNow(port: number): string[] | undefined {
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map(readTable).filter((table) => table !== undefined);
  return tables.length === 0 ? undefined : tables.flatMap((table) => peersOf(table, port));
}

/** Addresses of the other ends of open connections to a local port, from the text of such a table. */
export function peersOf(table: string, port: number): string[] {
  return table.split('\n').slice(1).flatMap((line) => {
    const [, local = '', remote = '', state] = line.trim().split(/\s+/);
    if (state !== ESTABLISHED || Number.parseInt(local.split(':')[1] ?? '', 16) !== port) return [];
    const address = readAddress(remote.split(':')[0] ?? '');
    return address === '' ? [] : [address];
  });
}

function readTable(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The kernel writes addresses as 32-bit words of the machine's byte order (little-endian here). */
function readAddress(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  for (let word = 0; word + 4 <= bytes.length; word += 4) bytes.subarray(word, word + 4).reverse();
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) return '';
  const isMapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  if (isMapped) return bytes.subarray(12).join('.');
  return new URL(`http://[${bytes.toString('hex').replace(/(.{4})(?!$)/g, '$1:')}]`).hostname.slice(1, -1);
}
