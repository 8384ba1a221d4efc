/** Keys, certificates, requests and lists of revoked certificates. */
import { createPublicKey } from 'node:crypto';
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { failed } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { readCertificate, type ReadCertificate } from '../../kernel/sys/x509/certificate.js';
import { readCrl, type Crl } from '../../kernel/sys/x509/crl.js';
import { integerOf, readDer } from '../../kernel/sys/x509/der.js';
import { MissingPassphraseError, NeedlessPassphraseError, UnreadableError, WrongPassphraseError } from '../../kernel/sys/x509/errors.js';
import { crlOf, DAY_MS, DAYS_VALID, issueOf, requestOf, shortWords, withPolicy } from '../../kernel/sys/x509/issue.js';
import { keySize, keyType, readPrivateKey, type ReadKey } from '../../kernel/sys/x509/keys.js';
import { EXTENSIONS } from '../../kernel/sys/x509/oids.data.js';
import { readRequest, type CertificateRequest } from '../../kernel/sys/x509/request.js';
import { hasDigest } from '../../kernel/sys/x509/signed.js';
import { moved, placed } from './x509_v2/brought.js';
import { certificateChanges, crlChanges, requestChanges } from './x509_v2/differences.js';
import { managedFile, refuseRest, splitWords, type Look } from './x509_v2/managed-file.js';

/** Days that have to be left, and that a list of revoked certificates holds. Source: observed, Salt 3008.3. */
const DAYS_REMAINING = 90;
const CRL_DAYS_REMAINING = 30;
const CRL_DAYS_VALID = 100;
const KEY_MODE = '0400';
const DEFAULT_SIZES: Readonly<Record<string, number>> = { rsa: 2048, ec: 256 };

const textOrNull = (value: Value): string | null => (value === null ? null : str(value));
const numberOr = (value: Value, fallback: number): number => (value === null ? fallback : Number(str(value)));
const onlyThese = (changes: PlainMap, names: readonly string[]): boolean => Object.keys(changes).every((name) => names.includes(name));
const listOf = (value: Value): readonly Value[] => (isList(value) ? value : isTruthy(value) ? [value] : []);
const created = (name: string): Look => ({ changes: { created: name }, isThere: false });

interface CertificateWish {
  readonly name: string;
  readonly days_remaining: Value;
  readonly ca_server: string | null;
  readonly signing_policy: Value;
  readonly encoding: string;
  readonly append_certs: Value;
  readonly digest: string;
  readonly serial_number: Value;
  readonly pkcs12_passphrase: Value;
  readonly pkcs12_encryption_compat: Value;
  readonly pkcs12_friendlyname: Value;
  /** What goes into the certificate. */
  readonly words: PlainMap;
}

/** The certificate of a file; undefined when the file holds something else. */
async function certificateAt(path: string, passphrase: Value, ctx: Context): Promise<ReadCertificate | 'locked' | undefined> {
  try {
    return await readCertificate(path, ctx.sys, textOrNull(passphrase));
  } catch (error) {
    if (error instanceof WrongPassphraseError) return 'locked';
    if (error instanceof UnreadableError) return undefined;
    throw error;
  }
}

async function chainDiffers(current: ReadCertificate, wanted: readonly Value[], ctx: Context): Promise<boolean> {
  if (current.chain.length !== wanted.length) return true;
  for (const [at, source] of wanted.entries()) {
    if (!(await readCertificate(source, ctx.sys)).certificate.bytes.equals(current.chain[at]?.bytes ?? Buffer.alloc(0))) return true;
  }
  return false;
}

async function lookAtCertificate(wish: CertificateWish, current: ReadCertificate, ctx: Context): Promise<PlainMap> {
  const policy = await ctx.call('x509.get_signing_policy', [wish.signing_policy], { ca_server: wish.ca_server });
  const issue = await issueOf(withPolicy(isPlainMap(policy) ? policy : {}, { ...wish.words, digest: wish.digest }), ctx.sys, { unsigned: wish.ca_server !== null });
  const changes: PlainMap = {};
  if (wish.encoding !== current.encoding) changes['encoding'] = wish.encoding;
  else if (wish.encoding === 'pkcs12' && current.pkcs12?.friendlyName !== textOrNull(wish.pkcs12_friendlyname)) changes['pkcs12_friendlyname'] = wish.pkcs12_friendlyname;
  if (current.certificate.notAfterMs < ctx.sys.now() + numberOr(wish.days_remaining, DAYS_REMAINING) * DAY_MS) changes['expiration'] = true;
  if (await chainDiffers(current, listOf(wish.append_certs), ctx)) changes['additional_certs'] = true;
  if (!hasDigest(current.certificate, issue.digest)) changes['digest'] = wish.digest;
  return { ...changes, ...certificateChanges(current.certificate, issue, wish.serial_number) };
}

async function makeCertificate(wish: CertificateWish, current: ReadCertificate | undefined, changes: PlainMap, ctx: Context): Promise<string> {
  const { encoding, append_certs: append } = wish;
  const pkcs12 = { pkcs12_passphrase: wish.pkcs12_passphrase, pkcs12_encryption_compat: wish.pkcs12_encryption_compat, pkcs12_friendlyname: wish.pkcs12_friendlyname };
  if (current !== undefined && onlyThese(changes, ['additional_certs', 'encoding', 'pkcs12_friendlyname'])) {
    const key = encoding === 'pkcs12' ? { private_key: wish.words['private_key'] ?? wish.words['signing_private_key'] ?? null, private_key_passphrase: wish.words['private_key_passphrase'] ?? null, ...pkcs12 } : {};
    return str(await ctx.call('x509.encode_certificate', [current.certificate.bytes], { encoding, append_certs: append, ...key }));
  }
  return str(await ctx.call('x509.create_certificate', [], { ca_server: wish.ca_server, signing_policy: wish.signing_policy, encoding, append_certs: append, ...pkcs12, digest: wish.digest, ...wish.words }));
}

function certificateManaged(wish: CertificateWish, file: PlainMap, ctx: Context): Promise<PlainMap> {
  let current: ReadCertificate | undefined;
  return managedFile({
    name: wish.name, noun: 'certificate', file, isText: wish.encoding === 'pem' || wish.encoding === 'pkcs7_pem',
    async look(path, exists) {
      if (!exists) return created(wish.name);
      const found = await certificateAt(path, wish.pkcs12_passphrase, ctx);
      if (found === 'locked') return { changes: { pkcs12_passphrase: true }, isThere: false };
      current = found;
      return found === undefined ? { changes: {}, replaces: true, isThere: false } : { changes: await lookAtCertificate(wish, found, ctx), isThere: true };
    },
    make: (changes) => makeCertificate(wish, current, changes, ctx),
  }, ctx);
}

interface CrlWish {
  readonly name: string;
  readonly days_remaining: Value;
  readonly days_valid: Value;
  readonly digest: string;
  readonly encoding: string;
  readonly extensions: Value;
  readonly signing_private_key: Value;
  readonly signing_private_key_passphrase: Value;
  readonly signing_cert: Value;
  readonly revoked: Value;
  readonly include_expired: Value;
}

/** The number after that of the list that is there. */
function nextNumber(current: Crl | undefined): number {
  const found = current?.extensions.find(({ oid }) => oid === EXTENSIONS['cRLNumber']);
  return found === undefined ? 1 : Number(integerOf(readDer(found.value))) + 1;
}

async function lookAtCrl(wish: CrlWish, current: Crl, encoding: string, ctx: Context): Promise<PlainMap> {
  const { cRLNumber: number, ...others } = isPlainMap(wish.extensions) ? wish.extensions : {};
  const isCounted = number === 'auto';
  const extensions = number === undefined || isCounted ? others : { ...others, cRLNumber: number };
  const { draft, key } = await crlOf({ ...wish, extensions, days_valid: numberOr(wish.days_valid, CRL_DAYS_VALID) }, ctx.sys);
  const seen = isCounted ? { ...current, extensions: current.extensions.filter(({ oid }) => oid !== EXTENSIONS['cRLNumber']) } : current;
  const remaining = numberOr(wish.days_remaining, CRL_DAYS_REMAINING);
  return {
    ...(hasDigest(current, wish.digest) ? {} : { digest: wish.digest }), ...(encoding === wish.encoding ? {} : { encoding: wish.encoding }),
    ...(remaining > 0 && current.nextUpdateMs < ctx.sys.now() + remaining * DAY_MS ? { expiration: true } : {}), ...crlChanges(seen, draft, createPublicKey(key)),
  };
}

function crlManaged(wish: CrlWish, file: PlainMap, ctx: Context): Promise<PlainMap> {
  let current: Crl | undefined;
  return managedFile({
    name: wish.name, noun: 'certificate revocation list', file, isText: wish.encoding === 'pem',
    async look(path, exists) {
      if (!exists) return created(wish.name);
      const found = await readable(readCrl(path, ctx.sys));
      current = found?.crl;
      return found === undefined ? { changes: {}, replaces: true, isThere: false } : { changes: await lookAtCrl(wish, found.crl, found.encoding, ctx), isThere: true };
    },
    async make(changes) {
      if (current !== undefined && onlyThese(changes, ['encoding'])) return str(await ctx.call('x509.encode_crl', [current.bytes], { encoding: wish.encoding }));
      const asked = isPlainMap(wish.extensions) ? wish.extensions : {};
      const extensions = asked['cRLNumber'] === 'auto' ? { ...asked, cRLNumber: nextNumber(current) } : asked;
      const { name: _name, days_remaining: _days, ...words } = wish;
      return str(await ctx.call('x509.create_crl', [], { ...words, extensions, days_valid: numberOr(wish.days_valid, CRL_DAYS_VALID) }));
    },
  }, ctx);
}

/** What was read; undefined when the file holds something else. */
async function readable<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof UnreadableError) return undefined;
    throw error;
  }
}

function csrManaged(name: string, { digest, encoding, words }: { digest: string; encoding: string; words: PlainMap }, file: PlainMap, ctx: Context): Promise<PlainMap> {
  let current: CertificateRequest | undefined;
  return managedFile({
    name, noun: 'certificate signing request', file, isText: encoding === 'pem',
    async look(path, exists) {
      if (!exists) return created(name);
      const found = await readable(readRequest(path, ctx.sys));
      if (found === undefined) return { changes: {}, replaces: true, isThere: false };
      current = found.request;
      const head = { ...(hasDigest(found.request, digest) ? {} : { digest }), ...(found.encoding === encoding ? {} : { encoding }) };
      return { changes: { ...head, ...requestChanges(found.request, await requestOf(words, ctx.sys)) }, isThere: true };
    },
    async make(changes) {
      if (current !== undefined && onlyThese(changes, ['encoding'])) return str(await ctx.call('x509.encode_csr', [current.bytes], { encoding }));
      return str(await ctx.call('x509.create_csr', [], { ...words, digest, encoding }));
    },
  }, ctx);
}

interface KeyWish {
  readonly name: string;
  readonly algo: string;
  readonly keysize: number | null;
  readonly passphrase: Value;
  readonly encoding: string;
  readonly new: Value;
  readonly overwrite: Value;
  readonly pkcs12_encryption_compat: Value;
}

interface FoundKey {
  readonly found?: ReadKey;
  readonly changes: PlainMap;
}

/** The key of a file, or what is to be told of one that cannot be read. */
async function keyAt(path: string, wish: KeyWish, ctx: Context): Promise<FoundKey> {
  const passphrase = textOrNull(wish.passphrase);
  const refuse = (text: string): void => {
    if (!isTruthy(wish.overwrite)) throw new CommandExecutionError(text);
  };
  try {
    return { found: await readPrivateKey(path, passphrase, ctx.sys), changes: {} };
  } catch (error) {
    if (error instanceof NeedlessPassphraseError) return { found: await readPrivateKey(path, null, ctx.sys), changes: { passphrase: true } };
    if (error instanceof WrongPassphraseError) refuse('The provided passphrase cannot decrypt the private key. Pass overwrite: true to force regeneration');
    else if (error instanceof MissingPassphraseError) refuse('The existing file is encrypted. Pass overwrite: true to force regeneration without passphrase');
    else if (error instanceof UnreadableError) {
      refuse('The existing file does not seem to be a private key formatted as DER, PEM or embedded in PKCS12. Pass overwrite: true to force regeneration');
      return { changes: {} };
    } else throw error;
    return { changes: { passphrase: true } };
  }
}

function keyChanges({ key, encoding }: ReadKey, wish: KeyWish): PlainMap {
  const size = wish.keysize ?? DEFAULT_SIZES[wish.algo];
  const isOther = keyType(key) !== wish.algo;
  return {
    ...(isOther ? { algo: wish.algo } : {}), ...(!isOther && size !== undefined && keySize(key) !== size ? { keysize: size } : {}), ...(encoding === wish.encoding ? {} : { encoding: wish.encoding }),
  };
}

function privateKeyManaged(wish: KeyWish, file: PlainMap, ctx: Context): Promise<PlainMap> {
  const { name, algo, keysize, passphrase, encoding } = wish;
  let current: ReadKey | undefined;
  return managedFile({
    name, noun: 'private key', file: isTruthy(file['mode']) ? file : { ...file, mode: KEY_MODE }, isText: encoding === 'pem',
    async look(path, exists) {
      if (keysize !== null && algo.startsWith('ed')) throw new InvocationError(`keysize is an invalid parameter for ${algo}`);
      if (!exists) return created(name);
      if (isTruthy(wish.new)) return { changes: { replaced: name }, isThere: true };
      const { found, changes } = await keyAt(path, wish, ctx);
      current = found;
      return { changes: found === undefined ? { ...changes, created: name } : { ...changes, ...keyChanges(found, wish) }, isThere: true };
    },
    async make(changes) {
      if (current === undefined || !onlyThese(changes, ['encoding', 'passphrase'])) {
        return str(await ctx.call('x509.create_private_key', [], { algo, keysize, passphrase, encoding, pkcs12_encryption_compat: wish.pkcs12_encryption_compat }));
      }
      return str(await ctx.call('x509.encode_private_key', [current.key.export({ type: 'pkcs8', format: 'der' })], { passphrase, encoding }));
    },
  }, ctx);
}

async function pemManaged(name: string, text: Value, file: PlainMap, ctx: Context): Promise<PlainMap> {
  try {
    const contents = await ctx.call('x509.get_pem_entry', [], { text });
    if (ctx.state === undefined) throw new CommandExecutionError('A file is managed in a run of states only');
    return await ctx.state.call('file.managed', { name, contents, ...file });
  } catch (error) {
    if (error instanceof CommandExecutionError || error instanceof InvocationError) return failed(name, error.message);
    throw error;
  }
}

/** `bits`, `algorithm` and the like are words of older SLS. */
const without = (words: PlainMap, names: readonly string[]): PlainMap => Object.fromEntries(Object.entries(words).filter(([name]) => !names.includes(name)));

const name = p.string();
const none = p.any(null);
const off = p.any(false);
const encoding = p.string('pem');
const digest = p.string('sha256');

export default defineState({
  name: 'x509_v2',
  serves: 'x509',
  virtual: async (ctx) => (await ctx.has('x509.create_certificate') ? true : 'x509 module could not be loaded'),
  doc: 'Keys, certificates, requests and lists of revoked certificates.',
  functions: {
    certificate_managed: fn({
      doc: 'Make sure that a certificate is there as wanted and holds long enough. Further words are parts of its name, extensions, and those of `file.managed`.',
      params: {
        name, days_remaining: none, ca_server: p.string(null), signing_policy: none, encoding, append_certs: none, digest, signing_private_key: none, signing_private_key_passphrase: none, signing_cert: none,
        public_key: none, private_key: none, private_key_passphrase: none, csr: none, subject: none, serial_number: none, not_before: none, not_after: none, days_valid: none, pkcs12_passphrase: none,
        pkcs12_encryption_compat: off, pkcs12_friendlyname: none, kwargs: p.keywords(),
      },
      run({ name: path, days_remaining, ca_server, signing_policy, encoding: form, append_certs, digest: hash, pkcs12_passphrase, pkcs12_encryption_compat, pkcs12_friendlyname, kwargs, ...parts }, ctx) {
        const { file, rest: { algorithm, ...rest } } = splitWords(kwargs);
        const given = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== null));
        const days = 'days_valid' in given || 'not_after' in given ? {} : { days_valid: DAYS_VALID };
        return certificateManaged({
          name: path, days_remaining, ca_server, signing_policy, encoding: form, append_certs, digest: algorithm === undefined ? hash : str(algorithm), pkcs12_passphrase, pkcs12_encryption_compat, pkcs12_friendlyname,
          serial_number: parts.serial_number, words: { ...shortWords(rest), ...given, ...days },
        }, file, ctx);
      },
    }),
    certificate_managed_ssh: fn({
      doc: 'Write a certificate that was made elsewhere.',
      params: { name, result: p.any(), comment: p.any(), changes: p.any(), encoding: none, contents: none, kwargs: p.keywords() },
      run: ({ name: path, contents, encoding: form, kwargs, ...told }, ctx) => placed({ name: path, ...told }, contents, form, kwargs, ctx),
    }),
    crl_managed: fn({
      doc: 'Make sure that a list of revoked certificates is there as wanted and holds long enough.',
      params: {
        name, signing_private_key: p.any(), revoked: p.any(), days_remaining: none, signing_cert: none, signing_private_key_passphrase: none, include_expired: off, days_valid: none, digest, encoding,
        extensions: none, kwargs: p.keywords(),
      },
      run({ kwargs, ...wish }, ctx) {
        const { file, rest } = splitWords(kwargs);
        refuseRest(without(rest, ['text']));
        return crlManaged(wish, file, ctx);
      },
    }),
    csr_managed: fn({
      doc: 'Make sure that a request for a certificate is there as wanted.',
      params: { name, private_key: p.any(), private_key_passphrase: none, digest, encoding, subject: none, kwargs: p.keywords() },
      run({ name: path, digest: hash, encoding: form, kwargs, ...parts }, ctx) {
        const { file, rest: { algorithm, ...rest } } = splitWords(kwargs);
        const given = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== null));
        return csrManaged(path, { digest: algorithm === undefined ? hash : str(algorithm), encoding: form, words: { ...shortWords(rest), ...given } }, file, ctx);
      },
    }),
    pem_managed: fn({
      doc: 'Make sure that a file holds a PEM entry.',
      params: { name, text: p.any(), kwargs: p.keywords() },
      run({ name: path, text, kwargs }, ctx) {
        const { file, rest } = splitWords(kwargs);
        refuseRest(rest);
        return pemManaged(path, text, file, ctx);
      },
    }),
    private_key_managed: fn({
      doc: 'Make sure that a private key of a kind and size is there. With `new` it is made each time.',
      params: { name, algo: p.string('rsa'), keysize: p.int(null), passphrase: none, encoding, new: off, overwrite: p.any(false, 'also a file that is no such key'), pkcs12_encryption_compat: off, kwargs: p.keywords() },
      run({ kwargs, keysize, ...wish }, ctx) {
        const { file, rest: { bits, ...rest } } = splitWords(kwargs);
        refuseRest(without(rest, ['cipher', 'verbose', 'text']));
        return privateKeyManaged({ ...wish, keysize: bits === undefined ? keysize : Number(str(bits)) }, file, ctx);
      },
    }),
    private_key_managed_ssh: fn({
      doc: 'Put a private key that was made elsewhere in its place.',
      params: { name, result: p.any(), comment: p.any(), changes: p.any(), tempfile: none, kwargs: p.keywords() },
      run: ({ name: path, tempfile, kwargs, ...told }, ctx) => moved({ name: path, ...told }, tempfile, kwargs, ctx),
    }),
  },
});
