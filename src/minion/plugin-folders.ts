/** Where plugins of the users lie on a minion: `module_dirs`, then what was copied from the master. */
import { join } from 'node:path';
import type { PlainMap, Value } from '../kernel/std/value.js';

export function extensionModules(opts: Readonly<PlainMap>): string {
  return String(opts['extension_modules'] ?? join(String(opts['cachedir']), 'extmods'));
}

/** Earlier folders win. */
export function pluginFolders(opts: Readonly<PlainMap>): (kind: string) => string[] {
  const extmods = extensionModules(opts);
  return (kind) => [...(kind === 'returners' ? texts(opts['returner_dirs']) : []), ...texts(opts['module_dirs']).flatMap((dir) => [join(dir, kind), join(dir, `_${kind}`)]), join(extmods, kind)];
}

const texts = (value: Value | undefined): string[] => (Array.isArray(value) ? value.map(String) : []);
