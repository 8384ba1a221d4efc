/** Random texts, numbers and orders; with a seed the same as Python's. */
import { createHash, getHashes, randomInt } from 'node:crypto';
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError, PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { PythonRandom, type Seed } from '../../kernel/std/python-random.js';
import { str } from '../../kernel/std/python-text.js';
import { Float, isBytes, typeName, type Value } from '../../kernel/std/value.js';

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();
const DIGITS = '0123456789';
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';
const SPACES = ' \t\n\r\x0b\x0c';
const LENGTH_MAX = 1024 * 1024;
/** So many numbers `crypto.randomInt` can tell apart. */
const RANGE_MAX = 2 ** 48 - 1;
/** Names of digests where Python and the library here differ. */
const DIGESTS: Readonly<Record<string, string>> = {
  sha3_224: 'sha3-224', sha3_256: 'sha3-256', sha3_384: 'sha3-384', sha3_512: 'sha3-512', blake2b: 'blake2b512', blake2s: 'blake2s256', sha512_224: 'sha512-224', sha512_256: 'sha512-256',
};

function bytesOf(value: Value): Uint8Array {
  if (typeof value === 'string') return Buffer.from(value, 'utf8');
  if (isBytes(value)) return value;
  throw new PythonError('TypeError', `object supporting the buffer API required`);
}

function digest(value: Value, algorithm: string): string {
  const name = DIGESTS[algorithm] ?? algorithm;
  if (!getHashes().includes(name) || name.startsWith('shake')) throw new PythonError('salt.exceptions.SaltException', 'You must specify a valid algorithm.');
  return createHash(name).update(bytesOf(value)).digest('hex');
}

function encode(value: Value, encoder: string): string {
  if (encoder !== 'base64' || (typeof value !== 'string' && !isBytes(value))) throw new InvocationError('Value must be an encode-able string');
  return Buffer.from(bytesOf(value)).toString('base64');
}

interface Wanted {
  readonly length: number;
  readonly chars: string | null;
  readonly lowercase: boolean;
  readonly uppercase: boolean;
  readonly digits: boolean;
  readonly punctuation: boolean;
  readonly whitespace: boolean;
  readonly printable: boolean;
}

const PASSWORD: Wanted = { length: 20, chars: null, lowercase: true, uppercase: true, digits: true, punctuation: true, whitespace: false, printable: false };

function secretText(wanted: Wanted): string {
  const all = DIGITS + LOWER + UPPER + PUNCTUATION + SPACES;
  const kinds: readonly (readonly [boolean, string])[] = [
    [wanted.lowercase, LOWER], [wanted.uppercase, UPPER], [wanted.digits, DIGITS], [wanted.punctuation, PUNCTUATION], [wanted.whitespace, SPACES],
  ];
  const chosen = wanted.printable ? all : wanted.chars ?? '';
  const letters = [...new Set(Array.from(chosen === '' ? kinds.map(([use, some]) => (use ? some : '')).join('') : chosen))];
  if (letters.length === 0) throw new CommandExecutionError('unterminated character set at position 0');
  if (wanted.length > LENGTH_MAX) throw new InvocationError(`Argument 'length' must be at most ${LENGTH_MAX}`);
  return Array.from({ length: Math.max(0, wanted.length) }, () => letters[randomInt(letters.length)]).join('');
}

function seedOf(value: Value): Seed {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return Number(value);
  if (value instanceof Float) return value.value;
  throw new PythonError('TypeError', 'The only supported seed types are: None,\nint, float, str, bytes, and bytearray.');
}

/** A number of a range, the end left out. */
function inRange(start: number, end: number, seed: Value): number {
  const size = end - start;
  if (size <= 0) throw new PythonError('ValueError', `empty range for randrange() (${start}, ${end}, ${size})`);
  if (seed !== null) return start + Number(new PythonRandom(seedOf(seed)).below(BigInt(size)));
  if (size > RANGE_MAX) throw new InvocationError(`The range from ${start} to ${end} is too large`);
  return start + randomInt(size);
}

function itemsOf(value: Value): readonly Value[] {
  if (Array.isArray(value)) return value as readonly Value[];
  if (typeof value === 'string') return Array.from(value);
  throw new PythonError('TypeError', typeof value === 'object' && value !== null
    ? 'Population must be a sequence.  For dicts or sets, use sorted(d).' : `object of type '${typeName(value)}' has no len()`);
}

function sample(items: readonly Value[], size: number, seed: Value): Value[] {
  if (size < 0 || size > items.length) throw new PythonError('ValueError', 'Sample larger than population or is negative');
  // The seed is the digest of what was given; without one chance decides.
  return new PythonRandom(seed === null ? secretText(PASSWORD) : digest(seed, 'sha512')).sample(items, size);
}

const seed = p.any(null);

export default defineModule({
  name: 'mod_random',
  serves: 'random',
  doc: 'Random texts, numbers and orders, and digests; with a seed the same as those of Python.',
  alone: ['hash', 'str_encode', 'get_str', 'shadow_hash', 'rand_int', 'sample', 'shuffle'],
  functions: {
    hash: fn({ doc: "Give the digest of a text.\n\nsalt '*' random.hash 'I am a string' md5", params: { value: p.any(), algorithm: p.string('sha512') }, run: ({ value, algorithm }) => digest(value, algorithm) }),
    str_encode: fn({ doc: "Give a text in base64.\n\nsalt '*' random.str_encode 'I am a new string'", params: { value: p.any(), encoder: p.string('base64') }, run: ({ value, encoder }) => encode(value, encoder) }),
    get_str: fn({
      doc: "Give a random text that nobody can guess.\n\nsalt '*' random.get_str 128 punctuation=False",
      params: {
        length: p.int(20), chars: p.string(null, 'the letters to choose from'), lowercase: p.bool(true), uppercase: p.bool(true), digits: p.bool(true), punctuation: p.bool(true), whitespace: p.bool(false), printable: p.bool(false),
      },
      run: (args) => secretText(args),
    }),
    shadow_hash: fn({
      doc: "Give the hash of a password, or of a random one, as /etc/shadow has it.\n\nsalt '*' random.shadow_hash 'My5alT' 'MyP@asswd' md5",
      params: { crypt_salt: p.string(null), password: p.string(null), algorithm: p.string('sha512') },
      run: ({ crypt_salt: salt, password, algorithm }, ctx) => ctx.call('shadow.gen_password', [password ?? secretText(PASSWORD), salt, algorithm]),
    }),
    rand_int: fn({
      doc: "Give a whole number; both ends may come.\n\nsalt '*' random.rand_int 1 10", params: { start: p.int(1), end: p.int(10), seed },
      run: (args) => inRange(args.start, args.end + 1, args.seed),
    }),
    seed: fn({
      doc: "Give a number that is always the same for a text, or for this minion.\n\nsalt '*' random.seed 10 hash=None", params: { range: p.int(10), hash: p.any(null) },
      run: ({ range, hash }, ctx: Context) => inRange(0, range, hash ?? str(ctx.grains['id'] ?? ctx.id)),
    }),
    sample: fn({ doc: "Give some items of a list in random order.\n\nsalt '*' random.sample '[\"one\", \"two\"]' 1 seed='static'", params: { value: p.any(), size: p.int(), seed }, run: (args) => sample(itemsOf(args.value), args.size, args.seed) }),
    shuffle: fn({
      doc: "Give the items of a list in random order.\n\nsalt '*' random.shuffle '[\"one\", \"two\"]' seed='static'", params: { value: p.any(), seed },
      run: (args) => sample(itemsOf(args.value), itemsOf(args.value).length, args.seed),
    }),
  },
});
