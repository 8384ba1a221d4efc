import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hide, isHidden, redact, redactHidden } from '../../../../src/kernel/std/masked.js';
import { Tuple, tupleOf } from '../../../../src/kernel/std/sequences.js';
import { Float, mapFrom } from '../../../../src/kernel/std/value.js';

const STARS = '**********';

test('redact() hides what says something and keeps what is empty', () => {
  assert.deepEqual(redact({ a: 'x', b: '', c: 0, d: 5, e: true, f: false, g: null, h: new Float(1.5), i: ['y', []] }),
    { a: STARS, b: '', c: 0, d: STARS, e: STARS, f: false, g: null, h: STARS, i: [STARS, []] });
  assert.deepEqual(redact(Buffer.from('x')), Buffer.from(STARS));
});

test('redactHidden() hides marked containers only, at any depth', () => {
  const pillar = hide({ password: 'hunter2', list: [{ key: 'k' }] });
  const shown = redactHidden({ comment: 'ok', ret: [pillar], inner: pillar['list'] ?? null });
  assert.deepEqual(shown, { comment: 'ok', ret: [{ password: STARS, list: [{ key: STARS }] }], inner: [{ key: STARS }] });
  assert.equal(pillar['password'], 'hunter2');
});

test('hide() marks maps with any keys and everything in them', () => {
  const inner = mapFrom([[1, 'secret']]);
  hide({ inner });
  assert.ok(isHidden(inner));
  assert.ok(!isHidden(mapFrom([[1, 'secret']])));
  assert.equal(hide('text'), 'text');
});

test('redactHidden() gives a copy without shared parts, and tuples stay tuples', () => {
  const shared = ['a'];
  const shown = redactHidden({ a: shared, b: shared, c: tupleOf(['x']) }) as { a: unknown; b: unknown; c: unknown };
  assert.deepEqual(shown.a, shared);
  assert.notEqual(shown.a, shown.b);
  assert.ok(shown.c instanceof Tuple);
});
