/** Real Salt's package modules at work in a scratch root: wrappers stand in the place of the programs, mounts of its own before the folders. */
import { execFile, spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PlainMap, Value } from '../../../src/kernel/std/value.js';
import { repository, saltProgram } from '../fleet/salt-venv.js';
import type { Scratch } from './scratch-sys.js';

export type Call = readonly [fun: string, args: readonly Value[], kwargs: PlainMap];
export type Answer = { readonly value: Value } | { readonly error: string };

/** Why this cannot be done here, or false. */
export function mountObstacle(): string | false {
  const done = spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs none /mnt'], { encoding: 'utf8' });
  return done.status === 0 ? false : 'needs the right to mount in a namespace of its own';
}

export interface SaltWork {
  readonly scratch: Scratch;
  readonly folder: string;
  readonly grains: PlainMap;
  /** `{ pkg: 'yumpkg' }`. */
  readonly providers: PlainMap;
  readonly calls: readonly Call[];
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

export async function askSalt({ scratch, folder, grains, providers, calls }: SaltWork): Promise<Answer[]> {
  // The programs themselves are replaced: some are started without PATH.
  const script = ['set -e', `mkdir -p ${quoted(join(folder, 'layers'))}`, `mount -t tmpfs none ${quoted(join(folder, 'layers'))}`];
  for (const folderName of ['wrappers', 'real']) await mkdir(join(folder, folderName), { recursive: true });
  for (const [name, [program, ...words]] of Object.entries(scratch.programs)) {
    const path = join(folder, 'wrappers', name);
    const found = realpathSync(`/usr/bin/${program}`);
    const copy = join(folder, 'real', name);
    await copyFile(found, copy);
    await writeFile(path, `#!/bin/sh\nexec ${[copy, ...words].map(quoted).join(' ')} "$@"\n`);
    await chmod(path, 0o755);
    script.push(`mount --bind ${quoted(path)} ${quoted(found)}`);
  }
  // Folders that this machine has not got are made in a layer that goes with the namespace.
  for (const top of new Set(scratch.folders.map((path) => path.split('/')[1] ?? ''))) {
    const layer = join(folder, 'layers', top);
    script.push(`mkdir -p ${quoted(`${layer}/upper`)} ${quoted(`${layer}/work`)}`);
    script.push(`mount -t overlay overlay -o lowerdir=/${top},upperdir=${layer}/upper,workdir=${layer}/work /${top}`);
  }
  for (const path of scratch.folders) {
    const own = quoted(join(scratch.root, path));
    script.push(`if [ -d ${own} ]; then mkdir -p ${quoted(path)}; mount --bind ${own} ${quoted(path)}; fi`);
  }
  script.push(`exec ${quoted(saltProgram('python3'))} ${quoted(join(repository, 'test/support/packages/ask-packages.py'))}`);
  const running = promisify(execFile)('unshare', ['-m', 'sh', '-c', script.join('\n')], {
    encoding: 'utf8', timeout: 300_000, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, ...scratch.env },
  });
  running.child.stdin?.end(JSON.stringify({ folder, grains, providers, calls }));
  const done = await running;
  const answers = done.stdout.split('ANSWERS')[1];
  if (answers === undefined) throw new Error(`real Salt did not answer: ${done.stdout}${done.stderr}`);
  return JSON.parse(answers) as Answer[];
}
