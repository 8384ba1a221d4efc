/** Minions of several masters: all at once, or one with the others in reserve; masters die, are cut off, and come back. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { newJid } from '../../src/kernel/std/time.js';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { TcpProxy } from '../support/faults/tcp-proxy.js';
import type { Hearing } from '../support/fleet/events.js';
import { MasterHost } from '../support/fleet/master.js';
import { MinionHost } from '../support/fleet/minion.js';
import { Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';

const site = new Site();
const WATCHED: PlainMap = { auth_timeout: 1, master_alive_interval: 1, master_failback: true, master_failback_interval: 1, retry_dns: 0 };
let east: MasterHost;
let west: MasterHost;
let hears: Record<string, Hearing>;

const at = ({ requestPort }: { requestPort: number }): string => `127.0.0.1:${requestPort}`;

async function startListening(master: MasterHost): Promise<Hearing> {
  await master.start();
  return master.hear();
}

function newMinion(id: string, config: PlainMap): MinionHost {
  return new MinionHost(site, 'tsalt', id, east, config);
}

site.setUp('two masters with keys, files and pillar of their own', async () => {
  [east, west] = [await MasterHost.prepare(site, 'tsalt', 'east', { auto_accept: true }), await MasterHost.prepare(site, 'tsalt', 'west', { auto_accept: true })];
  for (const [name, master] of [['east', east], ['west', west]] as const) {
    master.serve('pillar/top.sls', '{"base": {"*": ["side"]}}');
    master.serve('pillar/side.sls', JSON.stringify({ side: name }));
    master.serve('salt/side.txt', `file of ${name}`);
  }
  hears = { east: await startListening(east), west: await startListening(west) };
});

let both: MinionHost;
site.test('a list: the minion is connected to all, and each has its pillar, files, jobs and returns', async () => {
  both = newMinion('both', { master: [at(east), at(west)] });
  both.start();
  await Promise.all([east.allAnswer('both'), west.allAnswer('both')]);
  for (const [name, master] of [['east', east], ['west', west]] as const) {
    assert.equal(await master.call('both', 'match.pillar', [`side:${name}`]), true);
    assert.equal(await master.call('both', 'cp.get_file_str', ['salt://side.txt']), `file of ${name}`);
    assert.deepEqual((await master.job({ tgt: `I@side:${name}`, tgtType: 'compound', fun: 'test.ping' })).returns, { both: true });
    assert.equal(await master.call('both', 'config.get', ['master_port']), master.requestPort);
  }
  const own = hears['west']?.events.filter(({ tag }) => /^salt\/job\/\d+\/ret\/both$/.test(tag)).map(({ tag }) => tag) ?? [];
  const others = new Set(hears['east']?.events.map(({ tag }) => tag));
  assert.ok(own.length >= 4);
  assert.deepEqual(own.filter((tag) => others.has(tag)), []);
  assert.equal(readdirSync(both.path('pki')).filter((name) => name.startsWith('minion_master_')).length, 2);
});

site.test('events and the mine of a minion go to all its masters', async () => {
  assert.equal(await east.call('both', 'event.send', ['to/all', { word: 'x' }]), true);
  for (const name of ['east', 'west']) await hears[name]?.heard('to/all', ({ data }) => data['id'] === 'both');
  await west.call('both', 'mine.send', ['test.echo', 'deep']);
  for (const master of [east, west]) assert.deepEqual(await master.call('both', 'mine.get', ['both', 'test.echo']), { both: 'deep' });
});

site.test('one of the masters is killed during a job: the other goes on, and the return waits for the one that asked', async () => {
  const jid = newJid();
  const asked = west.job({ tgt: 'both', fun: 'test.sleep', arg: [1], jid }).catch(() => undefined);
  await hears['west']?.heard(`salt/job/${jid}/new`);
  west.process.kill();
  await asked;
  const waits = (): number => readdirSync(both.path('cache/outbox'), { recursive: true }).filter((name) => String(name).endsWith('.p')).length;
  await until('the return waits', () => waits() === 1, 15_000);
  assert.equal(await east.call('both', 'test.echo', ['here']), 'here');
  both.process.signal('SIGSTOP');
  hears['west'] = await startListening(west);
  both.process.signal('SIGCONT');
  await hears['west']?.heard(`salt/job/${jid}/ret/both`);
  await until('nothing waits', () => waits() === 0);
  assert.ok(!(hears['east']?.events.some(({ tag }) => tag.includes(jid))));
  await west.allAnswer('both');
});

site.test('one of the masters rejects the minion: it stays with the other', async () => {
  assert.equal((await west.tsalt('tsalt-key', '-y', '-r', 'both', '--include-accepted')).code, 0);
  await both.stop();
  both.start();
  await east.allAnswer('both');
  await until('a word about it', () => /ERROR.*tsalt-key -a both/.test(both.log()));
  assert.equal(both.exitCode, undefined);
  assert.equal((await west.tsalt('tsalt-key', '-y', '-a', 'both', '--include-rejected')).code, 0);
  await west.allAnswer('both');
  await both.stop();
});

let proxies: { east: TcpProxy; west: TcpProxy };
let mover: MinionHost;
site.test('failover: the first master that answers; killed, the next one; back, the first again, with the return that it asked for', async () => {
  proxies = { east: site.own(await TcpProxy.to(east.requestPort, 1)), west: site.own(await TcpProxy.to(west.requestPort, 2)) };
  mover = newMinion('mover', {
    ...WATCHED, master: [`127.0.0.1:${proxies.east.port}`, `127.0.0.1:${proxies.west.port}`], master_type: 'failover', request_channel_timeout: 5,
  });
  mover.start();
  await east.allAnswer('mover');
  assert.deepEqual((await west.job({ tgt: 'mover', fun: 'test.ping', timeoutMs: 500 })).returns, {});
  const jid = newJid();
  const asked = east.job({ tgt: 'mover', fun: 'test.sleep', arg: [2], jid }).catch(() => undefined);
  await hears['east']?.heard(`salt/job/${jid}/new`);
  east.process.kill();
  await asked;
  await hears['west']?.heard('salt/minion/mover/start');
  await west.allAnswer('mover');
  assert.equal(await west.call('mover', 'match.pillar', ['side:west']), true);
  mover.process.signal('SIGSTOP');
  hears['east'] = await startListening(east);
  mover.process.signal('SIGCONT');
  await hears['east'].heard(`salt/job/${jid}/ret/mover`);
  await hears['east'].heard('salt/minion/mover/start');
  await east.allAnswer('mover');
  assert.equal(await east.call('mover', 'match.pillar', ['side:east']), true);
});

site.test('failover: the first master is cut off, in one direction only and in both; it is left, and come back to', async () => {
  for (const directions of [['to_client'], []] as const) {
    hears['west']?.clear();
    hears['east']?.clear();
    proxies.east.partition(...directions);
    await hears['west']?.heard('salt/minion/mover/start');
    await west.allAnswer('mover');
    proxies.east.heal();
    await hears['east']?.heard('salt/minion/mover/start');
    await east.allAnswer('mover');
  }
  assert.match(mover.log(), /connection to the master lost/);
});

site.test('no master at all: the minion waits and says so, and takes the first that comes', async () => {
  await mover.stop();
  proxies.east.refuse();
  proxies.west.refuse();
  const before = mover.log().length;
  mover.start();
  await until('two rounds', () => (mover.log().slice(before).match(/master not reached(?!: trying)/g) ?? []).length >= 2);
  assert.equal(mover.exitCode, undefined);
  hears['west']?.clear();
  proxies.west.heal();
  await hears['west']?.heard('salt/minion/mover/start');
  await west.allAnswer('mover');
  assert.equal(await mover.stop(), 0);
});

site.test('a command of a minion of several masters takes the first that lets it in, and tells all of an event', async () => {
  proxies.east.refuse();
  const pillar = await mover.callProgram('match.pillar', 'side:west', '--out=json');
  assert.deepEqual(JSON.parse(pillar.stdout), { local: true }, pillar.stderr);
  proxies.east.heal();
  const sent = await mover.callProgram('event.send', 'from/call', '--out=json');
  assert.deepEqual(JSON.parse(sent.stdout), { local: true }, sent.stderr);
  for (const name of ['east', 'west']) await hears[name]?.heard('from/call');
});

site.test('master_type disable: the minion runs without a master', async () => {
  const alone = newMinion('alone', { master_type: 'disable' });
  alone.start();
  await until('a word about it', () => alone.log().includes('Master is set to disable, skipping connection'));
  await alone.hear();
  assert.ok(!existsSync(alone.path('pki/minion_master.pub')));
  assert.equal(await alone.stop(), 0);
});

site.test('master_type func: a module of the user names the master', async () => {
  const told = newMinion('told', { master_type: 'func', master: 'where.is_it', module_dirs: [site.dir] });
  site.write('modules/where.mjs', `export const is_it = () => ${JSON.stringify(at(west))};`);
  told.start();
  await west.allAnswer('told');
  assert.equal(await told.stop(), 0);
});

site.test('a word that is no master_type is refused at once', async () => {
  const wrong = newMinion('wrong', { master_type: 'fail' });
  wrong.start();
  assert.equal(await wrong.ended(), 1);
  assert.match(wrong.log(), /Invalid keyword 'fail' for variable 'master_type'/);
});
