/** The reports of highstate: those of real Salt, byte for byte, and their ways out. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { floatOf, type PlainMap } from '../../../../src/kernel/std/value.js';
import { repository, saltProgram, skipWithoutSalt } from '../../../support/fleet/salt-venv.js';
import { MailServer, skipWithoutMailServer } from '../../../support/servers/mail-server.js';
import { openReturner, result } from '../../../support/servers/open-returner.js';

const root = mkdtempSync(join(tmpdir(), 'highstate-'));
after(() => rmSync(root, { recursive: true, force: true }));

const state = (order: number, more: PlainMap): PlainMap => ({
  __run_num__: order, __sls__: 'web', __id__: 'x', name: 'n', result: true, changes: {}, comment: 'fine', start_time: '10:11:12.131415', duration: 1.25 + order, ...more,
});
const good = { 'file_|-b_|-/etc/b_|-managed': state(1, {}), 'pkg_|-a_|-nginx_|-installed': state(0, { name: 'nginx' }) };
const changed = { ...good, 'file_|-c_|-/etc/c_|-managed': state(2, { changes: { diff: "--- <a>\n+++ 'b' & \"c\"", mode: { new: '0644', old: null }, list: ['x', ['y'], 3] } }) };
const failed = { ...changed, 'cmd_|-d_|-false_|-run': state(3, { result: false, comment: 'Command "false" run', changes: { retcode: 1 } }), 'cmd_|-e_|-e_|-run': state(4, { result: null, duration: floatOf(3) }) };
const bare = { 'test_|-x_|-x_|-nop': { result: true }, 'test_|-ä_|-ü_|-nop': { changes: 'text' } };

const highstate = (returned: PlainMap, more: PlainMap = {}): PlainMap => result({ fun: 'state.apply', fun_args: ['web', { test: true }], return: returned, ...more });
const cases: [string, PlainMap, PlainMap][] = [];
for (const format of ['html', 'json', 'yaml']) {
  for (const [title, returned] of Object.entries({ good, changed, failed, bare })) cases.push([`${title} as ${format}`, highstate(returned), { report_everything: true, report_format: format }]);
  cases.push([`extra as ${format}`, highstate(failed), { report_format: format, failure_function: 'test.arg', success_function: 'test.ping' }], [`extra after success as ${format}`, highstate(changed), { report_format: format, success_function: 'test.ping' }]);
}
cases.push(
  ['nothing changed', highstate(good), {}], ['changes unwanted', highstate(changed), { report_changes: false }], ['changes', highstate(changed), {}],
  ['failures unwanted', highstate(failed), { report_changes: false, report_failures: false }], ['failures', highstate(failed), { report_changes: false }],
  ['facts that are missing', { return: changed }, {}], ['no success', highstate(good, { success: false, retcode: 2 }), { report_everything: true }],
);

function reportsOfSalt(): string[] {
  const input = JSON.stringify({ grains: {}, cases: cases.map(([, ret, setup]) => [ret, setup]) });
  // Whole floats of our own class are numbers in JSON: Python would read an int.
  const program = join(repository, 'test/support/servers/highstate-report.py');
  const done = spawnSync(saltProgram('python'), [program], { encoding: 'utf8', input: input.replaceAll('"duration":3}', '"duration":3.0}'), timeout: 120_000 });
  assert.equal(done.status, 0, done.stderr);
  return JSON.parse(done.stdout) as string[];
}

test('highstate writes the reports of real Salt', { skip: skipWithoutSalt }, async (t) => {
  const expected = reportsOfSalt();
  for (const [at, [title, ret, setup]] of cases.entries()) {
    await t.test(title, async () => {
      const file = join(root, `report-${at}`);
      const { returner } = await openReturner(root, 'highstate', { highstate: { ...setup, file_output: file } });
      await returner.call('returner', [ret]);
      const ours = statSync(file, { throwIfNoEntry: false }) === undefined ? '' : readFileSync(file, 'utf8');
      assert.equal(ours, expected[at]);
    });
  }
});

test('highstate names the file after facts, for its owner alone, and replaces what is there', async () => {
  const { returner } = await openReturner(root, 'highstate', { highstate: { report_everything: true, file_output: join(root, '{id}-{os}-{none}.rpt') } }, { grains: { id: 'web1', os: 'Debian' } });
  for (const returned of [changed, good]) await returner.call('returner', [highstate(returned)]);
  const file = join(root, 'web1-Debian-.rpt');
  assert.match(readFileSync(file, 'utf8'), /- total: 2\n/);
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test('highstate escapes the names of states too', async () => {
  const file = join(root, 'escaped');
  const { returner } = await openReturner(root, 'highstate', { highstate: { report_everything: true, report_format: 'html', file_output: file } });
  await returner.call('returner', [highstate({ 'cmd_|-<script>_|-x_|-run': state(0, {}) })]);
  assert.match(readFileSync(file, 'utf8'), /&lt;script&gt;/);
  assert.doesNotMatch(readFileSync(file, 'utf8'), /<script>/);
});

test('highstate reports errors for which no state ran, and passes over other results', async () => {
  const file = join(root, 'errors');
  const { returner } = await openReturner(root, 'highstate', { highstate: { report_format: 'json', file_output: file } });
  await returner.call('returner', [result({ return: 'text' })]);
  assert.equal(statSync(file, { throwIfNoEntry: false }), undefined);
  await returner.call('returner', [highstate({}, { return: ["Rendering SLS 'base:web' failed"], success: false })]);
  assert.match(readFileSync(file, 'utf8'), /"errors": \["Rendering SLS 'base:web' failed"\]/);
});

test('highstate sends an HTML mail with the subject of the outcome', { skip: skipWithoutMailServer }, async () => {
  await using server = await MailServer.start();
  const { returner } = await openReturner(root, 'highstate', {
    'simple.highstate': {
      report_format: 'html', report_delivery: 'smtp', smtp_server: '127.0.0.1', smtp_port: server.port, smtp_sender: 'salt@example.org', smtp_recipients: 'a@example.org, b@example.org',
      smtp_success_subject: 'success minion {id} on host {host}', smtp_failure_subject: 'failure minion {id}',
    },
  }, { grains: { id: 'web1', host: 'web' } });
  const given = { ret: { ret_config: 'simple' } };
  await returner.call('returner', [highstate(good)], given);
  for (const returned of [changed, failed]) await returner.call('returner', [highstate(returned)], given);
  const mails = [await server.mail(), await server.mail()];
  assert.deepEqual(mails.map(({ text }) => /^Subject: (.*)\r$/m.exec(text)?.[1]), ['success minion web1 on host web', 'failure minion web1']);
  for (const { text, to } of mails) {
    assert.match(text, /^Content-Type: text\/html; charset="us-ascii"\r$/m);
    assert.match(text, /<\/html>/);
    assert.deepEqual(to, ['a@example.org', 'b@example.org']);
  }
});
