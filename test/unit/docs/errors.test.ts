import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const repository = join(import.meta.dirname, '..', '..', '..', '..');

/** Codes of a source: `readonly code = 'area.reason'`, and the members of a union type named `...ErrorCode`. */
function codesIn(source: string): string[] {
  const single = [...source.matchAll(/\bcode(?::\s*[\w\s]+)? = '([^']+)'/g)].map(([, code]) => code ?? '');
  const unions = [...source.matchAll(/\btype \w*ErrorCode =([^;]+);/g)].flatMap(([, members = '']) => [...members.matchAll(/'([^']+)'/g)].map(([, code]) => code ?? ''));
  return [...single, ...unions].filter((code) => /^[a-z]+\.[a-z_]+$/.test(code));
}

/** Classes of errors that have a code of their own must be found by it. */
function classesWithoutCode(source: string): string[] {
  return [...source.matchAll(/class (\w+) extends TsaltError \{([\s\S]*?)\n\}/g)]
    .filter(([, , body = '']) => !/\bcode(?::\s*\w+)?(?: =|;)/.test(body)).map(([, name]) => name ?? '');
}

const sources = readdirSync(join(repository, 'src'), { recursive: true }).map(String).filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, text: readFileSync(join(repository, 'src', path), 'utf8') }));

test('docs/errors.md has every code of the source, and no other', () => {
  const page = readFileSync(join(repository, 'docs/errors.md'), 'utf8');
  const documented = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, code]) => code ?? '');
  assert.deepEqual(documented, documented.toSorted(), 'in order');
  const used = new Set(sources.flatMap(({ text }) => codesIn(text)));
  assert.ok(used.size > 20, 'codes were found');
  assert.deepEqual([...new Set(documented)].toSorted(), [...used].toSorted());
});

test('every error class has a code', () => {
  assert.deepEqual(sources.flatMap(({ path, text }) => classesWithoutCode(text).map((name) => `${path}: ${name}`)), []);
});

test('each row says what happened and what to do', () => {
  const page = readFileSync(join(repository, 'docs/errors.md'), 'utf8');
  for (const row of page.split('\n').filter((line) => line.startsWith('| `'))) {
    const cells = row.split(' | ').map((cell) => cell.trim());
    assert.equal(cells.length, 3, row);
    assert.ok(cells.every((cell) => cell.length > 5), row);
  }
});
