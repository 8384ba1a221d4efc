/** Grain `osarch`: the architecture as the package manager calls it. Source: read, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import type { Value } from '../../../kernel/std/value.js';
import { ask, bytesOf } from './look.js';

/** Undefined when `dpkg` does not tell: it may well differ from the processor's. */
export async function osArch(ctx: Context, osFamily: string, cpuarch: string): Promise<Value | undefined> {
  switch (osFamily) {
    case 'Debian':
      return (await ask(ctx, ['dpkg', '--print-architecture']))?.text.trim();
    case 'RedHat':
    case 'Suse':
      return (await ask(ctx, ['rpm', '--eval', '%{_host_cpu}']))?.text.trim() || cpuarch || 'unknown';
    case 'NILinuxRT':
    case 'Poky':
      return architecturesOf((await ask(ctx, ['opkg', 'print-architecture']))?.text ?? '');
    default:
      return cpuarch;
  }
}

const DPKG_STATUS = '/var/lib/dpkg/status';

/** What `dpkg --print-architecture` prints, which is built into it, from what is known of the package that it came with. */
export async function installedArch(ctx: Context, osFamily: string): Promise<string | undefined> {
  if (osFamily !== 'Debian') return undefined;
  const text = (await bytesOf(ctx, DPKG_STATUS))?.toString('latin1') ?? '';
  const [, paragraph = ''] = /(?:^|\n)Package: dpkg\n((?:.+\n)*)/.exec(text) ?? [];
  return /^Status: install ok installed$/m.test(paragraph) ? /^Architecture: (\S+)$/m.exec(paragraph)?.[1] : undefined;
}

/** Lines `arch <name> <priority>`: names, the highest priority first. */
export function architecturesOf(text: string): string[] {
  const listed = [...text.matchAll(/^arch\s+(\S+)\s+(\d+)\s*$/gm)].map(([, name = '', priority]) => ({ name, priority: Number(priority) }));
  return listed.sort((a, b) => b.priority - a.priority).map(({ name }) => name);
}
