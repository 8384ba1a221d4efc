/** What udev knows, behind texts in the form of systemd 252, written down: a machine with udev was not at hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import udev from '../../../../src/plugins/modules/udev.js';
import { machine, type Machine } from './machine.js';

const SDA = `P: /devices/pci0000:00/ata1/block/sda
N: sda
L: 0
S: disk/by-id/own a
S: disk/by-path/pci-0000:00:1f.2
E: DEVNAME=/dev/sda
E: MAJOR=8
E: ID_SERIAL=a=b: c
E: SUBSYSTEM=block
`;
const host = (retcode = 0): Machine => machine({ modules: [udev], answers: { 'cmd.run_all': { retcode, stdout: `${SDA}\nP: /devices/none\nE: SHARE=0.50\n`, stderr: 'Unknown device "x": No such device' } } });

test('devices', async () => {
  const made = host();
  const sda = { P: '/devices/pci0000:00/ata1/block/sda', N: 'sda', L: '0', S: ['disk/by-id/own a', 'disk/by-path/pci-0000:00:1f.2'], E: { DEVNAME: '/dev/sda', MAJOR: 8, ID_SERIAL: 'a=b: c', SUBSYSTEM: 'block' } };
  assert.deepEqual(await made.call('udev.info', ['/dev/s;$(id)']), sda);
  assert.deepEqual([await made.call('udev.name', ['sda']), await made.call('udev.path', ['/sys/block/sda']), await made.call('udev.links', ['sda']), await made.call('udev.env', ['sda'])], ['sda', sda.P, sda.S, sda.E]);
  assert.deepEqual(made.calls.slice(0, 3).map(({ args }) => (args[0] as string[]).at(-1)), ['--name=/dev/s;$(id)', '--name=sda', '--path=/sys/block/sda']);
  assert.deepEqual([(await made.call('udev.exportdb') as unknown[]).length, await made.call('udev.exportdb', [['block', 'net']])], [2, [sda]]);
});

test('what cannot be told', async () => {
  await assert.rejects(host(1).call('udev.info', ['x']), { message: 'Unknown device "x": No such device' });
  await assert.rejects(host().call('udev.info', ['-x']), { message: "Device '-x' is not valid" });
  await assert.rejects(host().call('udev.exportdb', ['block']), { message: 'subsystems must be a list' });
});
