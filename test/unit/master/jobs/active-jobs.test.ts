import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ActiveJobs } from '../../../../src/master/jobs/active-jobs.js';

test('a job is known by its id; published again, as the parts of a batch are, it has the minions of all and forgets nothing', () => {
  const active = new ActiveJobs();
  active.start('1', ['web1', 'web2'], { fun: 'test.ping' }, 5).returned.set('web1', 7);
  active.start('1', ['web3'], { fun: 'other' }, 9);
  const job = active.get('1');
  assert.deepEqual([[...(job?.minions ?? [])], [...(job?.returned ?? [])], job?.load, job?.startedUnixMs], [['web1', 'web2', 'web3'], [['web1', 7]], { fun: 'test.ping' }, 5]);
  assert.deepEqual([active.get('unknown'), active.size], [undefined, 1]);
});

test('the oldest jobs are forgotten when there are too many, or too many minions in them', () => {
  const many = new ActiveJobs();
  for (let jid = 0; jid < 10_005; jid += 1) many.start(String(jid), [], {});
  assert.deepEqual([many.size, many.get('4'), many.get('5')?.jid], [10_000, undefined, '5']);

  const large = new ActiveJobs(5);
  large.start('1', ['a', 'b'], {});
  large.start('2', ['a', 'b'], {});
  large.start('2', ['a', 'b', 'c'], {});
  assert.equal(large.get('1')?.jid, '1', 'a job that starts again counts once');
  large.start('3', ['a'], {});
  assert.deepEqual([large.get('1'), large.get('2')?.jid], [undefined, '2']);
  large.start('4', Array.from({ length: 9 }, (_none, at) => String(at)), {});
  assert.deepEqual([large.size, large.get('4')?.minions.size], [1, 9], 'the newest job stays, however large');
});

test('jobs of which nothing more is expected are forgotten first, open ones stay', () => {
  const active = new ActiveJobs(100, 4);
  active.start('open', ['a', 'b'], {}).returned.set('a', 1);
  active.start('old', ['a'], {}, Date.now() - 3_600_000);
  active.start('done', ['a'], {}).returned.set('a', 1);
  assert.equal(active.size, 3, 'within the bound all are kept');
  active.start('new', ['a'], {});
  assert.deepEqual(['open', 'old', 'done', 'new'].filter((jid) => active.get(jid) !== undefined), ['open', 'done', 'new']);
  active.start('newest', ['a', 'b', 'c', 'd', 'e'], {});
  assert.deepEqual(['open', 'done', 'new', 'newest'].filter((jid) => active.get(jid) !== undefined), ['open', 'new', 'newest']);
});
