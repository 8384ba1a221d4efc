/** Takes syslog messages over UDP and TCP until it is stopped. Source: RFC 3164, 5426, 6587 (both framings). */
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import type { Context } from '../../../kernel/contract/context.js';
import { Lines } from './lines.js';
import { untilAborted } from './until-aborted.js';

export interface SyslogPlace {
  readonly address: string;
  readonly port: number;
  readonly protocols: readonly ('udp' | 'tcp')[];
}

const MESSAGE_BYTES_MAX = 64 * 1024;
const CONNECTIONS_MAX = 200;
const SILENT_MS = 600_000;
/** Messages that are on their way to the bus; more are lost, and that is said. */
const WAITING_MAX = 1000;
/** A length in front of a message of the other framing. */
const COUNT = /^\d{1,6} (?=<)/;

export async function listenSyslog({ address, port, protocols }: SyslogPlace, ctx: Context, take: (text: string, from: string) => Promise<void>): Promise<void> {
  let waiting = 0;
  let lost = 0;
  const hear = (text: string, from: string): void => {
    if (waiting >= WAITING_MAX) {
      if (lost === 0) ctx.log.warn({ waiting }, 'syslog messages come faster than they are taken: some are lost');
      lost += 1;
      return;
    }
    waiting += 1;
    take(text, from).catch((err: unknown) => ctx.log.error({ err, from }, 'syslog message not taken')).finally(() => (waiting -= 1));
  };
  const open: (DatagramSocket | Server)[] = [];
  try {
    for (const protocol of protocols) open.push(protocol === 'udp' ? await listenUdp(address, port, hear) : await listenTcp(address, port, hear));
    ctx.log.info({ address, ports: open.map((one) => (one.address() as { port: number }).port), protocols }, 'syslog listens');
    await untilAborted(ctx.signal, (fail) => {
      for (const one of open) one.on('error', fail);
    });
  } finally {
    for (const one of open) one.close();
  }
}

type Hear = (text: string, from: string) => void;

function listenUdp(address: string, port: number, hear: Hear): Promise<DatagramSocket> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (bytes, { address: from }) => hear(bytes.toString('utf8'), from));
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, address, () => resolve(socket));
  });
}

function listenTcp(address: string, port: number, hear: Hear): Promise<Server> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const lines = new Lines(MESSAGE_BYTES_MAX);
    const from = socket.remoteAddress ?? '';
    sockets.add(socket);
    socket.setTimeout(SILENT_MS, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      for (const line of lines.push(chunk)) if (line !== '') hear(line.replace(COUNT, ''), from);
    });
  });
  server.maxConnections = CONNECTIONS_MAX;
  // Stopped, it lets go of those who are connected.
  const close = server.close.bind(server);
  server.close = (...words) => {
    for (const socket of sockets) socket.destroy();
    return close(...words);
  };
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => resolve(server));
  });
}
