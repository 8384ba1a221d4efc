/** Everything Salt gathers under `os_data`: kernel, distribution, processor, memory, firmware, kind of machine. */
import * as os from 'node:os';
import type { Context } from '../../../kernel/contract/context.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import { cpuGrains } from './cpu.js';
import { distributionGrains, releaseGrains } from './distribution.js';
import { gpuGrains } from './gpu.js';
import { deviceTreeGrains, hardwareGrains } from './hardware.js';
import { initSystem } from './init-system.js';
import { namesIn, orNone, textOf } from './look.js';
import { memoryGrains } from './memory.js';
import { OLD_FILES } from './old-release-files.js';
import { installedArch, osArch } from './os-arch.js';
import { isReleaseFile, type DistributionFiles } from './release-guess.js';
import { selinuxGrains, systemdGrains } from './selinux-systemd.js';
import { virtualGrains } from './virtual.js';
import { xenGrains } from './xen.js';

export async function operatingSystemGrains(ctx: Context): Promise<PlainMap> {
  const source = sourceFor(ctx);
  const cpuarch = os.machine();
  const [selinux, systemd, init, distribution, cpu, gpu, memory, machine] = await Promise.all([
    source('selinux', () => selinuxGrains(ctx)),
    source('systemd', () => systemdGrains(ctx)),
    source('init', async () => ({ init: await initSystem(ctx) })),
    source('distribution', () => distributionAndArch(ctx, cpuarch)),
    source('cpu', async () => cpuGrains(await textOf(ctx, '/proc/cpuinfo'))),
    source('gpu', () => gpuGrains(ctx)),
    source('memory', async () => memoryGrains(await textOf(ctx, '/proc/meminfo'))),
    source('machine', () => machineGrains(ctx)),
  ]);
  return {
    num_gpus: 0, gpus: [], ...kernelGrains(ctx), ...selinux, ...systemd, ...init, ...distribution, ...cpu, ...gpu, ...memory, ...machine,
    ps: processList(String(distribution['os_family'] ?? ''), String(machine['virtual'] ?? '')),
  };
}

const sourceFor = (ctx: Context) => (name: string, looking: () => Promise<PlainMap>): Promise<PlainMap> =>
  orNone(ctx, name, looking).then((grains) => grains ?? {});

const kernelGrains = (ctx: Context): PlainMap =>
  ({ kernel: os.type(), nodename: ctx.sys.hostname(), kernelrelease: os.release(), kernelversion: os.version(), cpuarch: os.machine() });

/** What no program is asked for. */
export async function quickOperatingSystemGrains(ctx: Context): Promise<PlainMap> {
  const source = sourceFor(ctx);
  const [init, distribution, cpu, memory] = await Promise.all([
    source('init', async () => ({ init: await initSystem(ctx) })),
    source('distribution', () => distributionAndInstalledArch(ctx)),
    source('cpu', async () => cpuGrains(await textOf(ctx, '/proc/cpuinfo'))),
    source('memory', async () => memoryGrains(await textOf(ctx, '/proc/meminfo'))),
  ]);
  return { ...kernelGrains(ctx), ...init, ...distribution, ...cpu, ...memory };
}

async function distributionAndArch(ctx: Context, cpuarch: string): Promise<PlainMap> {
  const names = distributionGrains(await readDistributionFiles(ctx));
  const osarch = await osArch(ctx, names.os_family, cpuarch);
  return { ...withRelease(names), ...(osarch === undefined ? {} : { osarch }) };
}

async function distributionAndInstalledArch(ctx: Context): Promise<PlainMap> {
  const names = distributionGrains(await readDistributionFiles(ctx));
  const osarch = await installedArch(ctx, names.os_family);
  return { ...withRelease(names), ...(osarch === undefined ? {} : { osarch }) };
}

const withRelease = (names: ReturnType<typeof distributionGrains>): PlainMap =>
  ({ ...names, ...(names.osrelease === '' ? {} : releaseGrains(names.os, names.osfullname, names.osrelease)) });

export async function readDistributionFiles(ctx: Context): Promise<DistributionFiles> {
  const names = (await namesIn(ctx, '/etc') ?? []).filter(isReleaseFile).map((name) => `/etc/${name}`);
  const paths = new Set([...OLD_FILES, '/etc/debian_version', ...names]);
  const [etc, lib, lsbRelease, ...others] = await Promise.all(
    ['/etc/os-release', '/usr/lib/os-release', '/etc/lsb-release', ...paths].map((path) => textOf(ctx, path)),
  );
  return { osRelease: etc ?? lib, lsbRelease, others: Object.fromEntries([...paths].map((path, at) => [path, others[at]])) };
}

/** Firmware first: it tells Xen guests apart. */
export async function machineGrains(ctx: Context): Promise<PlainMap> {
  const [board, firmware] = await Promise.all([deviceTreeGrains(ctx), hardwareGrains(ctx)]);
  const hardware = { ...board, ...firmware };
  const virtual = await virtualGrains(ctx, String(hardware['productname'] ?? ''));
  return { ...hardware, ...virtual, ...await xenGrains(ctx, String(virtual['virtual'] ?? '')) };
}

/** On a host of OpenVZ containers those of the host alone. Source: read, Salt 3008.3. */
const OPENVZ_PROCESSES = 'ps -fH -p $(grep -l "^envID:[[:space:]]*0\\$" /proc/[0-9]*/status | sed -e "s=/proc/\\([0-9]*\\)/.*=\\1=")  '
  + '| awk \'{ $7=""; print }\'';

/** Grain `ps`: the command line that lists processes. */
export function processList(osFamily: string, virtual: string): string {
  if (virtual === 'openvzhn') return OPENVZ_PROCESSES;
  return osFamily === 'NILinuxRT' ? 'ps -o user,pid,ppid,tty,time,comm' : 'ps -efHww';
}
