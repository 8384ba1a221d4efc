/** Keys, certificates, requests and lists of revoked certificates. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn, type Fn } from '../../kernel/contract/plugin.js';
import { repr, str } from '../../kernel/std/python-text.js';
import { isList, isTruthy, mapFrom, type PlainMap, type Value } from '../../kernel/std/value.js';
import { globPaths } from '../../kernel/sys/glob.js';
import { certificatePem, pkcs7Bytes, pkcs7Pem, readCertificate, showCertificate, type Certificate, type CertificateEncoding } from '../../kernel/sys/x509/certificate.js';
import { crlPem, readCrl, showCrl, signCrl } from '../../kernel/sys/x509/crl.js';
import { MissingPassphraseError, NeedlessPassphraseError, WrongPassphraseError } from '../../kernel/sys/x509/errors.js';
import { crlOf, DAY_MS, DAYS_VALID, requestOf, shortWords, withPolicy } from '../../kernel/sys/x509/issue.js';
import { encodeKey, generateKey, keySize, publicPem, readPrivateKey, readPublicKey, samePublic, type KeyEncoding } from '../../kernel/sys/x509/keys.js';
import { nameWords } from '../../kernel/sys/x509/names.js';
import { writePkcs12 } from '../../kernel/sys/x509/pkcs12.js';
import { readRequest, requestPem, showRequest, signRequest } from '../../kernel/sys/x509/request.js';
import { DIGESTS, isSignedBy } from '../../kernel/sys/x509/signed.js';
import { bytesOf, isFile, PEM_BEGIN } from '../../kernel/sys/x509/source.js';
import { pemEntry } from './x509_v2/pem-entry.js';
import { createLocal, createRemote, localPolicy, signForOthers, signingPolicy } from './x509_v2/policies.js';

const CERTIFICATE_ENCODINGS = ['der', 'pem', 'pkcs7_der', 'pkcs7_pem', 'pkcs12'];
const PLAIN_ENCODINGS = ['der', 'pem'];
const KEY_ENCODINGS = ['der', 'pem', 'pkcs12'];
/** Words of old SLS that have no meaning any more. */
const IGNORED = ['text', 'version', 'serial_bits', 'cipher', 'verbose'];
/** Days a list of revoked certificates holds when nothing is said. */
const CRL_DAYS_VALID = 100;
const KEY_LABELS = '(?:(RSA|ENCRYPTED) )?PRIVATE KEY';

const textOrNull = (value: Value): string | null => (value === null ? null : str(value));

function checkEncoding(encoding: string, valid: readonly string[]): void {
  if (!valid.includes(encoding)) throw new CommandExecutionError(`Invalid value '${encoding}' for encoding. Valid: ${valid.join(', ')}`);
}
function checkDigest(digest: Value): void {
  if (!(DIGESTS as readonly string[]).includes(str(digest).toLowerCase())) throw new CommandExecutionError(`Invalid value '${str(digest)}' for digest. Valid: ${DIGESTS.join(', ')}`);
}
/** Words that are left over; those of the job and of old SLS are none. */
function checkUnknown(kwargs: PlainMap): void {
  const unknown = Object.keys(kwargs).filter((name) => !name.startsWith('_') && !IGNORED.includes(name));
  if (unknown.length > 0) throw new InvocationError(`Unrecognized keyword arguments: ${repr(unknown)}`);
}
/** The words of a certificate, with the new names of old ones. */
function wordsFrom({ algorithm, ...kwargs }: PlainMap): PlainMap {
  const kept = Object.fromEntries(Object.entries(kwargs).filter(([name]) => !name.startsWith('_') && !IGNORED.includes(name)));
  return shortWords(algorithm === undefined ? kept : { ...kept, digest: algorithm });
}

/** Bytes when asked for; else text, base64 for what is none. */
const told = (bytes: Buffer, isText: boolean, raw: Value): Value => (isTruthy(raw) ? bytes : isText ? bytes.toString('latin1') : bytes.toString('base64'));

interface Output {
  readonly encoding: string;
  readonly path: string | null;
  readonly raw: Value;
}

/** Gives what was made, or writes it to a file. */
async function deliver(bytes: Buffer, what: string, pemType: string, { encoding, path, raw }: Output & { readonly overwrite?: Value }, ctx: Context, overwrite: Value = true): Promise<Value> {
  if (path === null) return told(bytes, encoding === 'pem' || encoding === 'pkcs7_pem', raw);
  if (encoding === 'pem') return writePem(bytes.toString('latin1'), path, isTruthy(overwrite), pemType, ctx);
  await ctx.sys.writeFile(path, bytes);
  return `${what} written to ${path}`;
}

const PRIVATE_MODE = 0o600;
/** Beside a certificate that is not overwritten, key and parameters of the file stay. */
async function writePem(text: string, path: string, overwrite: boolean, type: string | null, ctx: Context): Promise<string> {
  const entry = pemEntry(await sourceText(text, ctx), type);
  const before = await ctx.sys.readText(path);
  const kept = (wanted: string): string => {
    if (type !== 'CERTIFICATE' || overwrite || before === undefined || !new RegExp(`BEGIN ${wanted}-`).test(before)) return '';
    return pemEntry(before, wanted);
  };
  await ctx.sys.writeFile(path, `${kept('(?:RSA )?PRIVATE KEY')}${entry}${kept('DH PARAMETERS')}`, before === undefined ? { mode: PRIVATE_MODE } : {});
  return `PEM written to ${path}`;
}

const sourceText = async (source: Value, ctx: Context): Promise<string> => (await bytesOf(source, ctx.sys)).toString('utf8');

interface Packing {
  readonly encoding: string;
  readonly append_certs: Value;
  readonly pkcs12_passphrase: Value;
  readonly pkcs12_encryption_compat: Value;
  readonly pkcs12_friendlyname: Value;
}

/** A certificate and those that follow it, in an encoding; in PKCS#12 with the key. */
async function packed(certificate: Buffer, key: Parameters<typeof writePkcs12>[0] | undefined, packing: Packing, ctx: Context): Promise<Buffer> {
  const { encoding } = packing;
  const asked = isList(packing.append_certs) ? packing.append_certs : isTruthy(packing.append_certs) ? [packing.append_certs] : [];
  if (encoding === 'der' && asked.length > 0) throw new InvocationError('Cannot encode a certificate chain in DER');
  if (encoding !== 'pkcs12' && key !== undefined) throw new InvocationError('Embedding private keys is only supported for pkcs12 encoding');
  const chain: Buffer[] = [];
  for (const one of asked) chain.push((await readCertificate(one, ctx.sys)).certificate.bytes);
  const all = [certificate, ...chain];
  if (encoding === 'der') return certificate;
  if (encoding === 'pem') return Buffer.from(all.map(certificatePem).join('\n'));
  if (encoding === 'pkcs7_der') return pkcs7Bytes(all);
  if (encoding === 'pkcs7_pem') return Buffer.from(pkcs7Pem(all));
  if (key === undefined) throw new InvocationError('Creating a PKCS12-encoded certificate without embedded private key is unsupported');
  return writePkcs12(key, all, { passphrase: textOrNull(packing.pkcs12_passphrase), compatible: isTruthy(packing.pkcs12_encryption_compat), friendlyName: textOrNull(packing.pkcs12_friendlyname) });
}

interface Creation extends Packing, Output {
  readonly ca_server: string | null;
  readonly signing_policy: Value;
  readonly overwrite: Value;
  readonly kwargs: PlainMap;
}

async function createCertificate(args: Creation, ctx: Context): Promise<Value> {
  const words = wordsFrom(args.kwargs);
  checkEncoding(args.encoding, CERTIFICATE_ENCODINGS);
  checkDigest(words['digest'] ?? 'sha256');
  if (args.encoding === 'der' && isTruthy(args.append_certs)) throw new InvocationError('Cannot encode a certificate chain in DER');
  if (!('signing_private_key' in words) && args.ca_server === null && args.signing_policy === null) throw new InvocationError('Creating a certificate locally at least requires a signing private key.');
  if (args.path !== null && !isTruthy(args.overwrite) && await isFile(args.path, ctx.sys)) return `The file at ${args.path} exists and overwrite was set to false`;
  if (args.ca_server !== null && args.signing_policy === null) throw new InvocationError('signing_policy must be specified to request a certificate from a remote ca_server');
  const asked = 'days_valid' in words || 'not_after' in words ? words : { ...words, days_valid: DAYS_VALID };
  const made = args.ca_server === null ? await createLocal(withPolicy(await localPolicy(args.signing_policy, ctx), asked), ctx) : await createRemote(args.ca_server, args.signing_policy, asked, ctx);
  const bytes = await packed(made.bytes, args.encoding === 'pkcs12' ? made.privateKey : undefined, args, ctx);
  return deliver(bytes, 'Certificate', 'CERTIFICATE', args, ctx, args.overwrite);
}

const creation = (doc: string): Fn => fn({
  doc,
  params: {
    ca_server: p.string(null), signing_policy: p.any(null), encoding: p.string('pem'), append_certs: p.any(null), pkcs12_passphrase: p.any(null), pkcs12_encryption_compat: p.any(false),
    pkcs12_friendlyname: p.any(null), path: p.string(null), overwrite: p.any(true), raw: p.any(false), kwargs: p.keywords(),
  },
  run: (args, ctx) => createCertificate(args, ctx),
});

/** Gives a value to each file of a pattern that has one. */
async function eachFile(pattern: string, look: (path: string) => Promise<Value>, ctx: Context): Promise<Value> {
  const found: [string, Value][] = [];
  for (const path of globPaths(pattern)) {
    if (!await isFile(path, ctx.sys)) continue;
    try {
      found.push([path, await look(path)]);
    } catch (error) {
      if (!(error instanceof InvocationError)) throw error;
      ctx.log.debug({ path }, 'The file is left out');
    }
  }
  return mapFrom(found);
}

/** The public key of whatever is given, as PEM. */
async function publicKeyOf(source: Value, passphrase: string | null, ctx: Context): Promise<string> {
  const isPassphrase = (error: unknown): boolean => error instanceof WrongPassphraseError || error instanceof MissingPassphraseError || error instanceof NeedlessPassphraseError;
  const readers = [
    async () => publicPem(await readPublicKey(source, ctx.sys)), async () => publicPem((await readCertificate(source, ctx.sys, passphrase)).certificate.publicKey),
    async () => publicPem((await readPrivateKey(source, passphrase, ctx.sys)).key), async () => publicPem((await readRequest(source, ctx.sys)).request.publicKey),
  ];
  for (const read of readers) {
    try {
      return await read();
    } catch (error) {
      if (isPassphrase(error)) throw new CommandExecutionError(error instanceof Error ? error.message : '');
      if (!(error instanceof InvocationError) && !(error instanceof CommandExecutionError)) throw error;
    }
  }
  throw new CommandExecutionError('Could not load key as certificate, public key, private key or CSR');
}

const expiresWithin = (certificate: Certificate, days: number, ctx: Context): boolean => certificate.notAfterMs <= ctx.sys.now() + days * DAY_MS;

/** Path and common name, as far as there are. */
async function facts(source: Value, certificate: Certificate, ctx: Context): Promise<PlainMap> {
  const cn = nameWords(certificate.subject)['CN'];
  return { ...(await isFile(source, ctx.sys) ? { path: source } : {}), ...(cn === undefined ? {} : { cn }) };
}

const none = p.any(null);
const off = p.any(false);
const encoding = p.string('pem');
const path = p.string(null);
const certificate = p.any();
const load = async (source: Value, ctx: Context): Promise<Certificate> => (await readCertificate(source, ctx.sys)).certificate;

export default defineModule({
  name: 'x509_v2',
  serves: 'x509',
  doc: 'Makes, reads and checks keys, certificates, requests and lists of revoked certificates; signs for other minions by rules.',
  functions: {
    create_certificate: creation("Make a certificate, signed here or by `ca_server`.\n\nsalt '*' x509.create_certificate signing_private_key='/etc/pki/myca.key' csr='/etc/pki/myca.csr'"),
    create_certificate_ssh: creation("Make a certificate, as `create_certificate` does.\n\nsalt '*' x509.create_certificate_ssh ca_server=ca signing_policy=www"),
    create_crl: fn({
      doc: "Make a list of revoked certificates.\n\nsalt '*' x509.create_crl signing_cert=/etc/pki/ca.crt signing_private_key=/etc/pki/ca.key revoked=\"[{'certificate': '/etc/pki/certs/www1.crt'}]\"",
      params: {
        signing_private_key: p.any(), revoked: p.any(), signing_cert: none, signing_private_key_passphrase: none, include_expired: off, days_valid: p.any(null), digest: p.string('sha256'), encoding,
        extensions: none, path, raw: off, kwargs: p.keywords(),
      },
      async run({ kwargs, ...args }, ctx) {
        checkUnknown(kwargs);
        checkEncoding(args.encoding, PLAIN_ENCODINGS);
        checkDigest(args.digest);
        const { draft, key } = await crlOf({ ...args, days_valid: args.days_valid === null ? CRL_DAYS_VALID : Number(str(args.days_valid)) }, ctx.sys);
        const bytes = signCrl(draft, key, args.digest);
        return deliver(args.encoding === 'pem' ? Buffer.from(crlPem(bytes)) : bytes, 'CRL', 'X509 CRL', args, ctx);
      },
    }),
    create_csr: fn({
      doc: "Make a request for a certificate.\n\nsalt '*' x509.create_csr private_key='/etc/pki/myca.key' CN='My Cert'",
      params: { private_key: p.any(), private_key_passphrase: none, digest: p.string('sha256'), encoding, path, raw: off, kwargs: p.keywords() },
      async run({ kwargs, ...args }, ctx) {
        const words = wordsFrom(kwargs);
        const digest = str(words['digest'] ?? args.digest);
        checkEncoding(args.encoding, PLAIN_ENCODINGS);
        checkDigest(digest);
        const { subject, key, extensions } = await requestOf({ ...words, private_key: args.private_key, private_key_passphrase: args.private_key_passphrase }, ctx.sys);
        const bytes = signRequest(subject, key, extensions, digest);
        return deliver(args.encoding === 'pem' ? Buffer.from(requestPem(bytes)) : bytes, 'CSR', 'CERTIFICATE REQUEST', args, ctx);
      },
    }),
    create_private_key: fn({
      doc: "Make a private key.\n\nsalt '*' x509.create_private_key algo=ec keysize=384",
      params: { algo: p.string('rsa'), keysize: p.any(null), passphrase: none, encoding, pkcs12_encryption_compat: off, path, raw: off, kwargs: p.keywords() },
      async run({ kwargs: { bits, ...kwargs }, ...args }, ctx) {
        checkUnknown(kwargs);
        checkEncoding(args.encoding, KEY_ENCODINGS);
        const size = bits ?? args.keysize;
        const key = await generateKey(args.algo, size === null ? null : Number(str(size)));
        const bytes = await encodeKey(key, args.encoding as KeyEncoding, textOrNull(args.passphrase), isTruthy(args.pkcs12_encryption_compat));
        if (args.path === null || args.encoding === 'pem') return deliver(bytes, '', KEY_LABELS, args, ctx);
        await ctx.sys.writeFile(args.path, bytes, { mode: PRIVATE_MODE });
        return null;
      },
    }),
    encode_certificate: fn({
      doc: "Give a certificate in another encoding.\n\nsalt '*' x509.encode_certificate /etc/pki/my.crt pem /etc/pki/ca.crt",
      params: {
        certificate, encoding, append_certs: none, private_key: none, private_key_passphrase: none, pkcs12_passphrase: none, pkcs12_encryption_compat: off, pkcs12_friendlyname: none, raw: off,
      },
      async run(args, ctx) {
        checkEncoding(args.encoding, CERTIFICATE_ENCODINGS);
        if (args.encoding !== 'pkcs12' && isTruthy(args.private_key)) throw new InvocationError('Embedding private keys is only supported for pkcs12 encoding');
        const key = isTruthy(args.private_key) ? (await readPrivateKey(args.private_key, textOrNull(args.private_key_passphrase), ctx.sys)).key : undefined;
        const bytes = await packed((await load(args.certificate, ctx)).bytes, key, args, ctx);
        return told(bytes, (args.encoding as CertificateEncoding).endsWith('pem'), args.raw);
      },
    }),
    encode_crl: fn({
      doc: "Give a list of revoked certificates in another encoding.\n\nsalt '*' x509.encode_crl /etc/pki/my.crl der",
      params: { crl: p.any(), encoding, raw: off },
      async run(args, ctx) {
        checkEncoding(args.encoding, PLAIN_ENCODINGS);
        const { bytes } = (await readCrl(args.crl, ctx.sys)).crl;
        return told(args.encoding === 'pem' ? Buffer.from(crlPem(bytes)) : bytes, args.encoding === 'pem', args.raw);
      },
    }),
    encode_csr: fn({
      doc: "Give a request in another encoding.\n\nsalt '*' x509.encode_csr /etc/pki/my.csr der",
      params: { csr: p.any(), encoding, raw: off },
      async run(args, ctx) {
        checkEncoding(args.encoding, PLAIN_ENCODINGS);
        const { bytes } = (await readRequest(args.csr, ctx.sys)).request;
        return told(args.encoding === 'pem' ? Buffer.from(requestPem(bytes)) : bytes, args.encoding === 'pem', args.raw);
      },
    }),
    encode_private_key: fn({
      doc: "Give a private key in another encoding, or with another passphrase.\n\nsalt '*' x509.encode_private_key /etc/pki/my.key der",
      params: { private_key: p.any(), encoding, passphrase: none, private_key_passphrase: none, pkcs12_encryption_compat: off, raw: off },
      async run(args, ctx) {
        checkEncoding(args.encoding, KEY_ENCODINGS);
        const { key } = await readPrivateKey(args.private_key, textOrNull(args.private_key_passphrase), ctx.sys);
        return told(await encodeKey(key, args.encoding as KeyEncoding, textOrNull(args.passphrase), isTruthy(args.pkcs12_encryption_compat)), args.encoding === 'pem', args.raw);
      },
    }),
    expired: fn({
      doc: "Say whether a certificate holds no more.\n\nsalt '*' x509.expired /etc/pki/mycert.crt",
      params: { certificate },
      async run(args, ctx) {
        const one = await load(args.certificate, ctx);
        return { ...await facts(args.certificate, one, ctx), expired: expiresWithin(one, 0, ctx) };
      },
    }),
    expires: fn({
      doc: "Say whether a certificate holds no more in some days.\n\nsalt '*' x509.expires /etc/pki/my.crt days=7",
      params: { certificate, days: p.float(0) },
      run: async (args, ctx) => expiresWithin(await load(args.certificate, ctx), args.days, ctx),
    }),
    get_pem_entries: fn({
      doc: "Give the PEM entries of files by path.\n\nsalt '*' x509.get_pem_entries '/etc/pki/*'",
      params: { glob_path: p.string() },
      run: (args, ctx) => eachFile(args.glob_path, async (file) => pemEntry(await sourceText(file, ctx), null), ctx),
    }),
    get_pem_entry: fn({
      doc: "Give a PEM entry, written well.\n\nsalt '*' x509.get_pem_entry '-----BEGIN CERTIFICATE REQUEST-----MIICyzCC...Y7ZRjqnbQ==-----END CERTIFICATE REQUEST-----'",
      params: { text: p.any(), pem_type: p.string(null) },
      async run(args, ctx) {
        return pemEntry(typeof args.text === 'string' && args.text.includes(PEM_BEGIN) ? args.text : await sourceText(args.text, ctx), args.pem_type);
      },
    }),
    get_private_key_size: fn({
      doc: "Give the number of bits of a private key.\n\nsalt '*' x509.get_private_key_size /etc/pki/my.key",
      params: { private_key: p.any(), passphrase: none },
      run: async (args, ctx) => keySize((await readPrivateKey(args.private_key, textOrNull(args.passphrase), ctx.sys)).key),
    }),
    get_public_key: fn({
      doc: "Give the public key of a key, certificate or request.\n\nsalt '*' x509.get_public_key /etc/pki/my.key",
      params: { key: p.any(), passphrase: none, asObj: p.any(null, 'without meaning') },
      run: (args, ctx) => publicKeyOf(args.key, textOrNull(args.passphrase), ctx),
    }),
    get_signing_policy: fn({
      doc: "Give the rules by which a signer works.\n\nsalt '*' x509.get_signing_policy www ca_server=ca",
      params: { signing_policy: p.any(), ca_server: p.string(null) },
      run: (args, ctx) => signingPolicy(args.signing_policy, args.ca_server, ctx),
    }),
    read_certificate: fn({
      doc: "Give the facts of a certificate.\n\nsalt '*' x509.read_certificate /etc/pki/mycert.crt",
      params: { certificate },
      run: async (args, ctx) => showCertificate(await load(args.certificate, ctx)),
    }),
    read_certificates: fn({
      doc: "Give the facts of certificates by path.\n\nsalt '*' x509.read_certificates '/etc/pki/*.crt'",
      params: { glob_path: p.string() },
      run: (args, ctx) => eachFile(args.glob_path, async (file) => showCertificate(await load(file, ctx)), ctx),
    }),
    read_crl: fn({
      doc: "Give the facts of a list of revoked certificates.\n\nsalt '*' x509.read_crl /etc/pki/my.crl",
      params: { crl: p.any() },
      run: async (args, ctx) => showCrl((await readCrl(args.crl, ctx.sys)).crl),
    }),
    read_csr: fn({
      doc: "Give the facts of a request.\n\nsalt '*' x509.read_csr /etc/pki/mycert.csr",
      params: { csr: p.any() },
      run: async (args, ctx) => showRequest((await readRequest(args.csr, ctx.sys)).request),
    }),
    sign_remote_certificate: fn({
      doc: "Sign for another minion, by the rules of a policy; called through the master.\n\nsalt '*' x509.sign_remote_certificate www kwargs=\"{'public_key': '-----BEGIN PUBLIC KEY-----...'}\"",
      params: { signing_policy: p.any(), kwargs: p.map(), get_signing_policy_only: off, more_kwargs: p.keywords() },
      async run(args, ctx) {
        const { data, errors } = await signForOthers(args.signing_policy, args.kwargs, isTruthy(args.get_signing_policy_only), ctx);
        return { data, errors };
      },
    }),
    verify_crl: fn({
      doc: "Say whether a certificate's key signed a list of revoked certificates.\n\nsalt '*' x509.verify_crl /etc/pki/my.crl /etc/pki/ca.crt",
      params: { crl: p.any(), cert: p.any() },
      run: async (args, ctx) => isSignedBy((await readCrl(args.crl, ctx.sys)).crl, await readPublicKey(await publicKeyOf(args.cert, null, ctx), ctx.sys)),
    }),
    verify_private_key: fn({
      doc: "Say whether a private key belongs to a public one.\n\nsalt '*' x509.verify_private_key /etc/pki/my.key /etc/pki/my.crt",
      params: { private_key: p.any(), public_key: p.any(), passphrase: none },
      async run(args, ctx) {
        const { key } = await readPrivateKey(args.private_key, textOrNull(args.passphrase), ctx.sys);
        return samePublic(key, await readPublicKey(await publicKeyOf(args.public_key, null, ctx), ctx.sys));
      },
    }),
    verify_signature: fn({
      doc: "Say whether a key signed a certificate; its own when none is given.\n\nsalt '*' x509.verify_signature /etc/pki/my.crt /etc/pki/ca.crt",
      params: { certificate, signing_pub_key: none, signing_pub_key_passphrase: none },
      async run(args, ctx) {
        const signer = isTruthy(args.signing_pub_key) ? args.signing_pub_key : args.certificate;
        return isSignedBy(await load(args.certificate, ctx), await readPublicKey(await publicKeyOf(signer, textOrNull(args.signing_pub_key_passphrase), ctx), ctx.sys));
      },
    }),
    will_expire: fn({
      doc: "Say whether a certificate holds no more in some days, with its name.\n\nsalt '*' x509.will_expire /etc/pki/mycert.crt days=30",
      params: { certificate, days: p.any() },
      async run(args, ctx) {
        const one = await load(args.certificate, ctx);
        return { check_days: args.days, ...await facts(args.certificate, one, ctx), will_expire: expiresWithin(one, Number(str(args.days)), ctx) };
      },
    }),
    write_pem: fn({
      doc: "Write a PEM entry to a file.\n\nsalt '*' x509.write_pem '-----BEGIN CERTIFICATE-----MIIGMzCCA...' path=/etc/pki/mycert.crt",
      params: { text: p.string(), path: p.string(), overwrite: p.any(true), pem_type: p.string(null) },
      run: (args, ctx) => writePem(args.text, args.path, isTruthy(args.overwrite), args.pem_type, ctx),
    }),
  },
});
