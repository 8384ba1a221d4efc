/** Plays the calls of `pillar/functions.json` through the module `pillar`; the pillar itself is the plain YAML of each case. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { updateMap } from '../../src/kernel/std/merge.js';
import { isMap, mapEntries, mapFrom, type PlainMap, type Value, type ValueMap } from '../../src/kernel/std/value.js';
import { loadYaml } from '../../src/kernel/yaml/load.js';
import config from '../../src/plugins/modules/config.js';
import pillar from '../../src/plugins/modules/pillar.js';
import { benchOf } from '../unit/plugins/bench.js';
import { goldenDir } from './corpus.js';

interface Call { readonly fun: string; readonly args?: readonly Value[]; readonly kwargs?: PlainMap; readonly unmask?: boolean }
interface Recording {
  readonly id: string;
  readonly tree: Readonly<Record<string, string>>;
  readonly master?: PlainMap;
  readonly compile?: readonly { readonly pillarenv?: string }[];
  readonly calls: readonly Call[];
  readonly expect: { readonly compile: readonly { readonly pillar: PlainMap }[]; readonly calls: readonly { readonly ret: Value }[] };
}

/** The pillar as the minion has it (keys keep their types), with the errors that compiling it gave. */
function pillarOf({ tree, expect }: Recording): ValueMap {
  const sls = tree['pillar/dev/p.sls'] ?? tree['pillar/base/p.sls'] ?? '';
  const data = loadYaml(sls);
  const errors = expect.compile[0]?.pillar['_errors'];
  assert.ok(isMap(data));
  return errors === undefined ? data : mapFrom([...mapEntries(data), ['_errors', errors]]);
}

/** As JSON shows it: every key is text. */
function asJson(value: Value): unknown {
  if (isMap(value)) return Object.fromEntries(mapEntries(value).map(([key, item]) => [String(key), asJson(item)]));
  return Array.isArray(value) ? (value as readonly Value[]).map(asJson) : value;
}

async function play(recording: Recording): Promise<void> {
  const known = pillarOf(recording);
  const setup = {
    opts: { pillarenv: null, pillar_mask_output: true, ...recording.master },
    pillar: known as PlainMap,
    ports: { refresh: { compilePillar: async ({ override }: { override?: PlainMap }) => updateMap(known, override ?? {}) as PlainMap } },
  };
  const modules = { pillar: benchOf(pillar, setup), config: benchOf(config, setup) };
  for (const [at, { fun, args = [], kwargs = {}, unmask }] of recording.calls.entries()) {
    const [module, name = ''] = fun.split('.');
    const found = await modules[module as keyof typeof modules].call(name, args, { ...kwargs, ...(unmask === true ? { unmask } : {}) });
    assert.deepEqual(asJson(found), recording.expect.calls[at]?.ret, `${fun} ${JSON.stringify(args)} ${JSON.stringify(kwargs)}`);
  }
}

const path = join(goldenDir, 'pillar', 'functions.json');
if (existsSync(path)) {
  const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { cases: Recording[] };
  for (const recording of cases) test(`golden pillar/${recording.id}: calls`, () => play(recording));
} else {
  test('golden pillar/functions', { skip: 'no recordings here; set GOLDEN_DIR' });
}
