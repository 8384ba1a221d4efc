/** msgpack.json: what Salt writes in both dialects, what it reads back, and foreign encodings. */
import assert from 'node:assert/strict';
import { decodeBus, decodeNetwork, encodeBus, encodeNetwork, CodecError } from '../../../src/bus/codec/codec.js';
import { repr } from '../../../src/kernel/std/python-text.js';
import { Extension, isBytes, isList, isMap, mapEntries, typeName, type Value } from '../../../src/kernel/std/value.js';
import type { CaseList } from './case-list.js';
import { bytesOf } from './recordings.js';
import { equalBytes } from './view.js';

interface ReadBack {
  readonly type?: string;
  /** Cut off after 120 characters (100 for foreign encodings). */
  readonly repr?: string;
  readonly error?: string;
}
type ReadBackKind = 'loads' | 'loads_raw' | 'loads_utf8';
type ReadBacks = Readonly<Record<ReadBackKind, ReadBack>>;
interface Packed {
  readonly packed_b64: string;
  readonly decoded_by_salt: ReadBacks;
}
export interface MsgpackFile {
  readonly values: readonly { readonly name: string; readonly nobin: Packed; readonly bin: Packed }[];
  readonly foreign: readonly (ReadBacks & { readonly name: string; readonly raw_b64: string })[];
}

export function msgpackCases(file: MsgpackFile, list: CaseList): void {
  for (const { name, nobin, bin } of file.values) {
    const network = bytesOf(nobin.packed_b64);
    const bus = bytesOf(bin.packed_b64);
    list.check(`msgpack/${name}/network bytes`, () => equalBytes(encodeNetwork(decodeNetwork(network)), network));
    list.check(`msgpack/${name}/network bytes from raw`, () => equalBytes(encodeNetwork(decodeNetwork(network, { rawBytes: true })), network));
    list.check(`msgpack/${name}/bus bytes`, () => equalBytes(encodeBus(decodeBus(bus)), bus));
    list.check(`msgpack/${name}/network bytes of what the bus carries`, () => equalBytes(encodeNetwork(decodeBus(bus)), network));
    list.check(`msgpack/${name}/bus bytes of what the network carries`, () => equalBytes(encodeBus(decodeNetwork(network)), bus));
    readBacks(`msgpack/${name}/nobin`, network, nobin.decoded_by_salt, list);
    readBacks(`msgpack/${name}/bin`, bus, bin.decoded_by_salt, list);
  }
  for (const foreign of file.foreign) readBacks(`msgpack/foreign ${foreign.name}`, bytesOf(foreign.raw_b64), foreign, list);
}

const READERS: Readonly<Record<ReadBackKind, (bytes: Uint8Array) => Value>> = {
  loads: (bytes) => decodeNetwork(bytes),
  // With Salt's `raw` keys are bytes too; our raw mode makes text of them.
  loads_raw: (bytes) => keysToBytes(decodeNetwork(bytes, { rawBytes: true })),
  loads_utf8: (bytes) => decodeBus(bytes),
};

function readBacks(id: string, bytes: Uint8Array, recorded: ReadBacks, list: CaseList): void {
  for (const kind of ['loads', 'loads_raw', 'loads_utf8'] as const) {
    list.check(`${id}/${kind}`, () => {
      const wanted = recorded[kind];
      if (wanted.error !== undefined) {
        assert.throws(() => READERS[kind](bytes), CodecError);
        return;
      }
      const found = READERS[kind](bytes);
      assert.deepStrictEqual([saltType(found), saltRepr(found).slice(0, wanted.repr?.length)], [wanted.type, wanted.repr]);
    });
  }
}

function keysToBytes(value: Value): Value {
  if (isList(value)) return value.map((item) => keysToBytes(item));
  if (!isMap(value) || isBytes(value)) return value;
  return new Map(mapEntries(value).map(([key, item]) => [typeof key === 'string' ? Buffer.from(key) : key, keysToBytes(item)]));
}

const CONSTANT_CODE = 79;
const TIMESTAMP_CODE = -1;

/** Extensions have classes of their own in Salt; here their content has to have arrived whole. */
function saltType(value: Value): string {
  if (!(value instanceof Extension)) return typeName(value);
  return value.code === CONSTANT_CODE ? '_Constant' : value.code === TIMESTAMP_CODE ? 'Timestamp' : 'ExtType';
}

function saltRepr(value: Value): string {
  if (!(value instanceof Extension)) return repr(value);
  if (value.code === CONSTANT_CODE) {
    const [name, content] = decodeBus(value.bytes) as readonly [string, string];
    return `<Constant.${name} value=${content}>`;
  }
  return `Timestamp(seconds=${Buffer.from(value.bytes).readUInt32BE()}, nanoseconds=0)`;
}
