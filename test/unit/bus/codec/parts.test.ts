import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeNetwork } from '../../../../src/bus/codec/codec.js';
import { encodeNetworkParts, LARGE_BYTES } from '../../../../src/bus/codec/parts.js';
import type { Value } from '../../../../src/kernel/std/value.js';

const piece = Buffer.alloc(LARGE_BYTES + 7, 'piece');
const values: readonly Value[] = [
  { data: piece, dest: 'web/ü.conf' }, { dest: 'a', data: piece, gzip: 5 }, { data: piece.subarray(0, LARGE_BYTES), dest: '' }, { data: Buffer.alloc(10), dest: 'a' }, {},
  { a: { data: piece } }, [piece], piece, 'text', null, Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`key${at}`, piece])),
];

test('parts one after the other are the whole message', () => {
  for (const value of values) assert.ok(Buffer.concat(encodeNetworkParts(value)).equals(encodeNetwork(value)));
});

test('large bytes are not copied', () => {
  assert.ok(encodeNetworkParts({ data: piece, dest: 'a' }).includes(piece));
});
