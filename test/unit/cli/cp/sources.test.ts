import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { gatherSources, namedPaths, NoSuchSourceError } from '../../../../src/cli/cp/sources.js';

function tree(): { dir: string } & Disposable {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'cp-')));
  mkdirSync(join(dir, 'site/conf'), { recursive: true });
  mkdirSync(join(dir, 'site/empty'));
  writeFileSync(join(dir, 'site/conf/a.txt'), 'a');
  writeFileSync(join(dir, 'site/run.sh'), '#!/bin/sh\n');
  chmodSync(join(dir, 'site/run.sh'), 0o755);
  symlinkSync('nowhere', join(dir, 'site/dangling'));
  return { dir, [Symbol.dispose]: () => rmSync(dir, { recursive: true }) };
}

test('one file goes to the destination itself, or below it when that ends with a slash', () => {
  using place = tree();
  const path = join(place.dir, 'site/run.sh');
  assert.deepEqual(gatherSources([path], '/to/here').files, [{ path, dest: '/to/here', bytes: 10, mode: 0o755 }]);
  assert.equal(gatherSources([path], '/to/here/').files[0]?.dest, '/to/here/run.sh');
});

test('a folder keeps its name and its empty folders; a link that leads nowhere is left out', () => {
  using place = tree();
  const { files, folders } = gatherSources([join(place.dir, 'site')], '/to');
  assert.deepEqual(files.map(({ dest }) => dest), ['/to/site/conf/a.txt', '/to/site/run.sh']);
  assert.deepEqual(folders, ['/to/site/empty']);
});

test('several files lie below the destination', () => {
  using place = tree();
  const named = ['site/run.sh', 'site/conf/a.txt'].map((name) => join(place.dir, name));
  assert.deepEqual(gatherSources(named, '/to').files.map(({ dest }) => dest), ['/to/run.sh', '/to/a.txt']);
});

test('a named path that is not there is an error', () => {
  assert.throws(() => gatherSources(['/none/of/this'], '/to'), new NoSuchSourceError('/none/of/this'));
});

test('a quoted pattern stands for the paths that fit; a file of that name comes first, and what fits nothing stays as it is', () => {
  using place = tree();
  const at = (name: string): string => join(place.dir, name);
  assert.deepEqual(namedPaths([at('site/*.sh'), at('site/c*/a.txt'), at('site/*.none'), at('site')]), [at('site/run.sh'), at('site/conf/a.txt'), at('site/*.none'), at('site')]);
  symlinkSync('run.sh', at('site/link.sh'));
  const word = relative(process.cwd(), at('site/link.sh'));
  assert.deepEqual(namedPaths([word, 'not/there']), [at('site/run.sh'), resolve('not/there')]);
  writeFileSync(at('site/[x].sh'), '');
  assert.deepEqual(namedPaths([at('site/[x].sh')]), [at('site/[x].sh')]);
});
