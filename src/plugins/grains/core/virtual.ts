/**
 * Grains `virtual`, `virtual_subtype`: what kind of machine or container this is. Programs are asked first, then files of
 * the kernel correct them; each step may overrule the ones before it, as in Salt.
 *
 * Source: read, Salt 3008.3 `_virtual`.
 */
import type { Context } from '../../../kernel/contract/context.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import { ask, identityOf, isFile, isFolder, isThere, namesIn, textOf } from './look.js';
import { ofDetectVirt, ofDmidecode, ofLspci, ofSystemTable, ofVirtWhat, type Kind } from './virtual-programs.js';

export async function virtualGrains(ctx: Context, productname: string): Promise<PlainMap> {
  let kind: Kind = { virtual: 'physical', ...await askPrograms(ctx) };
  for (const look of [chrootKind, openvzKind, xenKind(productname), cpuKind, productKind, containerKind]) {
    kind = { ...kind, ...await look(ctx) };
  }
  // Something runs us, we do not know what.
  if (kind.virtual_subtype !== undefined && kind.virtual === 'physical') kind = { ...kind, virtual: 'virtual' };
  if (['qemu', 'kvm', 'xen', 'amazon'].includes(kind.virtual ?? '')) {
    const table = await ask(ctx, ['dmidecode', '-t', 'system']);
    kind = { ...kind, ...ofSystemTable(table?.text ?? '', kind.virtual ?? '') };
  }
  return { ...kind };
}

/** Asks one program after the other until one knows; a program that may not run here knows nothing. */
async function askPrograms(ctx: Context): Promise<Kind> {
  const virtWhat = await ctx.sys.which('virt-what');
  if (virtWhat !== undefined) {
    const answer = await ask(ctx, [virtWhat]);
    if (answer !== undefined && answer.code <= 0) return ofVirtWhat(answer.text);
  } else {
    const detected = await ask(ctx, ['systemd-detect-virt']);
    const kind = detected === undefined || detected.code > 0 ? undefined : ofDetectVirt(detected.text);
    if (kind !== undefined) return kind;
    const table = await ask(ctx, ['dmidecode']);
    if (table !== undefined && table.code <= 0) return ofDmidecode(table.text);
  }
  if ((ctx.opts['enable_lspci'] ?? true) !== true || !await isThere(ctx, '/proc/bus/pci')) return {};
  const devices = await ask(ctx, ['lspci']);
  return devices === undefined || devices.code > 0 ? {} : ofLspci(devices.text);
}

async function chrootKind(ctx: Context): Promise<Kind> {
  const [own, first] = await Promise.all([identityOf(ctx, '/'), identityOf(ctx, '/proc/1/root/.')]);
  return own === undefined || first === undefined || own === first ? {} : { virtual_subtype: 'chroot' };
}

async function openvzKind(ctx: Context): Promise<Kind> {
  const kind: Kind = await isFolder(ctx, '/proc/vz')
    ? await isFile(ctx, '/proc/vz/version') ? { virtual: 'openvzhn' } : await isFile(ctx, '/proc/vz/veinfo') ? { virtual: 'openvzve' } : {}
    : {};
  const environment = /^envID:\s+(\d+)$/m.exec(await textOf(ctx, '/proc/self/status') ?? '')?.[1];
  return environment === undefined ? kind : { virtual: Number(environment) === 0 ? 'openvzhn' : 'openvzve' };
}

const xenKind = (productname: string) => async (ctx: Context): Promise<Kind> => {
  const folders = await Promise.all(['/proc/sys/xen', '/sys/bus/xen', '/proc/xen'].map((path) => isFolder(ctx, path)));
  if (!folders.includes(true)) return {};
  const subtype = await xenSubtype(ctx, productname);
  // Whatever is called a domain is Xen's.
  return subtype === undefined ? {} : { virtual: 'xen', virtual_subtype: subtype };
};

async function xenSubtype(ctx: Context, productname: string): Promise<string | undefined> {
  if (await isFile(ctx, '/proc/xen/xsd_kva')) return 'Xen Dom0';
  if (productname === 'HVM domU') return 'Xen HVM DomU';
  const capabilities = await isFile(ctx, '/proc/xen/capabilities') ? await textOf(ctx, '/proc/xen/capabilities') : undefined;
  if (capabilities !== undefined) return capabilities.includes('control_d') ? 'Xen Dom0' : 'Xen PV DomU';
  const drivers = await namesIn(ctx, '/sys/bus/xen/drivers');
  if (drivers?.includes('xenconsole') === true) return 'Xen PV DomU';
  const messages = await isFolder(ctx, '/sys/bus/xen') ? await ask(ctx, ['dmesg'], { withErrors: true }) : undefined;
  return messages?.text.toLowerCase().includes('xen:') === true ? 'Xen PV DomU' : undefined;
}

async function cpuKind(ctx: Context): Promise<Kind> {
  return (await textOf(ctx, '/proc/cpuinfo'))?.includes('QEMU Virtual CPU') === true ? { virtual: 'kvm' } : {};
}

const PRODUCTS: readonly (readonly [words: string, kind: Kind])[] = [
  ['VirtualBox', { virtual: 'VirtualBox' }],
  ['RHEV Hypervisor', { virtual: 'kvm', virtual_subtype: 'rhev' }],
  ['oVirt Node', { virtual: 'kvm', virtual_subtype: 'ovirt' }],
  ['Google', { virtual: 'gce' }],
  ['BHYVE', { virtual: 'bhyve' }],
];

async function productKind(ctx: Context): Promise<Kind> {
  const product = await textOf(ctx, '/sys/devices/virtual/dmi/id/product_name') ?? '';
  return PRODUCTS.find(([words]) => product.includes(words))?.[1] ?? {};
}

/** Containers come last: they may run inside of a virtual machine. */
async function containerKind(ctx: Context): Promise<Kind> {
  const groups = ofControlGroups(await textOf(ctx, '/proc/1/cgroup') ?? '');
  if (groups.virtual_subtype === 'LXC') return groups;
  const environment = await textOf(ctx, '/proc/1/environ') ?? '';
  return environment.includes('container=lxc') ? { virtual: 'container', virtual_subtype: 'LXC' } : groups;
}

export function ofControlGroups(text: string): Kind {
  if (text.includes(':/lxc/')) return { virtual: 'container', virtual_subtype: 'LXC' };
  if (text.includes(':/kubepods/')) return { virtual_subtype: 'kubernetes' };
  if (text.includes(':/libpod_parent/')) return { virtual_subtype: 'libpod' };
  const isDocker = [':/system.slice/docker', ':/docker/', ':/docker-ce/'].some((words) => text.includes(words));
  return isDocker ? { virtual: 'container', virtual_subtype: 'Docker' } : {};
}
