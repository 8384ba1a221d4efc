import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCall } from '../../../../src/sls/state/run/slot-call.js';

const CALLS = [
  ['test.echo(hi)', { fun: 'test.echo', args: ['hi'], kwargs: {} }],
  ["test.arg('a b', kw=\"c,d\").path", { fun: 'test.arg', args: ['a b'], kwargs: { kw: 'c,d' } }],
  ['test.arg([1, 2], {a: b})', { fun: 'test.arg', args: ['[1,2]', '{a:b}'], kwargs: {} }],
  ['test.ping()', { fun: 'test.ping', args: [], kwargs: {} }],
] as const;

for (const [text, wanted] of CALLS) {
  test(`readCall() reads ${text}`, () => assert.deepEqual(readCall(text), wanted));
}

for (const text of ['', 'test.ping', '(a)', 'test.arg(a', "test.arg('a)", 'test.arg([a)']) {
  test(`readCall() gives nothing for ${JSON.stringify(text)}`, () => assert.equal(readCall(text), undefined));
}
