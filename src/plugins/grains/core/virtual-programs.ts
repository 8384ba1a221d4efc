/** What programs say about virtual machines, as Salt names it. Source: read, Salt 3008.3 `_virtual`. */

export interface Kind {
  readonly virtual?: string;
  readonly virtual_subtype?: string;
}

const container = (subtype: string): Kind => ({ virtual: 'container', virtual_subtype: subtype });

const DETECT_VIRT_SAME = ['qemu', 'kvm', 'oracle', 'xen', 'bochs', 'chroot', 'uml', 'systemd-nspawn'];
const DETECT_VIRT: readonly (readonly [word: string, kind: Kind])[] = [
  ['vmware', { virtual: 'VMware' }], ['microsoft', { virtual: 'VirtualPC' }], ['lxc', container('LXC')],
  ['podman', container('Podman')], ['docker', container('Docker')], ['amazon', { virtual: 'Nitro', virtual_subtype: 'Amazon EC2' }],
];

/** `systemd-detect-virt`; undefined for a word that Salt does not know, so that others are asked. */
export function ofDetectVirt(word: string): Kind | undefined {
  if (DETECT_VIRT_SAME.includes(word)) return { virtual: word };
  return DETECT_VIRT.find(([part]) => word.includes(part))?.[1];
}

const VIRT_WHAT_SAME = ['kvm', 'qemu', 'uml', 'xen'];
const VIRT_WHAT: readonly (readonly [fits: (line: string) => boolean, kind: Kind])[] = [
  [(line) => line.includes('lxc'), container('LXC')],
  [(line) => line.includes('docker'), container('Docker')],
  [(line) => line.includes('vmware'), { virtual: 'VMware' }],
  [(line) => line.includes('parallels'), { virtual: 'Parallels' }],
  [(line) => line.includes('nutanix'), { virtual: 'kvm', virtual_subtype: 'Nutanix AHV' }],
  [(line) => line.includes('hyperv'), { virtual: 'HyperV' }],
  [(line) => line === 'ibm_power-kvm', { virtual: 'kvm' }],
  [(line) => line === 'ibm_power-lpar_shared', { virtual: 'LPAR', virtual_subtype: 'shared' }],
  [(line) => line === 'ibm_power-lpar_dedicated', { virtual: 'LPAR', virtual_subtype: 'dedicated' }],
];

/** The first line of `virt-what` that Salt knows. */
export function ofVirtWhat(text: string): Kind {
  for (const line of text.split('\n')) {
    if (VIRT_WHAT_SAME.includes(line)) return { virtual: line };
    const known = VIRT_WHAT.find(([fits]) => fits(line));
    if (known !== undefined) return known[1];
  }
  return {};
}

const EMULATORS = ['Vendor: QEMU', 'Manufacturer: QEMU', 'Vendor: Bochs', 'Manufacturer: Bochs'];
/** The first that has all its words counts, and overrules the emulators. */
const DMIDECODE: readonly (readonly [words: readonly string[], kind: Kind])[] = [
  [['BHYVE'], { virtual: 'bhyve' }],
  [['Manufacturer: oVirt'], { virtual: 'kvm', virtual_subtype: 'ovirt' }],
  [['Product Name: RHEV Hypervisor'], { virtual: 'kvm', virtual_subtype: 'rhev' }],
  [['VirtualBox'], { virtual: 'VirtualBox' }],
  [['VMware'], { virtual: 'VMware' }],
  [[': Microsoft', 'Virtual Machine'], { virtual: 'VirtualPC' }],
  [['Parallels Software'], { virtual: 'Parallels' }],
  [['Manufacturer: Google'], { virtual: 'kvm' }],
  [['Manufacturer: Nutanix', 'Product Name: AHV'], { virtual: 'kvm', virtual_subtype: 'Nutanix AHV' }],
  [['Vendor: SeaBIOS'], { virtual: 'kvm' }],
];

export function ofDmidecode(text: string): Kind {
  const emulated: Kind = EMULATORS.some((words) => text.includes(words)) ? { virtual: 'kvm' } : {};
  return { ...emulated, ...DMIDECODE.find(([words]) => words.every((word) => text.includes(word)))?.[1] };
}

export function ofLspci(text: string): Kind {
  const devices = text.toLowerCase();
  if (devices.includes('vmware')) return { virtual: 'VMware' };
  if (devices.includes('virtualbox')) return { virtual: 'VirtualBox' };
  return devices.includes('qemu') || devices.includes('virtio') ? { virtual: 'kvm' } : {};
}

/** Clouds that hide behind a known hypervisor: `dmidecode -t system`. */
export function ofSystemTable(text: string, virtual: string): Kind {
  if (text.includes('Manufacturer: Amazon EC2')) {
    const product = /Product Name: ([^\r\n]*)(?![^]*Product Name: )/.exec(text)?.[1];
    const subtype = product === undefined ? 'Amazon EC2' : `Amazon EC2 (${product})`;
    return virtual === 'xen' ? { virtual_subtype: subtype } : { virtual: 'Nitro', virtual_subtype: subtype };
  }
  if (/Version: [^\r\n]+\.amazon/.test(text)) return { virtual_subtype: 'Amazon EC2' };
  return text.includes('Manufacturer: Nutanix') && text.includes('Product Name: AHV') ? { virtual_subtype: 'Nutanix AHV' } : {};
}
