/** What systemd would hear: a datagram socket, which Node cannot open by itself, listened to by a small Python program. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Site } from '../../support/fleet/site.js';
import { until } from '../../support/fleet/until.js';

const LISTENER = [
  'import socket, sys',
  'heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)',
  'heard.bind(sys.argv[1])',
  'while True:',
  '    print(heard.recv(4096).decode(), flush=True)',
].join('\n');

const missing = ['python3', 'systemd-notify'].filter((program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status !== 0);
export const skipWithoutNotify: string | false = missing.length === 0 ? false : `needs ${missing.join(' and ')}`;

export interface NotifySocket {
  readonly path: string;
  /** Everything that was heard so far, one message a line. */
  heard(): string;
}

export async function openNotifySocket(site: Site): Promise<NotifySocket> {
  const path = join(site.dir, 'notify');
  const outputFile = join(site.dir, 'notify.out');
  site.start({ name: 'listener of readiness', argv: ['python3', '-c', LISTENER, path], outputFile });
  await until('the socket of readiness', () => existsSync(path));
  return { path, heard: () => readFileSync(outputFile, 'utf8') };
}
