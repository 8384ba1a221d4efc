/** One question to memcached, in its text protocol (protocol.txt of memcached 1.6). */
import { createConnection } from 'node:net';
import { CommandExecutionError, InvocationError } from '../contract/errors.js';

export interface MemcachedPlace {
  readonly host: string;
  readonly port: number;
}

const TIMEOUT_MS = 10_000;
const ANSWER_BYTES_MAX = 8 * 1024 * 1024;
const KEY_BYTES_MAX = 250;
export const DOWN = 'memcached server is down or does not exist';

/** A key has no blanks or control characters: these would begin further words, or commands. */
export function keyWord(key: string): string {
  if (key === '' || Buffer.byteLength(key) > KEY_BYTES_MAX || /[\s\p{Cc}]/u.test(key)) throw new InvocationError(`'${key.slice(0, 80)}' is no key of memcached`);
  return key;
}

/** Sends bytes and gives the answer, as soon as `isWhole` says that it is one. @throws CommandExecutionError */
export async function askMemcached({ host, port }: MemcachedPlace, question: Buffer, isWhole: (answer: Buffer) => boolean, signal: AbortSignal): Promise<Buffer> {
  const socket = createConnection({ host, port });
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      let answer = Buffer.alloc(0);
      const fail = (cause: Error): void => reject(new CommandExecutionError(DOWN, { cause }));
      socket.setTimeout(TIMEOUT_MS, () => fail(new Error('no answer in time')));
      signal.addEventListener('abort', () => fail(new Error('stopped')), { once: true });
      socket.once('error', fail);
      socket.once('close', () => fail(new Error('the connection ended')));
      socket.on('data', (chunk: Buffer) => {
        answer = Buffer.concat([answer, chunk]);
        if (isWhole(answer)) resolve(answer);
        else if (answer.length > ANSWER_BYTES_MAX) fail(new Error('the answer is too long'));
      });
      socket.write(question);
    });
  } finally {
    socket.destroy();
  }
}

/** An answer of one line. */
export const isLine = (answer: Buffer): boolean => answer.includes('\r\n');

export interface Stored {
  readonly flags: number;
  readonly data: Buffer;
}

const HEAD = /^VALUE \S+ (\d+) (\d+)(?: \d+)?$/;
const refusal = /^(?:ERROR|(?:CLIENT|SERVER)_ERROR.*)$/;

/** Where the data of a value begins and ends; undefined until its line is there. */
function valueIn(answer: Buffer): { flags: number; from: number; to: number } | undefined {
  const end = answer.indexOf('\r\n');
  const [, flags, bytes] = HEAD.exec(answer.toString('latin1', 0, Math.max(end, 0))) ?? [];
  return flags === undefined || bytes === undefined ? undefined : { flags: Number(flags), from: end + 2, to: end + 2 + Number(bytes) };
}

export async function getMemcached(place: MemcachedPlace, key: string, signal: AbortSignal): Promise<Stored | undefined> {
  const isWhole = (answer: Buffer): boolean => {
    const value = valueIn(answer);
    return value === undefined ? isLine(answer) && !answer.toString('latin1', 0, 6).startsWith('VALUE ') : answer.length >= value.to + '\r\nEND\r\n'.length;
  };
  const answer = await askMemcached(place, Buffer.from(`get ${keyWord(key)}\r\n`), isWhole, signal);
  const value = valueIn(answer);
  if (value !== undefined) return { flags: value.flags, data: answer.subarray(value.from, value.to) };
  lineOf(answer);
  return undefined;
}

/** The first line. @throws CommandExecutionError when it is a refusal */
export function lineOf(answer: Buffer): string {
  const line = answer.toString('utf8').split('\r\n')[0] ?? '';
  if (refusal.test(line)) throw new CommandExecutionError(line);
  return line;
}
