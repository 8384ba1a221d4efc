/** Tests of states: the same files judged by real Salt and by ours; what only ours does; XML for continuous integration. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { readXml } from '../../../src/kernel/std/xml.js';
import type { PlainMap } from '../../../src/kernel/std/value.js';
import { skipWithoutSalt } from '../../support/fleet/salt-venv.js';
import { askSalt, type Call } from '../../support/salt-calls.js';
import { minionFolder, openStateHost } from '../../support/state-host.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-saltcheck-')));
after(() => rmSync(base, { recursive: true, force: true }));
minionFolder(base);
const files: Readonly<Record<string, string>> = {
  'top.sls': 'base:\n  "*":\n    - web\n    - web.conf\n    - bare\n',
  'web/init.sls': 'include:\n  - web.conf\nmade:\n  file.managed:\n    - name: {{ opts.root_dir }}/made\n    - contents: text\n',
  'web/conf.sls': 'nothing:\n  test.nop: []\n',
  'bare.sls': 'bare:\n  test.nop: []\n',
  'web/saltcheck-tests/init.tst': `
applies:
  module_and_function: saltcheck.state_apply
  args: [web]
made:
  module_and_function: file.file_exists
  args: [{{ opts.root_dir }}/made]
  assertion: assertTrue
`,
  'web/saltcheck-tests/conf.tst': `
echoes: {module_and_function: test.echo, args: [word], assertion: assertEqual, expected_return: word}
echoes other: {module_and_function: test.echo, args: [word], assertion: assertEqual, expected-return: other}
hidden: {module_and_function: test.echo, args: [word], assertion: assertEqual, expected_return: other, print_result: false}
differs: {module_and_function: test.echo, args: [word], assertion: assertNotEqual, expected_return: word}
within: {module_and_function: test.echo, args: [a word], assertion: assertIn, expected_return: wor}
not within: {module_and_function: test.echo, args: [a word], assertion: assertNotIn, expected_return: wor}
number: {module_and_function: test.echo, args: [[1, 2]], assertion: assertIn, expected_return: 2}
sum: {module_and_function: test.echo, args: [7], assertion: assertEqual, expected_return: '7'}
greater: {module_and_function: test.echo, args: [7], assertion: assertGreater, expected_return: 8}
not greater: {module_and_function: test.echo, args: [7], assertion: assertGreater, expected_return: 7}
at least: {module_and_function: test.echo, args: [7], assertion: assertGreaterEqual, expected_return: 7}
less: {module_and_function: test.echo, args: [7], assertion: assertLess, expected_return: 8}
at most: {module_and_function: test.echo, args: [7], assertion: assertLessEqual, expected_return: 7}
empty: {module_and_function: test.echo, args: [''], assertion: assertEmpty}
not empty: {module_and_function: test.echo, args: [''], assertion: assertNotEmpty}
empty word: {module_and_function: test.echo, args: [word], assertion: assertEmpty}
true: {module_and_function: test.ping, assertion: assertTrue}
false: {module_and_function: test.ping, assertion: assertFalse}
false text: {module_and_function: test.echo, args: [x], assertion: assertFalse}
truth: {module_and_function: test.ping, assertion: assertEqual, expected_return: 'False'}
named: {module_and_function: test.kwarg, kwargs: {b: two, pillar: gone}, assertion: assertEqual, assertion_section: b, expected_return: two}
no pillar: {module_and_function: test.kwarg, kwargs: {b: two, pillar: gone}, assertion: assertNotIn, expected_return: pillar}
pillar: {module_and_function: test.kwarg, pillar_data: {a: 1}, assertion: assertEqual, assertion_section: 'pillar:a', expected_return: 1}
list: {module_and_function: test.echo, args: [{in: [1, two]}], assertion: assertIn, assertion_section: in, expected_return: two}
no section: {module_and_function: test.arg, assertion: assertTrue, assertion_section: 'none/at all', assertion_section_delimiter: /}
several:
  module_and_function: test.echo
  args: [{args: [1], word: text}]
  assertions:
    - {assertion: assertEqual, assertion_section: 'args:0', expected_return: 1}
    - {assertion: assertIn, assertion_section: word, expected_return: a}
details: {module_and_function: test.echo, args: [{a: [one, 2]}], assertion: assertEqual, assertion_section: 'a:1', expected_return: 3, output_details: true}
plain details: {module_and_function: test.ping, assertion: assertTrue, output_details: true}
skipped: {module_and_function: test.ping, assertion: assertTrue, skip: true}
no assertion: {module_and_function: test.ping}
no such assertion: {module_and_function: test.ping, assertion: assertNonsense}
no value: {module_and_function: test.ping, assertion: assertEqual}
no function: {assertion: assertTrue}
unknown: {module_and_function: test.nonsense, assertion: assertTrue}
`,
};
for (const [name, text] of Object.entries(files)) {
  const path = join(base, 'srv', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Without what differs from run to run. */
const timeless = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (key, item: unknown) => (key === 'duration' || key === 'Execution Time' ? 0 : item)));

test('saltcheck: the same verdicts', { skip: skipWithoutSalt }, async () => {
  const calls: Call[] = [
    ['saltcheck.run_state_tests', ['web.conf']], ['saltcheck.run_state_tests', ['web.conf'], { only_fails: true }], ['saltcheck.run_state_tests', ['web']], ['saltcheck.run_state_tests', ['bare']], ['saltcheck.run_state_tests', ['web.conf'], { check_all: true }],
    ['saltcheck.run_test', [], { test: { module_and_function: 'test.ping', assertion: 'assertTrue' } }], ['saltcheck.run_test', [], { test: 'x' }], ['saltcheck.run_test', []], ['saltcheck.report_highstate_tests', []],
  ];
  await using host = await openStateHost(base);
  const theirs = askSalt(base, calls);
  rmSync(join(base, 'made'), { force: true });
  for (const [at, [fun, args, kwargs]] of calls.entries()) {
    const value = await host.call(fun, args, kwargs);
    assert.deepEqual(timeless({ value }), timeless(theirs[at]), JSON.stringify(calls[at]));
  }
  assert.equal(readFileSync(join(base, 'made'), 'utf8'), 'text\n');
});

test('saltcheck: all states of the highstate, a function that raises, and XML', async () => {
  await using host = await openStateHost(base);
  const rows = await host.call('saltcheck.run_highstate_tests') as PlainMap[];
  assert.deepEqual(rows.flatMap((row) => Object.keys(row)), ['bare', 'web', 'TEST RESULTS']);
  const summary = rows.at(-1)?.['TEST RESULTS'] as PlainMap;
  assert.equal(summary['Missing Tests'], 1);
  const raised = await host.call('saltcheck.run_test', [], { test: { module_and_function: 'test.exception', args: ['<broken> & "quoted"'], assertion: 'assertTrue' } }) as PlainMap;
  assert.match(String(raised['status']), /^Fail: /);
  const document = readXml(String(await host.call('saltcheck.run_state_tests', ['bare,web.conf'], { junit: true })));
  const suite = document.children[0]?.children[0];
  assert.equal(suite?.name, 'testsuite');
  const cases = suite?.children ?? [];
  assert.equal(Number(suite?.attributes['tests']), cases.length);
  const kinds = (kind: string): number => cases.filter((one) => one.children[0]?.name === kind).length;
  assert.deepEqual([kinds('failure'), kinds('skipped'), kinds('system-out')], [Number(suite?.attributes['failures']), 1, 1]);
  assert.equal(cases.find((one) => one.attributes['name'] === 'echoes other')?.children[0]?.attributes['message'], 'Fail: other is not equal to word');
});
