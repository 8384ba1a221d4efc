/** Machines of many kinds: the files of the kernel and the programs by which they are told apart. */
import type { Machine } from './rooted-sys.js';

const dmi = (fields: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).flatMap(([name, text]) => [[`/sys/class/dmi/id/${name}`, `${text}\n`], [`/sys/devices/virtual/dmi/id/${name}`, `${text}\n`]]));
const detected = (word: string): Machine => ({ programs: { 'systemd-detect-virt': word } });
const virtWhat = (...words: string[]): Machine => ({ programs: { 'virt-what': words.join('\n'), 'systemd-detect-virt': 'kvm' } });
const none: readonly [number, string] = [1, 'none'];
const dmidecode = (text: string): Machine => ({ programs: { 'systemd-detect-virt': none, 'dmidecode': text } });
const lspci = (text: string): Machine => ({ files: { '/proc/bus/pci/devices': '' }, programs: { lspci: text } });

export const MACHINES: Readonly<Record<string, Machine>> = {
  'iron': {
    files: { ...dmi({ bios_version: '2.9.0', bios_vendor: 'Dell Inc.', board_name: '0X3D66', product_name: 'PowerEdge R720 ', sys_vendor: 'Dell Inc.', bios_date: '12/06/2019', product_uuid: '4C4C4544-0051-3210-8052-B4C04F4E4431', product_serial: 'AB12CD3' }), '/run/systemd/system/': '', '/proc/1/root': '-> ../..' },
    programs: { 'systemd-detect-virt': none, 'dmidecode': 'Manufacturer: Dell Inc.' },
  },
  'nothing known': {},
  ...Object.fromEntries(['qemu', 'kvm', 'oracle', 'xen', 'bochs', 'chroot', 'uml', 'systemd-nspawn', 'vmware', 'microsoft', 'lxc', 'lxc-libvirt', 'podman', 'docker', 'amazon', 'openvz', 'wsl', 'parallels']
    .map((word) => [`systemd-detect-virt says ${word}`, detected(word)])),
  'an unknown word, then the firmware': { programs: { 'systemd-detect-virt': 'google', 'dmidecode': 'Manufacturer: Google' } },
  ...Object.fromEntries([['kvm'], ['xen', 'xen-hvm'], ['lxc'], ['docker', 'kvm'], ['vmware'], ['parallels'], ['nutanix_ahv', 'kvm'], ['hyperv'], ['ibm_power-kvm'], ['ibm_power-lpar_shared'], ['ibm_power-lpar_dedicated'], ['virt', 'aws'], ['']]
    .map((words) => [`virt-what says ${words.join(' and ')}`, virtWhat(...words)])),
  'virt-what may not run': { files: { '/proc/bus/pci/devices': '' }, programs: { 'virt-what': [1, 'virt-what: must be root'], 'lspci': 'Red Hat Virtio network' } },
  ...Object.fromEntries(['Vendor: QEMU', 'Manufacturer: QEMU', 'Vendor: Bochs', 'Manufacturer: Bochs', 'BHYVE', 'Manufacturer: QEMU BHYVE', 'Manufacturer: oVirt', 'Product Name: RHEV Hypervisor', 'Product Name: VirtualBox', 'Product Name: VMware7,1', 'Manufacturer: Microsoft Corporation\nProduct Name: Virtual Machine', 'Manufacturer: Microsoft Corporation', 'Parallels Software International', 'Manufacturer: Google', 'Manufacturer: Nutanix\nProduct Name: AHV', 'Vendor: SeaBIOS']
    .map((text) => [`the firmware says ${text.replace('\n', ', ')}`, dmidecode(text)])),
  'the firmware may not be read': { files: { '/proc/bus/pci/devices': '' }, programs: { 'dmidecode': [1, '/dev/mem: Permission denied'], 'lspci': '00:0f.0 VMware SVGA' } },
  ...Object.fromEntries(['VMware SVGA II', 'InnoTek VirtualBox Guest', 'QEMU device', 'Red Hat Virtio', 'Intel'].map((text) => [`lspci says ${text}`, lspci(text)])),
  'lspci turned off': { ...lspci('VMware'), opts: { enable_lspci: false } },
  'another root': { files: { '/proc/1/root/etc/x': '' } },
  'OpenVZ host': { files: { '/proc/vz/version': '', '/proc/vz/veinfo': '' } },
  'OpenVZ guest': { files: { '/proc/vz/veinfo': '' }, programs: { dmidecode: [1, ''] } },
  'OpenVZ guest by its number': { files: { '/proc/self/status': 'Name:\tcat\nenvID:\t101\nx: 1\n' } },
  'OpenVZ host by its number': { files: { '/proc/self/status': 'envID:\t0\n' } },
  'Xen Dom0': { files: { '/proc/xen/xsd_kva': '', '/sys/hypervisor/version/major': '4\n', '/sys/hypervisor/version/minor': '17\n', '/sys/hypervisor/version/extra': '.3\n', '/sys/hypervisor/properties/features': '0000dfe1\n' } },
  'Xen HVM guest': { files: { '/sys/bus/xen/': '', '/sys/hypervisor/version/major': '4\n', ...dmi({ product_name: 'HVM domU', sys_vendor: 'Xen' }) }, programs: { 'systemd-detect-virt': 'xen', 'dmidecode -t system': 'Manufacturer: Xen\nVersion: 4.2.amazon\n', 'dmidecode': '' } },
  'Xen PV guest': { files: { '/proc/xen/capabilities': 'x\n' } },
  'Xen with control': { files: { '/proc/xen/capabilities': 'control_d\n' } },
  'Xen by its driver': { files: { '/sys/bus/xen/drivers/xenconsole/': '' } },
  'Xen by its messages': { files: { '/sys/bus/xen/': '' }, programs: { dmesg: 'Xen: heads up' } },
  'Xen tools without Xen': { files: { '/proc/sys/xen/': '' } },
  'a processor of QEMU': { files: { '/proc/cpuinfo': 'model name : QEMU Virtual CPU version 2.5+\n' } },
  ...Object.fromEntries(['VirtualBox', 'RHEV Hypervisor', 'oVirt Node', 'Google Compute Engine', 'BHYVE', 'Standard PC'].map((product_name) => [`product ${product_name}`, { files: dmi({ product_name }) }])),
  ...Object.fromEntries([':/lxc/web', ':/kubepods/burstable/pod1', ':/libpod_parent/libpod-1', ':/system.slice/docker-1.scope', ':/docker/abc', ':/docker-ce/docker', ':/'].map((path) => [`control group ${path}`, { files: { '/proc/1/cgroup': `1:name=systemd${path}\n` } }])),
  'LXC by its environment': { files: { '/proc/1/cgroup': '0::/docker/1\n', '/proc/1/environ': 'TERM=linux\0container=lxc\0' } },
  'Docker inside of a virtual machine': { files: { '/proc/1/cgroup': '1:x:/docker/1\n' }, programs: { 'systemd-detect-virt': 'kvm', 'dmidecode -t system': 'Manufacturer: Amazon EC2\n' } },
  'Amazon Nitro': { files: dmi({ sys_vendor: 'Amazon EC2' }), programs: { 'systemd-detect-virt': 'kvm', 'dmidecode': '', 'dmidecode -t system': 'System Information\n\tManufacturer: Amazon EC2\n\tProduct Name: t3.micro\n\tVersion: x\n' } },
  'Amazon on Xen': { programs: { 'systemd-detect-virt': 'xen', 'dmidecode': '', 'dmidecode -t system': 'Manufacturer: Amazon EC2\n' } },
  'Nutanix': { programs: { 'systemd-detect-virt': 'kvm', 'dmidecode': '', 'dmidecode -t system': 'Manufacturer: Nutanix\nProduct Name: AHV\n' } },
  'a board without firmware tables': { programs: { 'dmidecode': [1, '# No SMBIOS'], 'dmidecode -s bios-version': '# comment\n1.2', 'dmidecode -s bios-vendor': '# No SMBIOS nor DMI entry point found, sorry.', 'dmidecode -s system-uuid': '4C4C4544-0051-3210-8052-B4C04F4E4431', 'dmidecode -s system-serial-number': 'Not Specified', 'dmidecode -s chassis-serial-number': 'C123', 'dmidecode -s system-manufacturer': '/dev/mem: Permission denied', 'dmidecode -s system-product-name': 'Board 7', 'dmidecode -s bios-release-date': 'unknown', 'dmidecode -s baseboard-serial-number': 'B1' } },
  'U-Boot': { programs: { 'fw_printenv manufacturer': 'manufacturer=Acme', 'fw_printenv serial#': 'serial#=0000', 'fw_printenv DeviceDesc': [1, ''] } },
  'init of systemd': { files: { '/run/systemd/system/': '' } },
  'init told by its program': { files: { '/proc/1/cmdline': '/sbin/init\0splash\0', '/sbin/init': `${'x'.repeat(300_000)}SysVinit${'y'.repeat(100)}upstart` } },
  'init with a name over the edge of a piece': { files: { '/proc/1/cmdline': '/sbin/init\0', '/sbin/init': `${'x'.repeat(262_140)}upstart sysvinit` } },
  'init that tells nothing': { files: { '/proc/1/cmdline': '/sbin/init\0', '/sbin/init': 'busybox' } },
  'supervisord': { files: { '/proc/1/cmdline': '/usr/bin/python3\0/usr/bin/supervisord\0-n\0', '/usr/bin/supervisord': '' } },
  'dumb-init': { files: { '/proc/1/cmdline': '/usr/bin/dumb-init\0--\0x\0', '/usr/bin/dumb-init': '' } },
  'tini': { files: { '/proc/1/cmdline': '/sbin/tini\0--\0x\0', '/sbin/tini': '' } },
  'runit': { files: { '/proc/1/cmdline': 'runit\0' } },
  'my_init': { files: { '/proc/1/cmdline': '/usr/bin/python3\0-u\0/sbin/my_init\0' } },
  'a shell as init': { files: { '/proc/1/cmdline': '/bin/sh\0-c\0x\0' } },
};
