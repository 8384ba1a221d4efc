/** A master with one swarm minion and the API before it, ours or real Salt's. */
import { appendFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiClient } from './api-client.js';
import { freePort, prepareMaster, startDaemon, untilOpen, type Host, type Side } from './hosts.js';
import { startSwarm } from './swarm.js';

export const MINION = 'swarm1';
export const CREDENTIALS = { username: 'bench', password: 'secret', eauth: 'file' };

export interface ApiHost {
  readonly client: ApiClient;
  /** The API first. */
  readonly hosts: readonly Host[];
  stop(): Promise<void>;
}

/** @param fill what stands in the master's folder before it starts */
export async function startApi(side: Side, fill: (root: string) => Promise<void> = async () => undefined): Promise<ApiHost> {
  const port = await freePort();
  const rights = ['.*', '@runner', '@wheel', '@jobs'];
  const place = await prepareMaster();
  const users = join(place.root, 'users');
  writeFileSync(users, `${CREDENTIALS.username}:${CREDENTIALS.password}\n`, { mode: 0o600 });
  const options = {
    external_auth: { file: { '^filename': users, [CREDENTIALS.username]: rights } }, netapi_enable_clients: ['local', 'runner'], rest_cherrypy: { host: '127.0.0.1', port, disable_ssl: true, rate_limit: 0 },
  };
  appendFileSync(join(place.configDir, 'master'), Object.entries(options).map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`).join(''));
  await fill(place.root);
  const swarm = await startSwarm(place, 1);
  await swarm.run(`accept ${join(place.root, 'pki/minions')}`);
  const hosts: Host[] = [startDaemon(side, 'master', place)];
  const stop = async (): Promise<void> => {
    for (const host of hosts) await host.stop();
    await swarm.stop();
  };
  try {
    await untilOpen(place.requestPort);
    await swarm.run('connect');
    // Each host clears its folder when it stops: the master's is still in use then.
    hosts.unshift(startDaemon(side, 'api', { ...place, root: mkdtempSync(join(tmpdir(), 'tsb')) }));
    await untilOpen(port);
    return { client: new ApiClient(port), hosts, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
