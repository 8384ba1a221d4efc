/** Encrypting, decrypting and signing, and how they ended. Source: GnuPG, doc/DETAILS; read, python-gnupg 0.5.7 and Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { InvocationError, PythonError } from '../../../kernel/contract/errors.js';
import { isList, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { str } from '../../../kernel/std/python-text.js';
import { homeOf, type Place } from './home.js';
import { neededPassphrase, runGpg, type GpgRun, type GpgTask } from './program.js';

export interface Input extends Place {
  readonly text: string | null;
  readonly filename: string | null;
  readonly output: string | null;
  readonly use_passphrase: boolean;
}

const SIMPLE: Readonly<Record<string, string>> = {
  NEED_PASSPHRASE: 'need passphrase', BAD_PASSPHRASE: 'bad passphrase', GOOD_PASSPHRASE: 'good passphrase', MISSING_PASSPHRASE: 'missing passphrase', KEY_NOT_CREATED: 'key not created',
  NEED_PASSPHRASE_PIN: 'need passphrase pin', NEED_PASSPHRASE_SYM: 'need symmetric passphrase', BEGIN_ENCRYPTION: 'encryption incomplete', DECRYPTION_OKAY: 'decryption ok', END_ENCRYPTION: 'encryption ok',
  KEYEXPIRED: 'key expired', SIG_CREATED: 'sig created', SIGEXPIRED: 'sig expired', NO_PUBKEY: 'no public key', NO_SECKEY: 'no secret key', BADSIG: 'signature bad', ERRSIG: 'signature error', EXPSIG: 'signature expired',
  GOODSIG: 'signature good', VALIDSIG: 'signature valid', EXPKEYSIG: 'signing key has expired', REVKEYSIG: 'signing key was revoked', UNEXPECTED: 'unexpected data',
};
const NO_KEY = 'no secret key';
const FAILED = 'decryption failed';
const SYSTEM_ERRORS: Readonly<Record<number, string>> = { 1: 'permission denied', 35: 'file exists', 81: 'file not found', 97: 'not a directory' };

/** The low bits of an error's number say what, bit 15 that the system says so. */
function failureText(value: string): string {
  const at = value.lastIndexOf(' ');
  const number = Number(value.slice(at + 1)) & 0xff_ff_ff;
  const reason = (number & 0x80_00) !== 0 ? SYSTEM_ERRORS[number & 0x7f_ff] : number === 11 ? 'incorrect passphrase' : undefined;
  return reason === undefined ? `error - ${value}` : `${value.slice(0, at)}: ${reason}`;
}

/** How it stands after one more line. */
function nextState(state: string, word: string, rest: string): string {
  switch (word) {
    case 'NODATA': return state === FAILED ? state : 'no data was provided';
    case 'DECRYPTION_FAILED': return state === NO_KEY ? state : FAILED;
    case 'BEGIN_DECRYPTION': return state === NO_KEY ? state : 'decryption incomplete';
    case 'INV_RECP': return state === '' ? 'invalid recipient' : `invalid recipient: ${state}`;
    case 'FAILURE': return state === '' ? failureText(rest) : state;
    default: return SIMPLE[word] ?? state;
  }
}
export const stateOf = ({ status }: GpgRun): string => status.reduce((state, [word, rest]) => nextState(state, word, rest), '');
const isOkay = ({ status }: GpgRun): boolean => status.some(([word]) => word === 'DECRYPTION_OKAY' || word === 'END_ENCRYPTION');

/** Bytes that are text come as text. */
export function textOrBytes(data: Buffer): Value {
  const text = data.toString('utf8');
  return Buffer.from(text).equals(data) ? text : new Uint8Array(data);
}

/** @throws InvocationError when there is neither text nor file */
async function dataOf({ text, filename }: Pick<Input, 'text' | 'filename'>, ctx: Context): Promise<Buffer> {
  if (text !== null && text !== '') return Buffer.from(text);
  if (filename === null || filename === '') throw new InvocationError('filename or text must be passed.');
  return ctx.sys.fs.readFile(filename);
}

const outputWords = async (output: string | null, ctx: Context): Promise<string[]> =>
  (output === null || output === '' ? [] : [...(await ctx.sys.exists(output) ? ['--yes'] : []), '--output', output]);

interface Told {
  readonly output: string | null;
  readonly bare: boolean;
  /** `Encrypted`, `Decrypted`. */
  readonly word: string;
}

function told(run: GpgRun, { output, bare, word }: Told, ctx: Context): Value {
  if (isOkay(run)) {
    if (bare) return textOrBytes(run.stdout);
    return { res: true, comment: output === null || output === '' ? textOrBytes(run.stdout) : `${word} data has been written to ${output}` };
  }
  ctx.log.error({ status: stateOf(run), code: run.code }, 'gpg failed');
  return bare ? false : { res: false, comment: `${stateOf(run)}.\nPlease check the salt-minion log.` };
}

export interface Encryption extends Input {
  readonly recipients: Value;
  readonly sign: Value;
  readonly always_trust: boolean;
  readonly bare: boolean;
}

export async function encrypt(asked: Encryption, ctx: Context): Promise<Value> {
  const passphrase = await neededPassphrase(isTruthy(asked.sign) && asked.use_passphrase, ctx);
  const home = await homeOf(asked, ctx);
  const stdin = await dataOf(asked, ctx);
  const recipients = isList(asked.recipients) ? asked.recipients.map(str) : isTruthy(asked.recipients) ? [str(asked.recipients)] : [];
  if (recipients.length === 0) throw new PythonError('ValueError', 'No recipients or hidden recipients specified with asymmetric encryption');
  const signing = asked.sign === true ? ['--sign'] : isTruthy(asked.sign) ? ['--default-key', str(asked.sign), '--sign'] : [];
  const args = [...recipients.flatMap((one) => ['--recipient', one]), '--armor', ...await outputWords(asked.output, ctx), ...(asked.always_trust ? ['--trust-model', 'always'] : []), ...signing, '--encrypt'];
  return told(await runGpg(home, { args, stdin, passphrase }, ctx), { ...asked, word: 'Encrypted' }, ctx);
}

export async function decrypt(asked: Input & { bare: boolean }, ctx: Context): Promise<Value> {
  const passphrase = await neededPassphrase(asked.use_passphrase, ctx);
  const home = await homeOf(asked, ctx);
  const stdin = await dataOf(asked, ctx);
  // Of a text Salt keeps the plain data for itself, whatever the output.
  const output = asked.text !== null && asked.text !== '' ? null : asked.output;
  const run = await runGpg(home, { args: [...await outputWords(output, ctx), '--decrypt'], stdin, passphrase }, ctx);
  return told(run, { ...asked, word: 'Decrypted' }, ctx);
}

export async function sign(asked: Input & { keyid: string | null }, ctx: Context): Promise<Value> {
  const passphrase = await neededPassphrase(asked.use_passphrase, ctx);
  const home = await homeOf(asked, ctx);
  const stdin = await dataOf(asked, ctx);
  const key = asked.keyid === null || asked.keyid === '' ? [] : ['--default-key', asked.keyid];
  const task: GpgTask = { args: [...key, '--armor', '--clearsign'], stdin, passphrase };
  const { stdout } = await runGpg(home, task, ctx);
  const isFile = asked.text === null || asked.text === '';
  if (isFile && asked.output !== null && asked.output !== '') await ctx.sys.writeFile(asked.output, stdout);
  return textOrBytes(stdout);
}

export async function exportKeys(asked: Place & { keyids: Value; secret: boolean; use_passphrase: boolean; output: string | null; bare: boolean }, ctx: Context): Promise<Value> {
  const home = await homeOf(asked, ctx);
  const keyids = isList(asked.keyids) ? asked.keyids.map(str) : isTruthy(asked.keyids) ? str(asked.keyids).split(',') : [];
  const passphrase = await neededPassphrase(asked.secret && asked.use_passphrase, ctx);
  const { stdout } = await runGpg(home, { args: ['--armor', asked.secret ? '--export-secret-keys' : '--export'], names: keyids, passphrase }, ctx);
  const [text, output] = [stdout.toString('utf8'), asked.output];
  if (text === '') return asked.bare ? false : { res: false };
  if (output !== null && output !== '') await ctx.sys.writeFile(output, text, asked.secret ? { mode: 0o600 } : {});
  if (asked.bare) return text;
  const answer: PlainMap = { res: true, comment: output !== null && output !== '' ? `Exported key data has been written to ${output}` : text };
  return answer;
}
