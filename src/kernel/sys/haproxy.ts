/** A word with haproxy at its socket. Source: HAProxy's management guide, chapters 9.1 (`show stat`) and 9.3. */
import { createConnection } from 'node:net';
import { CommandExecutionError } from '../contract/errors.js';

const ANSWER_BYTES_MAX = 16 * 1024 * 1024;
const ANSWER_MS_MAX = 30_000;

/** One line of `show stat`: its cells by the name of their column. */
export type StatRow = Readonly<Record<string, string>>;

/** Sends one command and gives the whole answer. @throws CommandExecutionError when nobody answers, and for a command of several lines */
export function askHaproxy(path: string, command: string, signal: AbortSignal): Promise<string> {
  // A line break or a semicolon begins the next command, and the socket may do everything.
  if (/[\n\r;\0]/.test(command)) throw new CommandExecutionError('A command for haproxy must be one command');
  return new Promise((resolve, reject) => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS_MAX)]);
    const socket = createConnection({ path });
    const chunks: Buffer[] = [];
    let length = 0;
    const stop = (): void => void socket.destroy(new CommandExecutionError('haproxy does not answer'));
    limit.addEventListener('abort', stop, { once: true });
    if (limit.aborted) stop();
    socket.on('connect', () => socket.end(`${command}\n`));
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > ANSWER_BYTES_MAX) socket.destroy(new CommandExecutionError('haproxy says too much'));
    });
    socket.on('error', (err) => reject(new CommandExecutionError(`haproxy cannot be asked: ${err.message}`, { cause: err })));
    socket.on('close', () => {
      limit.removeEventListener('abort', stop);
      resolve(Buffer.concat(chunks).toString('utf8'));
    });
  });
}

/** Reads the answer of `show stat`, whose first line names the columns. */
export function readStat(text: string): StatRow[] {
  const [head = '', ...rows] = text.split('\n').filter((line) => line !== '');
  const columns = head.replace(/^# /, '').split(',');
  return rows.map((row) => {
    const cells = row.split(',');
    return Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? '']));
  });
}
