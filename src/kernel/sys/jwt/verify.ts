/** Checks signed tokens (JWT) of an OpenID provider. The only owner of the optional package jose, loaded on first use. */
import type { JWTPayload, JWTVerifyGetKey } from 'jose';

export interface Provider {
  /** As the tokens name it. */
  readonly issuer: string;
  readonly audience: string;
  /** Where its keys are; undefined: as its own description says. */
  readonly keysUrl?: string | undefined;
  readonly algorithms: readonly string[];
}

const WAIT_MS = 5000;
const KEPT_MS = 600_000;
const ASK_AGAIN_MS = 30_000;
const CLOCKS_APART_SECONDS = 30;
const DESCRIPTION_BYTES_MAX = 256 * 1024;
const PROVIDERS_MAX = 100;
const known = new Map<string, Promise<JWTVerifyGetKey>>();

/** The claims of a token that is valid now; undefined for one that is not. @throws Error when the provider cannot be asked */
export async function verifiedClaims(token: string, provider: Provider, signal: AbortSignal): Promise<JWTPayload | undefined> {
  const { errors, jwtVerify } = await import('jose');
  const keys = await keysOf(provider, signal);
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: provider.issuer, audience: provider.audience, algorithms: [...provider.algorithms], clockTolerance: CLOCKS_APART_SECONDS, requiredClaims: ['exp', 'sub'],
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) throw error;
    return undefined;
  }
}

/** Keys are asked for once and kept for a while. */
function keysOf(provider: Provider, signal: AbortSignal): Promise<JWTVerifyGetKey> {
  const id = `${provider.issuer}\n${provider.keysUrl ?? ''}`;
  const found = known.get(id) ?? remoteKeys(provider, signal);
  if (known.size >= PROVIDERS_MAX) known.clear();
  known.set(id, found);
  found.catch(() => known.delete(id));
  return found;
}

async function remoteKeys({ issuer, keysUrl }: Provider, signal: AbortSignal): Promise<JWTVerifyGetKey> {
  const { createRemoteJWKSet } = await import('jose');
  const url = safeUrl(keysUrl ?? await describedKeysUrl(issuer, signal));
  return createRemoteJWKSet(url, { timeoutDuration: WAIT_MS, cacheMaxAge: KEPT_MS, cooldownDuration: ASK_AGAIN_MS });
}

async function describedKeysUrl(issuer: string, signal: AbortSignal): Promise<string> {
  const url = safeUrl(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.any([signal, AbortSignal.timeout(WAIT_MS)]) });
  const text = await answer.text();
  if (!answer.ok || text.length > DESCRIPTION_BYTES_MAX) throw new Error(`the provider answers ${answer.status} at ${url.href}`);
  const { issuer: named, jwks_uri: keys } = JSON.parse(text) as { issuer?: unknown; jwks_uri?: unknown };
  if (named !== issuer || typeof keys !== 'string') throw new Error(`the description at ${url.href} is of another provider`);
  return keys;
}

/** Keys that come over plain HTTP could be anyone's; from this machine they may. @throws Error */
function safeUrl(text: string): URL {
  const url = new URL(text);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname))) return url;
  throw new Error(`${url.origin} is not asked: use https`);
}
