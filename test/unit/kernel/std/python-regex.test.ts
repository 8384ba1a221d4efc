/** Against what Python answered; `python-regex.cases.json` is made by `python-regex.record.py`. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { compilePython, escapePython, pythonMatch, type PythonMatch } from '../../../../src/kernel/std/python-regex.js';

type Found = [start: number, text: string, groups: (string | null)[]] | null;
type Answers = [found: [Found, Found, Found], subs: ([string, number] | string)[]];
interface Book {
  readonly texts: string[];
  readonly templates: string[];
  readonly cases: [source: string, flags: number, answers: string | Answers[]][];
}
const book = JSON.parse(readFileSync('test/unit/kernel/std/python-regex.cases.json', 'utf8')) as Book;

function plain(match: PythonMatch | undefined): Found {
  return match === undefined ? null : [match.start, match.text, match.groups.slice(1).map((group) => group ?? null)];
}

function attempt<T>(work: () => T): T | string {
  try {
    return work();
  } catch (error) {
    return (error as Error).message;
  }
}

for (const [source, flags, answers] of book.cases) {
  test(`pattern ${JSON.stringify(source)} with flags ${flags} answers as Python`, () => {
    if (typeof answers === 'string') {
      assert.throws(() => compilePython(source, flags), { message: answers });
      return;
    }
    const pattern = compilePython(source, flags);
    for (const [at, text] of book.texts.entries()) {
      const found = [pattern.search(text), pattern.match(text), pattern.fullmatch(text)].map(plain);
      const subs = book.templates.map((template) => attempt(() => pattern.subn(template, text)));
      assert.deepEqual([found, subs], answers[at], JSON.stringify(text));
    }
  });
}

test('escapePython() makes every character stand for itself', () => {
  const all = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('');
  assert.ok(pythonMatch(escapePython(all), all, 'fullmatch'));
  assert.equal(escapePython('a.b*c-d e_f/@"\'é'), 'a\\.b\\*c\\-d\\ e_f/@"\'é');
});

test('subn() stops at its count', () => {
  assert.deepEqual(compilePython('a').subn('b', 'aaa', 2), ['bba', 2]);
});

for (const [source, stalls] of [['(a+)+$', true], ['(a*)*', true], ['a+b*c+', false], ['.*a.*b.*c.*d.*', true], ['(ab?){3}', false], ['[*+]+', false]] as const) {
  test(`pattern ${source} ${stalls ? 'may stall' : 'is harmless on short texts'}`, () => {
    assert.equal(compilePython(source).mayStall, stalls);
  });
}
