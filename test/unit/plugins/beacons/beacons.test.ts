/** Each beacon with prepared tables and answers: when it tells, what it tells, and its words for what cannot be. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Sys } from '../../../../src/kernel/contract/sys.js';
import { createSys } from '../../../../src/kernel/sys/sys.js';
import { Float, type PlainMap, type Value } from '../../../../src/kernel/std/value.js';
import { answering, openBeacon } from './kit.js';

const root = mkdtempSync(join(tmpdir(), 'beacons-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** The real machine with some files of others. */
function sysWith(texts: Readonly<Record<string, string>>, more: Partial<Sys> = {}): Sys {
  const real = createSys();
  return { ...real, readText: (path) => (path in texts ? Promise.resolve(texts[path]) : real.readText(path)), ...more };
}

interface Refusals {
  readonly [beacon: string]: readonly (readonly [config: Value, words: string])[];
}

const REFUSED: Refusals = {
  load: [
    [{}, 'Configuration for load beacon must be a list.'],
    [[{ emitatstartup: 'yes' }], 'Configuration for load beacon option emitatstartup must be a boolean.'],
    [[{ onchangeonly: 1 }], 'Configuration for load beacon option onchangeonly must be a boolean.'],
    [[], 'Averages configuration is required for load beacon.'],
    [[{ averages: { '2m': [] } }], 'Averages configuration for load beacon must contain 1m, 5m or 15m items.'],
    [[{ averages: { '1m': 3 } }], 'Averages configuration for load beacon: 1m, 5m and 15m items must be a list of two items.'],
    [[{ averages: { '1m': [3] } }], 'Configuration for load beacon: 1m, 5m and 15m items must be a list of two items.'],
  ],
  memusage: [[{}, 'Configuration for memusage beacon must be a list.'], [[], 'Configuration for memusage beacon requires percent.']],
  swapusage: [[{}, 'Configuration for swapusage beacon must be a list.'], [[], 'Configuration for swapusage beacon requires percent.']],
  diskusage: [[{}, 'Configuration for diskusage beacon must be a list.']],
  ps: [
    [{}, 'Configuration for ps beacon must be a list.'], [[], 'Configuration for ps beacon requires processes.'], [[{ processes: ['a'] }], 'Processes for ps beacon must be a dictionary.'],
  ],
  service: [
    [{}, 'Configuration for service beacon must be a list.'], [[], 'Configuration for service beacon requires services.'],
    [[{ services: ['a'] }], 'Services configuration item for service beacon must be a dictionary.'],
    [[{ services: { a: null } }], 'Configuration for service beacon must be a list of dictionaries.'],
  ],
  network_info: [
    [{}, 'Configuration for network_info beacon must be a list.'], [[{ interfaces: { lo: 1 } }], 'Configuration for network_info beacon must be a list of dictionaries.'],
    [[{ interfaces: { lo: { other: 1 } } }], 'Invalid configuration item in Beacon configuration.'],
  ],
  network_settings: [
    [{}, 'Configuration for network_settings beacon must be a list.'], [[{ interfaces: ['lo'] }], 'interfaces section for network_settings beacon must be a dictionary.'],
    [[{ interfaces: { lo: 1 } }], 'Interface attributes for network_settings beacon must be a dictionary.'],
    [[{ interfaces: { lo: { nothing: null } } }], 'Invalid attributes in beacon configuration.'],
  ],
  log: [[{}, 'Configuration for log beacon must be a list.'], [[], 'Configuration for log beacon must contain file option.']],
  journald: [
    [{}, 'Configuration for journald beacon must be a list.'],
    [[{ services: { sshd: 1 } }], 'Services configuration for journald beacon must be a list of dictionaries.'],
  ],
  status: [[{}, 'Configuration for status beacon must be a list.']],
  cert_info: [[{}, 'Configuration for cert_info beacon must be a list.'], [[], 'Configuration for cert_info beacon must contain files option.']],
  haproxy: [
    [{}, 'Configuration for haproxy beacon must be a list.'], [[], 'Configuration for haproxy beacon requires backends.'], [[{ backends: [] }], 'Backends for haproxy beacon must be a dictionary.'],
    [[{ backends: { www: {} } }], 'Backends for haproxy beacon require servers.'], [[{ backends: { www: { servers: 'a' } } }], 'Servers for haproxy beacon must be a list.'],
  ],
  wtmp: [
    [{}, 'Configuration for wtmp beacon must be a list.'], [[{ users: ['ann'] }], 'User configuration for wtmp beacon must be a dictionary.'],
    [[{ users: { ann: { time_range: 8 } } }], 'The time_range parameter for wtmp beacon must be a dictionary.'],
    [[{ defaults: { time_range: { start: '8am' } } }], 'The time_range parameter for wtmp beacon must contain start & end options.'],
    [[{ defaults: [] }], 'Defaults configuration for wtmp beacon must be a dictionary.'],
  ],
  salt_monitor: [
    [[{ salt_fun: 'no.such' }], 'no.such not in __salt__'],
    [[{ salt_fun: [{ 'test.ping': { args: 1 } }] }], 'args key for fun test.ping must be list'],
    [[{ salt_fun: [{ 'test.ping': { kwargs: {} } }] }], 'kwargs key for fun test.ping must be list of key value pairs'],
    [[{ salt_fun: [{ 'test.ping': { kwargs: ['a'] } }] }], 'a is not a key / value pair'],
    [[{ salt_fun: [{ 'test.ping': { more: [] } }] }], 'key more not allowed under fun test.ping'],
  ],
};

for (const [name, cases] of Object.entries(REFUSED)) {
  test(`${name}: what cannot be is refused in words`, async () => {
    const beacon = await openBeacon(name);
    for (const [config, words] of cases) assert.deepEqual(await beacon.verdict(config), [false, words]);
  });
}

describe('load', () => {
  const loads = { '/proc/loadavg': '0.50 1.50 2.25 1/200 1234\n' };
  const averages = (low: number, high: number): PlainMap => ({ averages: { '1m': [low, high], '5m': [low, high], '15m': [low, high] } });
  const event = { '1m': 0.5, '5m': 1.5, '15m': 2.25 };

  test('tells each time while one of the averages is beyond its bounds', async () => {
    const beacon = await openBeacon('load', { sys: sysWith(loads) });
    assert.deepEqual(await beacon.ask([averages(0, 2)]), [event]);
    assert.deepEqual(await beacon.ask([averages(0, 2)]), [event]);
    assert.deepEqual(await beacon.ask([averages(0, 3)]), []);
    assert.deepEqual(await beacon.ask([averages(0.6, 3)]), [event]);
    assert.deepEqual(await beacon.ask([{ averages: { '1m': [0, 1] } }]), []);
  });

  test('with onchangeonly tells when a bound is crossed', async () => {
    const texts: Record<string, string> = { '/proc/loadavg': '1.00 1.00 1.00 1/2 3' };
    const beacon = await openBeacon('load', { sys: sysWith(texts) });
    const config = [averages(0.5, 2), { onchangeonly: true }];
    const rounds: number[] = [];
    for (const load of ['1.00', '2.50', '3.00', '1.00', '0.25', '0.10', '2.20']) {
      texts['/proc/loadavg'] = `${load} 1.00 1.00 1/2 3`;
      rounds.push((await beacon.ask(config)).length);
    }
    assert.deepEqual(rounds, [0, 1, 0, 0, 1, 0, 1]);
  });

  test('a whole number is a float', async () => {
    const beacon = await openBeacon('load', { sys: sysWith({ '/proc/loadavg': '3.00 1.00 1.00 1/2 3' }) });
    assert.deepEqual(await beacon.ask([averages(0, 2)]), [{ '1m': new Float(3), '5m': new Float(1), '15m': new Float(1) }]);
  });
});

test('memusage and swapusage: from the bound on', async () => {
  const tables = { '/proc/meminfo': 'MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable: 250 kB\nSwapTotal: 400 kB\nSwapFree: 300 kB\n' };
  for (const [name, used] of [['memusage', 75], ['swapusage', 25]] as const) {
    const beacon = await openBeacon(name, { sys: sysWith(tables, { fs: { ...fs, readFile: ((path: string, ...rest: []) => (path in tables ? Promise.resolve(tables[path as keyof typeof tables]) : fs.readFile(path, ...rest))) as unknown as typeof fs.readFile } }) });
    assert.deepEqual(await beacon.ask([{ percent: `${used}%` }]), [{ [name]: new Float(used) }]);
    assert.deepEqual(await beacon.ask([{ percent: used + 0.1 }]), []);
    await assert.rejects(beacon.ask([{ percent: 'much' }]), { message: "could not convert string to float: 'much'" });
  }
});

test('diskusage: mount points are patterns, the machine itself is looked at', async () => {
  const prepared = answering({
    'ps.disk_partitions': () => ['/', '/home', '/home/ann'].map((mountpoint) => ({ mountpoint })),
    'ps.disk_usage': ([path]) => {
      if (path === '/home/ann') throw new Error('gone');
      return { percent: path === '/' ? 63.5 : 20 };
    },
  }, await openBeacon('diskusage'));
  assert.deepEqual(await prepared.ask([{ '/': '63%' }]), [{ diskusage: 63.5, mount: '/' }]);
  assert.deepEqual(await prepared.ask([{ '/': '64%' }]), []);
  assert.deepEqual(await prepared.ask([{ '^/(?!home).*$': '1%' }]), [{ diskusage: 63.5, mount: '/' }]);
  assert.deepEqual(await prepared.ask([{ '/home.*': 0 }]), [{ diskusage: 20, mount: '/home' }]);
  assert.ok(prepared.lines.some(({ text }) => text === '/home/ann is not a valid mount point.'));
  const [found] = await (await openBeacon('diskusage')).ask([{ '/': 0 }]);
  assert.equal(found?.['mount'], '/');
});

test('ps: this process runs, another does not', async () => {
  const beacon = await openBeacon('ps');
  const own = readFileSync('/proc/self/comm', 'utf8').trim();
  assert.deepEqual(await beacon.ask([{ processes: { [own]: 'running', nosuchprocess: 'running' } }]), [{ [own]: 'Running' }]);
  assert.deepEqual(await beacon.ask([{ processes: { [own]: 'stopped', nosuchprocess: 'stopped', another: 'sleeping' } }]), [{ nosuchprocess: 'Stopped' }, { another: false }]);
});

test('service: each time, on change, after a delay', async () => {
  let [running, now] = [true, 0];
  const beacon = answering({ 'service.status': () => running }, await openBeacon('service', { sys: sysWith({}, { now: () => now }) }));
  const event = (is: boolean): PlainMap => ({ nginx: { running: is }, service_name: 'nginx', tag: 'nginx' });
  const rounds = async (options: PlainMap): Promise<readonly PlainMap[]> => beacon.ask([{ services: { nginx: options } }]);
  assert.deepEqual([await rounds({}), await rounds({})], [[event(true)], [event(true)]]);
  assert.deepEqual([await rounds({ onchangeonly: true }), await rounds({ onchangeonly: true })], [[event(true)], []]);
  running = false;
  assert.deepEqual(await rounds({ onchangeonly: true, uncleanshutdown: '/no/such.pid' }), [{ ...event(false), nginx: { running: false, uncleanshutdown: false } }]);
  assert.deepEqual(await rounds({ is_running_state: true }), []);
  running = true;
  const delayed = { onchangeonly: true, delay: 30 };
  assert.deepEqual(await rounds(delayed), []);
  now = 30_000;
  assert.deepEqual(await rounds(delayed), []);
  now = 31_000;
  assert.deepEqual([await rounds(delayed), await rounds(delayed)], [[event(true)], []]);
});

test('service: emitatstartup decides about the first look', async () => {
  const beacon = answering({ 'service.status': () => true }, await openBeacon('service'));
  assert.deepEqual(await beacon.ask([{ services: { a: { onchangeonly: true, emitatstartup: false }, b: { onchangeonly: true } } }]), [{ b: { running: true }, service_name: 'b', tag: 'b' }]);
});

test('network_info: equal and greater, of the interface lo and of prepared ones', async () => {
  const counters = { bytes_sent: 10, bytes_recv: 20, packets_sent: 1, packets_recv: 2, errin: 0, errout: 0, dropin: 0, dropout: 0 };
  const beacon = answering({ 'ps.network_io_counters': (_, { interface: name }) => (name === 'eth0' ? counters : false) }, await openBeacon('network_info'));
  const event = [{ interface: 'eth0', network_info: counters }];
  assert.deepEqual(await beacon.ask([{ interfaces: { eth0: { type: 'greater', bytes_sent: 9 }, eth9: { type: 'greater', bytes_sent: 0 } } }]), event);
  assert.deepEqual(await beacon.ask([{ interfaces: { eth0: { type: 'greater', bytes_sent: 10 } } }]), []);
  assert.deepEqual(await beacon.ask([{ interfaces: { eth0: { type: 'equal', bytes_recv: 20 } } }]), event);
  assert.deepEqual(await beacon.ask([{ interfaces: { eth0: { errin: 0 } } }]), event);
});

test('network_settings: what changed, by name and pattern, together and alone', async () => {
  const settings: Record<string, string> = { ifindex: '2', mtu: '1500', operstate: 'up', flags: '0x1003', address: '02:00:00:00:00:01' };
  const net = {
    ...fs, readdir: ((path: string) => Promise.resolve(path === '/sys/class/net' ? ['eth0'] : [])) as unknown as typeof fs.readdir,
    readFile: ((path: string) => {
      const value = settings[path.split('/').at(-1) ?? ''];
      return value === undefined ? Promise.reject(Object.assign(new Error('no'), { code: 'ENOENT', errno: -2, syscall: 'open' })) : Promise.resolve(`${value}\n`);
    }) as unknown as typeof fs.readFile,
  };
  const beacon = await openBeacon('network_settings', { sys: sysWith({ '/proc/net/arp': '' }, { fs: net }) });
  const config = [{ interfaces: { 'eth.*': { mtu: null, promiscuity: { onvalue: 1 } } } }];
  assert.deepEqual(await beacon.ask(config), []);
  settings['mtu'] = '9000';
  settings['operstate'] = 'down';
  assert.deepEqual(await beacon.ask(config), [{ tag: 'eth0', interface: 'eth0', change: { mtu: 9000 } }]);
  settings['flags'] = '0x1103';
  assert.deepEqual(await beacon.ask([...config, { coalesce: true }]), [{ tag: 'result', changes: { eth0: { promiscuity: 1 } } }]);
  settings['flags'] = '0x1003';
  assert.deepEqual(await beacon.ask(config), []);
});

test('network_settings: the interfaces of this machine can be read', async () => {
  const beacon = await openBeacon('network_settings');
  assert.deepEqual([await beacon.ask([{ interfaces: { lo: { mtu: null } } }]), await beacon.ask([{ interfaces: { lo: { mtu: null, ipaddr: null } } }])], [[], []]);
});

test('log: lines from now on, whole ones, also of a file that was cut; bad patterns are told', async () => {
  const file = join(root, 'app.log');
  writeFileSync(file, 'an error of before\n');
  const beacon = await openBeacon('log');
  const config = [{ file }, { tags: { 'app/error': { regex: '.*error.*' }, bad: { regex: '(' }, again: { regex: '(a)\\1' }, none: {} } }];
  const told = (events: readonly PlainMap[]): unknown[] => events.filter(({ error }) => error === '').map(({ tag, raw, match }) => [tag, raw, match]);
  assert.deepEqual(await beacon.ask(config), []);
  appendFileSync(file, 'fine\nan error\naa\nhalf an er');
  const events = await beacon.ask(config);
  assert.deepEqual(told(events), [['app/error', 'an error', 'yes'], ['again', 'aa', 'yes']]);
  assert.deepEqual(events.filter(({ error }) => error !== ''), [{ tag: 'bad', match: 'no', raw: '', error: 'bad regex' }]);
  appendFileSync(file, 'ror\n');
  assert.deepEqual(told(await beacon.ask(config)), [['app/error', 'half an error', 'yes']]);
  truncateSync(file);
  assert.deepEqual(await beacon.ask(config), []);
  appendFileSync(file, 'new error\n');
  assert.deepEqual(told(await beacon.ask(config)), [['app/error', 'new error', 'yes']]);
});

test('status: chosen facts, all of the usual ones, and a word for what is not there', async () => {
  const beacon = answering({
    'status.loadavg': () => ({ '1-min': 0.5, '5-min': 0.25 }), 'status.w': () => ['a', 'b'], 'status.time': () => 'Sat Jan 1', 'status.cpustats': () => ({}), 'status.meminfo': () => ({}), 'status.vmstats': () => ({}),
  }, await openBeacon('status', { sys: sysWith({}, { now: () => Date.UTC(2026, 0, 1, 2, 3, 4, 5) }) }));
  assert.deepEqual(await beacon.ask([{ loadavg: ['1-min'] }, { w: [1] }]), [{ tag: '2026-01-01T02:03:04.005000', data: { loadavg: { '1-min': 0.5 }, w: new Map([[1, 'b']]) } }]);
  assert.deepEqual((await beacon.ask([{ loadavg: 'all' }]))[0]?.['data'], { loadavg: { '1-min': 0.5, '5-min': 0.25 } });
  assert.deepEqual((await beacon.ask([{ loadavg: ['9-min'] }]))[0]?.['data'], { loadavg: "Status beacon is incorrectly configured: '9-min'" });
  assert.deepEqual(Object.keys((await beacon.ask())[0]?.['data'] as PlainMap), ['loadavg', 'cpustats', 'meminfo', 'vmstats', 'time']);
});

test('pkg: tells when the state of a package changed', async () => {
  let [version, latest] = ['', ''];
  const asked: PlainMap[] = [];
  const beacon = answering({ 'pkg.upgrade_available': () => true, 'pkg.version': () => version, 'pkg.latest_version': (_, kwargs) => {
    asked.push(kwargs);
    return latest;
  } }, await openBeacon('pkg'));
  const config = [{ pkgs: ['zsh'] }, { refresh: true }];
  assert.deepEqual(await beacon.ask(config), []);
  version = '5.9';
  assert.deepEqual([await beacon.ask(config), await beacon.ask(config)], [[{ pkg: 'zsh', version: '5.9', status: 'installed' }], []]);
  latest = '6.0';
  assert.deepEqual(await beacon.ask(config), [{ pkg: 'zsh', version: '6.0', status: 'upgrade' }]);
  version = '';
  assert.deepEqual(await beacon.ask(config), [{ pkg: 'zsh', version: null, status: 'not-installed' }]);
  assert.deepEqual(asked[0], { refresh: true });
});

test('salt_monitor: what functions give', async () => {
  const beacon = await openBeacon('salt_monitor');
  assert.deepEqual(await beacon.verdict([{ salt_fun: ['test.ping', { 'test.echo': { args: ['x'] } }] }]), [true, 'valid config']);
  assert.deepEqual(await beacon.ask([{ salt_fun: 'test.ping' }]), [{ salt_fun: 'test.ping', ret: true }]);
  assert.deepEqual(await beacon.ask([{ salt_fun: ['test.false', { 'test.echo': { args: ['x'] } }, { 'test.kwarg': { kwargs: [{ a: 1 }] } }] }]), [
    { salt_fun: 'test.echo', ret: 'x', args: ['x'] }, { salt_fun: 'test.kwarg', ret: { a: 1 }, kwargs: { a: 1 } },
  ]);
});

test('haproxy: servers with more sessions than the threshold, asked at a socket', async () => {
  const path = join(root, 'haproxy.sock');
  const server = createServer({ allowHalfOpen: true }, (socket) => socket.on('data', (data) => {
    assert.equal(String(data), 'show stat\n');
    socket.end('# pxname,svname,qcur,qmax,scur,smax\nwww,web1,0,0,46,50\nwww,web2,0,0,45,50\nother,web1,0,0,99,99\n\n');
  }));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const beacon = await openBeacon('haproxy');
  assert.deepEqual(await beacon.ask([{ backends: { www: { threshold: 45, servers: ['web1', 'web2', 'web3'] } } }, { socket: path }]), [{ server: 'web1', scur: 46, threshold: 45 }]);
  await new Promise((resolve) => server.close(resolve));
  await assert.rejects(beacon.ask([{ backends: {} }, { socket: path }]), /haproxy cannot be asked/);
});
