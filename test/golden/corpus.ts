/** What every golden runner shares: where the recordings are, what a case result is, how cases are left to differ. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the repository, seen from `build/test/golden/`. */
export const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** Folder of the recordings: the variable GOLDEN_DIR, else `../shared/golden` beside the repository. */
export const goldenDir = process.env['GOLDEN_DIR'] ?? join(repository, '..', 'shared', 'golden');

export interface CaseResult {
  /** `<file>/<case>`, stable. */
  readonly id: string;
  /**
   * `listed`: differs on purpose, see differences.json. `pending`: needs a part that is not there yet, see pending.json.
   * Both count neither as passed nor as failed.
   */
  readonly outcome: 'passed' | 'failed' | 'listed' | 'pending';
  /** What was wanted and found, why it is listed, or what is missing. */
  readonly detail?: string;
}

/** A runner: `run` plays every case of the corpus in `dir`. */
export interface Corpus {
  readonly name: string;
  run(dir: string): AsyncIterable<CaseResult> | Iterable<CaseResult>;
}

interface Difference {
  readonly case: string;
  readonly ours: string;
  readonly why: string;
}

/** Reason for which a case of a corpus is listed as differing, or undefined. The file: `{ corpus: [{case, ours, why}] }`. */
export function differenceOf(corpus: string, id: string): string | undefined {
  const path = join(repository, 'test', 'golden', 'differences.json');
  if (!existsSync(path)) return undefined;
  const all = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Difference[]>;
  const found = all[corpus]?.find((entry) => entry.case === id);
  return found === undefined ? undefined : `${found.ours} (${found.why})`;
}

/**
 * What is missing for a case, or undefined when it is to be played. The file: `{ corpus: { "what is missing": [patterns] } }`;
 * a pattern is a case id in which `*` stands for any text.
 */
export function pendingFor(corpus: string, id: string): string | undefined {
  const path = join(repository, 'test', 'golden', 'pending.json');
  if (!existsSync(path)) return undefined;
  const all = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Record<string, string[]>>;
  const fits = (pattern: string): boolean => new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(id);
  return Object.entries(all[corpus] ?? {}).find(([, patterns]) => patterns.some(fits))?.[0];
}

/** True when the variable GOLDEN_ONLY, a regular expression, leaves the case in; it is for work on a few cases. */
export function isWanted(id: string): boolean {
  const only = process.env['GOLDEN_ONLY'];
  return only === undefined || only === '' || new RegExp(only).test(id);
}

/** JSON files of a corpus folder, parsed, without those that begin with `_`. */
export function readCases(dir: string): { file: string; content: unknown }[] {
  return readdirSync(dir)
    .filter((name) => name.endsWith('.json') && !name.startsWith('_'))
    .sort()
    .map((name) => ({ file: name.replace(/\.json$/, ''), content: JSON.parse(readFileSync(join(dir, name), 'utf8')) as unknown }));
}
