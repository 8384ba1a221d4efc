/** `tsalt-cp` without `--chunked`: small text files, all in one job. Source: golden cli/cp-*. */
import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import type { PlainMap } from '../../kernel/std/value.js';
import type { AskMinions, Audience, JobReturns } from './ask-minions.js';

/** What the user has to change; the text is the whole message. */
export class NotWholeError extends Error {}

/** All files of one job together. */
const BYTES_MAX = 10 * 1024 * 1024;

export interface WholeFiles {
  /** `{path: content}`. */
  readonly contents: PlainMap;
  /** Named paths that are not there. */
  readonly absent: readonly string[];
}

/** @throws NotWholeError for folders and for what is not text or too large */
export function readWhole(paths: readonly string[]): WholeFiles {
  const contents: PlainMap = {};
  const absent: string[] = [];
  let bytes = 0;
  for (const path of paths) {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory() === true) {
      throw new NotWholeError(`${path} is a directory, only files are supported in non-chunked mode. Use "--chunked" command line argument.`);
    }
    if (stat?.isFile() !== true) {
      absent.push(path);
      continue;
    }
    bytes += stat.size;
    if (bytes > BYTES_MAX) throw new NotWholeError(`${path}: more than ${BYTES_MAX / 1024 / 1024} MiB in one job. Use "--chunked" command line argument.`);
    const content = readFileSync(path);
    if (!isUtf8(content)) throw new NotWholeError(`${path} is not text, only text is supported in non-chunked mode. Use "--chunked" command line argument.`);
    contents[path] = content.toString('utf8');
  }
  return { contents, absent };
}

export const sendWhole = (ask: AskMinions, audience: Audience, contents: PlainMap, dest: string): Promise<JobReturns> =>
  ask(audience, 'cp.recv', [contents, dest]);
