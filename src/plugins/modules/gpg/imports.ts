/** What an import says: keys that came, and troubles. Source: GnuPG, doc/DETAILS; read, Salt 3008.3. */
import { join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { InvocationError } from '../../../kernel/contract/errors.js';
import { temporaryFolder } from '../../../kernel/sys/file/temporary.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import type { Home } from './home.js';
import { runGpg, type GpgRun } from './program.js';

const [COUNT, IMPORTED, RSA, UNCHANGED, NOT_IMPORTED] = [0, 2, 3, 4, 12];
const PROBLEMS: Readonly<Record<string, string>> = { 0: 'No specific reason given', 1: 'Invalid Certificate', 2: 'Issuer Certificate missing', 3: 'Certificate Chain too long', 4: 'Error storing certificate' };
const OTHER_PROBLEMS: Readonly<Record<string, string>> = { NODATA: 'No valid data found', KEYEXPIRED: 'Key expired', SIGEXPIRED: 'Signature expired', FAILURE: 'Other failure' };
const RECEIVED: Readonly<Record<string, (fingerprint: string) => string>> = {
  1: (key) => `Key ${key} added to keychain`, 0: (key) => `Key ${key} already exists in keychain`,
  4: (key) => `Key ${key} updated: new signatures`, 8: (key) => `Key ${key} updated: new subkeys`,
};

const fingerprints = ({ status }: GpgRun): string[] => status.flatMap(([word, rest]) => (word === 'IMPORT_OK' ? rest.split(' ').slice(1, 2) : []));
const counts = ({ status }: GpgRun): number[] => (status.findLast(([word]) => word === 'IMPORT_RES')?.[1] ?? '').split(' ').map(Number);

function importMessage(run: GpgRun): PlainMap {
  const numbers = counts(run);
  const answer = { fingerprints: fingerprints(run) };
  if ((numbers[IMPORTED] ?? 0) + (numbers[RSA] ?? 0) > 0) return { ...answer, res: true, message: 'Successfully imported key(s).' };
  if ((numbers[UNCHANGED] ?? 0) > 0) return { ...answer, res: true, message: 'Key(s) already exist in keychain.' };
  const failed = (numbers[NOT_IMPORTED] ?? 0) > 0 || (numbers[COUNT] ?? 0) === 0;
  return failed ? { ...answer, res: false, message: 'Unable to import key.' } : { ...answer, res: true, message: '' };
}

async function dataOf(text: string | null, filename: string | null, ctx: Context): Promise<Uint8Array> {
  if (filename === null || filename === '') return Buffer.from(text ?? '');
  try {
    return await ctx.sys.fs.readFile(filename);
  } catch (error) {
    throw new InvocationError('filename does not exist.', { cause: error });
  }
}

/** Of data only these keys; undefined when it has none of them. Goes through a keyring of its own. */
async function selected(home: Home, data: Uint8Array, select: readonly string[], ctx: Context): Promise<{ refused: PlainMap } | { text: Buffer | undefined }> {
  const folder = await ctx.sys.fs.mkdtemp(join(temporaryFolder(ctx.sys), 'tsalt-gpg-'));
  try {
    const apart = { ...home, keyring: join(folder, 'keyring') };
    const message = importMessage(await runGpg(apart, { args: ['--import'], stdin: data }, ctx));
    if (message['res'] !== true) return { refused: message };
    const { stdout } = await runGpg(apart, { args: ['--armor', '--export'], names: select }, ctx);
    return { text: stdout.length === 0 ? undefined : stdout };
  } finally {
    await ctx.sys.fs.rm(folder, { recursive: true, force: true });
  }
}

export async function importKeys(home: Home, source: { text: string | null; filename: string | null; select: readonly string[] }, ctx: Context): Promise<PlainMap> {
  const [hasText, hasFile] = [source.text !== null && source.text !== '', source.filename !== null && source.filename !== ''];
  if (!hasText && !hasFile) throw new InvocationError('filename or text must be passed.');
  if (hasText && hasFile) throw new InvocationError('filename and text are mutually exclusive.');
  let data = await dataOf(source.text, source.filename, ctx);
  if (source.select.length > 0) {
    const found = await selected(home, data, source.select, ctx);
    if ('refused' in found) return found.refused;
    if (found.text === undefined) return { res: true, message: 'After filtering, no keys to import were left.', fingerprints: [] };
    data = found.text;
  }
  return importMessage(await runGpg(home, { args: ['--import'], stdin: data }, ctx));
}

/** A line for each key that a server gave or did not give. */
export async function receiveKeys(home: Home, keyserver: string, keys: readonly string[], ctx: Context): Promise<PlainMap> {
  const run = await runGpg(home, { args: ['--keyserver', keyserver, '--recv-keys'], names: keys }, ctx);
  const message = run.status.flatMap(([word, rest]): string[] => {
    const [reason = '', fingerprint = ''] = rest.split(' ');
    if (word === 'IMPORT_OK') return RECEIVED[reason] === undefined ? [] : [RECEIVED[reason](fingerprint)];
    const problem = word === 'IMPORT_PROBLEM' ? PROBLEMS[reason] ?? PROBLEMS['0'] : OTHER_PROBLEMS[word];
    return problem === undefined ? [] : [`Unable to add key to keychain: ${problem}`];
  });
  const failed = (counts(run)[NOT_IMPORTED] ?? 0) > 0 || fingerprints(run).length === 0;
  return failed ? { res: false, message: [...message, `GPG reported failure: ${run.stderr}`] } : { res: true, message };
}
