/** Values of execution modules of this machine beside those of real Salt. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { askOurs, askSalt, compareCalls, saltFolder, type Answer, type Call } from '../support/salt-calls.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-modules-peer-')));
after(() => rmSync(base, { recursive: true }));
const folder = saltFolder(base);

const ADDRESSES = ['10.0.0.3', '8.8.8.8', '127.0.0.1', '::1', 'fe80::1', '2001:db8::5', '2a00::1', '::ffff:10.0.0.1', '192.0.0.170', '100.64.0.1', 'junk'];

test('network: the same interfaces, addresses, routes and arithmetic', { skip: skipWithoutSalt }, async () => {
  const machine: Call[] = [
    'interfaces', 'subnets', 'subnets6', 'ip_addrs', 'ip_addrs6', 'ipaddrs', 'ipaddrs6', 'ip_networks', 'ip_networks6', 'routes', 'default_route',
    'arp', 'ip_neighs', 'ip_neighs6', 'ipneighs', 'ipneighs6', 'get_hostname', 'get_fqdn', 'fqdns',
  ].map((name) => [`network.${name}`]);
  await compareCalls(folder, [
    ...machine,
    ['network.ip_addrs', [], { include_loopback: true }], ['network.ip_addrs', ['lo', true]], ['network.ip_addrs', [], { cidr: '127.0.0.0/8', include_loopback: true }],
    ['network.ip_addrs', [], { type: 'public' }], ['network.ip_addrs', [], { type: 'private' }], ['network.ip_addrs6', ['l*,eth*', true]],
    ['network.ip_networks', [], { verbose: true, include_loopback: true }], ['network.ip_networks6', [], { include_loopback: true }],
    ['network.subnets', ['lo']], ['network.subnets', [['lo', 'eth0']]], ['network.routes', ['inet']], ['network.routes', ['inet6']], ['network.routes', ['ipx']],
    ['network.default_route', ['inet']], ['network.get_route', ['127.0.0.1']], ['network.get_route', ['::1']],
    ['network.interface', ['lo']], ['network.interface_ip', ['lo']], ['network.hw_addr', ['lo']], ['network.hwaddr', ['nic0']], ['network.interface', ['nic0']],
    ['network.ifacestartswith', ['127']], ['network.in_subnet', ['127.0.0.0/8']], ['network.in_subnet', ['no network']], ['network.in_subnet', ['127.0.0.1/8']],
    ['network.ip_in_subnet', ['172.17.0.4', '172.16.0.0/12']], ['network.ip_in_subnet', ['nobody', '172.16.0.0/12']], ['network.ip_in_subnet', ['fe80::1', '172.16.0.0/12']],
    ['network.convert_cidr', ['172.31.0.9/16']], ['network.convert_cidr', ['fe80::9/10']], ['network.convert_cidr', ['300.1.1.1/8']],
    ['network.calc_net', ['172.17.0.5', '255.255.255.240']], ['network.calc_net', ['172.17.0.5', '0.0.0.255']], ['network.calc_net', ['2a00:f000::1', '64']], ['network.calc_net', ['10.0.0.1']],
    ['network.iphexval', ['10.0.0.255']], ['network.iphexval', ['10.x']], ['network.get_bufsize', ['lo']], ['network.mod_bufsize', ['lo'], { tx: 5 }],
    ...ADDRESSES.flatMap((address): Call[] => ['is_private', 'is_loopback', 'reverse_ip'].map((name) => [`network.${name}`, [address]])),
    ['network.connect', ['']], ['network.connect', ['localhost']], ['network.connect', ['127.0.0.1', 1]], ['network.connect', ['no.such.host.invalid', 80]],
    ['network.wol', ['junk']], ['network.wol', ['08-00-27-13-69-zz']], ['network.dig', ['localhost']], ['network.traceroute', ['localhost']],
  ], undefined, withoutMoment);
});

/** The answer of `dig`, where that is installed, without the number of its question and its times. */
function withoutMoment(answer: Answer): unknown {
  if (!('value' in answer) || typeof answer.value !== 'string') return answer;
  return { value: answer.value.replace(/(?<=, id: )\d+|(?<=;; Query time: )\d+|(?<=;; WHEN: ).*/g, '') };
}

/** Shape of a value: names and kinds, for what changes from moment to moment. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape);
  if (value !== null && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shape(item)]));
  return value === null ? 'null' : typeof value;
}

test('ps: the same facts of a process, and the same counters', { skip: skipWithoutSalt }, async (t) => {
  const script = "const fs = require('fs'); fs.openSync(process.argv[1], 'a+'); require('net').createServer().listen(0, '127.0.0.1', () => console.log('ready'))";
  const child = spawn(process.execPath, ['-e', script, join(base, 'open file')], { env: { HOME: '/', LONG_NAME: 'a=b c' }, stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  child.kill('SIGSTOP');
  const pid = child.pid as number;
  // Looking costs the process nothing: it is stopped.
  const still = [
    'cmdline', 'cpu_affinity', 'cpu_num', 'create_time', 'cwd', 'environ', 'exe', 'gids', 'io_counters', 'ionice', 'memory_info', 'memory_percent', 'name', 'nice',
    'num_ctx_switches', 'num_fds', 'num_threads', 'open_files', 'pid', 'ppid', 'status', 'terminal', 'threads', 'uids', 'username', 'net_connections', 'cpu_times',
  ];
  await compareCalls(folder, [
    ...still.map((name): Call => ['ps.proc_info', [pid, [name]]]),
    ['ps.proc_info', [pid, ['name', 'nosuch']]], ['ps.proc_info', [pid, 'name']], ['ps.proc_info', [99_999_999]], ['ps.kill_pid', [99_999_999]],
    ['ps.boot_time'], ['ps.boot_time', ['%Y-%m-%d %H:%M']], ['ps.num_cpus'], ['ps.total_physical_memory'], ['ps.disk_partitions'], ['ps.disk_partitions', [true]],
    ['ps.network_io_counters', ['nic0']], ['ps.disk_io_counters', ['disk0']], ['ps.get_users'], ['ps.pgrep', ['no process has this name']], ['ps.pkill', ['no process has this name']],
    ['ps.pgrep', [join(base, 'open file')], { full: true }], ['ps.pgrep', [`${base}/open.file`], { full: true, pattern_is_regex: true }], ['ps.pgrep', ['.*'], { user: 'nobody-here' }],
    ['ps.status', ['stopped']], ['ps.status', ['']], ['ps.disk_usage', ['/no such path']],
  ]);
  const changing: Call[] = [
    ['ps.cpu_times'], ['ps.cpu_times', [true]], ['ps.cpu_percent'], ['ps.cpu_percent', [], { per_cpu: true }], ['ps.virtual_memory'], ['ps.swap_memory'], ['ps.network_io_counters'],
    ['ps.network_io_counters', ['lo']], ['ps.disk_io_counters'], ['ps.disk_usage', ['/']], ['ps.disk_partition_usage'],
  ];
  const [ours, theirs] = [await askOurs(folder, changing), askSalt(folder, changing)];
  for (const [at, call] of changing.entries()) assert.deepEqual(shape(ours[at]), shape(theirs[at]), JSON.stringify(call));
  const [mine] = await askOurs(folder, [['ps.proc_info', [pid]]]);
  const [real] = askSalt(folder, [['ps.proc_info', [pid]]]);
  assert.deepEqual(Object.keys((mine as { value: PlainMap }).value).sort(), Object.keys((real as { value: PlainMap }).value).sort());
  const [maps, realMaps] = [mine, real].map((answer) => ((answer as { value: PlainMap }).value['memory_maps'] as unknown[][]).map((row) => row[0]));
  assert.deepEqual(maps, realMaps);
});

test('random: with a seed the same numbers, choices and orders', { skip: skipWithoutSalt }, async () => {
  const seeds = [0, 1, -7, 4_294_967_296, 123_456_789_012_345, 1.5, -0.1, 1e-9, 'text', '', 'ünï 😀', 'x'.repeat(3000), true];
  const many = Array.from({ length: 200 }, (_, at) => at);
  await compareCalls(folder, [
    ...seeds.flatMap((seed): Call[] => [['random.rand_int', [1, 1_000_000], { seed }], ['random.rand_int', [-5, 2 ** 40], { seed }], ['random.seed', [1000], { hash: seed }]]),
    ...['a', 'text', 'ü'].flatMap((seed): Call[] => [
      ['random.sample', [many, 5], { seed }], ['random.sample', [many, 150], { seed }], ['random.sample', [many.slice(0, 20), 20], { seed }], ['random.shuffle', [many], { seed }], ['random.shuffle', ['letters'], { seed }],
      ['random.sample', [many.slice(0, 100), 6], { seed }],
    ]),
    ['random.seed'], ['random.seed', [100]], ['random.rand_int', [5, 1], { seed: 1 }], ['random.sample', [[1], 2], { seed: 'a' }], ['random.sample', [[1, 2], 1], { seed: 5 }],
    ...['md5', 'sha512', 'sha3_256', 'blake2b', 'nosuch'].map((algorithm): Call => ['random.hash', ['text', algorithm]]), ['random.hash', [5]],
    ['random.str_encode', ['I am ü']], ['random.str_encode', ['x', 'hex']], ['random.str_encode', [5]], ['random.get_str', [0]], ['random.get_str', [5], { chars: 'a' }],
    ['random.shadow_hash', ['saltsalt', 'pass word'], { algorithm: 'sha512' }], ['random.shadow_hash', ['saltsalt', 'pass word', 'md5']], ['random.shadow_hash', ['ab', 'x', 'nosuch']],
  ]);
});

test('slsutil, defaults, out: the same values and texts', { skip: skipWithoutSalt }, async () => {
  const [a, b] = [{ x: { y: [1, 2], z: 'a' }, only: 1 }, { x: { y: [2, 3], z: 'b' }, fresh: null }];
  const strategies = ['smart', 'recurse', 'aggregate', 'overwrite', 'list', 'none', 'nosuch'];
  const shown = { list: [1, 'two', null, true], map: { a: 1.5, 'b c': 'text: "quoted"', 'ü': [] }, empty: {}, text: 'two\nlines' };
  await compareCalls(folder, [
    ...strategies.flatMap((strategy): Call[] => [['slsutil.merge', [a, b, strategy]], ['slsutil.merge', [a, b, strategy], { merge_lists: true }]]),
    ['slsutil.merge', [a, b], { renderer: 'yamlex' }], ['slsutil.merge_all', [[a, b, { x: 1 }]]], ['slsutil.update', [a, b]], ['slsutil.update', [a, b], { merge_lists: true }], ['slsutil.update', [a, b], { recursive_update: false }],
    ['slsutil.update', [a, 'x']], ['slsutil.boolstr', [true]], ['slsutil.boolstr', ['', 'yes', 'no']],
    ['slsutil.banner'], ['slsutil.banner', [40, '//', '*']], ['slsutil.banner', [], { blockstart: '/*', blockend: '*/', commentchar: ' *', newline: true, title: 'T', text: 'one two three '.repeat(12) }], ['slsutil.banner', [4]],
    ['slsutil.serialize', ['json', shown]], ['slsutil.serialize', ['json', shown], { indent: 2, sort_keys: true, ensure_ascii: true }], ['slsutil.serialize', ['yaml', [a, b]]], ['slsutil.serialize', ['yaml', b], { default_flow_style: false }],
    ['slsutil.serialize', ['yaml', 'x']], ['slsutil.serialize', ['nosuch', 1]], ['slsutil.deserialize', ['json', '{"a": [1, 2.5, null]}']], ['slsutil.deserialize', ['yaml', 'a: [1, yes, ~]']], ['slsutil.deserialize', ['nosuch', '']],
    ['slsutil.renderer'], ['slsutil.renderer', ['a', 'b']],
    ['defaults.merge', [a, b]], ['defaults.merge', [a, b, true]], ['defaults.merge', [null, b]], ['defaults.merge', [null, b], { in_place: false }], ['defaults.merge', [a, null]], ['defaults.deepcopy', [shown]],
    ['defaults.update', [{ h1: a, h2: {} }, b]], ['defaults.update', [{ h1: a }, b], { merge_lists: false }], ['defaults.update', [null, b]], ['defaults.update', [null, b], { in_place: false }], ['defaults.update', [{ h: { a: 1 } }, null]],
    ...['nested', 'yaml', 'json', 'raw', 'txt', 'pprint', 'nosuch'].flatMap((out): Call[] => [['out.string_format', [shown, out]], ['out.html_format', [shown, out]]]), ['out.out_format', [shown, 'yaml']],
    ...['debug', 'info', 'warning', 'error', 'critical', 'exception'].map((level): Call => [`log.${level}`, ['a message']]),
  ]);
});
