/** A real registry of images (the `docker-registry` of Debian) on a port of its own, which asks for a name and a password. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../fleet/site.js';
import { ProgramServer } from './program-server.js';

export const USER = 'ann';
/** Looked for in all that is told. */
export const PASSWORD = 'open-sesame-4711';

const programs = ['docker-registry', 'htpasswd'].filter((name) => !['/usr/bin', '/usr/sbin'].some((folder) => existsSync(join(folder, name))));
export const skipWithoutRegistry: string | false = programs.length === 0 ? false : `${programs.join(', ')} not installed`;

export interface Registry extends AsyncDisposable {
  /** `localhost:<port>`: what its images are named after. Podman lets only a `localhost` be asked for a login without TLS. */
  readonly place: string;
}

export async function openRegistry(): Promise<Registry> {
  const folder = mkdtempSync(join(tmpdir(), 'ts-registry-'));
  const made = spawnSync('htpasswd', ['-Bbn', USER, PASSWORD], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stderr);
  writeFileSync(join(folder, 'users'), made.stdout.trim());
  const port = await freePort();
  const config = {
    version: 0.1, log: { level: 'error' }, storage: { filesystem: { rootdirectory: join(folder, 'store') } }, http: { addr: `127.0.0.1:${port}` },
    auth: { htpasswd: { realm: 'test', path: join(folder, 'users') } },
  };
  // JSON is YAML.
  writeFileSync(join(folder, 'config.yml'), JSON.stringify(config));
  const program = new ProgramServer(['docker-registry', 'serve', join(folder, 'config.yml')]);
  const close = async (): Promise<void> => {
    await program[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await program.listens(port);
  } catch (error) {
    await close();
    throw error;
  }
  return { place: `localhost:${port}`, [Symbol.asyncDispose]: close };
}
