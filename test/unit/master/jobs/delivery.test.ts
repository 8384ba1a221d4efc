import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isEnded, isGivenUp, isOver, moved, packNote, publishedAt, readNote, type Delivery, type DeliveryNews, type DeliveryState,
} from '../../../../src/master/jobs/delivery.js';

const STATES: readonly DeliveryState[] = ['published', 'received', 'running', 'lost', 'not_connected', 'returned', 'failed', 'refused', 'cancelled'];
/** To which states each may move. */
const FORWARD: Readonly<Record<DeliveryState, readonly DeliveryState[]>> = {
  published: STATES.slice(1), received: STATES.slice(2), running: STATES.slice(3), lost: STATES.slice(5), not_connected: STATES.slice(5),
  returned: [], failed: [], refused: [], cancelled: [],
};
const news = (state: DeliveryState, atMs: number): DeliveryNews => ({ state: state as DeliveryNews['state'], atMs });

test('states move forward only, and what a minion gives wins over what was concluded from its silence', () => {
  for (const from of STATES) {
    const to = STATES.slice(1).filter((state) => moved({ state: from, atMs: 1 }, news(state, 2)) !== undefined);
    assert.deepEqual(to, FORWARD[from], from);
  }
});

test('what was known before stays: when it came, began, was heard, and as which process', () => {
  const received = moved(publishedAt(1), news('received', 10));
  assert.deepEqual(received, { state: 'received', atMs: 10, receivedMs: 10, heardMs: 10 });
  const running = moved(received as Delivery, { ...news('running', 20), sinceMs: 15, pid: 7 });
  assert.deepEqual(running, { state: 'running', atMs: 20, receivedMs: 10, heardMs: 20, sinceMs: 15, pid: 7 });
  const lost = moved(running as Delivery, { ...news('lost', 30), why: 'x'.repeat(1000) });
  assert.deepEqual(lost, { state: 'lost', atMs: 30, receivedMs: 10, heardMs: 20, sinceMs: 15, pid: 7, why: 'x'.repeat(200) });
});

test('who first answered find_job, and then tells since when it works, completes the record; once', () => {
  const asked = moved(publishedAt(1), { ...news('running', 10), pid: 7 }) as Delivery;
  const told = moved(asked, { ...news('running', 20), sinceMs: 5, pid: 7 }) as Delivery;
  assert.deepEqual(told, { state: 'running', atMs: 10, receivedMs: 10, heardMs: 20, sinceMs: 5, pid: 7 });
  assert.equal(moved(told, { ...news('running', 30), sinceMs: 6 }), undefined);
});

test('any order of news ends in the same state, and never goes back', () => {
  const ranks = new Map(STATES.map((state) => [state, state === 'published' ? 0 : FORWARD[state].length === 0 ? 9 : STATES.length - FORWARD[state].length]));
  for (let seed = 1; seed < 200; seed += 1) {
    let delivery = publishedAt(0);
    let random = seed;
    for (let step = 0; step < 8; step += 1) {
      random = (random * 48_271) % 2_147_483_647;
      const before = delivery;
      delivery = moved(delivery, news(STATES[1 + (random % 8)] ?? 'lost', step)) ?? delivery;
      assert.ok((ranks.get(delivery.state) ?? 0) >= (ranks.get(before.state) ?? 0), `seed ${seed}`);
    }
  }
});

test('over, given up, ended', () => {
  const named = (is: (delivery: Delivery) => boolean): string[] => STATES.filter((state) => is({ state, atMs: 0 }));
  assert.deepEqual(named(isOver), STATES.slice(3));
  assert.deepEqual(named(isGivenUp), ['lost', 'not_connected', 'cancelled']);
  assert.deepEqual(named(isEnded), STATES.slice(5));
});

test('a step is read as it was written; what is none is nothing', () => {
  const note = { news: { state: 'running', atMs: 5, sinceMs: 4, pid: 3, why: 'so' } as const, ids: ['a', 'b'] };
  assert.deepEqual(readNote(packNote(note)), note);
  assert.deepEqual(readNote(packNote({ news: news('lost', 1), ids: [] })), { news: news('lost', 1), ids: [] });
  for (const value of [null, [], ['published', 1, null, null, null, []], ['running', 'x', null, null, null, []], ['odd', 1, null, null, null, []]]) {
    assert.equal(readNote(value), undefined);
  }
});
