/** The master's transport (`own` or `zeromq`) with nothing behind it: answers each request with itself. Says its ports, and then its memory when it is told to. */
import { createInterface } from 'node:readline';
import { servePublications, serveRequests, type ServerKind } from '../src/bus/transport/serve.js';
import type { Logger } from '../src/kernel/contract/log.js';

const none = (): void => undefined;
const log: Logger = { error: none, warn: none, info: none, debug: none, trace: none, child: () => log };
const options = { address: 'tcp://127.0.0.1:*', ipv6: false, backlog: 1000, frameBytesMax: 1_000_000, log };
const kind = process.argv[2] as ServerKind;
const requests = await serveRequests(kind, options, (frame) => Promise.resolve(frame));
const publications = await servePublications(kind, { ...options, hwm: 1000 });
const portOf = (address: string): string => address.split(':').at(-1) ?? '';
process.stdout.write(`${portOf(requests.address)} ${portOf(publications.address)}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'publish') await publications.publish([Buffer.alloc(700)]);
}
process.exit(0);
