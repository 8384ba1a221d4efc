/** Bytes in return data are text to most outputters. */
import { isBytes, isMap, mapEntries, mapFrom, type Value } from '../../../kernel/std/value.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text that bytes are in UTF-8, or undefined when they are something else. */
export function decodeBytes(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** A copy in which all bytes that are UTF-8 are text, in keys too; tuples become lists. */
export function decodeDeep(value: Value): Value {
  if (isBytes(value)) return decodeBytes(value) ?? value;
  if (Array.isArray(value)) return Array.from(value, (item) => decodeDeep(item as Value));
  if (!isMap(value)) return value;
  return mapFrom(mapEntries(value).map(([key, item]) => [decodeDeep(key), decodeDeep(item)] as const));
}
