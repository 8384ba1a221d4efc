import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MinionId } from '../../../../../src/kernel/contract/job.js';
import { SignInBudget } from '../../../../../src/master/commands/auth/sign-in-budget.js';
import { BOUNDS } from '../../../../../src/master/requests/bounds.data.js';

function bench() {
  const clock = { ms: 0 };
  const hits: Record<string, number> = {};
  const rests: number[] = [];
  const floods = { count: 0 };
  const budget = new SignInBudget({
    keys: { read: (_state, id) => (id.startsWith('good') ? `key of ${id}` : undefined) },
    bounds: { hit: (name) => void (hits[name] = (hits[name] ?? 0) + 1) },
    onFlood: () => void (floods.count += 1), now: () => clock.ms,
  });
  let serial = 0;
  /** So many sign-ins with new keys, each on a connection of its own. */
  const flood = (count: number, address: string | undefined): number => {
    let taken = 0;
    for (let at = 0; at < count; at += 1) {
      serial += 1;
      if (budget.mayAsk(`new${serial}` as MinionId, 'a key', { connection: String(serial), address, rest: (ms) => void rests.push(ms) })) taken += 1;
    }
    return taken;
  };
  const comesBack = (id: string, address = '192.0.2.1', pem = `key of ${id}`): boolean => budget.mayAsk(id as MinionId, pem, { connection: 'c', address });
  return { clock, hits, rests, floods, flood, comesBack };
}

test('one address has a part of what is taken of new keys; the rest is for others, and it has more with time', () => {
  const { clock, hits, rests, flood } = bench();
  assert.equal(flood(1500, '192.0.2.1'), BOUNDS.newKeysOfAddressBurst);
  assert.deepEqual({ ...hits }, { new_keys_of_address: 1500 - BOUNDS.newKeysOfAddressBurst });
  assert.deepEqual([rests.length, new Set(rests)], [500, new Set([1000])], 'refused connections rest');
  assert.equal(flood(10, '192.0.2.2'), 10);
  assert.equal(flood(995, '2001:db8::1') + flood(10, '2001:db8::2'), BOUNDS.newKeysBurst - BOUNDS.newKeysOfAddressBurst - 10, 'one network, and the budget of all');
  assert.deepEqual([hits['new_keys'], hits['new_keys_of_address']], [10, 505]);
  clock.ms += 10_000;
  assert.equal(flood(1500, '192.0.2.1'), BOUNDS.newKeysOfAddressPerSecond * 10);
});

test('accepted keys have budgets of their own, whatever floods; one that shows the key elsewhere uses up nothing of them', () => {
  const { hits, flood, comesBack } = bench();
  for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) flood(1500, address);
  for (let at = 0; at < 500; at += 1) assert.ok(comesBack(`good${at}`), 'behind the same address');
  for (let at = 0; at < 1000; at += 1) comesBack('good', '203.0.113.9');
  assert.equal(hits['accepted_key'], 1000 - BOUNDS.acceptedKeyBurst);
  assert.equal(comesBack('good', '192.0.2.7'), true);
  assert.equal(comesBack('good1', '192.0.2.1', 'another key'), false, 'another key under a known name is a new one');
});

test('where the transport tells no address, the budget of all holds, and a flood is told', () => {
  const { hits, floods, flood } = bench();
  assert.equal(flood(2500, undefined), BOUNDS.newKeysBurst);
  assert.deepEqual(hits, { new_keys: 500 });
  assert.equal(floods.count, 500);
});

test('one connection has a part of what its address has', () => {
  const { hits, comesBack } = bench();
  const taken = Array.from({ length: 100 }, (_none, at) => comesBack(`x${at}`, '192.0.2.1', 'a key')).filter(Boolean);
  assert.equal(taken.length, BOUNDS.newKeysOfConnectionBurst);
  assert.deepEqual(hits, { new_keys_of_connection: 80 });
});
