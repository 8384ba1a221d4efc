/** Values as the recordings show them: text where bytes are printable UTF-8, `{$b64}`, `{$map}`, `{$ext}` elsewhere. */
import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { DateTime, Extension, Float, isBytes, isList, mapEntries, mapGet, isMap, type Value, type ValueMap } from '../../../src/kernel/std/value.js';
import type { Json } from './recordings.js';

/** Text with one of these was recorded as bytes. */
const FIRST_SHOWN_CHAR = 9;

export function view(value: Value): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'string') return viewText(value);
  if (value instanceof Float) return Number.isNaN(value.value) ? { $float: 'nan' } : value.value;
  if (value instanceof DateTime) return { $ext: [78, Buffer.from(value.text).toString('base64')] };
  if (value instanceof Extension) return { $ext: [value.code, Buffer.from(value.bytes).toString('base64')] };
  if (isBytes(value)) return isUtf8(value) ? viewText(Buffer.from(value).toString('utf8')) : base64(value);
  if (isList(value)) return value.map((item) => view(item));
  return viewMap(value as ValueMap);
}

function viewMap(map: ValueMap): Json {
  const entries = mapEntries(map).map(([key, value]) => [view(key), view(value)] as const);
  const named = mapEntries(map).every(([key]) => typeof key === 'string' || isBytes(key)) && entries.every(([key]) => typeof key === 'string');
  return named ? Object.fromEntries(entries as readonly (readonly [string, Json])[]) : { $map: entries };
}

function viewText(text: string): Json {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) < FIRST_SHOWN_CHAR) return base64(Buffer.from(text, 'utf8'));
  return text;
}

const base64 = (bytes: Uint8Array): Json => ({ $b64: Buffer.from(bytes).toString('base64') });

/** Compares with a recorded view; `undefined` in a recording means that nothing was recorded. */
export function equalsView(value: Value, recorded: Json | undefined): void {
  assert.notEqual(recorded, undefined, 'nothing was recorded to compare with');
  // Through JSON, as the recording went: -0 and 0 are one there.
  assert.deepStrictEqual(JSON.parse(JSON.stringify(view(value))), recorded);
}

export function equalBytes(found: Uint8Array, wanted: Uint8Array): void {
  const same = Buffer.compare(found, wanted) === 0;
  const at = same ? -1 : Buffer.from(found).findIndex((byte, index) => byte !== wanted[index]);
  assert.ok(same, `${found.length} bytes against ${wanted.length}, first difference at ${at}`);
}

/** A field that has to be bytes. */
export function bytesAt(value: Value | undefined, key: string): Buffer {
  const field = fieldAt(value, key);
  assert.ok(isBytes(field), `'${key}' is not bytes`);
  return Buffer.from(field);
}

/** A field that has to be text; bytes are read as UTF-8. */
export function textAt(value: Value | undefined, key: string): string {
  const field = fieldAt(value, key);
  assert.ok(isBytes(field) || typeof field === 'string', `'${key}' is not text`);
  return typeof field === 'string' ? field : Buffer.from(field).toString('utf8');
}

export function fieldAt(value: Value | undefined, key: string): Value | undefined {
  return isMap(value) ? mapGet(value, key) : undefined;
}
