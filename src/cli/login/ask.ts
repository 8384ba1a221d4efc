/** Asks the user for what a login needs and the command line has not. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** A line of the user's. A secret is not shown while it is typed. */
export async function askUser(prompt: string, { isSecret, signal }: { isSecret: boolean; signal: AbortSignal }): Promise<string> {
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
  let isMuted = false;
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!isMuted) process.stdout.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output, terminal: isTerminal });
  // Without a terminal nobody sees the answer, and the end of the input is an empty one.
  const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  try {
    const answer = lines.question(prompt, { signal });
    isMuted = isSecret && isTerminal;
    return await Promise.race([answer, ended]);
  } finally {
    lines.close();
    if (isMuted) process.stdout.write('\n');
  }
}
