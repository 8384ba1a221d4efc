/** `tsalt-complete PROGRAM WORDS... PREFIX`: one candidate a line, for the completion scripts in `conf/completion/`. */
import { findConfigDir, loadMasterConfig } from '../../kernel/config/load.js';
import { TsaltError } from '../../kernel/contract/errors.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { distDirectory } from '../dist-directory.js';
import { callTable } from '../options/tsalt-call.data.js';
import { cpTable } from '../options/tsalt-cp.data.js';
import { keyTable } from '../options/tsalt-key.data.js';
import { runTable } from '../options/tsalt-run.data.js';
import { tsaltTable } from '../options/tsalt.data.js';
import { apiTable, masterTable, minionTable } from '../options/daemons.data.js';
import { candidates } from './candidates.js';
import { installedNames } from './names.js';

const TABLES = [tsaltTable, callTable, cpTable, keyTable, runTable, masterTable, minionTable, apiTable];

/** Nothing for a program that is not ours, and for a configuration that cannot be read: the program itself will say why. */
export async function completions(argv: readonly string[]): Promise<string[]> {
  const [program, ...words] = argv;
  const table = TABLES.find(({ name }) => name === program);
  if (table === undefined) return [];
  const prefix = words.pop() ?? '';
  let opts: Readonly<PlainMap> = {};
  try {
    ({ opts } = await loadMasterConfig({ configDir: findConfigDir(configDirIn(words)) }));
  } catch (error) {
    if (!(error instanceof TsaltError)) throw error;
  }
  return candidates({ table, words, prefix }, installedNames(distDirectory(), () => opts));
}

function configDirIn(words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => word === '-c' || word === '--config-dir');
  return at >= 0 ? words[at + 1] : words.find((word) => word.startsWith('--config-dir='))?.slice('--config-dir='.length);
}
