/** The key files of the master itself, in `pki_dir`: those that are no links. Source: observed, Salt 3008.3. */
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Names of `*.pem` and `*.pub`, sorted without regard to capital letters. */
export function localKeyNames(pkiDir: string): string[] {
  return entries(pkiDir)
    .filter((entry) => entry.isFile() && /\.(?:pem|pub)$/.test(entry.name))
    .map(({ name }) => [name.toLowerCase(), name] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, name]) => name);
}

/** For fingerprints; undefined when there is no such file. */
export function localKeyText(pkiDir: string, name: string): string | undefined {
  if (basename(name) !== name) return undefined;
  try {
    return readFileSync(join(pkiDir, name), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function entries(pkiDir: string) {
  try {
    return readdirSync(pkiDir, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
