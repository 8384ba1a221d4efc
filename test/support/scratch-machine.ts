/**
 * This machine in a namespace of its own: what programs write below some folders lands in layers that go with the process. So package
 * managers and the like work for real, and each run begins from the same state.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export interface ScratchMachine {
  /** Holds the layers while the namespace lives. */
  readonly folder: string;
  /** Top folders that are written to: `/etc`, `/var`. */
  readonly layered: readonly string[];
  /** Lines of shell that make the beginning. */
  readonly setup: readonly string[];
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** Words to put before a program. */
export function scratchMachine({ folder, layered, setup }: ScratchMachine): string[] {
  const layers = join(folder, 'layers');
  const script = ['set -e', `mkdir -p ${quoted(layers)}`, `mount -t tmpfs none ${quoted(layers)}`];
  for (const top of layered) {
    const layer = quoted(join(layers, top));
    script.push(`mkdir -p ${layer}/upper ${layer}/work`, `mount -t overlay overlay -o lowerdir=${top},upperdir=${layer}/upper,workdir=${layer}/work ${top}`);
  }
  return ['unshare', '-m', 'sh', '-c', [...script, ...setup, 'exec "$@"'].join('\n'), 'sh'];
}

/** Why there can be no such machine here, or false. */
export function scratchObstacle(folder: string): string | false {
  const [program = '', ...words] = scratchMachine({ folder, layered: ['/etc'], setup: [] });
  const done = spawnSync(program, [...words, 'true'], { encoding: 'utf8' });
  return done.status === 0 ? false : 'needs the right to mount in a namespace of its own';
}
