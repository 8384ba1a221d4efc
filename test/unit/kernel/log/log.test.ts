import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createConsoleLog, createLog } from '../../../../src/kernel/log/log.js';

let folder = '';
let lines: string[] = [];
const console = { write: (line: string) => lines.push(line) };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsalt-log-'));
  lines = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

test('createConsoleLog() writes as Salt does, from level warning on', () => {
  const log = createConsoleLog({ opts: {}, name: 'tsalt', console });
  log.info({}, 'quiet');
  log.warn({ id: 'web1', token: 'abc' }, 'return refused');
  log.error({ err: new TypeError('bad\nthing') }, 'job crashed');
  log.notice('error', 'first line\n  in "file", line 1');
  assert.deepEqual(lines, [
    '[WARNING ] return refused id=web1 token=<hidden>\n',
    '[ERROR   ] job crashed: TypeError: bad\n    thing\n',
    '[ERROR   ] first line\n  in "file", line 1\n',
  ]);
});

test('the level of the command line wins, quiet silences all', () => {
  createConsoleLog({ opts: { log_level: 'error' }, name: 'tsalt', level: 'trace', console }).trace({}, 'seen');
  createConsoleLog({ opts: { log_level: 'quiet' }, name: 'tsalt', console }).error({}, 'unseen');
  assert.deepEqual(lines, ['[TRACE   ] seen\n']);
});

test('hears() says which lines go somewhere, also for parts with a level of their own', () => {
  const log = createConsoleLog({ opts: { log_level: 'info', log_granular_levels: { 'tsalt.pillar': 'error' } }, name: 'tsalt', console });
  assert.deepEqual([log.hears?.('debug'), log.hears?.('info'), log.hears?.('warn')], [false, true, true]);
  const part = log.child({ part: 'pillar' });
  assert.deepEqual([part.hears?.('warn'), part.hears?.('error')], [false, true]);
});

test('stacks are shown at level debug only', () => {
  createConsoleLog({ opts: { log_level: 'debug' }, name: 'tsalt', console }).error({ err: new Error('x') }, 'failed');
  assert.match(lines[0] ?? '', /^\[ERROR {3}\] failed: Error: x\n {4}at .*log\.test/);
});

test('children carry facts and a part, which granular levels know', () => {
  const opts = { log_level: 'debug', log_fmt_console: '%(name)s %(message)s', log_granular_levels: { 'salt.minion.intake': 'error', salt: 'info' } };
  const log = createConsoleLog({ opts, name: 'tsalt.minion', console });
  log.debug({}, 'too low for salt');
  log.child({ part: 'intake', jid: 1 }).warn({}, 'too low for the part');
  log.child({ part: 'intake', jid: 1 }).child({ n: 2 }).error({ jid: 3 }, 'deep');
  assert.deepEqual(lines, ['tsalt.minion.intake deep jid=3 n=2\n']);
});

test('createLog() writes a closed file with its own level and form', async () => {
  const path = join(folder, 'sub/master.log');
  const log = await createLog({ opts: { log_file: path, log_level_logfile: 'info' }, name: 'tsalt.master', console });
  log.info({ jid: '2026' }, 'job published');
  log.debug({}, 'unseen');
  log.close();
  log.error({}, 'later');
  assert.match(readFileSync(path, 'utf8'), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \[tsalt\.master {5}:0 {3}\]\[INFO {4}\]\[\d+\] job published jid=2026\n$/);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(dirname(path)).mode & 0o777, 0o750);
  assert.deepEqual(lines, ['[ERROR   ] later\n']);
});

test('reopen() goes on in a new file', async () => {
  const path = join(folder, 'log');
  const log = await createLog({ opts: { log_level: 'quiet' }, file: path, fileLevel: 'info', name: 'tsalt', console });
  log.info({}, 'one');
  renameSync(path, `${path}.old`);
  log.reopen();
  log.info({}, 'two');
  log.close();
  assert.match(readFileSync(`${path}.old`, 'utf8'), /one\n$/);
  assert.match(readFileSync(path, 'utf8'), /^[^\n]*two\n$/);
});

test('a full file is moved away, as many as are to be kept', async () => {
  const path = join(folder, 'log');
  const opts = { log_file: path, log_fmt_logfile: '%(message)s', log_level_logfile: 'info', log_rotate_max_bytes: 10, log_rotate_backup_count: 2 };
  const log = await createLog({ opts, name: 'tsalt', console });
  for (const text of ['message1', 'message2', 'message3', 'message4']) log.info({}, text);
  log.close();
  assert.deepEqual(['', '.1', '.2', '.3'].map((ending) => (existsSync(path + ending) ? readFileSync(path + ending, 'utf8') : '')), ['message4\n', 'message3\n', 'message2\n', '']);
});

test('log_json writes JSON lines with hidden secrets', async () => {
  const path = join(folder, 'log');
  const log = await createLog({ opts: { log_json: true, log_file: path, log_level: 'info' }, name: 'tsalt', console });
  log.child({ part: 'keys' }).warn({ id: 'web1', load: { key: 'pem' }, err: new Error('no') }, 'refused');
  log.info({ big: Array.from({ length: 100 }, () => 'x'.repeat(4000)) }, 'large');
  log.close();
  const [first = '', second = ''] = readFileSync(path, 'utf8').split('\n');
  const { time, ...rest } = JSON.parse(first) as Record<string, unknown>;
  assert.match(String(time), /^\d{4}-\d\d-\d\dT/);
  assert.deepEqual(rest, { level: 'warning', pid: process.pid, name: 'tsalt.keys', id: 'web1', load: { key: '<hidden>' }, err: 'Error: no', msg: 'refused' });
  assert.deepEqual([(JSON.parse(second) as Record<string, unknown>)['cut'], second.length < 1000], [true, true]);
  assert.equal((JSON.parse(lines[0] ?? '') as Record<string, unknown>)['msg'], 'refused');
});

test('long lines are cut', () => {
  createConsoleLog({ opts: {}, name: 'tsalt', console }).error({}, 'x'.repeat(100_000));
  assert.equal(lines[0]?.length, 64 * 1024 + 1);
});

test('a file that cannot be opened and an address are reported, and the terminal still works', async () => {
  const log = await createLog({ opts: { log_file: `${folder}` }, name: 'tsalt', console });
  log.error({}, 'seen');
  await createLog({ opts: { log_file: 'file:///dev/log' }, name: 'tsalt', console });
  assert.match(lines[0] ?? '', /^\[WARNING \] Failed to open log file, do you have permission to write to /);
  assert.equal(lines[1], '[ERROR   ] seen\n');
  assert.match(lines[2] ?? '', /^\[WARNING \] Logging to the address file:\/\/\/dev\/log is not available/);
});

test('createConsoleLog() does not load pino', () => {
  const module = join(dirname(fileURLToPath(import.meta.url)), '../../../../src/kernel/log/log.js');
  const script = `
    import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent("export async function resolve(s, c, n) { if (s === 'pino') throw new Error('pino was loaded'); return n(s, c); }"));
    const { createConsoleLog, createLog } = await import(${JSON.stringify(module)});
    createConsoleLog({ opts: {}, name: 'tsalt' }).error({}, 'light');
    await createLog({ opts: { log_json: true }, name: 'tsalt' }).catch((err) => process.stderr.write(err.message));`;
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  assert.equal(stderr.replace(/\(node:.*\n.*\n/g, ''), '[ERROR   ] light\npino was loaded');
});
