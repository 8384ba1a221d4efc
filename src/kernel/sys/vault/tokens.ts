/** Tokens that logins gave, kept in memory until shortly before they end. They never reach a disk. */
import { createHash } from 'node:crypto';
import type { VaultPlace } from './place.js';

export interface VaultToken {
  readonly token: string;
  /** By the clock of this machine; undefined for one that does not end. */
  readonly endsAtMs: number | undefined;
}

const TOKENS_MAX = 64;
/** As Salt's `token_lifecycle:minimum_ttl`. */
const LEFT_MS_MIN = 10_000;

const kept = new Map<string, VaultToken>();

/** One login at one place; secrets are in it as a digest only. */
function keyOf(place: VaultPlace): string {
  return createHash('sha256').update(JSON.stringify([place.url, place.namespace ?? null, place.verify, place.ca ?? place.caFile ?? null, place.login])).digest('hex');
}

export function keptToken(place: VaultPlace, nowMs: number): string | undefined {
  const found = kept.get(keyOf(place));
  return found === undefined || (found.endsAtMs !== undefined && found.endsAtMs - nowMs < LEFT_MS_MIN) ? undefined : found.token;
}

export function keepToken(place: VaultPlace, token: VaultToken): void {
  const key = keyOf(place);
  kept.delete(key);
  kept.set(key, token);
  for (const oldest of kept.keys()) {
    if (kept.size <= TOKENS_MAX) break;
    kept.delete(oldest);
  }
}

/** The token that was kept. */
export function dropToken(place: VaultPlace): string | undefined {
  const key = keyOf(place);
  const found = kept.get(key);
  kept.delete(key);
  return found?.token;
}
