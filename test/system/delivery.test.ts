/** The delivery record as users see it: long jobs, killed jobs, lost minions, restarts of either side, and a second look. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newJid } from '../../src/kernel/std/time.js';
import type { PlainMap, Value } from '../../src/kernel/std/value.js';
import type { Hearing } from '../support/fleet/events.js';
import type { JobAnswers, MasterHost } from '../support/fleet/master.js';
import type { MinionHost } from '../support/fleet/minion.js';
import { RawMinion } from '../support/fleet/raw-minion.js';
import { repository } from '../support/fleet/salt-venv.js';
import { Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';
import { startFleet } from './kit/fleet.js';

const site = new Site();
let master: MasterHost;
let bus: Hearing;
let one: MinionHost;
let two: MinionHost;

site.setUp('a master and two minions start', async () => {
  const fleet = await startFleet(site, ['one', 'two'], { minion: { return_bytes_max: 200_000 } });
  ({ master, bus } = fleet);
  [one, two] = fleet.minions as [MinionHost, MinionHost];
});

const runner = async (...words: readonly string[]): Promise<Value> => {
  const { stdout, stderr } = await master.tsalt('tsalt-run', ...words, '--out=json');
  return (stdout === '' ? assert.fail(stderr) : JSON.parse(stdout)) as Value;
};
const delivery = async (jid: string, id: string): Promise<PlainMap> => ((await runner('jobs.delivery', jid)) as Record<string, PlainMap>)[id] ?? {};
const inState = (jid: string, id: string, state: string): Promise<PlainMap> => until(`${id} ${state}`, async () => {
  const record = await delivery(jid, id);
  return record['state'] === state && record;
});

/** Publishes a job that sleeps, and waits until the record says that it runs. */
async function sleeping(tgt: string, seconds: number, timeoutMs = 30_000): Promise<{ jid: string; answers: Promise<JobAnswers> }> {
  const jid = newJid();
  const answers = master.job({ tgt, fun: 'test.sleep', arg: [seconds], jid, timeoutMs });
  answers.catch(() => undefined);
  await inState(jid, tgt === '*' ? 'one' : tgt, 'running');
  return { jid, answers };
}

site.test('a job that lasts is running, with its process and since when; then it has returned', async () => {
  const before = Date.now();
  const { jid, answers } = await sleeping('*', 4, 1000);
  const record = await until('since when', async () => {
    const found = await delivery(jid, 'one');
    return found['since_ms'] !== undefined && found;
  });
  assert.equal(record['pid'], one.process.pid);
  assert.ok(Number(record['since_ms']) >= before - 1000 && Number(record['since_ms']) <= Date.now());
  assert.ok(existsSync(one.path('cache/proc', jid)), 'Salt\'s own programs find it');
  assert.deepEqual((await answers).returns, { one: true, two: true }, 'who works is waited for beyond the timeout');
  assert.equal((await delivery(jid, 'one'))['state'], 'returned');
  await until('the end of the mark', () => !existsSync(one.path('cache/proc', jid)));
  assert.deepEqual(bus.events.filter(({ tag, data }) => tag.startsWith('tsalt/') || JSON.stringify(data).includes('tsalt/job')), [], 'no word of it on the bus');
});

site.test('a killed job is cancelled, and the command line says so at once', async () => {
  const { jid, answers } = await sleeping('one', 60);
  const said = master.tsalt('tsalt-run', 'jobs.follow', jid);
  await master.call('one', 'saltutil.kill_job', [jid]);
  assert.deepEqual((await answers).missing, ['one']);
  const { stdout, code } = await said;
  assert.match(stdout, /one:\n {4}Minion did not return\. \[Cancelled\]\n {4}The job was ended there \(signal 9\), \d+ s ago\.\n/);
  assert.equal(code, 1);
  assert.deepEqual([(await delivery(jid, 'one'))['state'], (await delivery(jid, 'one'))['why']], ['cancelled', 'signal 9']);
});

site.test('a minion that is killed in a job: the connection is lost, then the job is interrupted, once, and never runs again', async () => {
  const jid = newJid();
  const file = join(site.dir, 'ran');
  const job = { tgt: '*', fun: 'cmd.run', arg: [`echo ran >> ${file}; sleep 60`], kwarg: { python_shell: true }, jid, timeoutMs: 2000 };
  const first = master.job(job);
  await inState(jid, 'two', 'running');
  two.process.signal('SIGKILL');
  await two.ended();
  const follow = await master.tsalt('tsalt', '-t', '1', '--out=json', 'two', 'test.ping');
  assert.equal(follow.code, 1);
  assert.match(follow.stdout, /\[Not connected\]\\nIt is not connected since \d{4}-/);
  const facts = JSON.parse(follow.stderr.split('\n')[0] ?? '') as { missing: Record<string, PlainMap> };
  assert.equal(facts.missing['two']?.['state'], 'not_connected');
  await inState(jid, 'two', 'lost');
  await master.call('one', 'saltutil.kill_job', [jid]);
  assert.deepEqual([...(await first).missing].sort(), ['one', 'two']);

  two.start();
  await master.allAnswer('two');
  const record = await inState(jid, 'two', 'failed');
  assert.match(String(record['why']), /^interrupted: the minion ended while the job ran$/);
  await master.job(job);
  const ran = readFileSync(file, 'utf8').split('\n').filter((line) => line === 'ran').length;
  assert.equal(ran, 2, 'once for each minion, however often it is published');
  assert.equal(bus.events.filter(({ tag }) => tag === `salt/job/${jid}/ret/two`).length, 1);
  assert.equal(Object.keys(await runner('jobs.list_jobs', 'search_result=interrupted') as PlainMap).join(), jid);
  await two.stop();
  two.start();
  await master.allAnswer('two');
  assert.deepEqual(readdirSync(two.path('cache/outbox')).filter((name) => name.startsWith(jid)), []);
  assert.equal(two.log().split('was interrupted').length, 2, 'reported once, over all lives');
});

site.test('a job goes on while the master is killed; what is running is told again, and a second look shows it to its end', async () => {
  const { jid } = await sleeping('*', 12);
  master.process.signal('SIGKILL');
  await master.process.ended();
  await master.start();
  await inState(jid, 'one', 'running');
  assert.ok(Object.keys(await runner('jobs.list_jobs', 'search_result=unfinished') as PlainMap).includes(jid));
  const { stdout, stderr, code } = await master.tsalt('tsalt-run', 'jobs.follow', jid);
  assert.deepEqual(stdout.trim().split('\n').sort(), ['    True', '    True', 'one:', 'two:'], stderr);
  assert.equal(code, 0);
  const again = await master.tsalt('tsalt-run', 'jobs.follow', jid);
  assert.deepEqual([again.stdout.trim().split('\n').sort(), again.code], [['    True', '    True', 'one:', 'two:'], 0], 'also when all is over');
  const unknown = await master.tsalt('tsalt-run', 'jobs.follow', '20200101000000000000');
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /knows no job 20200101000000000000/);
});

site.test('returns that nobody asked for are kept apart', async () => {
  const hearing = await master.hear();
  const raw = await RawMinion.make('raw', master.requestPort);
  await raw.signIn();
  await master.accept('raw');
  await raw.signIn();
  const jid = newJid();
  const forged = { cmd: '_return', id: 'raw', jid, fun: 'test.ping', fun_args: [], return: 'forged', retcode: 0, success: true };
  await raw.ask(forged);
  const { jid: others } = await master.job({ tgt: 'one', fun: 'test.ping' });
  await raw.ask({ ...forged, jid: others });
  await hearing.heard('tsalt/job/unsolicited', ({ data }) => data['jid'] === jid && data['id'] === 'raw');
  const aside = await runner('jobs.unsolicited') as PlainMap[];
  assert.deepEqual(aside.map((ret) => [ret['jid'], ret['why']]), [[others, 'the job was not for this minion'], [jid, 'this master published no such job']]);
  assert.deepEqual(Object.keys(await runner('jobs.lookup_jid', others) as PlainMap), ['one']);
  assert.deepEqual(hearing.events.filter(({ tag }) => tag.endsWith('/ret/raw')), []);
  await raw.ask({ ...forged, jid: 'req' });
  await hearing.heard('salt/job/*/ret/raw');
});

site.test('a return beyond the configured limit is an error that says so', async () => {
  const { loads } = await master.job({ tgt: 'one', fun: 'test.echo', arg: ['x'.repeat(300_000)] });
  assert.match(String(loads['one']?.['return']), /^ERROR: the return of test\.echo cannot be sent: it has \d+ bytes, more than 200000$/);
  assert.deepEqual([loads['one']?.['success'], loads['one']?.['retcode']], [false, 1]);
});

site.test('Ctrl-C leaves the job running and says how to look at it', async () => {
  const child = spawn(process.execPath, [join(repository, 'bin/tsalt'), '-c', master.configDir, '-v', 'one', 'test.sleep', '4'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => void (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => void (stderr += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => void child.on('close', resolve));
  const jid = await until('the job', () => /Executing job with jid (\d{20})/.exec(stdout)?.[1]);
  child.kill('SIGINT');
  assert.equal(await ended, 0);
  assert.ok(stderr.includes(`Exiting gracefully on Ctrl-c\nThis job's jid is: ${jid}\n`) && stderr.includes(`tsalt-run jobs.follow ${jid}`), stderr);
  assert.ok(!/targeted/.test(stdout + stderr) && !(stdout + stderr).includes('\u001b'), 'no live line where there is no terminal');
  const { stdout: shown, code } = await master.tsalt('tsalt-run', 'jobs.follow', jid);
  assert.deepEqual([shown, code], ['one:\n    True\n', 0]);
});
