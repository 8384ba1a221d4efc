/**
 * Copies `salt://_<kind>` of the environments to `extension_modules/<kind>` and removes what left the server.
 *
 * Source: golden cli/call-*, in-the-wild (Python modules are synced too: the warning that they cannot run comes from the loader).
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import type { FilePort } from '../../kernel/contract/ports.js';
import { isSafeName } from '../../kernel/sys/safe-path.js';

export interface SyncRequest {
  readonly files: FilePort;
  /** `modules`, `states`, `grains`, ... */
  readonly kind: string;
  readonly saltenvs: readonly string[];
  readonly extmods: string;
  readonly only?: readonly string[] | undefined;
  readonly without?: readonly string[] | undefined;
}

const FILES_MAX = 10_000;

/** Names of what changed, as `modules.foo`, sorted. */
export async function syncPlugins(request: SyncRequest): Promise<string[]> {
  const { files, kind, saltenvs, extmods } = request;
  const folder = join(extmods, kind);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const kept = new Set<string>();
  const changed = new Set<string>();
  for (const env of saltenvs) {
    const list = (await files.fileList(env, `_${kind}`)).filter((path) => path.startsWith(`_${kind}/`));
    if (list.length > FILES_MAX) throw new CommandExecutionError(`salt://_${kind} of ${env} has more than ${FILES_MAX} files`);
    for (const path of list) {
      const name = basename(path);
      if (!isSafeName(name) || name.startsWith('.') || !isWanted(request, name)) continue;
      const cached = await files.cacheFile(path, env);
      if (cached === undefined) continue;
      kept.add(name);
      const dest = join(folder, name);
      if (await sameContent(cached, dest)) continue;
      await replace(dest, await readFile(cached));
      changed.add(name);
    }
  }
  for (const name of await readdir(folder)) {
    if (kept.has(name) || name === '__pycache__' || !isWanted(request, name)) continue;
    await rm(join(folder, name), { recursive: true, force: true });
    changed.add(name);
  }
  return [...changed].map((name) => `${kind}.${basename(name, extname(name))}`).sort();
}

function isWanted({ kind, only, without }: SyncRequest, name: string): boolean {
  const bare = basename(name, extname(name));
  const named = (list: readonly string[]): boolean => list.includes(bare) || list.includes(`${kind}.${bare}`);
  if (without !== undefined && named(without)) return false;
  return only === undefined || only.length === 0 || named(only);
}

/** By rename, so that no loader reads half of it. */
async function replace(path: string, data: Buffer): Promise<void> {
  const temporary = join(dirname(path), `.${randomUUID()}.part`);
  try {
    await writeFile(temporary, data, { mode: 0o644, flag: 'wx' });
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function sameContent(a: string, b: string): Promise<boolean> {
  try {
    const [one, other] = await Promise.all([readFile(a), readFile(b)]);
    return one.length === other.length && digest(one) === digest(other);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

const digest = (data: Buffer): string => createHash('sha256').update(data).digest('hex');
