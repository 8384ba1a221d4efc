import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PythonError } from '../../../../src/kernel/contract/errors.js';
import { fnmatch } from '../../../../src/kernel/std/fnmatch.js';
import type { Value } from '../../../../src/kernel/std/value.js';
import match from '../../../../src/plugins/modules/match.js';
import { benchOf, type Bench } from '../bench.js';

/** Answers as a minion web1: a glob for every kind; `((` cannot be read. Keeps the questions. */
function minion(): Bench & { readonly asked: Value[][] } {
  const asked: Value[][] = [];
  const bench = benchOf(match, {
    ports: {
      match: {
        matches: async (expr, kind, delimiter, minionId) => {
          asked.push([expr, kind, delimiter, minionId ?? null]);
          if (expr === '((') throw new PythonError('re.error', 'missing ), unterminated subpattern');
          return fnmatch(minionId ?? 'web1', String(expr));
        },
      },
    },
  });
  return { ...bench, asked };
}

test('match asks the matcher of its name, with delimiter or id', async () => {
  const { call, asked } = minion();
  assert.equal(await call('glob', ['web*']), true);
  assert.equal(await call('list', ['web1', 'db']), false);
  await call('compound', ['a', 5]);
  await call('pcre', ['a']);
  await call('grain', ['os|D*', '|']);
  await call('grain_pcre', ['a']);
  await call('pillar', ['a'], { delimiter: '/' });
  await call('pillar_pcre', ['a']);
  await call('data', ['a:b']);
  await call('ipcidr', ['10.0.0.0/8']);
  assert.deepEqual(asked, [
    ['web*', 'glob', ':', null], ['web1', 'list', ':', 'db'], ['a', 'compound', ':', '5'], ['a', 'pcre', ':', null], ['os|D*', 'grain', '|', null],
    ['a', 'grain_pcre', ':', null], ['a', 'pillar', '/', null], ['a', 'pillar_pcre', ':', null], ['a:b', 'data', ':', null],
    ['10.0.0.0/8', 'ipcidr', ':', null],
  ]);
});

test('a target that cannot be read means nobody and is logged', async () => {
  const { call, logged } = minion();
  assert.equal(await call('pcre', ['((']), false);
  assert.deepEqual(logged, ['error target cannot be matched']);
  assert.deepEqual(await call('ipcidr', ['zzz']), []);
});

test('match.filter_by gives the value of the first fitting target', async () => {
  const { call } = minion();
  assert.equal(await call('filter_by', [{ 'web*': 'A', '*': 'B' }]), 'A');
  assert.equal(await call('filter_by', [{ zz: 5, default: 7 }]), 7);
  assert.equal(await call('filter_by', [{ zz: 5 }]), null);
  assert.equal(await call('filter_by', [{ web1: 1 }, 'list_']), 1);
  assert.deepEqual(await call('filter_by', [{ web1: { a: 1 } }], { merge: { b: 2 } }), { a: 1, b: 2 });
  assert.deepEqual(await call('filter_by', [{ web1: { a: [1] } }], { merge: { a: [2] }, merge_lists: true }), { a: [1, 2] });
  assert.deepEqual(await call('filter_by', [{ web1: null }], { merge: { b: 2 } }), { b: 2 });
});

test('match.filter_by hands an id on as second argument of the matcher', async () => {
  const { call, asked } = minion();
  await call('filter_by', [{ 'os|D': 1 }, 'grain', '|']);
  await call('filter_by', [{ a: 1 }, 'glob', 'db1']);
  assert.deepEqual(asked, [['os|D', 'grain', '|', null], ['a', 'glob', ':', 'db1']]);
});

test('match.filter_by refuses as Salt does', async () => {
  const { call } = minion();
  await assert.rejects(call('filter_by', [{ web1: 1 }, 'list']), { className: 'KeyError', message: "'list'" });
  await assert.rejects(call('filter_by', [{ a: 1 }, 'ipcidr', 'x']), { className: 'TypeError', message: 'ipcidr() takes 1 positional argument but 2 were given' });
  await assert.rejects(call('filter_by', [{ web1: 5 }], { merge: { b: 2 } }), { className: 'TypeError', message: 'Cannot update using non-dict types in dictupdate.update()' });
  await assert.rejects(call('filter_by', [{ web1: 5 }], { merge: 's' }), { className: 'salt.exceptions.SaltException', message: 'filter_by merge argument must be a dictionary.' });
  await assert.rejects(call('filter_by', ['text']), { className: 'AttributeError' });
});

test('match.search_by lists the keys with a fitting target, or None', async () => {
  const { call } = minion();
  assert.deepEqual(await call('search_by', [{ a: ['web1', 'q'], b: ['w*'], c: ['z'] }]), ['a', 'b']);
  assert.equal(await call('search_by', [{ c: ['z'] }]), null);
  assert.deepEqual(await call('search_by', [{ c: 'z*' }]), ['c']);
  await assert.rejects(call('search_by', [{ c: 5 }]), { className: 'TypeError', message: "'int' object is not iterable" });
});

test('match.ifelse takes targets and values in turn', async () => {
  const { call } = minion();
  assert.equal(await call('ifelse', ['a']), 'a');
  assert.equal(await call('ifelse', [false, 'A', true, 'B', 'C']), 'B');
  assert.equal(await call('ifelse', ['x*', 'A', 'C']), 'C');
  assert.equal(await call('ifelse', ['x*', 'A', 'C'], { minion_id: 'x1' }), 'A');
  await assert.rejects(call('ifelse', ['a', 'b']), { className: 'salt.exceptions.SaltException', message: 'The ifelse function must have an odd number of arguments!' });
});
