/** Architectures of rpm, and when a package carries its own in its name. */

const X86_64 = ['x86_64', 'x86_64_v2'];
const X86_32 = ['i386', 'i486', 'i586', 'i686'];
const ARM_32 = ['armv5tel', 'armv5tejl', 'armv6l', 'armv6hl', 'armv7l', 'armv7hl', 'armv7hnl'];

/** All that a name may end in, without `noarch`. Source: read, Salt 3008.3. */
export const ARCHITECTURES: readonly string[] = [
  ...X86_64, 'athlon', 'amd64', 'ia32e', 'ia64', 'geode', ...X86_32,
  'ppc', 'ppc64', 'ppc64le', 'ppc64iseries', 'ppc64pseries', 's390', 's390x',
  'alpha', 'alphaev4', 'alphaev45', 'alphaev5', 'alphaev56', 'alphapca56', 'alphaev6', 'alphaev67', 'alphaev68', 'alphaev7',
  ...ARM_32, 'aarch64', 'sh3', 'sh4', 'sh4a',
];

/** True for two architectures of one 32-bit family. */
export function areBoth32(arch: string, osarch: string): boolean {
  return [X86_32, ARM_32].some((family) => family.includes(arch) && family.includes(osarch));
}

/** The name as lists show it: packages of another architecture carry it, `glibc.i686`. */
export function nameWithArch(name: string, arch: string, osarch: string): string {
  const isOwn = areBoth32(arch, osarch) || arch === osarch || arch === 'noarch' || (X86_64.includes(arch) && X86_64.includes(osarch));
  return isOwn ? name : `${name}.${arch}`;
}

/** Splits `glibc.i686`; what ends in no architecture is all name. */
export function splitArch(name: string): { name: string; arch: string | null } {
  const at = name.lastIndexOf('.');
  const arch = name.slice(at + 1);
  return at >= 0 && (ARCHITECTURES.includes(arch) || arch === 'noarch') ? { name: name.slice(0, at), arch } : { name, arch: null };
}

/** The name without an architecture that is that of this machine. */
export function normalizeName(name: string, osarch: string): string {
  const { name: bare, arch } = splitArch(name);
  return arch !== null && nameWithArch(bare, arch, osarch) === bare ? bare : name;
}
