import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TsaltError } from '../../../../src/kernel/contract/errors.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import publish from '../../../../src/plugins/modules/publish.js';
import { benchOf, type Bench } from '../bench.js';

class Late extends TsaltError {
  readonly code = 'transport.timeout';
}

/** A master that gives these answers in turn, the last one for ever. */
function asking(answers: readonly (Value | Error)[], opts: PlainMap = {}): Bench & { readonly loads: PlainMap[] } {
  const loads: PlainMap[] = [];
  const bench = benchOf(publish, {
    opts,
    ports: {
      master: {
        request: async (load) => {
          const answer = answers[Math.min(loads.push(load), answers.length) - 1] ?? null;
          if (answer instanceof Error) throw answer;
          return answer;
        },
      },
    },
  });
  return { ...bench, loads };
}

const PUBLISHED = { jid: '20261121075728160452', minions: ['m1', 'm2'] };

test('publish.publish asks for returns until all have come', async () => {
  const { call, loads } = asking([PUBLISHED, {}, { m1: { ret: true } }, { m1: { ret: true }, m2: { ret: 5, out: 'txt' } }]);
  assert.deepEqual(await call('publish', ['*', 'test.ping']), { m1: true, m2: 5 });
  assert.deepEqual(loads[0], {
    cmd: 'minion_pub', fun: 'test.ping', arg: [], tgt: '*', tgt_type: 'glob', ret: '', tmo: 5, form: 'clean', id: 'web1', no_parse: [],
  });
  assert.deepEqual(loads[1], { cmd: 'pub_ret', id: 'web1', jid: PUBLISHED.jid });
  assert.equal(loads.length, 4);
});

test('publish.full_data keeps what came with the returns', async () => {
  const { call, loads } = asking([{ ...PUBLISHED, minions: ['m1'] }, { m1: { ret: 5, out: 'txt' } }]);
  assert.deepEqual(await call('full_data', ['*', 'test.ping', '[1, {a: 2}]', 'list']), { m1: { ret: 5, out: 'txt' } });
  assert.deepEqual([loads[0]?.['arg'], loads[0]?.['form'], loads[0]?.['tgt_type']], [[1, { a: 2 }], 'full', 'list']);
});

test('arguments are one value or a list', async () => {
  for (const [given, arg] of [['a b', ['a b']], ['5', [5]], [['x', 1], ['x', 1]], [null, []], ['None', []]] as const) {
    const { call, loads } = asking([{}]);
    assert.deepEqual(await call('publish', ['*', 'test.arg', given as Value]), {});
    assert.deepEqual(loads[0]?.['arg'], arg);
  }
});

test('what does not answer is left out when the time is over', async () => {
  assert.deepEqual(await asking([PUBLISHED, { m1: { ret: 1 } }]).call('publish', ['*', 'test.ping'], { timeout: 0.2 }), { m1: 1 });
  assert.deepEqual(await asking([PUBLISHED, {}]).call('publish', ['*', 'test.ping'], { timeout: 0 }), {});
  assert.equal(await asking([{ jid: '1', minions: [] }]).call('publish', ['*', 'test.ping']), null);
});

test('a master that is late, refuses or is not there', async () => {
  assert.equal(await asking([new Late('no reply')]).call('publish', ['*', 'test.ping']), "'test.ping' publish timed out");
  assert.equal(await asking([new Late('no reply')]).call('runner', ['manage.up']), "'manage.up' runner publish timed out");
  await assert.rejects(asking([PUBLISHED, '']).call('publish', ['*', 'test.ping']), { className: 'AttributeError', message: "'str' object has no attribute 'keys'" });
  const alone = benchOf(publish);
  assert.deepEqual(await alone.call('publish', ['*', 'test.ping']), {});
  assert.deepEqual(alone.logged, ['error no master to publish through']);
  assert.equal(await alone.call('runner', ['x']), 'No access to master. If using salt-call with --local, please remove.');
});

test('a master that cannot store the job, or fails, is an error', async () => {
  const sentence = 'The job was not published: Cannot write to the job store: database or disk is full';
  for (const name of ['publish', 'full_data']) {
    await assert.rejects(asking([{ error: sentence }]).call(name, ['*', 'test.ping']), { message: sentence });
    await assert.rejects(asking(['']).call(name, ['*', 'test.ping']), { message: "The master failed to publish 'test.ping': its log says why" });
    assert.deepEqual(await asking([{}]).call(name, ['*', 'test.ping']), {});
  }
});

test('publish calls are not published', async () => {
  const { call, loads } = asking([PUBLISHED]);
  assert.deepEqual(await call('publish', ['*', 'publish.publish']), {});
  assert.equal(loads.length, 0);
});

test('via_master needs a list of masters with that name', async () => {
  const none = 'Could not find list of masters in minion configuration but `via_master` was specified.';
  await assert.rejects(asking([{}]).call('publish', ['*', 'test.ping'], { via_master: 'm9' }), { message: none });
  const opts = { master_uri_list: ['tcp://m1:4506'] };
  await assert.rejects(asking([{}], opts).call('publish', ['*', 'test.ping'], { via_master: 'm9' }), {
    message: "Could not find match for m9 in list of configured masters ['tcp://m1:4506'] when using `via_master` option",
  });
  assert.deepEqual(await asking([{}], opts).call('publish', ['*', 'test.ping'], { via_master: 'm1' }), {});
});

test('publish.runner gives the return of the runner', async () => {
  const { call, loads } = asking([{ args: ['a', 'b'], kwargs: {} }]);
  assert.deepEqual(await call('runner', ['test.arg', ['a', 'b']]), { args: ['a', 'b'], kwargs: {} });
  assert.deepEqual(loads, [{ cmd: 'minion_runner', fun: 'test.arg', arg: ['a', 'b'], tmo: 5, id: 'web1', no_parse: [] }]);
});
