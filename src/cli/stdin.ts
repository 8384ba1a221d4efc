/** Standard input of a command: all lines, or one answer. */
import { createInterface } from 'node:readline';

/** Longest input that is read whole. */
const LINES_MAX = 100_000;

/** Every line until the end, without line ends. */
export async function readStdinLines(): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    if (lines.length >= LINES_MAX) throw new RangeError(`Standard input has more than ${LINES_MAX} lines`);
    lines.push(line);
  }
  return lines;
}

/** Asks a question and gives the answer, or undefined when the input has ended. */
export async function askLine(question: string): Promise<string | undefined> {
  process.stdout.write(question);
  const lines = createInterface({ input: process.stdin, terminal: false });
  try {
    for await (const line of lines) return line;
    return undefined;
  } finally {
    lines.close();
    process.stdin.destroy();
  }
}
