/** Tables of Linux 6.18; answers observed with Salt 3008.3. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { Float } from '../../../../src/kernel/std/value.js';
import cmd from '../../../../src/plugins/modules/cmd.js';
import status from '../../../../src/plugins/modules/status.js';
import { remotesOn } from '../../../../src/plugins/modules/status/connections.js';
import { formatDate } from '../../../../src/plugins/modules/lookup/date-format.js';
import {
  numberOrText, readCpuInfo, readCpuStats, readDiskStats, readInterfaces, readMemory, readNetStats, readProcesses, readUsers,
} from '../../../../src/plugins/modules/status/proc-tables.js';
import { machine } from './machine.js';

test('numberOrText() gives ints, floats and texts', () => {
  const cases: readonly (readonly [string, Value])[] = [['12', 12], ['007', 7], ['1.5', 1.5], ['1.0', new Float(1)], ['-3', new Float(-3)], ['18446744073709551615', 18446744073709551615n], ['sda', 'sda'], ['', '']];
  for (const [text, value] of cases) assert.deepEqual(numberOrText(text), value, text);
});

test('readCpuStats() has the figures of all processors, and one of each', () => {
  const text = 'cpu  14260 1 5245 246694 437 2 85 20 0 0\ncpu0 6100 0 1 2 3 4 5 6 0 0\nintr 377375 0 14\nctxt 9\nsoftirq 99 1 2\nbtime 1795255200\n';
  assert.deepEqual(readCpuStats(text), {
    cpu: { idle: 246694, iowait: 437, irq: 2, nice: 1, softirq: 85, steal: 20, system: 5245, user: 14260 },
    cpu0: 6100, intr: { total: 377375, irqs: [0, 14] }, ctxt: 9, softirq: { total: 99, softirqs: [1, 2] }, btime: 1795255200,
  });
});

test('readMemory() keeps texts and units', () => {
  assert.deepEqual(readMemory('MemTotal:       24684096 kB\nHugePages_Total:       0\n'), { MemTotal: { value: '24684096', unit: 'kB' }, HugePages_Total: { value: '0' } });
});

test('readCpuInfo() lets the last processor stand for all', () => {
  assert.deepEqual(readCpuInfo('processor\t: 0\nflags\t\t: fpu vme\nbugs\t\t:\n\nprocessor\t: 1\nflags\t\t: fpu\n'), { processor: '1', flags: ['fpu'], bugs: '' });
});

test('readDiskStats() names its columns', () => {
  const row = readDiskStats('   8       0 sda 1 2 3 4 5 6 7 8 9 10 11 0 0\n')['sda'] as PlainMap;
  assert.deepEqual(Object.keys(row).slice(0, 4), ['major', 'minor', 'device', 'reads_issued']);
  assert.deepEqual([row['device'], row['ms_spent_in_io'], row['weighted_ms_spent_in_io']], ['sda', 10, 11]);
});

test('readNetStats() leaves the last column out', () => {
  assert.deepEqual(readNetStats('TcpExt: A B C\nTcpExt: 1 2 3\nIpExt: D E\nIpExt: 4 5\n'), { TcpExt: { A: 1, B: 2 }, IpExt: { D: 4 } });
});

test('readInterfaces() reads counters with and without a blank behind the colon', () => {
  const head = 'Inter-|   Receive                  |  Transmit\n face |bytes    packets errs drop fifo\n';
  const figures = '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16';
  const row = {
    rx_bytes: 1, rx_packets: 2, rx_errs: 3, rx_drop: 4, rx_fifo: 5, rx_frame: 6, rx_compressed: 7, rx_multicast: 8, tx_bytes: 9, tx_packets: 10,
    tx_errs: 11, tx_drop: 12, tx_fifo: 13, tx_colls: 14, tx_carrier: 15, tx_compressed: 16,
  };
  assert.deepEqual(readInterfaces(`${head}    lo: ${figures}\n  eth0:${figures}\n`), { lo: { iface: 'lo', ...row }, eth0: { iface: 'eth0', ...row } });
});

test('readProcesses() keeps the order of ps, whose ids are numbers', () => {
  const found = readProcesses('UID          PID    PPID  C STIME TTY          TIME CMD\nroot          20       0  0 10:00 ?        00:00:00 [kthreadd]\nnobody         3       1  0 10:00 ?        00:00:00 sleep   300\n');
  assert.ok(found instanceof Map);
  assert.deepEqual([...found], [['20', { user: 'root', cmd: '[kthreadd]' }], ['3', { user: 'nobody', cmd: 'sleep 300' }]]);
});

test('readUsers() reads w', () => {
  assert.deepEqual(readUsers('root     pts/0     10:00    1:00   0.03s  0.01s -bash x\n'), [
    { idle: '1:00', jcpu: '0.03s', login: '10:00', pcpu: '0.01s', tty: 'pts/0', user: 'root', what: '-bash x' },
  ]);
  assert.deepEqual(readUsers(''), []);
});

test('remotesOn() reads open connections of both families', () => {
  const tcp = `  sl  local_address rem_address   st tx_queue
   0: 0100007F:AEEB 0100007F:1199 01 00000000:00000000
   1: 0100007F:AEEB 0200007F:1199 0A 00000000:00000000
   2: 0100007F:AEEB 0300007F:1198 01 00000000:00000000`;
  const tcp6 = `   0: 00000000000000000000000001000000:A1 B80D0120000000000000000001000000:1199 01 x
   1: 0000000000000000FFFF00000100007F:A1 0000000000000000FFFF00000A0200C0:1199 01 x`;
  assert.deepEqual([...remotesOn([tcp, tcp6], 4505)], ['127.0.0.1', '2001:db8::1', '192.0.2.10']);
});

test('formatDate() is strftime of the C locale', () => {
  const date = new Date(2026, 10, 21, 22, 5, 9, 7);
  const cases: readonly (readonly [string, string])[] = [
    ['%A, %d. %B %Y %I:%M%p', 'Saturday, 21. November 2026 10:05PM'], ['%Y %j %U %W %V %G %u %w %%', '2026 325 46 46 47 2026 6 6 %'],
    ['%c', 'Sat Nov 21 22:05:09 2026'], ['%x %X %D %F %T %R %r', '11/21/26 22:05:09 11/21/26 2026-11-21 22:05:09 22:05 10:05:09 PM'],
    ['%e|%k|%l|%y|%C|%f|%z|%Z|%h|%P', '21|22|10|26|20|007000|||Nov|pm'], ['%q % %', '%q % %'], ['', ''],
  ];
  for (const [format, text] of cases) assert.equal(formatDate(date, format), text, format);
  assert.equal(formatDate(new Date(2027, 0, 1, 0, 0), '%j %U %W %V %G %I %p'), '001 00 00 53 2026 12 AM');
});

const TIME_MS = Date.UTC(2026, 10, 21, 10, 0, 0, 640);

test('status.uptime counts from the time of the machine', async () => {
  const minion = machine({
    modules: [status], answers: { 'cmd.run': '' },
    sys: { now: () => TIME_MS, readText: () => Promise.resolve('93784.25 1.0\n'), which: () => Promise.resolve('/usr/bin/who') },
  });
  assert.deepEqual(await minion.call('status.uptime'), {
    seconds: 93784, since_iso: '2026-11-20T07:56:56.640000', since_t: 1795161416, days: 1, time: '2:3', users: 1,
  });
});

test('status.master fires an event only when the connection is not what is expected', async () => {
  const fired: unknown[] = [];
  const tcp = '   0: 0100007F:AEEB 0100007F:1199 01 x';
  const minion = machine({
    modules: [status], answers: { 'config.get': 4505 },
    ports: { events: { fireLocal: (tag: string, data: PlainMap) => { fired.push([tag, data]); return Promise.resolve(true); } } },
    sys: {
      readText: (path) => Promise.resolve(path === '/proc/net/tcp' ? tcp : undefined),
      run: ([program, , host]) => {
        assert.equal(program, 'getent');
        const stdout = Buffer.from(host === 'here' ? '127.0.0.1       STREAM here\n127.0.0.1       DGRAM\n' : host === 'there' ? '192.0.2.1 STREAM\n' : '');
        return Promise.resolve({ pid: 1, code: 0, stdout, stderr: Buffer.alloc(0), timedOut: false, truncated: false });
      },
    },
  });
  const ask = (...args: Value[]) => minion.call('status.master', args);
  assert.deepEqual([await ask(), await ask('nowhere'), await ask('-x'), await ask('here'), fired], [null, null, null, true, []]);
  assert.equal(await ask('there'), false);
  assert.equal(await ask('here', false), true);
  assert.deepEqual(fired, [['__master_disconnected', { master: 'there' }], ['__master_connected', { master: 'here' }]]);
});

test('status.ping_master asks and tells the minion when the master is back', async () => {
  const fired: string[] = [];
  const asked: unknown[] = [];
  const ports = {
    events: { fireLocal: (tag: string) => { fired.push(tag); return Promise.resolve(true); } },
    master: { ping: (address: string, options: unknown) => { asked.push([address, options]); return Promise.resolve(address === 'm1'); } },
  };
  const minion = machine({ modules: [status], ports, opts: { auth_timeout: 5 } });
  assert.deepEqual([await minion.call('status.ping_master', ['']), await minion.call('status.ping_master', [null]), asked], [false, false, []]);
  assert.deepEqual([await minion.call('status.ping_master', ['m1']), await minion.call('status.ping_master', ['m2'])], [true, false]);
  assert.deepEqual([asked, fired], [[['m1', { timeoutMs: 5000 }], ['m2', { timeoutMs: 5000 }]], ['__master_failback']]);
});

test('status.custom picks what the configuration names', async () => {
  const configured = { 'status.loadavg.custom': ['1-min', 'none'], 'status.custom.custom': ['x'], 'nosuch.fun.custom': ['y'] };
  const minion = machine({ modules: [status], answers: { 'config.dot_vals': configured } });
  const picked = await minion.call('status.custom') as PlainMap;
  assert.deepEqual(Object.keys(picked), ['1-min', 'none']);
  assert.equal(picked['none'], 'UNKNOWN');
  assert.deepEqual(minion.log.map(({ text }) => text), ['val none not in return of status.loadavg', "custom status nosuch.fun isn't loaded"]);
});

test('status.pid takes a pattern and leaves ourselves out', async () => {
  const list = `UID PID\nroot 12 /usr/sbin/nginx -g\nroot 13 nginx worker\nroot ${process.pid} nginx ourselves`;
  const minion = machine({ modules: [status], answers: { 'cmd.run_stdout': list } });
  assert.equal(await minion.call('status.pid', ['nginx( -g|$)']), '12');
  assert.equal(await minion.call('status.pid', ['nginx']), '12\n13');
  assert.equal(await minion.call('status.pid', ['apache']), '');
  await assert.rejects(minion.call('status.pid', ['(']), { className: 'error' });
});

test('status.proxy_reconnect does nothing without a proxy, and restarts one that is down', async () => {
  assert.equal(await machine({ modules: [status] }).call('status.proxy_reconnect', ['box']), false);
  const answers = { 'box.alive': false, 'box.get_reboot_active': false, 'box.shutdown': null, 'box.init': null };
  const minion = machine({ modules: [status], answers, opts: { proxy: { proxytype: 'box' } } });
  assert.equal(await minion.call('status.proxy_reconnect', ['box']), true);
  assert.deepEqual(minion.calls.map(({ fun }) => fun), ['box.get_reboot_active', 'box.alive', 'box.shutdown', 'box.init']);
});

test('status functions answer on this machine', { skip: process.platform === 'linux' ? false : 'needs /proc' }, async () => {
  const minion = machine({ modules: [status, cmd], answers: { 'config.get': null } });
  const all = await minion.call('status.all_status') as Record<string, PlainMap>;
  assert.deepEqual(Object.keys(all).toSorted(), ['cpuinfo', 'cpustats', 'diskstats', 'diskusage', 'loadavg', 'meminfo', 'netdev', 'netstats', 'uptime', 'vmstats', 'w']);
  assert.deepEqual(all['netdev']?.['lo'], { ...(all['netdev']?.['lo'] as PlainMap | undefined), iface: 'lo' });
  assert.ok(Number(await minion.call('status.nproc')) >= 1);
  assert.match(String(await minion.call('status.version')), /^Linux version /);
  const root = await minion.call('status.diskusage', ['/', 'no-such-type', '/no/such/path']) as PlainMap;
  assert.deepEqual(Object.keys(root), ['/']);
  assert.ok(Number((root['/'] as PlainMap)['total']) > 0);
});

test('status functions say what they cannot do on other systems', async () => {
  const minion = machine({ modules: [status], grains: { kernel: 'FreeBSD' } });
  for (const fun of ['cpustats', 'meminfo', 'netdev', 'vmstats', 'w', 'version']) {
    assert.equal(await minion.call(`status.${fun}`), 'This method is unsupported on the current operating system!');
  }
});
