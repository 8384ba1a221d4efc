/** Which Salt this program behaves as, and which version it is itself. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Told to masters, minions and users wherever Salt names its version. */
export const SALT_VERSION = '3008.3';

/** From the nearest `package.json` of this program. */
export function tsaltVersion(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, 'package.json');
    if (!existsSync(path)) continue;
    const { name, version } = JSON.parse(readFileSync(path, 'utf8')) as { name?: string; version?: string };
    if (name === 'tsalt' && version !== undefined) return version;
  }
  return 'unknown';
}
