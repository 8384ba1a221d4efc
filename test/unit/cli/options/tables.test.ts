import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { apiTable, masterTable, minionTable } from '../../../../src/cli/options/daemons.data.js';
import { takesValue, type OptionRow, type ProgramTable } from '../../../../src/cli/options/option.js';
import { callTable } from '../../../../src/cli/options/tsalt-call.data.js';
import { cpTable } from '../../../../src/cli/options/tsalt-cp.data.js';
import { keyTable } from '../../../../src/cli/options/tsalt-key.data.js';
import { runTable } from '../../../../src/cli/options/tsalt-run.data.js';
import { tsaltTable } from '../../../../src/cli/options/tsalt.data.js';
import { repository } from '../../../golden/corpus.js';

interface Fact {
  readonly flags: readonly string[];
  readonly action: string;
  readonly dest?: string;
  readonly metavar?: string;
  readonly type?: string;
  readonly default?: unknown;
  readonly choices?: readonly string[];
  readonly group?: string;
}

const facts = JSON.parse(readFileSync(join(repository, 'test/golden-facts/cli-options.json'), 'utf8')) as
  Record<string, { readonly usage: string; readonly options: readonly Fact[] }>;
/** These come from the configuration, or from the name of the program that was asked. */
const DEFAULTS_ELSEWHERE = ['config_dir', 'pidfile'];
const ACTIONS: Readonly<Record<string, string>> = { on: 'store_true', off: 'store_false', list: 'append', version: 'version', versions: 'store_true', help: 'help' };
const TYPES: Readonly<Record<string, string>> = { integer: 'int', float: 'float', choice: 'choice', text: 'string', list: 'string' };

function factOf(row: OptionRow, group: string | undefined): Fact {
  const dest = row.kind === 'versions' ? 'versions_report' : row.dest;
  return {
    flags: row.flags,
    action: row.dest.endsWith('logfile') && row.kind === 'text' || row.dest === 'log_file' ? 'callback' : (ACTIONS[row.kind] ?? 'store'),
    ...(row.kind === 'version' || row.kind === 'help' ? {} : { dest }),
    ...(takesValue(row) ? { metavar: row.metavar ?? row.dest.toUpperCase(), type: TYPES[row.kind] ?? '' } : {}),
    ...(row.choices === undefined ? {} : { choices: row.choices }),
    ...(row.value === undefined ? {} : { default: row.value }),
    ...(group === undefined ? {} : { group }),
  };
}

for (const table of [tsaltTable, keyTable, runTable, callTable, cpTable, masterTable, minionTable, apiTable] satisfies ProgramTable[]) {
  test(`${table.name} has the options of its original`, () => {
    const original = facts[table.name.slice(1)];
    assert.ok(original);
    const isSalts = (row: OptionRow): boolean => row.ours !== true;
    const ours = [
      ...table.rows.filter(isSalts).map((row) => factOf(row, undefined)),
      ...table.groups.flatMap(({ title, rows }) => rows.filter(isSalts).map((row) => factOf(row, title))),
    ];
    const byFlag = new Map(ours.map((fact) => [fact.flags.join(' '), fact]));
    for (const { ...fact } of original.options) {
      if (DEFAULTS_ELSEWHERE.includes(fact.dest ?? '')) delete (fact as { default?: unknown }).default;
      assert.deepEqual(byFlag.get(fact.flags.join(' ')), fact);
    }
    assert.equal(ours.length, original.options.length);
    assert.equal(`${table.name.slice(1)} ${table.usage}`, original.usage);
  });
}
