/** Packages of the kernel on systems with yum or dnf. */
import { defineModule } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isList } from '../../kernel/std/value.js';
import { kernelFunctions, type KernelPackages } from './kernelpkg/functions.js';

const NAME = 'kernel';

const packages: KernelPackages = {
  async installed(ctx) {
    const versions = await ctx.call('pkg.version', [NAME], { versions_as_list: true });
    return isList(versions) ? versions.map(str) : [];
  },
  async available(ctx) {
    const version = str(await ctx.call('pkg.latest_version', [NAME]));
    return version === '' ? undefined : version;
  },
  upgrade: (_release, ctx) => ctx.call('pkg.upgrade', [], { name: NAME }),
  remove: async (release, ctx) => void await ctx.call('pkg.remove', [], { pkgs: [{ [NAME]: release }] }),
  packageOf: (release) => `${NAME}-${release}`,
};

export default defineModule({
  name: 'kernelpkg_linux_yum',
  serves: 'kernelpkg',
  when: { os_family: ['RedHat'] },
  doc: 'Packages of the kernel on systems with yum or dnf.',
  functions: kernelFunctions(packages),
});
