/** Runners that send jobs or read what minions told: salt, mine, survey. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LocalJob, LocalReturn, MasterModuleCall } from '../../../../src/kernel/contract/ports.js';
import type { FunctionPlugin } from '../../../../src/kernel/contract/plugin.js';
import type { Value } from '../../../../src/kernel/std/value.js';
import mine from '../../../../src/plugins/runners/mine.js';
import salt from '../../../../src/plugins/runners/salt.js';
import survey from '../../../../src/plugins/runners/survey.js';
import { benchOf } from '../bench.js';
import { shownPort } from './shown.js';

const answer = (id: string, ret: Value): LocalReturn => ({ id, answered: true, ret, retcode: 0, out: undefined });
const silent: LocalReturn = { id: 'ghost', answered: false, ret: '', retcode: 1, out: undefined };

function bench(plugin: FunctionPlugin, answers: readonly LocalReturn[]) {
  const asked: LocalJob[] = [];
  const called: Omit<MasterModuleCall, 'signal'>[] = [];
  const shown = shownPort();
  return {
    asked, called, ...shown,
    ...benchOf(plugin, {
      opts: { timeout: 4 },
      ports: {
        runner: shown.runner,
        local: { async *returns(job) { asked.push(job); yield* answers; } },
        mine: { get: (funs, tgt, kind) => ({ funs: [...funs], tgt, kind }) },
        masterModules: {
          call: async ({ signal: _signal, ...call }) => {
            called.push(call);
            return call.fun === 'no.such' ? undefined : { value: null };
          },
        },
      },
    }),
  };
}

test('salt.cmd calls on the master', async () => {
  const { call, called } = bench(salt, []);
  assert.equal(await call('cmd', ['test.arg', 1], { a: 2, __x: 3, with_pillar: true }), null);
  assert.equal(await call('cmd', ['no.such']), "'no.such' is not available.");
  assert.deepEqual(called, [
    { fun: 'test.arg', args: [1], kwargs: { a: 2 }, withPillar: true }, { fun: 'no.such', args: [], kwargs: {}, withPillar: false },
  ]);
});

test('salt.execute gives the answers that came', async () => {
  const { call, asked } = bench(salt, [answer('web2', 1), silent, answer('web1', 2)]);
  assert.deepEqual(await call('execute', ['web*', 'test.echo', ['x']], { timeout: 9, kwarg: { a: 1 }, ret: 'r', jid: '20260101000000000001', metadata: { t: 1 } }), { web2: 1, web1: 2 });
  await call('execute', ['web*', 'test.ping'], { tgt_type: 'pcre' });
  assert.deepEqual(asked, [
    { tgt: 'web*', tgt_type: 'glob', fun: 'test.echo', arg: ['x'], ret: 'r', kwarg: { a: 1 }, timeoutMs: 9000, jid: '20260101000000000001', metadata: { t: 1 } },
    { tgt: 'web*', tgt_type: 'pcre', fun: 'test.ping', arg: [], ret: '', timeoutMs: 4000 },
  ]);
});

test('mine.get reads several functions once each, mine.update asks minions', async () => {
  const { call, asked } = bench(mine, [answer('web1', true)]);
  assert.deepEqual(await call('get', ['*', 'a,b,a']), { funs: ['a', 'b'], tgt: '*', kind: 'glob' });
  assert.deepEqual(await call('get', ['*', ['a']], { tgt_type: 'grain' }), { funs: ['a'], tgt: '*', kind: 'grain' });
  assert.deepEqual(await call('update', ['web*'], { clear: true }), { web1: true });
  assert.deepEqual(asked[0], { tgt: 'web*', tgt_type: 'glob', fun: 'mine.update', kwarg: { clear: true, mine_functions: null }, timeoutMs: 4000 });
});

test('survey.hash groups equal answers, largest group first', async () => {
  const { call, asked } = bench(survey, [answer('c', 1), answer('b', true), answer('a', 1), silent]);
  assert.deepEqual(await call('hash', ['*', 'test.echo', 'x'], { tgt_type: 'glob', k: 2, _p: 3 }), [{ pool: ['a', 'c'], result: '1' }, { pool: ['b'], result: 'True' }]);
  assert.deepEqual(asked[0], { tgt: '*', tgt_type: 'compound', fun: 'test.echo', arg: ['x'], kwarg: { k: 2 }, timeoutMs: 4000 });
  assert.deepEqual(await call('hash', ['*', 'test.ping'], { survey_sort: 'up' }), [{ pool: ['b'], result: 'True' }, { pool: ['a', 'c'], result: '1' }]);
  await assert.rejects(call('hash', ['*']), { className: 'IndexError' });
});

test('survey.diff prints how each group differs from the first', async () => {
  const { call, printed } = bench(survey, [answer('a', 'x\ny'), answer('b', 'x\nz'), answer('c', 'x\ny')]);
  await call('diff', ['*', 'cmd.run']);
  assert.equal(printed.join('\n'), [
    'minion pool :', '------------', "['a', 'c']", 'pool size :', '----------', '    2', 'pool result :', '------------', '    x\ny', '',
    'minion pool :', '------------', "['b']", 'pool size :', '----------', '    1',
    'differences from "a" results :', '-----------------------------', '--- a', '+++ b', '@@ -2 +2 @@', '-y', '+z', '', '',
  ].join('\n'));
});
