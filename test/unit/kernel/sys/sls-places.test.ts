import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { slsPlaces } from '../../../../src/kernel/sys/sls-places.js';

let root = '';
before(() => {
  root = mkdtempSync(join(tmpdir(), 'sls-places-'));
  for (const [path, text] of Object.entries({
    'base/web.sls': "one:\n  test.nop\n'two words':\n  test.nop\n{{ three }}:\n  test.nop\n", 'base/app/init.sls': '# first\nfour: \n  test.nop\n',
    'dev/web.sls': 'five:\n  test.nop\n', 'cache/files/base/web.sls': '\none:\n  test.nop\n',
  })) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
});
after(() => rmSync(root, { recursive: true }));

const opts = (more = {}) => ({ __role: 'master', cachedir: join(root, 'cache'), file_roots: { dev: [join(root, 'dev')], base: [join(root, 'base')] }, ...more });

test('file and line of an id in the roots of the configuration', () => {
  const placeOf = slsPlaces(opts());
  assert.equal(placeOf('web', 'one'), join(root, 'base/web.sls:1'));
  assert.equal(placeOf('web', 'two words'), join(root, 'base/web.sls:3'));
  assert.equal(placeOf('app', 'four'), join(root, 'base/app/init.sls:2'));
  assert.equal(placeOf('web', 'five'), join(root, 'dev/web.sls:1'));
});

test('the file alone when a template makes the id, nothing of files that are not here', () => {
  const placeOf = slsPlaces(opts());
  assert.equal(placeOf('web', 'made'), join(root, 'base/web.sls'));
  assert.equal(placeOf('other', 'one'), undefined);
  assert.equal(placeOf('../../etc/x', 'one'), undefined);
  assert.equal(placeOf('', 'one'), undefined);
});

test('a minion of a master looks at its copies', () => {
  assert.equal(slsPlaces(opts({ __role: 'minion' }))('web', 'one'), 'salt://web.sls:2');
});
