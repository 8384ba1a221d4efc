/**
 * A program that lives for one question: it reads it as JSON from standard input and answers by its exit code: 0 yes, 1 no,
 * 2 cannot say. libpam and crypt(3) are called through koffi, which is optional.
 */
import { readFileSync } from 'node:fs';
import type { PasswordQuestion } from '../kernel/contract/ports.js';
import { isSameText } from '../kernel/sys/same-text.js';

const QUESTION_BYTES_MAX = 64 * 1024;
const CANNOT = 2;
/** Of `security/_pam_types.h`. */
const PROMPT_ECHO_OFF = 1;
const PROMPT_ECHO_ON = 2;
const SUCCESS = 0;
const BUFFER_ERROR = 5;
const MESSAGES_MAX = 32;
const POINTER_BYTES = 8;
/** struct pam_response: pointer, int, filled up. */
const RESPONSE_BYTES = 16;

type Koffi = typeof import('koffi').default;

function crypt(koffi: Koffi, { password, hash }: Extract<PasswordQuestion, { kind: 'crypt' }>): boolean {
  const made: unknown = koffi.load('libcrypt.so.1').func('char *crypt(const char *key, const char *salt)')(password, hash);
  // Failures give text that begins with an asterisk.
  return typeof made === 'string' && !made.startsWith('*') && isSameText(made, hash);
}

function pam(koffi: Koffi, { service, username, password, confdir }: Extract<PasswordQuestion, { kind: 'pam' }>): boolean {
  const library = koffi.load('libpam.so.0');
  const libc = koffi.load('libc.so.6');
  const calloc = libc.func('void *calloc(size_t count, size_t size)');
  const talk = koffi.proto('int talk(int count, void *messages, void *responses, void *data)');
  koffi.struct('pam_message', { style: 'int', text: 'const char *' });
  koffi.struct('pam_conv', { talk: koffi.pointer(talk), data: 'void *' });

  /** libpam frees what it gets. */
  const ownText = (text: string): unknown => {
    const bytes = Buffer.from(`${text}\0`);
    const memory: unknown = calloc(1, bytes.length);
    koffi.encode(memory, koffi.array('uint8_t', bytes.length), [...bytes]);
    return memory;
  };
  const answer = koffi.register((count: number, messages: unknown, responses: unknown): number => {
    if (count < 1 || count > MESSAGES_MAX) return BUFFER_ERROR;
    const memory: unknown = calloc(count, RESPONSE_BYTES);
    for (let at = 0; at < count; at += 1) {
      const message: unknown = koffi.decode(messages, at * POINTER_BYTES, 'void *');
      const style: unknown = koffi.decode(message, 0, 'int');
      const text = style === PROMPT_ECHO_OFF ? password : style === PROMPT_ECHO_ON ? username : undefined;
      if (text !== undefined) koffi.encode(memory, at * RESPONSE_BYTES, 'void *', ownText(text));
    }
    koffi.encode(responses, 0, 'void *', memory);
    return SUCCESS;
  }, koffi.pointer(talk));

  const out: [unknown] = [null];
  const conversation = { talk: answer, data: null };
  const started: unknown = confdir === null
    ? library.func('int pam_start(const char *service, const char *user, const pam_conv *conv, _Out_ void **handle)')(service, username, conversation, out)
    : library.func('int pam_start_confdir(const char *service, const char *user, const pam_conv *conv, const char *confdir, _Out_ void **handle)')(service, username, conversation, confdir, out);
  if (started !== SUCCESS) throw new Error(`pam_start gives ${String(started)}`);
  const [handle] = out;
  const phase = (name: string): unknown => library.func(`int ${name}(void *handle, int flags)`)(handle, 0);
  let result = phase('pam_authenticate');
  if (result === SUCCESS) result = phase('pam_acct_mgmt');
  phase('pam_end');
  return result === SUCCESS;
}

async function main(): Promise<number> {
  try {
    const bytes = readFileSync(0);
    if (bytes.length > QUESTION_BYTES_MAX) throw new Error('the question is too long');
    const question = JSON.parse(bytes.toString('utf8')) as PasswordQuestion;
    const { default: koffi } = await import('koffi');
    return (question.kind === 'crypt' ? crypt(koffi, question) : pam(koffi, question)) ? 0 : 1;
  } catch (error) {
    process.stderr.write(error instanceof SyntaxError ? 'the question is no JSON\n' : `${error instanceof Error ? error.message : String(error)}\n`);
    return CANNOT;
  }
}

process.exitCode = await main();
