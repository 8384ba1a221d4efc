/** tcp.json: frames of the TCP transport. */
import assert from 'node:assert/strict';
import { decodeBus, decodeNetwork, encodeBus, encodeNetwork } from '../../../src/bus/codec/codec.js';
import { x931Verify } from '../../../src/bus/crypto/x931.js';
import { isBytes, isMap, mapKeys, type Value } from '../../../src/kernel/std/value.js';
import type { CaseList } from './case-list.js';
import { streamCases } from './event-cases.js';
import { bytesOf, isJsonMap, type Json, type KeyRing, type Sealed } from './recordings.js';
import { openedLoad, sealedChecks } from './sealed-checks.js';
import { bytesAt, equalBytes, equalsView, fieldAt, textAt } from './view.js';

interface TcpMessage extends Sealed {
  readonly dir: 'c2s' | 's2c';
  readonly frame_b64: string;
  readonly head: Json;
  readonly body_type: string;
  readonly body_fields?: readonly string[];
  readonly cmd?: string;
}

export interface TcpFile {
  readonly connections: readonly { readonly port: string; readonly messages: readonly TcpMessage[] }[];
}

export function tcpCases(file: TcpFile, keys: KeyRing, list: CaseList): void {
  for (const [at, { port, messages }] of file.connections.entries()) {
    const id = `tcp/${port} ${at}`;
    for (const dir of ['c2s', 's2c'] as const) {
      const frames = messages.filter((message) => message.dir === dir).map((message) => bytesOf(message.frame_b64));
      if (frames.length > 0) streamCases(`${id} ${dir}`, frames, list);
    }
    for (const [index, message] of messages.entries()) messageCases(`${id}/${index}`, port, message, keys, list);
    list.check(`${id}/replies carry the mid of a request`, () => {
      const mids = (dir: string): Set<string> =>
        new Set(messages.filter((one) => one.dir === dir).map((one) => JSON.stringify(isJsonMap(one.head) ? one.head['mid'] : null)));
      if (port === 'ret') assert.deepStrictEqual(mids('s2c'), mids('c2s'));
    });
  }
}

function messageCases(id: string, port: string, message: TcpMessage, keys: KeyRing, list: CaseList): void {
  const frame = bytesOf(message.frame_b64);
  const body = (): Value => fieldAt(decodeBus(frame), 'body') ?? null;
  /** The map of sections 4 to 6: the body itself, or on the publish port its bytes. */
  const outer = (): Value => {
    const found = body();
    return isBytes(found) && port === 'publish' ? decodeNetwork(found, { rawBytes: true }) : found;
  };
  list.check(`${id}/frame`, () => {
    equalsView(fieldAt(decodeBus(frame), 'head') ?? null, message.head);
    assert.equal(isMap(body()) ? 'dict' : isBytes(body()) ? 'bytes' : 'other', message.body_type);
    if (message.body_fields === undefined) return;
    const map = outer();
    assert.ok(isMap(map));
    assert.deepStrictEqual(mapKeys(map), message.body_fields);
    if (message.cmd !== undefined) assert.equal(textAt(fieldAt(map, 'load'), 'cmd'), message.cmd);
  });
  list.check(`${id}/frame is encoded again to the same bytes`, () => {
    equalBytes(encodeBus(decodeBus(frame)), frame);
    const bytes = body();
    if (isBytes(bytes) && port === 'publish') equalBytes(encodeNetwork(decodeNetwork(bytes)), bytes);
  });
  sealedChecks(`${id}/load`, () => bytesAt(outer(), 'load'), message, list);
  if (isJsonMap(message.load) && Object.hasOwn(message.load, 'tok')) {
    list.check(`${id}/proof`, () => {
      const load = openedLoad(message, bytesAt(outer(), 'load'));
      assert.ok(x931Verify(keys.publicKey(textAt(load, 'id')), bytesAt(load, 'tok'), Buffer.from('salt')), 'tok does not hold the word');
    });
  }
}
