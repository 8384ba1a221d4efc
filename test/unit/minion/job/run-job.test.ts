import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandExecutionError, FunctionMissingError } from '../../../../src/kernel/contract/errors.js';
import type { Jid, Publication } from '../../../../src/kernel/contract/job.js';
import type { ModuleHost } from '../../../../src/kernel/loader/module-host.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { runJob } from '../../../../src/minion/job/run-job.js';
import { keepingLog } from '../../../support/logs.js';

type Fun = (session: { retcode: number | undefined }, args: readonly Value[], kwargs: PlainMap) => Value;

/** A host with these functions; `jobs` are the facts that sessions were opened with. */
function bench(functions: Record<string, Fun>) {
  const jobs: PlainMap[] = [];
  const host = {
    catalog: { doc: () => Promise.resolve('') },
    session: ({ job }: { job: PlainMap }) => {
      jobs.push(job);
      const session = {
        retcode: undefined as number | undefined,
        outputterOf: (fun: string) => Promise.resolve(fun.startsWith('state.') ? 'highstate' : undefined),
        call: (fun: string, args: readonly Value[], kwargs: PlainMap): Promise<Value> => {
          const run = functions[fun];
          if (run === undefined) return Promise.reject(new FunctionMissingError(fun));
          return new Promise((resolve) => resolve(run(session, args, kwargs)));
        },
      };
      return session;
    },
  } as unknown as ModuleHost;
  const log = keepingLog();
  const run = async (more: Partial<Publication>): Promise<PlainMap> => {
    const job: Publication = { jid: '1' as Jid, fun: 'test.ping', arg: [], tgt: '*', tgt_type: 'glob', ret: '', user: 'root', delimiter: ':', more: {}, ...more };
    const { _stamp, ...ret } = await runJob(job, { host, id: 'web1', log, announce: () => Promise.resolve() }, new AbortController().signal);
    assert.equal(typeof _stamp, 'string');
    return ret;
  };
  return { run, jobs, log };
}
const failing: Fun = () => {
  throw new CommandExecutionError('disk is full');
};

// Source: golden events/job-ping.
test('a return says who, what and how, in Salt\'s order', async () => {
  const { run, jobs } = bench({ 'test.ping': () => true });
  const ret = await run({ arg: [1] });
  assert.deepEqual(Object.entries(ret), [
    ['cmd', '_return'], ['id', 'web1'], ['success', true], ['return', true], ['retcode', 0], ['jid', '1'], ['fun', 'test.ping'], ['fun_args', [1]], ['user', 'root'],
  ]);
  assert.deepEqual(jobs, [{ jid: '1', fun: 'test.ping', arg: [1], tgt: '*', tgt_type: 'glob', ret: '', user: 'root', resource_targets: [], pure_resource_target: false, minion_is_target: true }]);
});

test('arguments by name are taken from the published list', async () => {
  const { run } = bench({ 'test.arg': (_session, args, kwargs) => [[...args], { ...kwargs }] });
  assert.deepEqual((await run({ fun: 'test.arg', arg: ['a', { __kwarg__: true, b: 2 }] }))['return'], [['a'], { b: 2 }]);
});

test('a code that the function set, or a result that says so, is a failure', async () => {
  const { run } = bench({
    'a.code': (session) => {
      session.retcode = 7;
      return 'text';
    },
    'a.result': () => ({ result: false }), 'a.none': () => ({ result: null }), 'state.apply': () => ({}),
  });
  const facts = async (fun: string): Promise<Value[]> => {
    const ret = await run({ fun });
    return [ret['retcode'] ?? null, ret['success'] ?? null, ret['out'] ?? null];
  };
  assert.deepEqual([await facts('a.code'), await facts('a.result'), await facts('a.none'), await facts('state.apply')], [
    [7, false, null], [1, false, null], [1, false, null], [0, true, 'highstate'],
  ]);
});

test('a function that fails, or is not there, gives a text and no success', async () => {
  const { run } = bench({ 'a.fails': failing, 'sys.doc': () => ({}) });
  const failed = await run({ fun: 'a.fails' });
  assert.deepEqual([failed['return'], failed['retcode'], failed['success']], ['ERROR: disk is full', 1, false]);
  const missing = await run({ fun: 'no.such' });
  assert.match(String(missing['return']), /'no\.such' is not available\./);
  assert.deepEqual([missing['retcode'], missing['success'], missing['out']], [1, false, 'nested']);
});

test('several functions: a map of each by function, codes for themselves; a failure does not end the others', async () => {
  const { run } = bench({
    'a.code': (session) => {
      session.retcode = 7;
      return 1;
    },
    'test.ping': () => true, 'a.fails': failing,
  });
  const ret = await run({ fun: ['a.code', 'a.fails', 'test.ping'], arg: [[], [], []] });
  assert.deepEqual([ret['retcode'], ret['success']], [{ 'a.code': 7, 'a.fails': 1, 'test.ping': 0 }, { 'a.code': false, 'a.fails': false, 'test.ping': true }]);
  const values = ret['return'] as PlainMap;
  assert.deepEqual([values['a.code'], values['test.ping']], [1, true]);
  assert.match(String(values['a.fails']), /disk is full/);
  assert.deepEqual([ret['fun'], ret['fun_args']], [['a.code', 'a.fails', 'test.ping'], [[], [], []]]);
});

test('with multifunc_ordered lists take the place of maps, so that a function may come twice', async () => {
  let calls = 0;
  const { run } = bench({ 'a.count': () => (calls += 1) });
  const ret = await run({ fun: ['a.count', 'a.count'], arg: [[], []], more: { multifunc_ordered: true } });
  assert.deepEqual([ret['return'], ret['retcode'], ret['success']], [[1, 2], [0, 0], [true, true]]);
});

test('metadata comes back when it is a map', async () => {
  const { run, log } = bench({ 'test.ping': () => true });
  assert.deepEqual((await run({ more: { metadata: { a: 1 } } }))['metadata'], { a: 1 });
  assert.equal((await run({ more: { metadata: 'text' } }))['metadata'], undefined);
  assert.equal(log.lines.length, 1);
});
