/** A network of its own, by a name nobody else has: rules of the packet filter made in it bother nobody. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSys } from '../../src/kernel/sys/sys.js';
import type { Sys } from '../../src/kernel/contract/sys.js';

export interface NetworkNamespace extends Disposable {
  readonly name: string;
  /** Starts all programs in it. */
  readonly sys: Sys;
  /** Runs a program in it and gives its output. */
  run(...argv: string[]): string;
}

/** Why there can be none here, or false. */
export function namespaceObstacle(program: string): string | false {
  if (process.getuid?.() !== 0) return 'needs root to make a network of its own';
  const done = spawnSync('unshare', ['-n', program, '--version'], { encoding: 'utf8' });
  return done.status === 0 ? false : `needs the program ${program} and the right to make a network of its own`;
}

export function openNamespace(): NetworkNamespace {
  const name = `tsalt-${randomBytes(5).toString('hex')}`;
  const ip = (...words: string[]): void => {
    const done = spawnSync('ip', ['netns', ...words], { encoding: 'utf8' });
    if (done.status !== 0) throw new Error(done.stderr);
  };
  ip('add', name);
  const sys = createSys();
  return {
    name,
    sys: { ...sys, run: (argv, options) => sys.run(['ip', 'netns', 'exec', name, ...argv], options) },
    run(...argv) {
      const done = spawnSync('ip', ['netns', 'exec', name, ...argv], { encoding: 'utf8' });
      if (done.status !== 0) throw new Error(done.stderr);
      return done.stdout;
    },
    [Symbol.dispose]: () => ip('delete', name),
  };
}
