/**
 * Finds programs that run in an old version because they use files that were replaced, and services to restart.
 *
 * Source: read, Salt 3008.3. Differs: units that run once are not to be restarted (Salt looks for their type in the wrong place), and a
 * file that its package knows without `/usr` is found. Files below /opt count; memory without a file does not. NI Linux Real-Time is not looked at.
 */
import type { Context } from '../../kernel/contract/context.js';
import { PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { isOsError } from '../../kernel/std/os-error.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { deletedFiles } from './restartcheck/deleted-files.js';
import { isKernelOld } from './restartcheck/kernels.js';
import { briefReport, wholeReport, type OldPackage } from './restartcheck/report.js';

type Family = 'Debian' | 'RedHat';
const SYSTEMD: Readonly<Record<Family, string>> = { Debian: '/bin/systemd', RedHat: '/usr/bin/systemctl' };
const FILES_OF: Readonly<Record<Family, readonly string[]>> = { Debian: ['dpkg-query', '--listfiles'], RedHat: ['rpm', '-ql'] };
const UNIT_FOLDERS = ['/lib/systemd/system/', '/usr/lib/systemd/system/'];
const INIT_FOLDER = '/etc/init.d/';
const TIMEOUT_MINUTES = 5;

const listOf = (given: Value, fallback: readonly string[]): string[] => (isTruthy(given) ? (isList(given) ? given : [given]).map(str) : [...fallback]);

async function exeOf(pid: number, ctx: Context): Promise<string | undefined> {
  try {
    return await ctx.sys.fs.readlink(`/proc/${pid}/exe`);
  } catch (error) {
    if (isOsError(error)) return undefined;
    throw error;
  }
}

/** The package of a program that may have been replaced meanwhile; empty when none knows it. */
async function ownerOf(exe: string, ctx: Context): Promise<string> {
  const path = exe.replace(/ \(deleted\)$/, '');
  const owner = str(await ctx.call('pkg.owner', [path]));
  return owner !== '' || !path.startsWith('/usr/') ? owner : str(await ctx.call('pkg.owner', [path.slice('/usr'.length)]));
}

/** Main process to service. */
async function mainProcesses(ctx: Context, check: () => void): Promise<Map<number, string[]>> {
  const found = new Map<number, string[]>();
  const running = await ctx.call('service.get_running');
  for (const service of isList(running) ? running.map(str) : []) {
    check();
    const shown = await ctx.has('service.show') ? await ctx.call('service.show', [service]) : null;
    const pid = isPlainMap(shown) ? Number(shown['ExecMainPID'] ?? NaN) : NaN;
    if (!Number.isNaN(pid)) found.set(pid, [...found.get(pid) ?? [], service]);
  }
  return found;
}

async function isOneshot(path: string, ctx: Context): Promise<boolean> {
  return /^\s*Type\s*=\s*oneshot\s*$/m.test(await ctx.sys.readText(path) ?? 'Type=oneshot');
}

/** What of a package can be restarted. */
async function fillServices(name: string, found: OldPackage, family: Family, ctx: Context): Promise<void> {
  const hasSystemd = await ctx.sys.exists(SYSTEMD[family]);
  const text = str(await ctx.call('cmd.run_stdout', [[...FILES_OF[family], name]], { python_shell: false, ignore_retcode: true }));
  for (const path of text.split('\n')) {
    if (path.startsWith(INIT_FOLDER) && !path.endsWith('.sh')) found.initscripts.push(path.slice(INIT_FOLDER.length));
    const folder = UNIT_FOLDERS.find((one) => path.startsWith(one));
    if (!hasSystemd || folder === undefined || !path.endsWith('.service') || path.includes('.wants')) continue;
    if (!await isOneshot(path, ctx)) found.units.push(path.slice(folder.length));
  }
  if (found.initscripts.length + found.units.length > 0 || !isTruthy(await ctx.call('service.available', [found.name]))) return;
  (await ctx.sys.exists(`${INIT_FOLDER}${found.name}`) ? found.initscripts : found.units).push(found.name);
}

interface Wanted {
  readonly ignored: readonly string[];
  readonly passedPaths: readonly string[];
  readonly passedPids: readonly string[];
}

async function oldPackages({ ignored, passedPaths, passedPids }: Wanted, ctx: Context, check: () => void): Promise<{ packages: Map<string, OldPackage>; services: Set<string> }> {
  const mains = await mainProcesses(ctx, check);
  const packages = new Map<string, OldPackage>();
  const services = new Set<string>();
  const owners = new Map<string, string>();
  for (const { process, pid, path } of await deletedFiles(ctx, check)) {
    const exe = passedPaths.includes(path) || passedPids.includes(String(pid)) ? undefined : await exeOf(pid, ctx);
    if (exe === undefined) continue;
    check();
    if (!owners.has(exe)) owners.set(exe, await ownerOf(exe, ctx));
    const name = owners.get(exe) || process;
    if (ignored.includes(name)) continue;
    const own = mains.get(pid) ?? [];
    for (const service of own) services.add(service);
    const found = packages.get(name) ?? { processes: [], initscripts: [], units: [], name: own.at(-1) ?? process };
    packages.set(name, found);
    const line = `\t${pid} ${exe} (file: ${path})`;
    if (!found.processes.includes(line)) found.processes.push(line);
  }
  return { packages, services };
}

async function restartcheck(wanted: Wanted, { verbose, timeout }: { verbose: boolean; timeout: number }, ctx: Context): Promise<Value> {
  const untilMs = ctx.sys.now() + timeout * 60_000;
  const check = (): void => {
    ctx.signal.throwIfAborted();
    if (ctx.sys.now() > untilMs) throw new PythonError('salt.exceptions.TimeoutError', 'Timeout expired.');
  };
  const family = ctx.grains['os_family'];
  if (family !== 'Debian' && family !== 'RedHat') {
    return { result: false, comment: 'Only available on Debian, Red Hat and NI Linux Real-Time based systems.' };
  }
  const isOld = await isKernelOld(family, ctx);
  const { packages, services } = await oldPackages(wanted, ctx, check);
  if (packages.size === 0 && !isOld) return 'No packages seem to need to be restarted.';
  for (const [name, found] of packages) {
    check();
    await fillServices(name, found, family, ctx);
    services.delete(found.name);
  }
  const findings = { packages, isKernelOld: isOld, services: [...services] };
  return verbose ? wholeReport(findings) : briefReport(findings);
}

export default defineModule({
  name: 'restartcheck',
  doc: 'Finds programs that run in an old version because they use files that were replaced.',
  functions: {
    restartcheck: fn({
      doc: "Tell which packages need a restart of their programs, and how; a list of names with verbose=False.\n\nsalt '*' restartcheck.restartcheck",
      params: {
        ignorelist: p.any(null, 'packages that are passed over; screen and systemd when not given'), blacklist: p.any(null, 'files that are passed over'),
        excludepid: p.any(null, 'processes that are passed over'), kwargs: p.keywords(),
      },
      run({ ignorelist, blacklist, excludepid, kwargs }, ctx) {
        const { verbose = true, timeout = TIMEOUT_MINUTES }: PlainMap = kwargs;
        const wanted = { ignored: listOf(ignorelist, ['screen', 'systemd']), passedPaths: listOf(blacklist, []), passedPids: listOf(excludepid, []) };
        return restartcheck(wanted, { verbose: isTruthy(verbose), timeout: Number(timeout) }, ctx);
      },
    }),
  },
});
