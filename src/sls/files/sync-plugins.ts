/**
 * Copies `salt://_<kind>` of the environments to `extension_modules/<kind>` and removes what left the server.
 *
 * Source: golden cli/call-*, in-the-wild (Python modules are synced too: the warning that they cannot run comes from the loader).
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
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
    const list = (await files.fileList(env, `_${kind}`)).filter((path) => path.startsWith(`_${kind}/`)).slice(0, FILES_MAX);
    for (const path of list) {
      const name = basename(path);
      if (!isSafeName(name) || name.startsWith('.') || !isWanted(request, name)) continue;
      const cached = await files.cacheFile(path, env);
      if (cached === undefined) continue;
      kept.add(name);
      const dest = join(folder, name);
      if (await sameContent(cached, dest)) continue;
      await writeFile(dest, await readFile(cached), { mode: 0o644 });
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
