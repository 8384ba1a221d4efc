/** What the kernel and programs print on machines of many kinds, for the readers of grains. */

export type TextKind = 'interfaces' | 'resolver' | 'cpu' | 'memory' | 'gpus' | 'kernelparams' | 'devicetree' | 'firmware';

export interface TextCase {
  readonly kind: TextKind;
  readonly title: string;
  readonly text: string;
}

const lines = (...all: string[]): string => `${all.join('\n')}\n`;
const cases = (kind: TextKind, texts: Readonly<Record<string, string>>): TextCase[] =>
  Object.entries(texts).map(([title, text]) => ({ kind, title, text }));

const LO = [
  '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000',
  '    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00',
  '    inet 127.0.0.1/8 scope host lo', '       valid_lft forever preferred_lft forever',
  '    inet6 ::1/128 scope host noprefixroute', '       valid_lft forever preferred_lft forever',
];

export const TEXT_CASES: readonly TextCase[] = [
  ...cases('interfaces', {
    'a server': lines(...LO,
      '2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP group default qlen 1000',
      '    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff', '    altname enp3s0',
      '    inet 198.51.100.7/24 brd 198.51.100.255 scope global dynamic eth0', '       valid_lft 80000sec preferred_lft 80000sec',
      '    inet 192.0.2.7/24 brd 192.0.2.255 scope global eth0:1', '    inet 192.0.2.8/24 brd 192.0.2.255 scope global secondary eth0:2',
      '    inet6 2001:db8::7/64 scope global temporary dynamic', '    inet6 fe80::ff:fe00:1/64 scope link'),
    'bridges, VLANs, tunnels and a port that is down': lines(...LO,
      '2: eno1: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc mq state DOWN group default qlen 1000', '    link/ether 02:00:00:00:00:02 brd ff:ff:ff:ff:ff:ff',
      '3: eno1.20@eno1: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN', '    link/ether 02:00:00:00:00:02 brd ff:ff:ff:ff:ff:ff', '    inet 10.0.20.1/24 scope global eno1.20',
      '4: tun0: <POINTOPOINT,MULTICAST,NOARP,UP,LOWER_UP> mtu 1500 qdisc fq state UNKNOWN', '    link/none ', '    inet 10.8.0.2 peer 10.8.0.1/32 scope global tun0',
      '5: sit0@NONE: <NOARP> mtu 1480 qdisc noop state DOWN', '    link/sit 0.0.0.0 brd 0.0.0.0',
      '7: veth1a2b@if6: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 master br-0', '    link/ether 02:00:00:00:00:07 brd ff:ff:ff:ff:ff:ff link-netnsid 0', '    inet6 fe80::7/64 scope link ',
      '12: ib0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 2044', '    link/infiniband 80:00:02:08:fe:80 brd 00:ff', '    inet 10.0.0.9/8 brd 10.255.255.255 scope global ib0', '    inet 10.0.0.10/8 scope global secondary ib0'),
    'names with other signs': lines(...LO, '2: wéb-0: <UP> mtu 1', '    inet 10.0.0.1/8 scope global x', '3: a+b: <UP> mtu 1', '    inet 10.0.0.2/8 scope global x', '4: x_1: <UP> mtu 1', '    inet 9.255.0.3/8 scope global x'),
    'nothing': '',
  }),
  ...cases('resolver', {
    'a usual file': lines('# made by hand', 'domain example.com', 'search example.com example.org # not this', 'nameserver 192.0.2.53', 'nameserver 2001:DB8:0:0::53', 'nameserver 192.0.2.53', 'nameserver ::ffff:192.0.2.1', 'options timeout:1 attempts:2', 'options rotate', 'options rotate'),
    'wrong and empty lines': lines('', 'nameserver', 'nameserver not-an-address', 'NAMESERVER 192.0.2.54', 'nameserver 192.0.2.055', '; nameserver 192.0.2.55', 'domain', 'search', 'options', 'unknown x'),
    'sort lists': lines('sortlist 130.155.160.0/255.255.240.0 130.155.0.0 10.0.0.0/8 192.0.2.1/24 198.51.100.0', 'sortlist 10.0.0.0 2001:db8::/32'),
    'zones': lines('nameserver fe80::1%eth0'),
    'nothing': '',
  }),
  ...cases('cpu', {
    'two of Intel': lines('processor\t: 0', 'vendor_id\t: GenuineIntel', 'model name\t: Intel(R) Xeon(R) CPU E5-2670 0 @ 2.60GHz', 'flags\t\t: fpu vme  de', '', 'processor\t: 1', 'vendor_id\t: GenuineIntel', 'model name\t: Intel(R) Xeon(R) CPU', 'flags\t\t: fpu vme de pse', ''),
    'ARM of old': lines('Processor\t: ARMv6-compatible processor rev 7 (v6l)', 'BogoMIPS\t: 697.95', 'Features\t: swp half thumb', 'CPU implementer : 0x41', '', 'Hardware\t: BCM2708', 'Serial\t\t: 00000000'),
    'ARM of 64 bits': lines('processor\t: 0', 'BogoMIPS\t: 50.00', 'Features\t: fp asimd evtstrm', 'CPU implementer\t: 0x41', '', 'processor\t: 1', 'Features\t: fp asimd'),
    'S390': lines('vendor_id       : IBM/S390', '# processors    : 2', 'bogomips per cpu: 3241.00', 'features\t: esan3 zarch'),
    'POWER': lines('processor\t: 0', 'cpu\t\t: POWER9 (architected), altivec supported', 'clock\t\t: 2750.000000MHz', 'revision\t: 2.2 (pvr 004e 0202)', '', 'timebase\t: 512000000', 'model\t\t: IBM: 9008'),
    'nothing': '',
  }),
  ...cases('memory', {
    'with swap': lines('MemTotal:       16303428 kB', 'MemFree:         1234 kB', 'SwapTotal:       2097148 kB'),
    'without swap': lines('MemTotal:  1023 kB', 'SwapCached: 7000 kB', 'SwapTotal: 0 kB'),
    'nothing': '',
  }),
  ...cases('gpus', {
    'two, and other devices': lines('Slot:\t00:00.0', 'Class:\tHost bridge', 'Vendor:\tIntel Corporation', 'Device:\tHaswell', '', 'Slot:\t01:00.0', 'Class:\tVGA compatible controller', 'Vendor:\tAdvanced Micro Devices, Inc. [AMD/ATI]', 'Device:\tVega 10', 'SVendor:\tX', 'Rev:\tc1', '',
      'Slot:\t02:00.0', 'Class:\t3D controller', 'Vendor:\tNVIDIA Corporation', 'Device:\tGA100 [A100]', ''),
    'unknown makers': lines('Class:\tDisplay controller', 'Vendor:\tRed Hat, Inc.', 'Device:\tVirtio GPU', '', 'Class:\tProcessing accelerators', 'Vendor:\tIntel Corporation', 'Device:\tPonte'),
    'a virtual one': lines('Class:\tVGA compatible controller', 'Vendor:\tCirrus Logic', 'Device:\tGD 5446', '', 'Class:\tVGA compatible controller', 'Vendor:\tVMware', 'Device:\tSVGA II'),
    'nothing': '',
  }),
  ...cases('kernelparams', {
    'usual ones': 'BOOT_IMAGE=/boot/vmlinuz root=UUID=1-2 ro quiet console=tty0 console=ttyS0,115200n8 crashkernel=\n',
    'quotes': 'a="b c" "d e=f g" h=\'i "j"\' k\\ l=m n="o=p" q=\\"r\\" "s\\"t"u\n',
    'nothing': '\n',
  }),
  ...cases('devicetree', { 'maker and model': 'raspberrypi,4-model-b,x', 'a model alone': 'Raspberry Pi 4 Model B', 'nothing': '' }),
  ...cases('firmware', Object.fromEntries([
    'uuid 4c4c4544-0051-3210-8052-b4c04f4e4431', 'uuid Not Settable', 'uuid 03000200040005000006000700080009', 'serial 0000000', 'serial 0123456789', 'serial 123456', 'serial To Be Filled By O.E.M.',
    'serial Not Specified', 'serial ABC123', 'version 1.2', 'version Not Applicable', 'manufacturer Manufacturer04', 'manufacturer Dell Inc.', 'manufacturer Not Available', 'manufacturer None',
    'asset AssetTag0', 'productname unknown', 'productname Not Provided', 'productname to be filled', 'productname PowerEdge R720', 'productname none', 'productname', 'productname NoneSuch', 'product Notebook', 'product No Asset',
  ].map((text) => [text, text]))),
];
