import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { manualFiles } from '../../support/manual.js';

for (const [path, text] of manualFiles()) {
  const name = path.split('/').slice(-2).join('/');
  test(`${name} has the options of the program (node scripts/make-manual.mjs)`, () => assert.equal(readFileSync(path, 'utf8'), text));
}

test('the typesetter has nothing to say about the man pages', { skip: spawnSync('groff', ['--version']).status === 0 ? false : 'groff is not installed' }, () => {
  for (const [path, text] of manualFiles()) {
    if (!path.endsWith('.1')) continue;
    const { stderr, stdout } = spawnSync('groff', ['-man', '-ww', '-Tutf8', '-P-cbou'], { input: text, encoding: 'utf8' });
    assert.equal(stderr, '', path);
    assert.match(stdout, /SYNOPSIS[^]*DESCRIPTION[^]*OPTIONS/);
  }
});
