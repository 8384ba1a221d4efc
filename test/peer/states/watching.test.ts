/** States that look, wait and call, and modules that run programs, beside those of real Salt. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { skipWithoutSalt } from '../../support/fleet/salt-venv.js';
import { askOurs, askSalt, compareCalls, saltFolder, type Answer, type Call } from '../../support/salt-calls.js';
import { compareStates, type StateCall } from '../../support/state-calls.js';

const skip = skipWithoutSalt;
const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-watching-')));
const folder = saltFolder(base);
after(() => rmSync(base, { recursive: true }));

const both = (calls: readonly StateCall[]): StateCall[] => calls.flatMap(([fun, args]): StateCall[] => [[fun, args, 'test'], [fun, args]]);
const hasProgram = (name: string): boolean => spawnSync('which', [name]).status === 0;

/** Answers from a thread of its own: this one waits while it asks real Salt. */
async function webServer(): Promise<{ readonly url: string } & AsyncDisposable> {
  const work = `const { createServer } = require('node:http'); const { parentPort } = require('node:worker_threads');
    const server = createServer((request, answer) => { answer.statusCode = request.url === '/none' ? 404 : 200; answer.end('some text 42\\n'); });
    server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`;
  const worker = new Worker(work, { eval: true });
  const [port] = await once(worker, 'message') as [number];
  return { url: `http://127.0.0.1:${port}/`, [Symbol.asyncDispose]: async () => void await worker.terminate() };
}

test('http: the same results', { skip }, async () => {
  await using server = await webServer();
  const { url: name } = server;
  /** Texts of failures to connect are those of each HTTP library; headers are not compared. */
  const comparable = (answer: Answer): unknown => JSON.parse(JSON.stringify(answer), (key, value: unknown) => (key === 'data' ? 'DATA' : value));
  await compareStates(folder, both([
    ['http.query', { name, status: 200 }], ['http.query', { name, status: 404 }], ['http.query', { name: `${name}none`, status: 404 }], ['http.query', { name, match: 'text' }],
    ['http.query', { name, match: 'nothing' }], ['http.query', { name, match: 'te.t \\d+', match_type: 'pcre' }], ['http.query', { name, match: '^\\d', match_type: 'pcre' }],
    ['http.query', { name, match: 42, status: '200' }], ['http.query', { name, status: [200, 404], status_type: 'list' }], ['http.query', { name, status: [500, 404], status_type: 'list' }],
    ['http.query', { name, status: '2..', status_type: 'pcre' }], ['http.query', { name, match: 'nothing', status: '3..', status_type: 'pcre' }], ['http.query', { name }],
    ['http.query', { name, status: 200, wait_for: 3 }],
  ]), { comparable });
  await compareStates(folder, [['http.wait_for_successful_query', { name, status: 200 }], ['http.wait_for_successful_query', { name, status: 404, wait_for: 0.1 }]], { comparable });
});

test('loop, status, process, stateconf: the same results', { skip }, async () => {
  const quick = { period: 0.05, timeout: 0.2 };
  await compareStates(folder, both([
    ['loop.until', { name: 'test.echo', m_args: ['x'], condition: "m_ret == 'x'", ...quick }], ['loop.until', { name: 'test.none', condition: 'm_ret', ...quick }], ['loop.until', { name: 'test.ping', ...quick }],
    ['loop.until', { name: 'test.ping', condition: 'm_ret is True', period: 'x' }], ['loop.until', { name: 'test.ping', condition: 'm_ret', timeout: 'x' }],
    ['loop.until', { name: 'test.kwarg', m_kwargs: { a: [1, 2] }, condition: "len(m_ret['a']) > 1 and 'b' not in m_ret", ...quick }],
    ['loop.until', { name: 'test.ping', condition: 'm_ret is False', ...quick }], ['loop.until', { name: 'test.echo', m_args: ['abc'], condition: "m_ret.startswith('ab') and m_ret is not None", ...quick }],
    ['loop.until_no_eval', { name: 'test.echo', args: ['x'], expected: 'x', ...quick }], ['loop.until_no_eval', { name: 'test.echo', args: [[1, 2]], expected: 2, compare_operator: 'contains', ...quick }],
    ['loop.until_no_eval', { name: 'test.echo', args: [3], expected: 2, compare_operator: 'gt', ...quick }],
    ['loop.until_no_eval', { name: 'test.ping', expected: 1, compare_operator: 'nonsense', ...quick }], ['loop.until_no_eval', { name: 'test.none_such', expected: 1, ...quick }],
    ['loop.until_no_eval', { name: 'test.exception', expected: 1, ...quick }], ['loop.until_no_eval', { name: 'test.ping', expected: 1, period: 'x' }],
    ['status.loadavg', { name: 'no-min' }], ['status.loadavg', { name: '1-min', maximum: 1, minimum: 2 }], ['status.process', { name: 'tsalt no such process' }],
    ['stateconf.set', { name: 'x', any: 1 }], ['stateconf.context', { name: 'x' }],
  ]));
  await compareStates(folder, [['process.absent', { name: 'tsalt no such process' }]]);
});

test('schedule: the same results', { skip }, async () => {
  const offline = { offline: true };
  mkdirSync(join(base, 'minion.d'), { recursive: true });
  await compareStates(folder, both([
    ['schedule.present', { name: 'one', function: 'test.ping', seconds: 3600, ...offline }], ['schedule.present', { name: 'bad', function: 'test.ping', seconds: 1, cron: '* * * * *', ...offline }],
    ['schedule.absent', { name: 'none', ...offline }], ['schedule.enabled', { name: 'none' }], ['schedule.disabled', { name: 'none', ...offline }],
  ]).filter(([, args, kind]) => kind === 'test' || args['name'] !== 'one'));
});

test('saltutil: the same results', { skip }, async () => {
  await compareStates(folder, [['saltutil.sync_all', { name: 'x' }, 'test'], ['saltutil.sync_modules', { name: 'x' }, 'test'], ['saltutil.sync_wrapper', { name: 'x' }, 'test'], ['saltutil.sync_modules', { name: 'x', nonsense: 1 }]]);
});

test('rsync: the same answers', { skip: skip === false && !hasProgram('rsync') ? 'needs rsync' : skip }, async () => {
  const source = join(base, 'from $(id)/');
  const target = join(base, '-to');
  const prepare = (): void => {
    rmSync(target, { recursive: true, force: true });
    rmSync(source, { recursive: true, force: true });
    mkdirSync(source);
    writeFileSync(join(source, 'a b'), 'text');
    writeFileSync(join(base, 'rsyncd.conf'), 'uid = nobody\n');
  };
  const settled = (answers: readonly Answer[]): unknown => JSON.parse(JSON.stringify(answers, (key, value: unknown) => (key === 'pid' ? 0 : typeof value === 'string' ? value.replaceAll(/[\d,.]+ bytes.*|speedup is .*/g, 'N') : value)));
  const calls: Call[] = [
    ['rsync.rsync', [source, target], { delete: true, exclude: ['x', 'y'] }], ['rsync.rsync', [source, target], { dryrun: true, additional_opts: ['-q'] }], ['rsync.rsync', ['', '']],
    ['rsync.rsync', [join(base, 'none'), target]], ['rsync.version'], ['rsync.config', [join(base, 'rsyncd.conf')]], ['rsync.config', [join(base, 'none')]], ['rsync.config', [base]],
  ];
  prepare();
  const theirs = settled(askSalt(folder, calls));
  prepare();
  assert.deepEqual(settled(await askOurs(folder, calls)), theirs);
  assert.equal(readFileSync(join(target, 'a b'), 'utf8'), 'text');
});

test('supervisord: the same answers', { skip: skip === false && !(hasProgram('supervisord') && hasProgram('supervisorctl')) ? 'needs supervisor' : skip }, async () => {
  const conf = join(base, 'supervisord.conf');
  writeFileSync(conf, `[unix_http_server]\nfile=${base}/sock\n[supervisord]\nlogfile=${base}/log\npidfile=${base}/pid\n[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n`
    + `[supervisorctl]\nserverurl=unix://${base}/sock\n[program:sleeper]\ncommand=/bin/sleep 600\nautostart=false\nstartsecs=0\npriority=5 ; first\nratio: 1.5\nenvironment=A="b",\n C="d"\n[program:other]\ncommand=/bin/false\nautostart=false\n`);
  const started = spawnSync('supervisord', ['-c', conf], { encoding: 'utf8' });
  assert.equal(started.status, 0, started.stderr);
  after(() => void spawnSync('supervisorctl', ['-c', conf, 'shutdown']));
  const where = { conf_file: conf };
  await compareCalls(folder, [
    ['supervisord.status_bool', ['sleeper', 'RUNNING'], where], ['supervisord.status_bool', ['none'], where],
    ['supervisord.start', ['none; id'], where], ['supervisord.start', ['sleeper'], where], ['supervisord.start', ['sleeper'], where], ['supervisord.status_bool', ['sleeper', 'RUNNING'], where],
    ['supervisord.restart', ['sleeper:*'], where], ['supervisord.stop', ['sleeper'], where], ['supervisord.reread', [], where], ['supervisord.update', [], where], ['supervisord.remove', ['other:'], where],
    ['supervisord.add', ['other'], where], ['supervisord.custom', ['avail'], where], ['supervisord.status_raw', ['none'], where], ['supervisord.options', ['sleeper', conf]], ['supervisord.options', ['none', conf]],
    ['supervisord.start', ['x'], { bin_env: base }],
  ]);
  // Processes that do not run are told otherwise, and better: test/unit/plugins/modules/supervisord.test.ts.
});
