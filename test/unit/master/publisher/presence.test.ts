import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventBus, type BusEvent } from '../../../../src/bus/event/bus.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import type { KeyStore } from '../../../../src/master/keys/key-store.js';
import type { KnownStore } from '../../../../src/master/known/known-store.js';
import { Presence, type PresenceParts } from '../../../../src/master/publisher/presence.js';
import type { Publisher } from '../../../../src/master/publisher/publisher.js';

function bench(more: Partial<PresenceParts> = {}) {
  const listens = new Map<string, boolean>();
  const grains = new Map<string, PlainMap>();
  const events: BusEvent[] = [];
  const bus = new EventBus((error) => assert.fail(error as Error));
  bus.subscribe('salt/presence/', (event) => events.push(event));
  const presence = new Presence({
    bus, fireEvents: true, publishPort: 1,
    publisher: {
      isListening: (id: string) => listens.get(id), listening: () => [...listens].filter(([, on]) => on).map(([id]) => id),
    } as unknown as Publisher,
    keys: { ids: () => ['web1', 'web2', 'web3'] } as unknown as KeyStore,
    known: { mapNow: (_bank: string, id: string) => grains.get(id) } as unknown as KnownStore,
    ...more,
  });
  return { presence, listens, grains, events };
}
const withoutStamp = ({ tag, data: { _stamp, ...data } }: BusEvent): unknown => [tag, typeof _stamp, data];

test('what a topic shows is certain; else an address without connection says no, no address says nothing', () => {
  const { presence, listens, grains } = bench();
  listens.set('web1', true).set('web2', false);
  grains.set('web3', { ipv4: ['127.0.0.1', '192.0.2.3'] }).set('web2', { ipv4: ['192.0.2.2'] });
  assert.deepEqual(['web1', 'web2', 'web3', 'web4'].map((id) => presence.isConnected(id)), [true, false, false, undefined]);
  assert.deepEqual(presence.connected(), ['web1']);
});

test('surely away is who showed that it listened and does not, and anybody when each open connection has another owner', () => {
  let peers: string[] | undefined = ['192.0.2.1', '198.51.100.7'];
  const fleet = () => {
    const made = bench({ peers: () => peers });
    made.listens.set('web1', true).set('web2', false);
    made.grains.set('web3', { ipv4: ['192.0.2.3'] });
    return ['web1', 'web2', 'web3'].map((id) => made.presence.isSurelyAway(id));
  };
  assert.deepEqual(fleet(), [false, true, false], 'web3 may be the one behind the router');
  peers = ['192.0.2.1'];
  assert.deepEqual(fleet(), [false, true, true]);
  peers = [];
  assert.deepEqual(fleet(), [false, true, false], 'a minion listens of which no connection is seen: the count says nothing');
  peers = undefined;
  assert.deepEqual(fleet(), [false, true, false], 'nothing can be counted');
});

// Source: golden events/presence-*.
test('who came and who went is told, and each time who is there', () => {
  const { presence, listens, events } = bench();
  listens.set('web1', true).set('web2', true);
  presence.check();
  presence.check();
  listens.set('web2', false).set('web3', true);
  presence.check();
  assert.deepEqual(events.map(withoutStamp), [
    ['salt/presence/change', 'string', { new: ['web1', 'web2'], lost: [] }],
    ['salt/presence/present', 'string', { present: ['web1', 'web2'] }],
    ['salt/presence/present', 'string', { present: ['web1', 'web2'] }],
    ['salt/presence/change', 'string', { new: ['web3'], lost: ['web2'] }],
    ['salt/presence/present', 'string', { present: ['web1', 'web3'] }],
  ]);
});

test('without presence_events nothing is told', () => {
  const { presence, events } = bench({ fireEvents: false });
  presence.check();
  assert.deepEqual(events, []);
});
