/** Results and events in returners: on the minion, as job store of the master, for events; and when a returner is down. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareText } from '../../src/kernel/std/python-order.js';
import type { PlainMap } from '../../src/kernel/std/value.js';
import type { MasterHost } from '../support/fleet/master.js';
import type { MinionHost } from '../support/fleet/minion.js';
import { skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { Site } from '../support/fleet/site.js';
import { statsOf } from '../support/fleet/stats.js';
import { until } from '../support/fleet/until.js';
import { startFleet } from './kit/fleet.js';

const site = new Site();
let master: MasterHost;
let minion: MinionHost;

/** A returner of the user, as plain functions: down while its file `down` is there. */
const SHAKY = `
import { appendFileSync, existsSync } from 'node:fs';
const dir = DIR;
export function returner(ret) {
  if (existsSync(dir + '/down')) throw new Error('the service is down');
  appendFileSync(dir + '/got', ret.jid + ' ' + ret.fun + '\\n');
}
`;
/** Neither gives an answer: one waits for ever, one computes for ever. */
const HANGS = 'export function returner() { return new Promise(() => undefined); }\n';
const BLOCKS = 'export function returner() { for (;;); }\n';
/** With options and memory, as the contract has them. */
const DECLARED = `
import { appendFileSync } from 'node:fs';
import { defineReturner } from 'tsalt/plugin';
export default defineReturner({
  name: 'counting', doc: 'Counts results.', options: { file: { doc: 'where to' }, word: { doc: 'what to write', default: 'usual' } },
  async returner(ret, ctx) {
    const count = (ctx.memory.get('count') ?? 0) + 1;
    ctx.memory.set('count', count);
    appendFileSync(ctx.options.file, [count, ctx.options.word, ctx.id, ret.return, await ctx.call('test.echo', ['called'])].join(' ') + '\\n');
  },
});
`;
const shakyDir = (): string => join(site.dir, 'shaky');
const got = (): string => (existsSync(join(shakyDir(), 'got')) ? readFileSync(join(shakyDir(), 'got'), 'utf8') : '');
/** The whole ones: the last may be on its way. */
const lines = (path: string): PlainMap[] => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1).map((line) => JSON.parse(line) as PlainMap) : []);

site.setUp('a master with another job store and a minion with a returner of the user', async () => {
  mkdirSync(shakyDir());
  site.write('plugins/returners/shaky.mjs', SHAKY.replace('DIR', JSON.stringify(shakyDir())));
  site.write('plugins/returners/hangs.mjs', HANGS);
  site.write('plugins/returners/blocks.mjs', BLOCKS);
  site.write('plugins/returners/counting.ts', DECLARED);
  const fleet = await startFleet(site, ['one'], {
    master: {
      master_job_cache: 'multi_returner', multi_returner: ['local_cache', 'salt_cache', 'sqlite3'], 'sqlite3.database': join(site.dir, 'store.db'), job_cache_store_endtime: true,
      event_return: ['hangs', 'blocks', 'rawfile_json', 'shaky'], 'rawfile_json.filename': join(site.dir, 'events'), event_return_blacklist: ['salt/auth*'],
      returner_dirs: [join(site.dir, 'plugins/returners')],
    },
    minion: {
      returner_dirs: [join(site.dir, 'plugins/returners')], 'counting.file': join(site.dir, 'counted'), 'rawfile_json.filename': join(site.dir, 'usual'), 'other.rawfile_json.filename': join(site.dir, 'other'),
    },
  });
  master = fleet.master;
  [minion] = fleet.minions as [MinionHost];
});

async function waitsOnDisk(): Promise<boolean> {
  const { returners } = await statsOf(master);
  return Object.values(returners as Record<string, PlainMap>).some(({ waiting }) => waiting !== 0);
}

site.test('--return, --return_config and --return_kwargs choose where the minion puts a result', async () => {
  const job = async (...words: string[]) => assert.equal((await master.tsalt('tsalt', ...words, 'one', 'test.echo', 'x')).code, 0);
  await job('--return', 'rawfile_json');
  await until('the usual file', () => lines(join(site.dir, 'usual')).length === 1);
  await job('--return', 'rawfile_json', '--return_config', 'other');
  await until('the other file', () => lines(join(site.dir, 'other')).length === 1);
  await job('--return', 'rawfile_json,nothing', '--return_kwargs', JSON.stringify({ filename: join(site.dir, 'kwargs') }));
  await until('the file of the line', () => lines(join(site.dir, 'kwargs')).length === 1);
  const [ret = {}] = lines(join(site.dir, 'usual'));
  assert.deepEqual([ret['id'], ret['fun'], ret['fun_args'], ret['return'], ret['retcode'], ret['success']], ['one', 'test.echo', ['x'], 'x', 0, true]);
});

site.test('a returner that waits or computes for ever holds up neither jobs nor other returners, and is seen in the counters', async () => {
  const before = lines(join(site.dir, 'usual')).length;
  assert.equal((await master.tsalt('tsalt', '--return', 'hangs,blocks,rawfile_json', 'one', 'test.echo', 'past them')).code, 0);
  await until('the file beside them', () => lines(join(site.dir, 'usual')).length === before + 1);
  assert.equal(await master.call('one', 'test.ping'), true);
});

site.test('a returner of a user has its options, calls functions, and keeps its memory', async () => {
  const counted = (): string => (existsSync(join(site.dir, 'counted')) ? readFileSync(join(site.dir, 'counted'), 'utf8') : '');
  await master.tsalt('tsalt', '--return', 'counting', 'one', 'test.echo', 'a');
  await until('the first', () => counted() === '1 usual one a called\n');
  await master.tsalt('tsalt', '--return', 'counting', '--return_kwargs', '{"word": "other"}', 'one', 'test.echo', 'b');
  await until('the second', () => counted().split('\n')[1] === '2 other one b called');
});

site.test('a returner that is down loses nothing: not over a restart of the minion either', async () => {
  writeFileSync(join(shakyDir(), 'down'), '');
  for (const fun of ['test.ping', 'test.version']) assert.equal((await master.tsalt('tsalt', '--return', 'shaky', 'one', fun)).code, 0);
  await minion.stop();
  minion.start();
  await master.allAnswer('one');
  assert.equal(got(), '');
  rmSync(join(shakyDir(), 'down'));
  await until('both results', () => got().trimEnd().split('\n').length === 2);
  assert.deepEqual(got().trimEnd().split('\n').map((line) => String(line.split(' ')[1])).sort(compareText), ['test.ping', 'test.version']);
});

site.test('events go to a returner; those of the black list do not', async () => {
  await master.tsalt('tsalt', 'one', 'test.ping');
  const tags = await until('the event', () => {
    const found = lines(join(site.dir, 'events')).map(({ tag }) => String(tag));
    return found.some((tag) => /^salt\/job\/\d+\/ret\/one$/.test(tag)) && found;
  });
  assert.ok(tags.some((tag) => /^salt\/job\/\d+\/new$/.test(tag)));
  assert.ok(!tags.some((tag) => tag.startsWith('salt/auth')));
  assert.match(readFileSync(master.path('log/master'), 'utf8'), /returner takes no events/);
});

site.test('the runner jobs reads the other store, and any that is asked for', async () => {
  const { stdout } = await master.tsalt('tsalt', '--out=json', '--show-jid', '--static', 'one', 'test.echo', 'kept');
  const jid = /\d{20}/.exec(stdout)?.[0] ?? '';
  await until('everything is there', async () => !(await waitsOnDisk()));
  const job = JSON.parse((await master.tsalt('tsalt-run', '--out=json', 'jobs.list_job', jid)).stdout) as PlainMap;
  assert.deepEqual([job['Function'], job['Arguments'], job['Target'], job['Minions']], ['test.echo', ['kept'], 'one', ['one']]);
  assert.deepEqual(job['Result'], { one: { return: 'kept', retcode: 0, success: true } });
  assert.match(String(job['EndTime']), /^\d{4}, [A-Z][a-z]{2} \d\d /);
  const jobs = JSON.parse((await master.tsalt('tsalt-run', '--out=json', 'jobs.list_jobs', 'ext_source=sqlite3')).stdout) as PlainMap;
  assert.ok(jid in jobs);
  const newest = JSON.parse((await master.tsalt('tsalt-run', '--out=json', 'jobs.list_jobs_filter', '1')).stdout) as PlainMap[];
  assert.deepEqual(newest.map(({ JID }) => JID), [jid]);
  const nothing = await master.tsalt('tsalt-run', 'jobs.list_job', jid, 'ext_source=nothing');
  assert.match(nothing.stdout, /KeyError: 'nothing.get_load'/);
  assert.equal(nothing.code, 1);
});

site.test('real salt-run reads the job cache of ours', async () => {
  const { stdout } = await master.tsalt('tsalt', '--show-jid', 'one', 'test.echo', 'for salt');
  const jid = /\d{20}/.exec(stdout)?.[0] ?? '';
  await until('everything is there', async () => !(await waitsOnDisk()));
  // Its own store is the files alone.
  const config = JSON.parse(readFileSync(join(master.configDir, 'master'), 'utf8')) as PlainMap;
  mkdirSync(join(site.dir, 'salt-conf'));
  writeFileSync(join(site.dir, 'salt-conf/master'), JSON.stringify({ ...config, master_job_cache: 'local_cache', event_return: '' }));
  const run = (...words: string[]) => master.salt('salt-run', '-c', join(site.dir, 'salt-conf'), '--out=json', ...words);
  const job = JSON.parse((await run('jobs.list_job', jid)).stdout) as PlainMap;
  assert.deepEqual([job['Function'], job['Arguments'], job['Minions'], job['User']], ['test.echo', ['for salt'], ['one'], JSON.parse((await master.tsalt('tsalt-run', '--out=json', 'jobs.list_job', jid)).stdout).User]);
  assert.deepEqual(job['Result'], { one: { return: 'for salt', retcode: 0, success: true } });
  assert.deepEqual(JSON.parse((await run('jobs.list_job', jid, 'ext_source=salt_cache')).stdout), job);
  assert.ok(jid in (JSON.parse((await run('jobs.list_jobs')).stdout) as PlainMap));
  assert.deepEqual(JSON.parse((await run('jobs.lookup_jid', jid)).stdout), { one: 'for salt' });
}, { skip: skipWithoutSalt });

site.test('tsalt-call gives its result to returners, with and without a master', async () => {
  const path = join(site.dir, 'call');
  const kwargs = { 'rawfile_json.filename': path };
  const conf = site.write('call-conf/minion', JSON.stringify({ ...JSON.parse(readFileSync(join(minion.configDir, 'minion'), 'utf8')), ...kwargs }));
  chmodSync(conf, 0o600);
  for (const words of [['--local'], []]) {
    const done = await master.tsalt('tsalt-call', '-c', join(site.dir, 'call-conf'), ...words, '--return', 'rawfile_json', 'test.echo', 'called');
    assert.equal(done.code, 0, done.stderr);
  }
  assert.deepEqual(lines(path).map((ret) => [ret['id'], ret['return'], ret['success']]), [['one', 'called', true], ['one', 'called', true]]);
});
