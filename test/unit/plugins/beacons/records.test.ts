/** Logins, the journal and certificates: records in forms of their own. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { encodeBus } from '../../../../src/bus/codec/codec.js';
import { createSys } from '../../../../src/kernel/sys/sys.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { until } from '../../../support/fleet/until.js';
import { LATER, SOON } from './certificates.data.js';
import { openBeacon, type AskedBeacon } from './kit.js';

const root = mkdtempSync(join(tmpdir(), 'records-'));
after(() => rmSync(root, { recursive: true, force: true }));

interface Login {
  readonly type: number;
  readonly user: string;
  readonly line: string;
  readonly host?: string;
}

/** As utmp(5) says for Linux on 64 bits. */
function record({ type, user, line, host = '' }: Login): Buffer {
  const bytes = Buffer.alloc(384);
  bytes.writeInt16LE(type, 0);
  bytes.writeInt32LE(4321, 4);
  bytes.write(line, 8);
  bytes.write('ts/0', 40);
  bytes.write(user, 44);
  bytes.write(host, 76);
  bytes.writeInt32LE(7, 336);
  bytes.writeInt32LE(1_700_000_000, 340);
  return bytes;
}

/** `path` of the machine is the file `content` here. */
async function loginBeacon(name: string, file: string, hour = 12): Promise<AskedBeacon> {
  const sys = {
    ...createSys(), now: () => new Date(2026, 6, 1, hour).getTime(),
    fs: { ...fs, open: ((path: string, flags: string) => fs.open(path === `/var/log/${name}` ? file : path, flags)) as typeof fs.open },
  };
  return openBeacon(name, { sys });
}

test('wtmp: who came and went since the first look, whose a logout is; fields as Salt calls them', async () => {
  const file = join(root, 'wtmp');
  writeFileSync(file, record({ type: 7, user: 'before', line: 'pts/9' }));
  const beacon = await loginBeacon('wtmp', file);
  assert.deepEqual(await beacon.ask(), []);
  writeFileSync(file, Buffer.concat([record({ type: 7, user: 'ann', line: 'pts/0', host: '192.0.2.7' }), record({ type: 8, user: '', line: 'pts/0' }).subarray(0, 100)]), { flag: 'a' });
  const login = { type: 7, PID: 4321, line: 'pts/0', inittab: 'ts/0', user: 'ann', hostname: '192.0.2.7', exit_status: 0, session: 0, time: 7, addr: 1_700_000_000, action: 'login' };
  assert.deepEqual(await beacon.ask(), [login]);
  assert.deepEqual(await beacon.ask(), [], 'half a record waits');
  writeFileSync(file, record({ type: 8, user: '', line: 'pts/0' }).subarray(100), { flag: 'a' });
  assert.deepEqual(await beacon.ask(), [{ ...login, type: 8, hostname: '', action: 'logout' }]);
});

test('wtmp: users and hours of the day choose', async () => {
  const file = join(root, 'wtmp2');
  const config = [{ users: { ann: null, bob: { time_range: { start: '8am', end: '4pm' } } } }, { defaults: { time_range: { start: '20:00', end: '22:00' } } }];
  const heard = async (hour: number): Promise<string[]> => {
    writeFileSync(file, '');
    const beacon = await loginBeacon('wtmp', file, hour);
    await beacon.ask(config);
    writeFileSync(file, Buffer.concat(['ann', 'bob', 'eve'].map((user) => record({ type: 7, user, line: 'pts/1' }))), { flag: 'a' });
    return (await beacon.ask(config)).map(({ user }) => String(user));
  };
  assert.deepEqual([await heard(9), await heard(21), await heard(2)], [['bob'], ['ann'], []]);
});

test('btmp: failed logins, without an action', async () => {
  const file = join(root, 'btmp');
  writeFileSync(file, '');
  const beacon = await loginBeacon('btmp', file);
  await beacon.ask();
  writeFileSync(file, record({ type: 6, user: 'root', line: 'ssh:notty', host: '198.51.100.9' }), { flag: 'a' });
  const [event] = await beacon.ask();
  assert.deepEqual([event?.['user'], event?.['hostname'], event !== undefined && 'action' in event], ['root', '198.51.100.9', false]);
});

test('journald: entries with the wanted fields, numbers as numbers; a program that ends is a failure in words', async () => {
  const folder = join(root, 'bin');
  await fs.mkdir(folder);
  const entries = [
    { SYSLOG_IDENTIFIER: 'sshd', PRIORITY: '6', _PID: '12', MESSAGE: 'Failed password', __REALTIME_TIMESTAMP: '1700000000000000' }, { SYSLOG_IDENTIFIER: 'cron', PRIORITY: '6', MESSAGE: 'x' },
    { SYSLOG_IDENTIFIER: 'sshd', PRIORITY: '3', MESSAGE: [102, 195, 182] },
  ].map((entry) => JSON.stringify(entry));
  writeFileSync(join(folder, 'journalctl'), `#!/bin/sh\n[ "$*" = "--follow --lines=0 --output=json --no-pager --quiet" ] || exit 3\ncat <<'END'\n${entries.join('\n')}\nEND\nwhile [ ! -e ${root}/end ]; do sleep 0.05; done\necho 'journal is gone' >&2\nexit 1\n`);
  chmodSync(join(folder, 'journalctl'), 0o755);
  const beacon = await openBeacon('journald', { sys: createSys({ env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` } }) });
  const config = [{ services: { sshd: { SYSLOG_IDENTIFIER: 'sshd', PRIORITY: 6 }, bad: { PRIORITY: 3 } } }];
  let woken = 0;
  await beacon.watch(config, () => (woken += 1));
  const told: PlainMap[] = [];
  await until('two entries', async () => told.push(...await beacon.ask(config)) >= 2);
  assert.ok(woken > 0);
  assert.deepEqual(told, [
    { SYSLOG_IDENTIFIER: 'sshd', PRIORITY: 6, _PID: 12, MESSAGE: 'Failed password', __REALTIME_TIMESTAMP: '1700000000000000', tag: 'sshd' },
    { SYSLOG_IDENTIFIER: 'sshd', PRIORITY: 3, MESSAGE: 'fö', tag: 'bad' },
  ]);
  writeFileSync(join(root, 'end'), 'now\n');
  await until('its end', () => beacon.ask(config).then(() => false, (err: unknown) => String(err).includes('journalctl ended: journal is gone')));
  await beacon.close();
});

test('cert_info: what ends within the days that were said, with what is in it', async () => {
  const [soon, later, broken] = ['soon', 'later', 'broken'].map((name) => join(root, `${name}.pem`)) as [string, string, string];
  for (const [path, text] of [[soon, SOON], [later, LATER], [broken, 'no certificate']] as const) writeFileSync(path, text);
  const end = Date.parse(new X509Certificate(SOON).validTo);
  let now = end - 10 * 86_400_000;
  const beacon = await openBeacon('cert_info', { sys: { ...createSys(), now: () => now } });
  const certificates = async (config: PlainMap): Promise<PlainMap[]> => (await beacon.ask([config])).flatMap((event) => event['certificates'] as PlainMap[]);
  const [facts = {}, ...others] = await certificates({ files: [soon, later, broken, join(root, 'missing.pem')] });
  assert.equal(others.length, 0);
  assert.deepEqual(facts['subject_dict'], { C: 'CH', O: 'Größe', CN: 'web.example' });
  assert.equal(facts['issuer'], 'C="CH",O="Größe",CN="web.example"');
  assert.deepEqual([facts['cert_path'], facts['version'], facts['signature_algorithm'], facts['has_expired']], [soon, 2, 'sha256WithRSAEncryption', false]);
  assert.match(String(facts['notAfter_raw']), /^\d{14}Z$/);
  assert.equal(String(facts['notAfter']).replace(/[- :]/g, ''), facts['notAfter_raw']);
  assert.equal(BigInt(facts['serial_number'] as bigint).toString(16).toUpperCase(), new X509Certificate(SOON).serialNumber.replace(/^0+/, ''));
  const extensions = Object.fromEntries((facts['extensions'] as PlainMap[]).map(({ ext_name: name, ext_data: data }) => [String(name), data]));
  assert.deepEqual([extensions['basicConstraints'], extensions['subjectAltName'], extensions['keyUsage'], extensions['extendedKeyUsage']], [
    'CA:TRUE', 'DNS:web.example, IP Address:192.0.2.1', 'Digital Signature, Key Encipherment', 'TLS Web Server Authentication',
  ]);
  assert.equal(beacon.lines.filter(({ level, text }) => level === 'error' && text.startsWith('Unable to load certificate')).length, 2);
  assert.doesNotThrow(() => encodeBus(facts), 'a serial number of 160 bits can be sent');
  assert.deepEqual(await beacon.ask([{ files: [later] }]), []);
  const always = await certificates({ files: [{ [later]: { notify_days: -1 } }, { [soon]: { notify_days: 3 } }] });
  assert.deepEqual(always.map((one) => [one['cert_path'], one['serial_number'], one['signature_algorithm']]), [[later, 5, 'ecdsa-with-SHA256']]);
  now = end + 1000;
  assert.equal((await certificates({ files: [soon] }))[0]?.['has_expired'], true);
});
