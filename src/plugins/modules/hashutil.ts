/** Digests, base64 and signatures of text and files. */
import { isUtf8 } from 'node:buffer';
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { isOsError, osErrorClass, osErrorText } from '../../kernel/std/os-error.js';
import { linesWithEnds } from '../../kernel/std/python-space.js';
import { isBytes, typeName, type Value } from '../../kernel/std/value.js';
import { decodeBase64, encodeLines } from './hashutil/base64.js';

const CHECKSUMS: ReadonlySet<string> = new Set(['md5', 'sha256', 'sha512']);
/** Digests by the names that Python gives them. */
const PYTHON_HASHES: ReadonlyMap<string, string> = new Map([
  ...['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'].map((name) => [name, name] as const),
  ['sha3_224', 'sha3-224'], ['sha3_256', 'sha3-256'], ['sha3_384', 'sha3-384'], ['sha3_512', 'sha3-512'],
  ['blake2b', 'blake2b512'], ['blake2s', 'blake2s256'],
]);

function bytesOf(value: Value): Uint8Array {
  if (typeof value === 'string') return Buffer.from(value, 'utf8');
  if (isBytes(value)) return value;
  throw new PythonError('TypeError', `expected str, bytes, or bytearray not <class '${typeName(value)}'>`);
}

const textOrBytes = (bytes: Buffer): Value => (isUtf8(bytes) ? bytes.toString('utf8') : bytes);
const hexDigest = (algorithm: string, value: Value): string => createHash(algorithm).update(bytesOf(value)).digest('hex');
const encoded = (value: Value): string => Buffer.from(bytesOf(value)).toString('base64');
const decoded = (value: Value): Value => textOrBytes(decodeBase64(Buffer.from(bytesOf(value)).toString('latin1')));
const hmac = (text: Value, secret: Value): Buffer => createHmac('sha256', bytesOf(secret)).update(bytesOf(text)).digest();

/** Compared in the same time whatever differs. */
const isSame = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b);

/** Failures of files as Python raises them. */
async function withFile<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (err) {
    if (isOsError(err)) throw new PythonError(osErrorClass(err), osErrorText(err), err);
    throw err;
  }
}

function digest(value: Value, checksum: string): string {
  if (!CHECKSUMS.has(checksum)) throw new CommandExecutionError(`Hash func '${checksum}' is not supported.`);
  return hexDigest(checksum, value);
}

async function digestFile(ctx: Context, path: string, checksum: string): Promise<string> {
  const stat = await ctx.sys.fs.stat(path).catch((err: unknown) => {
    if (isOsError(err)) return undefined;
    throw err;
  });
  if (stat?.isFile() !== true) throw new CommandExecutionError(`File path '${path}' not found.`);
  return digest(await withFile(() => ctx.sys.fs.readFile(path)), checksum);
}

/** Python decodes such files line by line; each line has to be complete. */
const decodedLines = (text: string): Buffer => Buffer.concat(linesWithEnds(text).map(decodeBase64));

/** `challenge` is `algorithm=digest`, as web hooks carry it. */
function githubSignature(text: Value, secret: Value, challenge: string): boolean {
  const parts = challenge.split('=');
  if (parts.length !== 2) {
    throw new PythonError('ValueError', parts.length < 2 ? `not enough values to unpack (expected 2, got ${parts.length})` : 'too many values to unpack (expected 2)');
  }
  const [name = '', wanted = ''] = parts;
  const algorithm = PYTHON_HASHES.get(name);
  if (algorithm === undefined) throw new PythonError('AttributeError', `module 'hashlib' has no attribute '${name}'`);
  return isSame(Buffer.from(createHmac(algorithm, bytesOf(secret)).update(bytesOf(text)).digest('hex')), Buffer.from(wanted));
}

const instr = p.any();

export default defineModule({
  name: 'hashutil',
  quickGrains: true,
  doc: 'Digests, base64 and signatures of text and files.',
  alone: [
    'digest', 'base64_b64encode', 'base64_b64decode', 'base64_encodestring', 'base64_encodefile', 'base64_decodestring',
    'base64_decodefile', 'md5_digest', 'sha256_digest', 'sha512_digest', 'hmac_signature', 'hmac_compute', 'github_signature',
  ],
  functions: {
    digest: fn({
      doc: "Give the digest of a text: md5, sha256 or sha512.\n\nsalt '*' hashutil.digest 'get salted' sha256",
      params: { instr, checksum: p.string('md5') },
      run: (args) => digest(args.instr, args.checksum),
    }),
    digest_file: fn({
      doc: "Give the digest of a file.\n\nsalt '*' hashutil.digest_file /path/to/file sha256",
      params: { infile: p.string(), checksum: p.string('md5') },
      run: (args, ctx) => digestFile(ctx, args.infile, args.checksum),
    }),
    base64_b64encode: fn({
      doc: "Give a text in base64, on one line.\n\nsalt '*' hashutil.base64_b64encode 'get salted'",
      params: { instr },
      run: (args) => encoded(args.instr),
    }),
    base64_b64decode: fn({
      doc: "Give the text behind base64.\n\nsalt '*' hashutil.base64_b64decode 'Z2V0IHNhbHRlZA=='",
      params: { instr },
      run: (args) => decoded(args.instr),
    }),
    base64_encodestring: fn({
      doc: "Give a text in base64, in lines of 76 characters.\n\nsalt '*' hashutil.base64_encodestring 'get salted'",
      params: { instr },
      run: (args) => encodeLines(bytesOf(args.instr)),
    }),
    base64_encodefile: fn({
      doc: "Give a file in base64, in lines of 76 characters.\n\nsalt '*' hashutil.base64_encodefile /path/to/binary_file",
      params: { fname: p.string() },
      run: async ({ fname }, ctx) => encodeLines(await withFile(() => ctx.sys.fs.readFile(fname))),
    }),
    base64_decodestring: fn({
      doc: "Give the text behind base64 in lines.\n\nsalt '*' hashutil.base64_decodestring 'Z2V0IHNhbHRlZA==\\n'",
      params: { instr },
      run: (args) => decoded(args.instr),
    }),
    base64_decodefile: fn({
      doc: "Write what is behind base64 to a file.\n\nsalt '*' hashutil.base64_decodefile instr='Z2V0IHNhbHRlZAo=' outfile='/path/to/binary_file'",
      params: { instr: p.string(), outfile: p.string() },
      async run(args, ctx) {
        const bytes = decodedLines(args.instr);
        await withFile(() => ctx.sys.fs.writeFile(args.outfile, bytes));
        return true;
      },
    }),
    md5_digest: fn({
      doc: "Give the md5 digest of a text.\n\nsalt '*' hashutil.md5_digest 'get salted'",
      params: { instr },
      run: (args) => hexDigest('md5', args.instr),
    }),
    sha256_digest: fn({
      doc: "Give the sha256 digest of a text.\n\nsalt '*' hashutil.sha256_digest 'get salted'",
      params: { instr },
      run: (args) => hexDigest('sha256', args.instr),
    }),
    sha512_digest: fn({
      doc: "Give the sha512 digest of a text.\n\nsalt '*' hashutil.sha512_digest 'get salted'",
      params: { instr },
      run: (args) => hexDigest('sha512', args.instr),
    }),
    hmac_signature: fn({
      doc: "Say whether a signature (HMAC-SHA256, base64) fits a text and a secret.\n\nsalt '*' hashutil.hmac_signature 'get salted' 'shared secret' 'eBWf9bstXg+NiP5AOwppB5HMvZiYMPzEM9W5YMm/AmQ='",
      params: { string: p.any(), shared_secret: p.any(), challenge_hmac: p.any() },
      run: (args) => isSame(Buffer.from(hmac(args.string, args.shared_secret).toString('base64')), bytesOf(args.challenge_hmac)),
    }),
    hmac_compute: fn({
      doc: "Give the signature (HMAC-SHA256, hexadecimal) of a text.\n\nsalt '*' hashutil.hmac_compute 'get salted' 'shared secret'",
      params: { string: p.any(), shared_secret: p.any() },
      run: (args) => hmac(args.string, args.shared_secret).toString('hex'),
    }),
    github_signature: fn({
      doc: "Say whether the signature of a web hook fits its text and a secret.\n\nsalt '*' hashutil.github_signature '{\"ref\":....} ' 'shared secret' 'sha1=bc6550fc290acf5b42283fa8deaf55cea0f8c206'",
      params: { string: p.any(), shared_secret: p.any(), challenge_hmac: p.string() },
      run: (args) => githubSignature(args.string, args.shared_secret, args.challenge_hmac),
    }),
  },
});
