import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { MemoryNetwork } from '../../src/bus/transport/memory.js';
import * as own from '../../src/bus/transport/serve.js';
import { requestClient, servePublications, serveRequests, subscribe } from '../../src/bus/transport/zeromq.js';
import { silentLog } from '../support/logs.js';
import { transportContract } from './transport.js';

const FRAME_BYTES_MAX = 16 * 1024 * 1024;
const server = { ipv6: false, backlog: 10, frameBytesMax: FRAME_BYTES_MAX };
const client = { ipv6: false, frameBytesMax: FRAME_BYTES_MAX, tcpKeepaliveIdleSeconds: 300 };

const network = new MemoryNetwork();
let addresses = 0;
transportContract({
  name: 'memory',
  freeAddress: () => `memory://${(addresses += 1)}`,
  unusedAddress: () => Promise.resolve(`memory://${(addresses += 1)}`),
  serveRequests: (options, handle) => network.serveRequests(options, handle),
  requestClient: (address) => network.requestClient(address),
  servePublications: (address) => network.servePublications(address),
  subscribe: (address, topics) => network.subscribe(address, topics),
});

transportContract({
  name: 'zeromq',
  freeAddress: () => 'tcp://127.0.0.1:*',
  unusedAddress,
  serveRequests: (options, handle) => serveRequests({ ...server, ...options }, handle),
  requestClient: (address) => requestClient({ ...client, address }),
  servePublications: (address) => servePublications({ ...server, address, hwm: 1000, log: silentLog }),
  subscribe: (address, topics) => subscribe({ ...client, address, topics, reconnectMs: 50, reconnectMaxMs: 200 }),
});

transportContract({
  name: 'zmtp',
  freeAddress: () => 'tcp://127.0.0.1:*',
  unusedAddress,
  serveRequests: (options, handle) => own.serveRequests('own', { ...server, ...options }, handle),
  requestClient: (address) => requestClient({ ...client, address }),
  servePublications: (address) => own.servePublications('own', { ...server, address, hwm: 1000, log: silentLog }),
  subscribe: (address, topics) => subscribe({ ...client, address, topics, reconnectMs: 50, reconnectMaxMs: 200 }),
});

/** A port that was free a moment ago. */
async function unusedAddress(): Promise<string> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return `tcp://127.0.0.1:${port}`;
}
