import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import extNodes from '../../../../src/plugins/tops/ext_nodes.js';
import { configuredTops } from '../../../../src/sls/state/configured-tops.js';
import { listeningLog } from '../../../support/module-host.js';
import { rootedContext } from '../../../support/rooted-sys.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-tops-')));
after(() => rmSync(base, { recursive: true }));
let count = 0;

/** What the sources of a configuration give, where `nodes all web1` prints a text. */
async function tops(printed: string | undefined, sources: PlainMap = { ext_nodes: "'nodes' all" }) {
  const opts = { master_tops: sources };
  const ctx = await rootedContext(join(base, String(count += 1)), { opts, programs: printed === undefined ? {} : { 'nodes all web1': printed } });
  const log = listeningLog();
  const host = { load: (_kind: string, name: string) => Promise.resolve(name === 'ext_nodes' ? extNodes : undefined), context: () => ctx };
  const found = await configuredTops({ opts, log, host: host as never }, { opts: { id: 'web1' }, grains: {} });
  return { found, lines: log.lines };
}

const cases: readonly [title: string, printed: string, wanted: PlainMap][] = [
  ['a list of classes', 'classes: [web, db]\n', { base: ['web', 'db'] }],
  ['classes as a map', 'classes:\n  web: {a: 1}\n  db:\n', { base: ['web', 'db'] }],
  ['an environment', 'environment: dev\nclasses: [web]\n', { dev: ['web'] }],
  ['classes of another form', 'classes: web\n', {}],
  ['no classes', 'parameters: {}\n', {}],
  ['nothing', '', {}],
];
for (const [title, printed, wanted] of cases) {
  test(`ext_nodes: ${title}`, async () => {
    const { found, lines } = await tops(printed);
    assert.deepEqual(found, wanted);
    assert.deepEqual(lines, []);
  });
}

test('a source that fails, and one that is not there, are told of and left out', async () => {
  const broken = await tops(undefined);
  assert.deepEqual([broken.found, broken.lines.map(({ level, fields }) => [level, fields['source']])], [{}, [['error', 'ext_nodes']]]);
  const unknown = await tops('classes: [web]\n', { ext_nodes: 'nodes all', other: {} });
  assert.deepEqual([unknown.found, unknown.lines.map(({ level, fields }) => [level, fields['source']])], [{ base: ['web'] }, [['warn', 'other']]]);
  assert.deepEqual((await tops(undefined, {})).found, {});
});
