/** Proves that a request comes from one who knows the secret: by a signature of its body, or by the secret itself. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export const SIGNATURE_KINDS = ['sha256', 'sha512', 'sha1', 'token'] as const;
export type SignatureKind = (typeof SIGNATURE_KINDS)[number];

export interface SignatureRule {
  readonly kind: SignatureKind;
  /** Lower case name of the header that carries it. */
  readonly header: string;
  readonly secrets: readonly string[];
}

/** The header of GitHub, Gitea and others for signatures; that of GitLab for tokens. */
export const DEFAULT_HEADERS: Readonly<Record<SignatureKind, string>> = {
  sha256: 'x-hub-signature-256', sha512: 'x-hub-signature-512', sha1: 'x-hub-signature', token: 'x-gitlab-token',
};

/** In a time that does not tell how much of it was right. */
function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  const digest = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** `sha256=<hex>`, `<hex>` or base64, as different senders write it. */
function bytesOf(text: string, kind: SignatureKind): Buffer {
  const bare = text.startsWith(`${kind}=`) ? text.slice(kind.length + 1) : text;
  return /^(?:[0-9a-f]{2})+$/i.test(bare) ? Buffer.from(bare, 'hex') : Buffer.from(bare, 'base64');
}

export function isProven(rule: SignatureRule, given: string | undefined, body: Uint8Array): boolean {
  const { kind, secrets } = rule;
  if (given === undefined || given === '') return false;
  // All are looked at, so that the time does not tell which one it was.
  const answers = kind === 'token'
    ? secrets.map((secret) => isEqual(Buffer.from(given), Buffer.from(secret)))
    : secrets.map((secret) => isEqual(bytesOf(given, kind), createHmac(kind, secret).update(body).digest()));
  return answers.includes(true);
}
