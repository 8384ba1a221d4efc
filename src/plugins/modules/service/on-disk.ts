/** Services as files: units of systemd and scripts of System V init. */
import { constants } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import { shortName } from './names.js';

const UNIT_FOLDERS = ['/lib/systemd/system', '/usr/lib/systemd/system', '/etc/systemd/system'];
export const SCRIPT_FOLDER = '/etc/init.d';

/** A path of this system, or of the one below `root`. */
export function below(root: string | null, path: string): string {
  return root === null || root === '' ? path : join(root, path);
}

/** Names in a folder; none when it is missing or closed to us. */
export async function namesIn(folder: string, ctx: Context): Promise<string[]> {
  try {
    return await ctx.sys.fs.readdir(folder);
  } catch (err) {
    const code = err instanceof Error && 'code' in err ? err.code : undefined;
    if (code !== 'ENOENT' && code !== 'EACCES' && code !== 'ENOTDIR') throw err;
    if (code === 'EACCES') ctx.log.error({ folder }, 'folder of services is closed to us');
    return [];
  }
}

/** Units of all folders; a folder that is a link is another of them. */
export async function unitFiles(root: string | null, ctx: Context): Promise<Set<string>> {
  const found = new Set<string>();
  for (const folder of UNIT_FOLDERS.map((path) => below(root, path))) {
    const isLink = await ctx.sys.fs.lstat(folder).then((stat) => stat.isSymbolicLink(), () => true);
    if (isLink) continue;
    for (const name of await namesIn(folder, ctx)) found.add(shortName(name) ?? '');
  }
  found.delete('');
  return found;
}

/** Init scripts that can be run and are not units as well. */
export async function initScripts(root: string | null, ctx: Context, units?: ReadonlySet<string>): Promise<string[]> {
  const folder = below(root, SCRIPT_FOLDER);
  const known = units ?? (await unitFiles(root, ctx));
  const found: string[] = [];
  for (const name of await namesIn(folder, ctx)) {
    const runs = await ctx.sys.fs.access(join(folder, name), constants.X_OK).then(() => true, () => false);
    if (runs && !known.has(name)) found.push(name);
  }
  return found;
}

/** Whether a script is started in the present run level. */
export async function isScriptEnabled(name: string, root: string | null, ctx: Context): Promise<boolean> {
  const names = await namesIn(below(root, `/etc/rc${await runLevel(ctx)}.d`), ctx);
  return names.some((link) => /^S\d{0,2}/.test(link) && link.endsWith(name) && /^S\d{0,2}$/.test(link.slice(0, link.length - name.length)));
}

async function runLevel(ctx: Context): Promise<string> {
  const known = ctx.memory.get('service.runlevel');
  if (typeof known === 'string') return known;
  const program = await ctx.sys.which('runlevel');
  const said = program === undefined ? '' : str(await ctx.call('cmd.run', [program], { python_shell: false, ignore_retcode: true }));
  const level = said.trim().split(/\s+/)[1] ?? (await configuredRunLevel(ctx));
  ctx.memory.set('service.runlevel', level);
  return level;
}

/** What is configured where the system itself does not say; 2 on Debian. */
async function configuredRunLevel(ctx: Context): Promise<string> {
  const upstart = await ctx.sys.readText('/etc/init/rc-sysinit.conf');
  const fromUpstart = /^env DEFAULT_RUNLEVEL.*=\s*(\S+)/m.exec(upstart ?? '')?.[1];
  if (fromUpstart === undefined) return '2';
  const table = /^[^#\n]*?:([^:\n]*):initdefault/m.exec((await ctx.sys.readText('/etc/inittab')) ?? '')?.[1];
  const words = ((await ctx.sys.readText('/proc/cmdline')) ?? '').trim().split(/\s+/);
  return words.find((word) => /^([0-6sS]|-s|single)$/.test(word)) ?? table ?? fromUpstart;
}
