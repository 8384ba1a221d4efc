import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { keyTable } from '../../../src/cli/options/tsalt-key.data.js';
import { parseLine } from '../../../src/cli/parse.js';
import { UsageError } from '../../../src/cli/parsed-line.js';
import { withSaltfile } from '../../../src/cli/saltfile.js';

const dir = mkdtempSync(join(tmpdir(), 'saltfile-'));
after(() => rmSync(dir, { recursive: true }));
const file = (name: string, content: string): string => {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
};

test('options of the program are taken, those of the line win', () => {
  const path = file('one', 'salt-key:\n  config_dir: /from/file\n  list_all: true\nsalt:\n  quiet: true\n');
  const line = withSaltfile(parseLine(keyTable, ['--saltfile', path, '-c', '/from/line']), {});
  assert.equal(line.values['config_dir'], '/from/line');
  assert.equal(line.values['list_all'], true);
  assert.equal(line.values['quiet'], false);
  assert.ok(line.given.has('list_all'));
});

test('the variable names a file; our own name comes before that of Salt', () => {
  const path = file('two', 'salt-key:\n  output: json\ntsalt-key:\n  output: yaml\n');
  assert.equal(withSaltfile(parseLine(keyTable, []), { SALT_SALTFILE: path }).values['output'], 'yaml');
});

test('a file that is missing or broken is a wrong use', () => {
  assert.throws(() => withSaltfile(parseLine(keyTable, ['--saltfile', join(dir, 'none')]), {}), (error) => error instanceof UsageError && /file does not exist/.test(error.message));
  const broken = file('three', 'a: [');
  assert.throws(() => withSaltfile(parseLine(keyTable, ['--saltfile', broken]), {}), UsageError);
});
