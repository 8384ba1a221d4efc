/** Reading fields of messages from the network: the wanted type, or an error that names the place. */
import { TsaltError } from '../../kernel/contract/errors.js';
import { isBytes, isPlainMap, typeName, type PlainMap, type Value } from '../../kernel/std/value.js';

/** A message has not the shape its kind asks for. */
export class WireShapeError extends TsaltError {
  readonly code = 'wire.shape';
  constructor(field: string, wanted: string, found: Value | undefined) {
    super(`Cannot read ${field}: expected ${wanted}, got ${found === undefined ? 'nothing' : typeName(found)}`, { context: { field } });
  }
}

export function readMap(value: Value | undefined, field: string): PlainMap {
  if (isPlainMap(value)) return value;
  throw new WireShapeError(field, 'a map', value);
}

export function readText(value: Value | undefined, field: string): string {
  if (typeof value === 'string') return value;
  if (isBytes(value)) return Buffer.from(value).toString('utf8');
  throw new WireShapeError(field, 'text', value);
}

/** Binary fields that were read as text because they happened to be UTF-8 are taken back to their bytes. */
export function readBytes(value: Value | undefined, field: string): Buffer {
  if (isBytes(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (typeof value === 'string') return Buffer.from(value);
  throw new WireShapeError(field, 'bytes', value);
}

/** Text of a field that may be missing or null. */
export function optionalText(value: Value | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : isBytes(value) ? Buffer.from(value).toString('utf8') : undefined;
}
