import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { InvocationError, PythonError } from '../../../../src/kernel/contract/errors.js';
import type { Value } from '../../../../src/kernel/std/value.js';
import {
  compileTarget, expectedMinions, hasMatcher, publishedForm, type KnownMinions, type TargetFacts,
} from '../../../../src/sls/target/target.js';

const web: TargetFacts = {
  id: 'web1', data: { dc: 'ams', groups: ['Alpha'] }, resources: { disk: ['sda'] }, pillar: { role: 'web', secret: 'aBc' },
  grains: { os: 'Debian', roles: ['web', 'front'], ipv4: ['127.0.0.1', '10.1.0.11'], region: { zone: 'a', 'b:c': 'flat' }, cpus: 2, up: true },
};
const nodegroups = {
  webs: 'web*', ids: ['web1', 'web2'], both: 'N@webs or N@ids', loop: 'N@loop or web1', regex: 'web[12]', none: '', mixed: [1, 'and', 'web1'],
};

/** Answers of Salt 3008.3, observed with its own matchers. */
const questions: readonly (readonly [string, Value, boolean])[] = [
  ['glob', 'web?', true], ['glob', 'WEB1', false], ['glob', 'web1,db1', false], ['pcre', 'web\\d', true], ['pcre', 'eb1', false], ['pcre', '(?!db)', true],
  ['list', 'web1,db1', true], ['list', 'db1, web1', false], ['list', ['web1'], true], ['list', 'web', false],
  ['grain', 'os:deb*', true], ['grain', 'os', false], ['grain', 'roles:front', true], ['grain', 'region:zone:[ab]', true], ['grain', 'region:b:c:flat', false],
  ['grain', '*:a', false], ['grain', '*:zone', true], ['grain', '*:front', true], ['grain', 'cpus:2', true], ['grain', 'up:true', true], ['grain', 'region:*', true], ['grain', 'no:*', false],
  ['grain_pcre', 'os:D.*', true], ['grain_pcre', 'os:[', false], ['pillar', 'secret:ABC', true], ['pillar_exact', 'role:w*', false], ['pillar_exact', 'role:web', true],
  ['ipcidr', '10.1.0.0/24', true], ['ipcidr', '10.1.0.11', true], ['ipcidr', '10.1.0.11/24', false], ['ipcidr', '010.1.0.11', false], ['ipcidr', '::1', false],
  ['data', 'dc:a*', true], ['data', 'groups:alpha', true], ['data', 'dc', false], ['range', '%web', false], ['bogus', 'web1', false],
  ['compound', 'G@os:Debian and web*', true], ['compound', 'not web* or I@role:web', true], ['compound', 'web* not db*', true], ['compound', 'not not web*', false],
  ['compound', 'web* web*', false], ['compound', '( web*', false], ['compound', '( )', false], ['compound', 'not ( )', true], ['compound', 'web* or web* ( db* )', true],
  ['compound', 'G|@region|zone|a', true], ['compound', 'T@disk and T@disk:sda and M@web1', true], ['compound', 'R@x or web1', false], ['compound', ['web1', 'and', 'E@w'], true],
  ['compound', '', false], ['nodegroup', 'both', true], ['nodegroup', 'loop', false], ['nodegroup', 'nosuch', false], ['compound', 'N@ids and not N@none', true],
];

for (const [kind, expr, wanted] of questions) {
  test(`compileTarget() ${wanted ? 'means' : 'does not mean'} web1 by ${kind} ${JSON.stringify(expr)}`, () => {
    assert.equal(compileTarget({ expr, kind, delimiter: ':' }, { nodegroups })(web), wanted);
  });
}

test('compileTarget() heeds the delimiter of grains, not of pillar_exact', () => {
  assert.equal(compileTarget({ expr: 'region|zone|a', kind: 'grain', delimiter: '|' }, { nodegroups })(web), true);
  assert.equal(compileTarget({ expr: 'role|web', kind: 'pillar_exact', delimiter: '|' }, { nodegroups })(web), false);
});

test('compileTarget() raises as Python for a pattern that is none', () => {
  const mine = compileTarget({ expr: 'web1 or E@[', kind: 'compound', delimiter: ':' }, { nodegroups });
  assert.throws(() => mine(web), (error) => error instanceof PythonError && error.className === 'error' &&
    error.message === 'unterminated character set at position 0');
});

test('compileTarget() is not stalled by a pattern from outside', () => {
  const mine = compileTarget({ expr: '(w+)+$', kind: 'pcre', delimiter: ':' }, { nodegroups });
  assert.equal(mine({ ...web, id: `${'w'.repeat(250)}1` }), false);
});

test('hasMatcher() knows the kinds of minions', () => {
  assert.deepEqual(['glob', 'nodegroup', 'cache', 'compound_pillar_exact'].map(hasMatcher), [true, true, false, false]);
});

const published: readonly (readonly [string, Value, string])[] = [
  ['nodegroup', 'webs', 'web*'], ['nodegroup', 'ids', 'L@web1,web2'], ['nodegroup', 'both', '( ( web* ) or L@web1,web2 )'],
  ['nodegroup', 'regex', 'E@web[12]'], ['nodegroup', 'loop', '( or web1 )'], ['compound', 'not N@webs and x', 'not web* and x'], ['compound', ['a', 'or', 'b'], 'a or b'],
];

for (const [kind, expr, wanted] of published) {
  test(`publishedForm() writes ${kind} ${JSON.stringify(expr)} out`, () => {
    assert.deepEqual(publishedForm({ expr, kind }, { nodegroups }), { tgt: wanted, tgt_type: 'compound' });
  });
}

test('publishedForm() names a group that is not there', () => {
  assert.throws(() => publishedForm({ expr: 'x', kind: 'nodegroup' }, { nodegroups, confFile: '/etc/salt/master' }),
    (error) => error instanceof InvocationError && error.message === 'Node group x unavailable in /etc/salt/master');
});

test('publishedForm() leaves other kinds alone', () => {
  assert.deepEqual(publishedForm({ expr: ['a'], kind: 'list' }, { nodegroups }), { tgt: ['a'], tgt_type: 'list' });
});

const facts = new Map<string, TargetFacts>([['web1', web], ['old', { ...web, id: 'old' }], ['db1', { id: 'db1', grains: { os: 'Rocky' }, pillar: {} }]]);
const known: KnownMinions = {
  accepted: new Set(['web1', 'db1', 'new']), cached: new Set(facts.keys()), nodegroups,
  grains: (id) => facts.get(id)?.grains, pillar: (id) => facts.get(id)?.pillar,
};

const expectations: readonly (readonly [string, Value, string[], string[]])[] = [
  ['glob', 'web*,db*', ['db1', 'web1'], []], ['glob', '*', ['db1', 'new', 'web1'], []], ['list', 'web1,gone', ['web1'], ['gone']], ['list', 'web1,a/b', [], []],
  ['grain', 'os:*', ['db1', 'web1'], []], ['ipcidr', '10.1.0.0/24', ['new', 'web1'], []], ['pcre', '[', [], []], ['data', 'a:b', [], []],
  ['compound', 'not G@os:Debian', ['db1', 'new'], []], ['compound', 'L@gone or web1', ['web1'], ['gone']], ['compound', 'not L@gone', ['db1', 'new', 'web1'], []],
  ['compound', '( web1', ['web1'], []], ['compound', 'web1 db1', [], []], ['compound', 'web1 or', [], []], ['compound', 'R@x or web1', [], []],
  ['compound_pillar_exact', 'I@role:w*', [], []], ['nodegroup', 'ids', ['web1'], ['web2']], ['managing_minion', 'w*', ['web1'], []],
];

for (const [kind, expr, minions, missing] of expectations) {
  test(`expectedMinions() foretells ${kind} ${JSON.stringify(expr)}`, () => {
    const found = expectedMinions({ expr, kind, delimiter: ':' }, known, { greedy: true });
    assert.deepEqual([found.minions.toSorted(), found.missing], [minions, missing]);
  });
}

test('expectedMinions() that is not greedy looks at the cache only', () => {
  const ask = (expr: string, kind: string): string[] => expectedMinions({ expr, kind, delimiter: ':' }, known, { greedy: false }).minions.toSorted();
  assert.deepEqual([ask('os:Debian', 'grain'), ask('10.1.0.11', 'ipcidr')], [['old', 'web1'], ['old', 'web1']]);
});

test('expectedMinions() takes time in proportion to the minions', () => {
  const ids = Array.from({ length: 10_000 }, (_, at) => `m${at}`);
  const many: KnownMinions = { ...known, accepted: new Set(ids), cached: new Set(ids), grains: () => web.grains, pillar: () => web.pillar };
  const started = process.hrtime.bigint();
  const found = expectedMinions({ expr: 'G@os:Debian and not E@.*1$ or L@m1', kind: 'compound', delimiter: ':' }, many, { greedy: true });
  assert.equal(found.minions.length, 9001);
  assert.ok(process.hrtime.bigint() - started < 3_000_000_000n);
});
