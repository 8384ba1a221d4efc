/**
 * Which new keys are accepted or rejected at once: `auto_accept`, `autosign_file`, `autosign_dir`, `autosign_grains_dir`,
 * `autoreject_file`.
 *
 * Source: wire-protocol 4.3. Files that others may write are ignored, with a warning.
 */
import { existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { MinionId } from '../../kernel/contract/job.js';
import type { Logger } from '../../kernel/contract/log.js';
import { fnmatch } from '../../kernel/std/fnmatch.js';
import type { PlainMap } from '../../kernel/std/value.js';

export interface AutosignOptions {
  readonly autoAccept: boolean;
  readonly autosignFile: string | undefined;
  readonly autorejectFile: string | undefined;
  readonly autosignDir: string;
  readonly autosignTimeoutMinutes: number;
  readonly autosignGrainsDir: string | undefined;
  readonly permissive: boolean;
  readonly log: Logger;
}

export type AutosignDecision = 'accept' | 'reject' | 'ask';

const FILE_BYTES_MAX = 1024 * 1024;
const WRITABLE_BY_OTHERS = 0o002;
const WRITABLE_BY_GROUP = 0o020;

export function decideAutosign(id: MinionId, grains: PlainMap, options: AutosignOptions): AutosignDecision {
  if (listed(id, options.autorejectFile, options)) return 'reject';
  if (options.autoAccept) return 'accept';
  if (listed(id, options.autosignFile, options)) return 'accept';
  if (inDir(id, options)) return 'accept';
  return byGrains(grains, options) ? 'accept' : 'ask';
}

/** A line is an id, a glob or a regular expression. */
function listed(id: string, path: string | undefined, options: AutosignOptions): boolean {
  const lines = linesOf(path, options);
  return lines.some((line) => line === id || fnmatch(id, line) || matchesWhole(id, line));
}

function matchesWhole(id: string, pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`).test(id);
  } catch {
    // A glob such as `*.example` is no regular expression; it was tried as a glob already.
    return false;
  }
}

/** `minions_autosign/<id>`: used once, valid for `autosign_timeout` minutes. */
function inDir(id: MinionId, options: AutosignOptions): boolean {
  const path = join(options.autosignDir, id);
  if (!existsSync(path)) return false;
  const ageMinutes = (Date.now() - statSync(path).mtimeMs) / 60_000;
  rmSync(path, { force: true });
  return ageMinutes <= options.autosignTimeoutMinutes;
}

/** A file for each grain, one permitted value a line. */
function byGrains(grains: PlainMap, options: AutosignOptions): boolean {
  const dir = options.autosignGrainsDir;
  if (dir === undefined || dir === '' || !existsSync(dir)) return false;
  return readdirSync(dir).some((grain) => {
    if (!Object.hasOwn(grains, grain)) return false;
    const value = String(grains[grain]);
    return linesOf(join(dir, grain), options).includes(value);
  });
}

function linesOf(path: string | undefined, options: AutosignOptions): string[] {
  if (path === undefined || path === '' || !existsSync(path)) return [];
  const found = statSync(path);
  if (!found.isFile()) return [];
  const { mode, size } = found;
  const forbidden = WRITABLE_BY_OTHERS | (options.permissive ? 0 : WRITABLE_BY_GROUP);
  if ((mode & forbidden) !== 0) {
    options.log.warn({ path, mode: (mode & 0o777).toString(8) }, 'autosign file ignored: others may write it');
    return [];
  }
  if (size > FILE_BYTES_MAX) {
    options.log.warn({ path, size }, 'autosign file ignored: larger than 1 MiB');
    return [];
  }
  return readFileSync(path, 'utf8').split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}
