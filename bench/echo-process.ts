/** The master's transport with nothing behind it: answers each request with itself. Says its ports, and then its memory when it is told to. */
import { createInterface } from 'node:readline';
import { servePublications, serveRequests } from '../src/bus/transport/zeromq.js';
import type { Logger } from '../src/kernel/contract/log.js';

const none = (): void => undefined;
const log: Logger = { error: none, warn: none, info: none, debug: none, trace: none, child: () => log };
const options = { address: 'tcp://127.0.0.1:*', ipv6: false, backlog: 1000, frameBytesMax: 1_000_000, log };
const requests = await serveRequests(options, (frame) => Promise.resolve(frame));
const publications = await servePublications({ ...options, hwm: 1000 });
const portOf = (address: string): string => address.split(':').at(-1) ?? '';
process.stdout.write(`${portOf(requests.address)} ${portOf(publications.address)}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'publish') await publications.publish([Buffer.alloc(700)]);
}
process.exit(0);
