/** Signatures: who made them, and how far those are trusted. Source: GnuPG, doc/DETAILS; read, python-gnupg 0.5.7 and Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { homeOf, type Place } from './home.js';
import { runGpg, type GpgRun } from './program.js';

const MODELS: readonly string[] = ['pgp', 'classic', 'tofu', 'tofu+pgp', 'direct', 'always', 'auto'];
const TRUST: Readonly<Record<string, string>> = {
  TRUST_EXPIRED: 'Expired', TRUST_UNDEFINED: 'Undefined', TRUST_NEVER: 'Never', TRUST_MARGINAL: 'Marginal', TRUST_FULLY: 'Fully', TRUST_ULTIMATE: 'Ultimate',
};
const KEYS: Readonly<Record<string, string>> = {
  BADSIG: 'signature bad', EXPSIG: 'signature expired', GOODSIG: 'signature good', EXPKEYSIG: 'signing key has expired', REVKEYSIG: 'signing key was revoked', ERRSIG: 'signature error',
};
const PRIMARY_AT = 9;

interface Signature {
  username: string | null;
  keyId: string | null;
  fingerprint: string | null;
  trust: string | null;
  status: string | null;
}
interface Verdict {
  /** What the last signature said. */
  readonly last: Signature;
  /** Those that can be told apart by an id, by that. */
  readonly signatures: readonly Signature[];
}

const noSignature = (): Signature => ({ username: null, keyId: null, fingerprint: null, trust: null, status: null });

function note(signature: Signature, word: string, rest: string): void {
  const [first = '', ...others] = rest.split(' ');
  if (word in TRUST) signature.trust = TRUST[word] ?? null;
  else if (word === 'VALIDSIG') Object.assign(signature, { fingerprint: others[PRIMARY_AT - 1] ?? null, status: 'signature valid' });
  else if (word === 'NO_PUBKEY') Object.assign(signature, { keyId: rest, status: 'no public key' });
  else if (word in KEYS) {
    signature.keyId = first;
    signature.status = KEYS[word] ?? null;
    if (word === 'GOODSIG' || word === 'BADSIG' || word === 'EXPSIG') signature.username = others.join(' ');
  }
}

/** A signature begins with its id and ends with the trust in its key; what stands between two belongs to none. */
function verdictOf({ status }: GpgRun): Verdict {
  const last = noSignature();
  const byId = new Map<string, Signature>();
  let current: Signature | undefined;
  for (const [word, rest] of status) {
    if (word === 'NEWSIG') current = undefined;
    else if (word === 'SIG_ID') {
      current = noSignature();
      byId.set(rest.split(' ')[0] ?? '', current);
    }
    note(last, word, rest);
    if (current !== undefined) note(current, word, rest);
    if (word in TRUST) current = undefined;
  }
  return { last, signatures: [...byId.values()] };
}

export interface Verification extends Place {
  readonly text: string | null;
  readonly filename: string | null;
  readonly signature: string | null;
  readonly trustmodel: string | null;
  readonly signed_by_any: Value;
  readonly signed_by_all: Value;
}

async function run(asked: Verification, ctx: Context): Promise<GpgRun> {
  const home = await homeOf(asked, ctx);
  const bySigner = isTruthy(asked.signed_by_any) || isTruthy(asked.signed_by_all);
  const args = [...(asked.trustmodel === null ? [] : ['--trust-model', asked.trustmodel]), ...(bySigner ? ['--no-batch'] : []), '--verify'];
  if (asked.text !== null && asked.text !== '') return runGpg(home, { args, stdin: asked.text }, ctx);
  if (asked.filename === null || asked.filename === '') throw new InvocationError('filename or text must be passed.');
  if (asked.signature === null || asked.signature === '') return runGpg(home, { args, stdin: await ctx.sys.fs.readFile(asked.filename) }, ctx);
  return runGpg(home, { args, names: [asked.signature, asked.filename] }, ctx);
}

const listOf = (value: Value): string[] => (isList(value) ? value.map(str) : isTruthy(value) ? [str(value)] : []);

function bySigners(verdict: Verdict, asked: Verification): PlainMap {
  const signatures = verdict.signatures.map(({ username, keyId, fingerprint, trust, status }) => ({ username, key_id: keyId, fingerprint, trust_level: trust, status }));
  const has = (signer: string): boolean => signatures.some((one) => one.trust_level !== null && one.fingerprint === signer);
  const refused = (message: string): PlainMap => ({ res: false, message, signatures });
  const any = listOf(asked.signed_by_any);
  if (any.length > 0 && !any.some(has)) return refused('None of the public keys listed in signed_by_any provided a valid signature');
  const missing = listOf(asked.signed_by_all).find((signer) => !has(signer));
  if (missing !== undefined) return refused(`Public key ${missing} has not provided a valid signature, but was listed in signed_by_all`);
  return { res: true, message: 'All required keys have provided a signature', signatures };
}

export async function verify(given: Verification, ctx: Context): Promise<PlainMap> {
  const asked = { ...given, trustmodel: given.trustmodel === '' ? null : given.trustmodel };
  if (asked.trustmodel !== null && !MODELS.includes(asked.trustmodel)) {
    return { res: false, message: `Invalid trustmodel defined: ${asked.trustmodel}. Use one of: ${MODELS.join(', ')}` };
  }
  const verdict = verdictOf(await run(asked, ctx));
  if (isTruthy(asked.signed_by_any) || isTruthy(asked.signed_by_all)) return bySigners(verdict, asked);
  const { trust, username, keyId } = verdict.last;
  if (trust === null) return { res: false, message: 'The signature could not be verified.' };
  return { res: true, username, key_id: keyId, trust_level: trust, message: 'The signature is verified.' };
}
