/** HAProxy of Debian with a socket that may change everything, in a folder of its own. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, ProgramServer } from './program-server.js';

export const skipWithoutHaproxy: string | false = existsSync('/usr/sbin/haproxy') ? false : 'haproxy is not installed';

export interface Haproxy extends AsyncDisposable {
  readonly socket: string;
}

/** `proxies` is the part of the configuration with front ends and backends; `PORT` in it becomes a free one. */
export async function startHaproxy(root: string, proxies: string): Promise<Haproxy> {
  const [port, folder] = [await freePort(), join(root, 'haproxy')];
  mkdirSync(folder);
  const [socket, config] = [join(folder, 'admin.sock'), join(folder, 'haproxy.cfg')];
  writeFileSync(config, [
    'global', `  stats socket ${socket} mode 600 level admin`, '  maxconn 64', 'defaults', '  mode http', '  timeout connect 5s', '  timeout client 5s', '  timeout server 5s',
    proxies.replaceAll('PORT', String(port)), '',
  ].join('\n'));
  const server = new ProgramServer(['/usr/sbin/haproxy', '-db', '-f', config]);
  try {
    await server.listens(port);
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return { socket, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
