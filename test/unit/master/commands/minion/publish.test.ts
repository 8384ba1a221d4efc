import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Jid, MinionId } from '../../../../../src/kernel/contract/job.js';
import type { PlainMap, Value } from '../../../../../src/kernel/std/value.js';
import { peerCommands, type PeerParts } from '../../../../../src/master/commands/minion/publish.js';
import { JobStoreError } from '../../../../../src/master/jobs/job-store.js';
import type { JobOrder, JobPublished } from '../../../../../src/master/jobs/publish-job.js';
import type { MinionSender } from '../../../../../src/master/requests/command.js';
import { keepingLog } from '../../../../support/logs.js';

const sender: MinionSender = { kind: 'minion', id: 'web1' as MinionId, encAlgo: 'OAEP-SHA1', sigAlgo: 'PKCS1v15-SHA1', nonce: '' };
const PUBLISHED: JobPublished = { kind: 'published', jid: '20260102030405678901' as Jid, minions: ['web2'], missing: [] };

/** A master that lets minions call `test.*`. */
function bench(outcome: JobPublished | Error = PUBLISHED) {
  const orders: JobOrder[] = [];
  const log = keepingLog();
  const parts = {
    log, nodegroups: { webs: 'web*', all: ['N@webs', 'or', 'db1'] }, access: { decideCall: ({ fun }: { fun: string }) => /^test\.\w+$/.test(fun) },
    publish: (order: JobOrder) => {
      orders.push(order);
      return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
    },
  } as unknown as PeerParts;
  const command = peerCommands(parts).find(({ name }) => name === 'minion_pub');
  const ask = async (load: PlainMap): Promise<Value> => {
    const reply = await command?.run({ fun: 'test.ping', arg: [], tgt: '*', tgt_type: 'glob', ret: '', ...load }, sender);
    assert.ok(reply?.kind === 'value');
    return reply.value;
  };
  return { ask, orders, log };
}

test('a minion is told the id of its job, and who should answer', async () => {
  const { ask, orders } = bench();
  assert.deepEqual(await ask({ arg: ['a b'] }), { jid: PUBLISHED.jid, minions: ['web2'] });
  assert.deepEqual([orders[0]?.fun, orders[0]?.arg, orders[0]?.user], ['test.ping', ['a b'], 'web1']);
});

test('several functions have an argument each, and each must be allowed', async () => {
  const { ask, orders } = bench();
  await ask({ fun: 'test.ping,test.arg', arg: ['', 'a  b'] });
  assert.deepEqual([orders[0]?.fun, orders[0]?.arg], [['test.ping', 'test.arg'], [[], ['a', 'b']]]);
  assert.deepEqual(await ask({ fun: 'test.ping,cmd.run', arg: ['', 'id'] }), {});
  assert.deepEqual(await ask({ fun: 'test.ping,publish.publish', arg: ['', '*'] }), {});
  assert.equal(orders.length, 1);
});

test('node groups are written out; one that is not there is refused', async () => {
  const { ask, orders } = bench();
  await ask({ tgt: 'all', tgt_type: 'nodegroup' });
  assert.deepEqual([orders[0]?.tgt, orders[0]?.tgtType], ['( ( web* ) or db1 )', 'compound']);
  assert.deepEqual(await ask({ tgt: 'none', tgt_type: 'nodegroup' }), {});
  assert.equal(orders.length, 1);
});

test('nobody to wait for is no refusal, and a job that cannot be stored is told', async () => {
  assert.deepEqual(await bench({ kind: 'no_minions', error: 'nobody' }).ask({}), { jid: 0, minions: [] });
  const { ask, log } = bench(new JobStoreError('Cannot write to the job store: database or disk is full'));
  assert.deepEqual(await ask({}), { error: 'The job was not published: Cannot write to the job store: database or disk is full' });
  assert.deepEqual(log.lines.map(({ text }) => text), ['job not published: it cannot be stored']);
});
