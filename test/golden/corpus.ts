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
  /** `listed`: differs on purpose, see differences.json; it counts neither as passed nor as failed. */
  readonly outcome: 'passed' | 'failed' | 'listed';
  /** What was wanted and found, or why it is listed. */
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

/** JSON files of a corpus folder, parsed, without those that begin with `_`. */
export function readCases(dir: string): { file: string; content: unknown }[] {
  return readdirSync(dir)
    .filter((name) => name.endsWith('.json') && !name.startsWith('_'))
    .sort()
    .map((name) => ({ file: name.replace(/\.json$/, ''), content: JSON.parse(readFileSync(join(dir, name), 'utf8')) as unknown }));
}
