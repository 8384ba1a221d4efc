/** Asks the user for what a login needs and the command line has not. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

interface Asked {
  readonly isSecret: boolean;
  readonly signal: AbortSignal;
}

/** A line of the user's; the end of the input is an empty one. A secret is not shown while it is typed. */
export function askUser(prompt: string, asked: Asked): Promise<string> {
  return process.stdin.isTTY && process.stdout.isTTY ? askTerminal(prompt, asked) : askInput(prompt, asked.signal);
}

async function askTerminal(prompt: string, { isSecret, signal }: Asked): Promise<string> {
  let isMuted = false;
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!isMuted) process.stdout.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  try {
    const answer = lines.question(prompt, { signal });
    isMuted = isSecret;
    return await Promise.race([answer, ended]);
  } finally {
    lines.close();
    if (isMuted) process.stdout.write('\n');
  }
}

/** One reader for all questions: another would miss lines that came along with the first, and the end of the input. */
let input: AsyncIterator<string> | undefined;

async function askInput(prompt: string, signal: AbortSignal): Promise<string> {
  process.stdout.write(prompt);
  input ??= createInterface({ input: process.stdin, terminal: false, signal })[Symbol.asyncIterator]();
  const next = await input.next();
  return next.done === true ? '' : next.value;
}
