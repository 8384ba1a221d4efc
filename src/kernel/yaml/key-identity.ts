import type { Value } from '../std/value.js';

/** Equal for keys that are equal in Python: 1, 1.0 and True are one key, 1 and '1' are two. */
export function keyIdentity(key: Value): string {
  if (typeof key === 'string') return `s${key}`;
  if (key === null) return 'null';
  if (key instanceof Uint8Array) return `b${Buffer.from(key).toString('hex')}`;
  if (typeof key === 'boolean') return key ? 'n1' : 'n0';
  return `n${typeof key === 'object' ? Number(key.valueOf()) : key}`;
}
