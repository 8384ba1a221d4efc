import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { ActiveJobs, type ActiveJob } from '../../../../src/master/jobs/active-jobs.js';
import { unsolicited } from '../../../../src/master/jobs/returns-allowed.js';

const job = (load: PlainMap, minions: readonly string[] = ['web1']): ActiveJob => new ActiveJobs().start('1', minions, load);

test('a job that this master never published takes no returns, unless nobody remembers jobs', () => {
  assert.match(String(unsolicited(undefined, 'web1', true)), /no such job/);
  assert.equal(unsolicited(undefined, 'web1', false), undefined);
});

/** Target, kind, and whether web2, to which the job was not published, may answer. */
const CASES: readonly (readonly [PlainMap, boolean])[] = [
  [{ tgt: 'web1', tgt_type: 'glob' }, false], [{ tgt: 'web*', tgt_type: 'glob' }, true], [{ tgt: ['web1'], tgt_type: 'list' }, false],
  [{ tgt: 'web1,web2', tgt_type: 'list' }, true], [{ tgt: 'web[0-9]', tgt_type: 'pcre' }, true], [{ tgt: 'db.*', tgt_type: 'pcre' }, false],
  [{ tgt: '(', tgt_type: 'pcre' }, false], [{ tgt: 'os:Debian', tgt_type: 'grain' }, true], [{ tgt: 'G@os:Debian', tgt_type: 'compound' }, true],
  [{ tgt: 'role:web', tgt_type: 'pillar' }, true], [{ tgt: '10.0.0.0/8', tgt_type: 'ipcidr' }, true],
];
test('a minion may answer for which the job was, or that could match the target by what only itself knows', () => {
  for (const [load, mayAnswer] of CASES) {
    assert.equal(unsolicited(job(load), 'web1', true), undefined);
    assert.equal(unsolicited(job(load), 'web2', true) === undefined, mayAnswer, JSON.stringify(load));
  }
});
