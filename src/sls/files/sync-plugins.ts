/**
 * Copies custom plugins of one kind, `salt://_<kind>` with its folders, to where the loader looks for them.
 *
 * Python files come too: a mixed fleet keeps both in one folder, and the loader says clearly which it cannot run.
 * Source: read, Salt 3008.3, `salt.utils.extmods.sync`; observed beside it.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import type { FilePort } from '../../kernel/contract/ports.js';
import { unsafeReason } from '../../kernel/sys/safe-path.js';

export interface SyncRequest {
  readonly files: FilePort;
  /** `modules`, `states`, `grains`, ... */
  readonly kind: string;
  readonly saltenvs: readonly string[];
  readonly extmods: string;
  readonly only?: readonly string[] | undefined;
  readonly without?: readonly string[] | undefined;
  /** Removes what is not served any more (`clean_dynamic_modules`); true unless said otherwise. */
  readonly clean?: boolean | undefined;
}

export interface Synced {
  /** Names of what is new or another, as `modules.foo`; in the order of environments and files. */
  readonly changed: string[];
  /** Whether anything is another now; what was removed counts, but has no name in the answer. */
  readonly touched: boolean;
}

const FILES_MAX = 10_000;
/** Real Salt takes `.py`, `.pyx`, `.so` and `.zip`; here what our loader or a Python minion beside us could run. */
const ENDINGS = new Set(['.ts', '.mts', '.mjs', '.js', '.py']);

export async function syncPlugins(request: SyncRequest): Promise<Synced> {
  const { kind, extmods } = request;
  const folder = join(extmods, kind);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const kept = new Set<string>();
  const changed = new Set<string>();
  for (const env of request.saltenvs) {
    for (const { rel, name } of await offered(request, env)) {
      const cached = await request.files.cacheFile(`_${kind}/${rel}`, env);
      if (cached === undefined) continue;
      kept.add(rel);
      const dest = join(folder, rel);
      if (await sameContent(cached, dest)) continue;
      await replace(dest, await readFile(cached));
      changed.add(`${kind}.${name}`);
    }
  }
  const removed = request.clean === false ? false : await removeOthers(folder, '', kept);
  return { changed: [...changed], touched: changed.size > 0 || removed };
}

/** Files of the kind that an environment serves, with the names they have as plugins: `a/b.ts` is `a.b`. */
async function offered({ files, kind, only, without }: SyncRequest, env: string): Promise<{ rel: string; name: string }[]> {
  const start = `_${kind}/`;
  const all = (await files.fileList(env, start)).filter((path) => path.startsWith(start)).map((path) => path.slice(start.length));
  const fitting = all.filter((rel) => unsafeReason(rel) === undefined && ENDINGS.has(extname(rel)) && !rel.split('/').some((part) => part.startsWith('.')));
  if (fitting.length > FILES_MAX) throw new CommandExecutionError(`salt://_${kind} of ${env} has more than ${FILES_MAX} files`);
  return fitting.map((rel) => ({ rel, name: rel.slice(0, -extname(rel).length).replaceAll('/', '.') })).filter(({ name }) => {
    if (without?.includes(name) === true) return false;
    return only === undefined || only.length === 0 || only.includes(name);
  });
}

/** True when something was removed. Folders that become empty go too. */
async function removeOthers(root: string, below: string, kept: ReadonlySet<string>): Promise<boolean> {
  let removed = false;
  for (const entry of await readdir(join(root, below), { withFileTypes: true })) {
    const rel = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) {
      removed = await removeOthers(root, rel, kept) || removed;
      if ((await readdir(join(root, rel))).length === 0) await rmdir(join(root, rel));
    } else if (!kept.has(rel)) {
      await rm(join(root, rel), { force: true });
      removed = true;
    }
  }
  return removed;
}

/** By rename, so that no loader reads half of it. */
async function replace(path: string, data: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
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
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

const digest = (data: Buffer): string => createHash('sha256').update(data).digest('hex');
