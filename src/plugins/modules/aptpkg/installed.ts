/** Packages on this machine. */
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import { nameWithArch } from '../dpkg/package-facts.js';

type Versions = Record<string, string[]>;

export interface Installed {
  readonly installed: Versions;
  /** Removed, configuration files are left. */
  readonly removed: Versions;
  /** Installed and marked to be purged. */
  readonly purgeDesired: Versions;
}

const FORMAT = '${Status} ${Package} ${Version} ${Architecture}\n';
const MEMORY_KEY = 'pkg.list_pkgs';

/** What the rows of `dpkg-query` say; versions sorted, names with foreign architectures. */
export function readInstalled(output: string, grains: Readonly<PlainMap>): Installed {
  const found: Installed = { installed: {}, removed: {}, purgeDesired: {} };
  for (const line of output.split('\n')) {
    const [wish = '', , status = '', bare, version, arch] = line.trim().split(/\s+/);
    // Rows without a version are wishes for packages that never were here.
    if (bare === undefined || version === undefined || arch === undefined) continue;
    const name = nameWithArch(bare, arch, grains);
    const into = kindOf(wish, status, found);
    if (into !== undefined) into[name] = [...new Set([...(into[name] ?? []), version])].toSorted();
  }
  return found;
}

function kindOf(wish: string, status: string, found: Installed): Versions | undefined {
  const isWanted = wish.includes('install') || wish.includes('hold');
  if (isWanted && status.includes('installed')) return found.installed;
  if (wish.includes('deinstall')) return found.removed;
  return wish.includes('purge') && status === 'installed' ? found.purgeDesired : undefined;
}

/** Read once for a job, until `forgetInstalled`. */
export async function listInstalled(ctx: Context, useMemory = true): Promise<Installed> {
  const known = ctx.memory.get(MEMORY_KEY) as Installed | undefined;
  if (known !== undefined && useMemory) return known;
  const argv = ['dpkg-query', '--showformat', FORMAT, '-W'];
  const output = await ctx.call('cmd.run_stdout', [argv], { output_loglevel: 'trace', python_shell: false });
  const found = readInstalled(str(output), ctx.grains);
  ctx.memory.set(MEMORY_KEY, found);
  return found;
}

export function forgetInstalled(ctx: Context): void {
  ctx.memory.delete(MEMORY_KEY);
}

export interface ListWish {
  readonly removed?: boolean;
  readonly purgeDesired?: boolean;
}

/** The versions by package, as `pkg.list_pkgs` gives them with `versions_as_list`. */
export function chosen(found: Installed, { removed = false, purgeDesired = false }: ListWish = {}): Versions {
  if (removed) return { ...found.removed };
  return { ...found.purgeDesired, ...(purgeDesired ? {} : found.installed) };
}

/** `{ name: 'version,version' }`. */
export function joined(versions: Versions): Record<string, string> {
  return Object.fromEntries(Object.entries(versions).map(([name, list]) => [name, list.join(',')]));
}
