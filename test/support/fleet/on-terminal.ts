/** Runs a program of the package as on a terminal: `script` gives it one. */
import { runCommand } from './program.js';

export interface Seen {
  readonly code: number;
  /** All that was written to the terminal, with what was erased again. */
  readonly text: string;
}

/** `copy`: a file that has what was written so far at any time. */
export async function onTerminal(argv: readonly string[], copy = '/dev/null'): Promise<Seen> {
  const command = argv.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  // Without NO_COLOR and the like of whoever runs the tests.
  const { code, stdout } = await runCommand(['script', '-qfec', command, copy], { env: { NO_COLOR: '', TERM: 'xterm', SHELL: '/bin/sh' } });
  return { code, text: stdout.replaceAll('\r\n', '\n') };
}

/** Without colours. */
export const plainText = (text: string): string => text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g'), '');
