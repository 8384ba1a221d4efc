/** The real machine, with some top folders in a temporary folder: modules write `/etc/...` and it lands there. */
import type * as fsPromises from 'node:fs/promises';
import { join } from 'node:path';
import type { Sys } from '../../src/kernel/contract/sys.js';
import { createSys } from '../../src/kernel/sys/sys.js';

/** `programs` are found, whether they are on this machine or not; `real` starts them. */
export function belowSys(root: string, tops: readonly string[], programs: readonly string[] = [], real: Sys = createSys()): Sys {
  const moved = (path: unknown): unknown => (typeof path === 'string' && tops.some((top) => path === top || path.startsWith(`${top}/`)) ? join(root, path) : path);
  const fs = new Proxy(real.fs, {
    get(target, name) {
      const work: unknown = Reflect.get(target, name);
      return typeof work === 'function' ? (...args: unknown[]): unknown => Reflect.apply(work, target, args.map(moved)) : work;
    },
  }) as typeof fsPromises;
  return {
    ...real, fs,
    writeFile: (path, data, options) => real.writeFile(String(moved(path)), data, options),
    readText: (path) => real.readText(String(moved(path))),
    exists: (path) => real.exists(String(moved(path))),
    which: async (program) => (programs.includes(program) ? `/usr/bin/${program}` : real.which(program)),
  };
}
