/** TCP connections of this machine, from `/proc/net/tcp` and `/proc/net/tcp6`. */

const ESTABLISHED = 1;

/** Addresses of the other ends of open connections to a port. */
export function remotesOn(tables: readonly string[], port: number): Set<string> {
  const remotes = new Set<string>();
  for (const line of tables.join('\n').split('\n')) {
    const [, , remote = '', state = ''] = line.trim().split(/\s+/);
    const [address = '', remotePort = ''] = remote.split(':');
    if (!/^[0-9A-F]{8}(?:[0-9A-F]{24})?$/i.test(address)) continue;
    if (Number.parseInt(remotePort, 16) === port && Number.parseInt(state, 16) === ESTABLISHED) remotes.add(addressOf(address));
  }
  return remotes;
}

/** The kernel writes each four bytes as a number of the machine, here one with the lowest byte first. */
function addressOf(hex: string): string {
  const bytes = [...Buffer.from(hex, 'hex')];
  const groups = Array.from({ length: bytes.length / 4 }, (_, at) => bytes.slice(at * 4, at * 4 + 4).toReversed());
  if (groups.length === 1) return groups.flat().join('.');
  const isMapped = groups.slice(0, 2).flat().every((byte) => byte === 0) && groups[2]?.join() === '0,0,255,255';
  if (isMapped) return (groups[3] ?? []).join('.');
  const words = Array.from({ length: 8 }, (_, at) => {
    const flat = groups.flat();
    return ((flat[at * 2] ?? 0) * 256 + (flat[at * 2 + 1] ?? 0)).toString(16);
  });
  return new URL(`http://[${words.join(':')}]/`).hostname.slice(1, -1);
}
