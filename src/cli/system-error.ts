/** What the operating system refuses to a command, in one sentence: what, where, remedy. */
import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { EXIT } from './exit-code.js';
import { EndOfProgram } from './parsed-line.js';

/** Source: observed, Salt 3008.3. */
const noPermission = (path: string): string => `No permissions to access "${path}", are you running as the correct user?`;

const SENTENCES: Readonly<Record<string, (path: string) => string>> = {
  EACCES: noPermission,
  EPERM: noPermission,
  ENOSPC: (path) => `No space left on the device of "${path}": make room and try again`,
  EDQUOT: (path) => `The disk quota of this user is used up, for "${path}": make room and try again`,
  EROFS: (path) => `"${path}" lies on a file system that may only be read`,
};

/** Undefined for other errors, and where no file is named. */
export function systemSentence(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = '', path } = error as NodeJS.ErrnoException;
  return typeof path === 'string' ? SENTENCES[code]?.(path) : undefined;
}

/** A program that cannot keep its log ends at once, as Salt's do. @throws EndOfProgram */
export function needLogFile(path: string): void {
  if (path === '' || /^[a-z]+:\/\//.test(path)) return;
  for (let at = path; ; at = dirname(at)) {
    try {
      accessSync(at, constants.W_OK);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EACCES' || code === 'EPERM') throw new EndOfProgram(EXIT.failed, { stderr: `${noPermission(path)}\n` });
      // What is not there yet will be made: its folder decides.
      if (code !== 'ENOENT' || at === dirname(at)) return;
    }
  }
}
