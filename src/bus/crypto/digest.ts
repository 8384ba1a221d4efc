/** Hashes that give names: topics, socket files, job folders, fingerprints. Source: golden wire/misc. */
import { createHash } from 'node:crypto';

/** Values of the option `hash_type`. */
export type HashType = 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512';
const HASH_TYPES: ReadonlySet<string> = new Set<HashType>(['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512']);
export const DEFAULT_HASH_TYPE: HashType = 'sha256';

export function isHashType(name: unknown): name is HashType {
  return typeof name === 'string' && HASH_TYPES.has(name);
}

/** Hex digest of a text (as UTF-8) or of bytes. */
export function hexDigest(data: string | Uint8Array, hashType: HashType = DEFAULT_HASH_TYPE): string {
  return createHash(hashType).update(data).digest('hex');
}

/** The topic a minion subscribes to when `zmq_filtering` is on: 40 hex characters. */
export function minionTopic(id: string): string {
  return hexDigest(id, 'sha1');
}

const SOCKET_HASH_CHARS = 10;

/** The part of `minion_event_<hash>_pub.ipc` that tells minions on one host apart. */
export function eventSocketHash(id: string, hashType: HashType = DEFAULT_HASH_TYPE): string {
  return hexDigest(id, hashType).slice(0, SOCKET_HASH_CHARS);
}

/** Folder of a job below `cachedir/jobs`: two characters, a slash, the rest of the hash. */
export function jobFolder(jid: string, hashType: HashType = DEFAULT_HASH_TYPE): string {
  const hash = hexDigest(jid, hashType);
  return `${hash.slice(0, 2)}/${hash.slice(2)}`;
}
