import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeferredFacts } from '../../../../src/kernel/facts/deferred-facts.js';
import { isPlainMap, type PlainMap } from '../../../../src/kernel/std/value.js';

const ALL: PlainMap = { os: 'Debian', virtual: 'kvm', ipv4: ['10.0.0.1'] };

function facts() {
  const asked: string[] = [];
  const deferred = new DeferredFacts({ os: 'Debian' }, ['virtual', 'ipv4', 'gone'], {
    all: () => {
      asked.push('all');
      return Promise.resolve(ALL);
    },
    allNow: () => {
      asked.push('now');
      return ALL;
    },
  });
  return { asked, deferred, grains: deferred.grains };
}

test('what is known is read without gathering, and what nobody gives is not there', () => {
  const { asked, grains } = facts();
  assert.equal(grains['os'], 'Debian');
  assert.equal(grains['mine'], undefined);
  assert.ok('os' in grains && !('mine' in grains) && Object.hasOwn(grains, 'os') && !Object.hasOwn(grains, 'mine'));
  assert.ok(isPlainMap(grains));
  assert.deepEqual(asked, []);
});

test('an answer that holds them is no reason to gather', async () => {
  const { asked, grains } = facts();
  assert.equal(await Promise.resolve(grains), grains);
  assert.deepEqual(asked, []);
});

const readers: readonly [string, (grains: PlainMap) => unknown, unknown][] = [
  ['a value', (grains) => grains['virtual'], 'kvm'],
  ['a name that turns out not to be there', (grains) => grains['gone'], undefined],
  ['in', (grains) => 'virtual' in grains, true],
  ['hasOwn', (grains) => Object.hasOwn(grains, 'gone'), false],
  ['keys', (grains) => Object.keys(grains), Object.keys(ALL)],
  ['entries', (grains) => Object.entries(grains), Object.entries(ALL)],
  ['a copy', (grains) => ({ ...grains }), ALL],
  ['JSON', (grains) => JSON.parse(JSON.stringify(grains)) as unknown, ALL],
];
for (const [title, read, expected] of readers) {
  test(`a reader that cannot wait gets all: ${title}`, () => {
    const { asked, deferred, grains } = facts();
    assert.deepEqual(read(grains), expected);
    assert.deepEqual(read(grains), expected);
    assert.deepEqual(asked, ['now']);
    assert.equal(deferred.grains, ALL, 'then they are a plain map');
  });
}

test('they are gathered once for all who wait, also for those who hold the partial ones', async () => {
  const { asked, deferred, grains } = facts();
  await Promise.all([deferred.complete(), deferred.complete()]);
  assert.equal(grains['virtual'], 'kvm');
  assert.equal(deferred.grains, ALL);
  assert.deepEqual(asked, ['all']);
});

test('a change is made to all of them', () => {
  const { deferred, grains } = facts();
  grains['mine'] = 1;
  assert.equal(deferred.grains['mine'], 1);
  assert.equal(grains['virtual'], 'kvm');
});

test('says which grains it lacks until it has them', async () => {
  const { deferred } = facts();
  assert.ok(deferred.lacks(['os', 'virtual']));
  assert.ok(!deferred.lacks(['os', 'mine']));
  await deferred.complete();
  assert.ok(!deferred.lacks(['virtual']));
});
