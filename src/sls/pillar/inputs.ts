/**
 * What a pillar was made of. As long as its files are what they were, and nothing else went in, a compiled pillar still
 * holds; everything that cannot be looked at again cheaply makes it hold for one answer only.
 */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { isMissing } from '../../kernel/sys/files.js';
import type { Roots } from '../../kernel/sys/tree/roots.js';

/** A path that was looked for, and the state of the file that was found; empty: there was none. */
export interface InputFile {
  readonly env: string;
  readonly path: string;
  readonly state: string;
}

/** All names of an environment, which a pattern was held against. */
export interface InputListing {
  readonly env: string;
  readonly digest: string;
}

export interface PillarInputs {
  readonly files: readonly InputFile[];
  readonly listings: readonly InputListing[];
  /** Why the pillar holds for this answer only; empty: it holds. */
  readonly fleeting: string;
}

/** Collects what goes in. */
export class InputRecorder {
  readonly #files = new Map<string, InputFile>();
  readonly #listings = new Map<string, InputListing>();
  #fleeting = '';

  file(env: string, path: string, state: string): void {
    this.#files.set(`${env}\0${path}`, { env, path, state });
  }

  listing(env: string, names: readonly string[]): void {
    this.#listings.set(env, { env, digest: digestOf(names) });
  }

  fleeting(why: string): void {
    this.#fleeting ||= why;
  }

  result(): PillarInputs {
    return { files: [...this.#files.values()], listings: [...this.#listings.values()], fleeting: this.#fleeting };
  }
}

export interface Look {
  readonly path: string;
  /** Empty: the file went away meanwhile. */
  readonly state: string;
}

/** Looks at files under way, of all requests of this process: who asks meanwhile gets the same. */
const looks = new Map<string, Promise<Look | undefined>>();

/** The file behind a path now, or undefined. */
export function lookAt(roots: Roots, env: string, path: string): Promise<Look | undefined> {
  const name = `${roots.folders(env).join('\0')}\0\0${path}`;
  const looking = looks.get(name) ?? look(roots, env, path).finally(() => looks.delete(name));
  looks.set(name, looking);
  return looking;
}

async function look(roots: Roots, env: string, path: string): Promise<Look | undefined> {
  const found = await roots.find(path, env);
  return found === undefined ? undefined : { path: found.path, state: await stateOfFile(found.path) };
}

/** Says which file is behind a path, by what changes when it is written anew. */
export async function stateOfFile(path: string): Promise<string> {
  try {
    const { mtimeMs, ctimeMs, size, ino } = await stat(path);
    return `${path} ${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  } catch (error) {
    if (isMissing(error)) return '';
    throw error;
  }
}

export const digestOf = (names: readonly string[]): string => createHash('sha256').update(names.join('\0')).digest('base64');

/** True while all files are as they were. */
export async function stillHolds({ files, listings, fleeting }: PillarInputs, roots: Roots): Promise<boolean> {
  if (fleeting !== '') return false;
  const states = await Promise.all(files.map(async ({ env, path, state }) => ((await lookAt(roots, env, path))?.state ?? '') === state));
  if (states.includes(false)) return false;
  for (const { env, digest } of listings) if (digestOf(await roots.fileList(env)) !== digest) return false;
  return true;
}
