import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Jid } from '../../../../src/kernel/contract/job.js';
import type { RunningBatch } from '../../../../src/master/jobs/batch.js';
import { followJob, type FollowParts } from '../../../../src/master/jobs/follow.js';

test('a batch that runs is followed to its end: what is stored first, each answer once', async () => {
  const batch: RunningBatch = {
    minions: ['b', 'a', 'c'],
    async *answers() {
      yield { kind: 'returned', id: 'a', load: { return: 1 } };
      yield { kind: 'returned', id: 'b', load: { return: 2 } };
      yield { kind: 'missing', id: 'c', why: 'no_response' };
    },
  };
  const parts = { batches: { running: (jid: string) => (jid === '20260101000000000001' ? batch : undefined) }, jobs: { returns: () => new Map([['a', { return: 1 }]]) } };
  const followed = followJob('20260101000000000001' as Jid, parts as unknown as FollowParts, { timeoutMs: 1, gatherTimeoutMs: 1, user: 'root', signal: new AbortController().signal });
  assert.deepEqual(followed?.minions, ['a', 'b', 'c']);
  const told: unknown[] = [];
  for await (const one of followed?.story ?? []) told.push([one.kind, one.id]);
  assert.deepEqual(told, [['returned', 'a'], ['returned', 'b'], ['missing', 'c']]);
});
