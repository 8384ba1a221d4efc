import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Strangers } from '../../../../../src/bus/transport/zmtp/strangers.js';

test('of the address with most of them the oldest goes; nobody goes where there is no crowd', () => {
  const strangers = new Strangers<{ address: string; at: number }>();
  const peers = ['a', 'b', 'b', 'c', 'b'].map((address, at) => ({ address, at }));
  for (const peer of peers) strangers.add(peer);
  assert.equal(strangers.oldestOfCrowd()?.at, 1);
  assert.equal(strangers.oldestOfCrowd()?.at, 2);
  assert.equal(strangers.oldestOfCrowd(), undefined, 'one of each address is left');
  for (const peer of peers) strangers.delete(peer);
  strangers.add({ address: 'a', at: 9 });
  assert.equal(strangers.oldestOfCrowd(), undefined);
});
