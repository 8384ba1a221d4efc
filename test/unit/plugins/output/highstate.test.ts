import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import highstate from '../../../../src/plugins/output/highstate.js';

const state = (more: PlainMap = {}): PlainMap => ({
  name: 'n1', changes: {}, result: true, comment: 'ok', __sls__: 'app', __run_num__: 0, __id__: 'id1',
  start_time: '10:00:00.000001', duration: 1, ...more,
});
const TAG = 'cmd_|-id1_|-n1_|-run';
const show = (states: PlainMap, opts: PlainMap = {}): string =>
  highstate.output({ web1: states }, { state_verbose: true, ...opts }, {}) ?? '';
const firstLine = (text: string): string | undefined => text.split('\n')[1];

// Source of all texts: observed, Salt 3008.3.
test('highstate fills a pattern of state_tabular', () => {
  const opts = { state_output: 'terse', state_tabular: '{4:^9}|{1!s:*<6}|{6[result]!r}|{2:>5}{{}}' };
  assert.equal(firstLine(show({ [TAG]: state() }, opts)), '  Clean  |n1****|True|  cmd{}');
});

const BROKEN = [
  { title: 'a lone brace', pattern: '{' },
  { title: 'a value that is not there', pattern: '{9}' },
  { title: 'a key that is not there', pattern: '{6[nope]}' },
  { title: 'a specification that is none', pattern: '{0:%}' },
];
for (const { title, pattern } of BROKEN) {
  test(`highstate refuses a pattern with ${title}`, () => {
    assert.throws(() => show({ [TAG]: state() }, { state_output: 'terse', state_tabular: pattern }), { name: 'PythonError' });
  });
}

test('highstate limits the width a pattern can ask for', () => {
  const text = show({ [TAG]: state() }, { state_output: 'terse', state_tabular: '{1:999999999}|' });
  assert.equal(firstLine(text)?.length, 1001);
});

test('highstate joins states of one id and adds up what they did', () => {
  const changed = (name: string, duration: number) => state({ name, duration, changes: { [name]: 'new' } });
  const text = show(
    { 'cmd_|-id1_|-a_|-run': changed('a', 1.5), 'cmd_|-id1_|-b_|-run': changed('b', 2.25) },
    { state_compress_ids: true, state_output_profile: true },
  );
  assert.match(text, /ID: id1 \(2\)\n/);
  assert.match(text, /Duration: 3\.75 ms\n/);
  assert.match(text, /compressed changes:\n +-+\n +a:\n +-+\n +a:\n +new\n +b:\n/);
  assert.match(text, /Succeeded: 2 \(changed=2\)/);
});

test('highstate leaves states as they are when one of them cannot be joined', () => {
  const broken = state();
  delete broken['__sls__'];
  const text = show({ 'cmd_|-id1_|-a_|-run': state(), 'cmd_|-id1_|-b_|-run': state(), [TAG]: broken }, { state_compress_ids: true });
  assert.equal(text.match(/ID: id1\n/g)?.length, 3);
});

test('highstate counts parallel states by the longest', () => {
  const text = show(
    { 'a_|-a_|-a_|-a': state({ __parallel__: true, duration: 500 }), 'b_|-b_|-b_|-b': state({ __parallel__: true, duration: '700 ms' }),
      'c_|-c_|-c_|-c': state({ duration: 0.5 }) },
    { state_output_profile: true },
  );
  assert.match(text, /Total run time: 700\.500 ms$/);
});

test('highstate refuses data that is no state result, so that printing falls back', () => {
  for (const data of [5, true, [1], { web1: { [TAG]: { result: true, __run_num__: 0 } } }, new Map([[1, 'x']])]) {
    assert.throws(() => highstate.output(data, { state_verbose: true }, {}), { name: 'PythonError' });
  }
});
