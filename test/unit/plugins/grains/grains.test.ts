import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { GrainsPlugin } from '../../../../src/kernel/contract/plugin.js';
import core from '../../../../src/plugins/grains/core.js';
import disks from '../../../../src/plugins/grains/disks.js';
import extra from '../../../../src/plugins/grains/extra.js';
import lvm from '../../../../src/plugins/grains/lvm.js';
import mdadm from '../../../../src/plugins/grains/mdadm.js';
import opts from '../../../../src/plugins/grains/opts.js';
import resources from '../../../../src/plugins/grains/resources.js';
import { gatheredGrains } from '../../../support/gathered-grains.js';
import { rootedContext, type Machine } from '../../../support/rooted-sys.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-grains-')));
after(() => rmSync(base, { recursive: true }));
let count = 0;
const machine = (parts: Machine) => rootedContext(join(base, String(count += 1)), parts);
const block = (name: string, flag: string, virtual = false): Record<string, string> => {
  const device = `${virtual ? 'virtual' : 'pci0'}/block/${name}`;
  return { [`/sys/devices/${device}/queue/rotational`]: flag, [`/sys/block/${name}`]: `-> ../devices/${device}` };
};
const NO_EFI = { 'efi': false, 'efi-secure-boot': false };

const cases: readonly [title: string, plugin: GrainsPlugin, machine: Machine, wanted: unknown][] = [
  ['disks tells what turns from what does not', disks, { files: { ...block('sda', '1\n'), ...block('nvme0n1', '0\n'), ...block('loop0', '1\n', true), ...block('sdb', 'x') } }, { disks: ['sda'], ssds: ['nvme0n1'] }],
  ['disks without any', disks, {}, { disks: [], ssds: [] }],
  ['mdadm lists devices', mdadm, { files: { '/proc/mdstat': 'Personalities : [raid1] \nmd1 : active raid1 sdb1[1] sda1[0]\n      1 blocks\n\nmd0 : active raid1 sdb2[1]\nunused devices: <none>\n' } }, { mdadm: ['md0', 'md1'] }],
  ['mdadm without devices', mdadm, { files: { '/proc/mdstat': 'Personalities : \nunused devices: <none>\n' } }, { mdadm: [] }],
  ['mdadm without the driver', mdadm, {}, {}],
  ['lvm lists volumes by group', lvm, { programs: { 'lvm vgs -o vg_name --noheadings': '  vg0\n  empty\n', 'lvm lvs -o vg_name,lv_name --noheadings': '  vg0 root\n  vg0 swap\n' } }, { lvm: { vg0: ['root', 'swap'], empty: [] } }],
  ['lvm that may not look', lvm, { programs: { lvm: '' } }, { lvm: {} }],
  ['lvm without the program', lvm, {}, {}],
  ['opts by option', opts, { opts: { grain_opts: true } }, { opts: { grain_opts: true } }],
  ['opts unasked', opts, { opts: { a: 1 } }, {}],
  ['resources', resources, { opts: { resources: { dummy: ['d1'] } } }, { salt_resources: { dummy: ['d1'] } }],
  ['resources unset', resources, { opts: { resources: {} } }, {}],
  ['extra alone', extra, {}, { shell: '/bin/sh', transactional: false, ...NO_EFI }],
  ['extra with a file of grains', extra, { files: { '/c/grains': 'role: web\nshell: /x\n' }, opts: { conf_file: '/c/minion' }, env: { SHELL: '/bin/zsh' }, programs: { 'transactional-update': '' } }, { role: 'web', shell: '/bin/zsh', transactional: true, ...NO_EFI }],
  ['extra with a folder as configuration', extra, { files: { '/c/grains': 'role: web\n' }, opts: { conf_file: '/c' } }, { role: 'web', shell: '/bin/sh', transactional: false, ...NO_EFI }],
  ['extra with a broken file', extra, { files: { '/c/grains': 'role: [web\n' }, opts: { conf_file: '/c/minion' } }, { shell: '/bin/sh', transactional: false, ...NO_EFI }],
  ['extra with a file that is no map', extra, { files: { '/c/grains': '- a\n' }, opts: { conf_file: '/c/minion' } }, { shell: '/bin/sh', transactional: false, ...NO_EFI }],
  ['extra on firmware with secure boot', extra, { files: { '/sys/firmware/efi/efivars/SecureBoot-8be4': Buffer.from([6, 0, 0, 0, 1]) } }, { 'shell': '/bin/sh', 'transactional': false, 'efi': true, 'efi-secure-boot': true }],
  ['extra on firmware of old', extra, { files: { '/sys/firmware/efi/vars/SecureBoot-8be4/data': Buffer.from([0]) } }, { 'shell': '/bin/sh', 'transactional': false, 'efi': true, 'efi-secure-boot': false }],
];
for (const [title, plugin, parts, wanted] of cases) {
  test(title, async () => assert.deepEqual(await plugin.grains(await machine(parts)), wanted));
}

test('a broken file of grains is told of', async () => {
  const ctx = await machine({ files: { '/c/grains': '[' }, opts: { conf_file: '/c/minion' } });
  await extra.grains(ctx);
  assert.deepEqual(ctx.lines.map(({ level, text }) => [level, text]), [['warn', 'Bad syntax in grains file! Skipping.']]);
});

test('core gives what it can on a machine that shows nothing', async () => {
  const ctx = await machine({ opts: { id: 'web1', master: 'salt', append_domain: 'example.com' } });
  const grains = await core.grains(ctx);
  const { num_cpus, mem_total, virtual, init, os_family, fqdn, systempath, append_domain, saltversioninfo } = grains;
  assert.deepEqual(
    { num_cpus, mem_total, virtual, init, os_family, fqdn, systempath, append_domain, saltversioninfo },
    { num_cpus: 0, mem_total: 0, virtual: 'physical', init: 'unknown', os_family: '', fqdn: 'web1', systempath: [''], append_domain: 'example.com', saltversioninfo: [3008, 3] },
  );
  assert.equal('osrelease_info' in grains || 'dns' in grains || 'machine_id' in grains || 'ip_gw' in grains, false);
  assert.deepEqual(ctx.lines, []);
});

const ROCKY: Machine = {
  files: {
    '/etc/os-release': 'NAME="Rocky Linux"\nVERSION="9.3 (Blue Onyx)"\nID="rocky"\nVERSION_ID="9.3"\nPRETTY_NAME="Rocky Linux 9.3 (Blue Onyx)"\n',
    '/etc/machine-id': '0123456789abcdef\n', '/run/systemd/system/': '', '/sys/class/fc_host/': '', '/run/systemd/resolve/resolv.conf': 'nameserver 192.0.2.53\n',
    '/etc/resolv.conf': 'nameserver 127.0.0.53\n', '/proc/cmdline': 'ro "unclosed\n',
  },
  programs: {
    'rpm --eval %{_host_cpu}': 'x86_64', 'selinuxenabled': '', 'getenforce': 'Permissive', 'systemd-detect-virt': 'kvm',
    'ip addr show': '1: lo: <UP> mtu 1\n    inet 127.0.0.1/8 scope host lo\n2: eth0: <UP> mtu 1\n    link/ether 02:00:00:00:00:01 brd x\n    inet 192.0.2.9/24 scope global eth0\n',
    'ip -4 route show': 'default via 192.0.2.1 dev eth0', 'ip -6 route show': '', 'getent ahosts web1': '192.0.2.9 STREAM web1.example.com',
    'getent ahostsv4 web1.example.com': '192.0.2.9 STREAM web1.example.com', 'getent hosts 192.0.2.9': '192.0.2.9 web1.example.com web1',
  },
};

test('core of a machine of another family', async () => {
  const grains = await core.grains(await machine(ROCKY));
  const wanted = {
    os: 'Rocky', os_family: 'RedHat', osfinger: 'Rocky Linux-9', oscodename: 'Blue Onyx', osarch: 'x86_64', machine_id: '0123456789abcdef', init: 'systemd', virtual: 'kvm',
    fibre_channel_host: true, selinux: { enabled: true, enforced: 'Permissive' }, ip4_gw: '192.0.2.1', ip6_gw: false, ip_gw: true, fqdn: 'web1.example.com', host: 'web1', domain: 'example.com',
    fqdn_ip4: ['192.0.2.9'], fqdn_ip6: [], fqdns: ['web1.example.com'], ipv4: ['127.0.0.1', '192.0.2.9'], hwaddr_interfaces: { eth0: '02:00:00:00:00:01' },
  };
  assert.deepEqual(Object.fromEntries(Object.keys(wanted).map((name) => [name, grains[name]])), wanted);
  assert.deepEqual((grains['dns'] as { nameservers: unknown }).nameservers, ['192.0.2.53']);
  assert.equal('kernelparams' in grains, false);
});

for (const [title, parts] of [['a machine that shows nothing', {}], ['a machine of another family', ROCKY]] as const) {
  test(`core without programs gives the same of ${title}, and tells what it leaves out`, async () => {
    const all = await core.grains(await machine(parts));
    const ctx = await machine({ ...parts, programs: {} });
    const quick = await core.quick?.(ctx) ?? assert.fail('core has nothing quick');
    assert.deepEqual(Object.keys(all).filter((name) => core.later?.includes(name) !== true).sort(), Object.keys(quick).sort());
    const own = new Set(['pid', 'systempath', 'pythonexecutable', 'pythonpath']);
    for (const [name, value] of Object.entries(quick)) if (!own.has(name)) assert.deepEqual(value, all[name], name);
  });
}

test('all that this machine has is known at once or named as left out', async () => {
  const { grains, quick: { known, later } } = await gatheredGrains({ opts: { id: 'web1' } });
  assert.deepEqual(Object.keys(grains).filter((name) => !(name in known) && !later.includes(name)), []);
  assert.deepEqual(Object.keys(known).filter((name) => !(name in grains)), []);
  // Of the others some change from moment to moment: links, volumes and the like.
  for (const name of ['os', 'os_family', 'osfinger', 'osarch', 'init', 'kernel', 'num_cpus', 'cpu_model', 'id', 'saltversion', 'locale_info']) {
    if (name in known) assert.deepEqual(known[name], grains[name], name);
  }
});

test('the plugins together give the grains of this machine without a complaint', async () => {
  const { grains, lines } = await gatheredGrains({ opts: { id: 'web1' } });
  assert.deepEqual(lines.filter(({ level }) => level !== 'debug' && level !== 'trace'), []);
  assert.deepEqual([grains['id'], grains['kernel'], grains['pid'], grains['package'], grains['ca_truststore']], ['web1', 'Linux', process.pid, null, 'certifi']);
});
