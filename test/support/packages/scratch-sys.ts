/** The real system, with the package managers and their files in a folder of their own. */
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import type { Sys } from '../../../src/kernel/contract/sys.js';
import { createSys } from '../../../src/kernel/sys/sys.js';

export interface Scratch {
  /** The folder that is `/` for the package manager. */
  readonly root: string;
  /** Program to the words that stand before those of the caller, `dnf` to `['dnf', '--installroot', root]`; a program with none is not there. */
  readonly programs: Readonly<Record<string, readonly [string, ...string[]]>>;
  /** Folders of the machine that are those of the root. */
  readonly folders: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Every path below the folders is one below the root; every program of the table is started with its words. */
export function scratchSys({ root, programs, folders, env = {} }: Scratch): Sys {
  const real = createSys();
  const moved = (path: unknown): unknown =>
    (typeof path === 'string' && folders.some((folder) => path === folder || path.startsWith(`${folder}/`)) ? join(root, path) : path);
  const movedFs = new Proxy(fs, {
    get: (target, name) => {
      const found: unknown = Reflect.get(target, name);
      return typeof found === 'function' ? (...args: unknown[]): unknown => Reflect.apply(found, target, args.map(moved)) : found;
    },
  });
  return {
    ...real,
    fs: movedFs,
    readText: (path) => real.readText(moved(path) as string),
    exists: (path) => real.exists(moved(path) as string),
    writeFile: (path, data, options) => real.writeFile(moved(path) as string, data, options),
    which: (program) => real.which(programs[program]?.[0] ?? program),
    run([program, ...args], options) {
      const words = programs[program] ?? [program];
      return real.run([...words, ...args] as [string, ...string[]], { ...options, env: { ...options?.env, ...env } });
    },
  };
}
