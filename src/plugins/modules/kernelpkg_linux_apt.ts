/** Packages of the kernel on systems with apt. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { defineModule } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isMap, mapKeys } from '../../kernel/std/value.js';
import { active, kernelFunctions, type KernelPackages } from './kernelpkg/functions.js';

const PREFIX = 'linux-image';

/** The last word of the release that runs: `amd64`, `generic`. */
async function typeOf(ctx: Context): Promise<string> {
  const release = await active(ctx);
  const type = /^[\w.+\-~]+-([^-]+)$/.exec(release)?.[1];
  if (type === undefined) throw new CommandExecutionError(`The release '${release}' of the kernel does not tell its type`);
  return type;
}

/**
 * The release behind the package that stands for the newest. Ubuntu's `5.15.0.91.88` names it; on Debian its dependency does.
 * Differs: Salt 3008.3 ends with an exception on Debian, whose versions have another form.
 */
async function releaseOf(version: string, type: string, ctx: Context): Promise<string> {
  const [, base, build] = /^(\d+\.\d+\.\d+)\.(\d+)/.exec(version) ?? [];
  if (base !== undefined && build !== undefined) return `${base}-${build}-${type}`;
  const text = str(await ctx.call('cmd.run_stdout', [['apt-cache', 'show', '--no-all-versions', `${PREFIX}-${type}`]], { python_shell: false }));
  const release = /^Depends:.*?\blinux-image-([\w.+~-]+)/m.exec(text)?.[1];
  if (release === undefined) throw new CommandExecutionError(`The package ${PREFIX}-${type} does not tell which kernel it brings`);
  return release;
}

const packages: KernelPackages = {
  async installed(ctx) {
    const type = await typeOf(ctx);
    const all = await ctx.call('pkg.list_pkgs', [], { versions_as_list: true });
    const names = isMap(all) ? mapKeys(all).map(str) : [];
    const isKernel = (name: string): boolean => name.startsWith(`${PREFIX}-`) && name.endsWith(`-${type}`) && /^[\d.-]+$/.test(name.slice(PREFIX.length + 1, -type.length - 1));
    return names.filter(isKernel).map((name) => name.slice(PREFIX.length + 1));
  },
  async available(ctx) {
    const type = await typeOf(ctx);
    const version = await ctx.call('pkg.latest_version', [`${PREFIX}-${type}`]);
    return typeof version !== 'string' || version === '' ? undefined : releaseOf(version, type, ctx);
  },
  upgrade: (release, ctx) => ctx.call('pkg.install', [], { name: `${PREFIX}-${str(release)}` }),
  remove: async (release, ctx) => void await ctx.call('pkg.purge', [`${PREFIX}-${release}`]),
  packageOf: (release) => `${PREFIX}-${release}`,
};

export default defineModule({
  name: 'kernelpkg_linux_apt',
  serves: 'kernelpkg',
  when: { os_family: ['Debian', 'Kali', 'Cumulus'] },
  doc: 'Packages of the kernel on systems with apt.',
  functions: kernelFunctions(packages),
});
