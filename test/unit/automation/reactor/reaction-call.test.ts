import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reactionCall, ReactionError, type ArgSpec } from '../../../../src/automation/reactor/reaction-call.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';

const SPECS: Readonly<Record<string, ArgSpec>> = {
  'wheel key.list': { args: ['match'], required: 1, takesKeywords: false },
  'runner test.arg': { args: [], required: 0, takesKeywords: true },
  'runner event.send': { args: ['tag', 'data'], required: 1, takesKeywords: false },
};
const call = (chunk: PlainMap) => reactionCall({ __id__: 'it', __sls__: '/r.sls', name: 'it', order: 1, ...chunk }, (client, fun) => Promise.resolve(SPECS[`${client} ${fun}`]));
const refused = (chunk: PlainMap, pattern: RegExp): Promise<void> => assert.rejects(call(chunk), (error: unknown) => error instanceof ReactionError && pattern.test(error.message));

// Source: golden events/reactor-local.
test('local: the new form is keywords, the old one both', async () => {
  const made = await call({ state: 'local', fun: 'test.arg', tgt: 'evt1', args: [{ first: 'tag' }, { seen: { n: 7 } }] });
  assert.deepEqual(made, { client: 'local', fun: 'test.arg', arg: [], kwarg: { first: 'tag', seen: { n: 7 } }, order: { tgt: 'evt1' }, ignored: [] });
  const old = await call({ state: 'cmd', fun: 'test.arg', tgt: 'evt1', tgt_type: 'list', arg: ['tag', 'seen'], kwarg: { seen: 1 } });
  assert.deepEqual(old, { client: 'local', fun: 'test.arg', arg: ['tag', 'seen'], kwarg: { seen: 1 }, order: { tgt: 'evt1', tgt_type: 'list' }, ignored: [] });
});

// Source: golden events/reactor-runner, reactor-wheel.
test('runner and wheel: what has no default goes by its place, the rest by name', async () => {
  assert.deepEqual(await call({ state: 'wheel', fun: 'key.list', match: 'accepted' }), { client: 'wheel', fun: 'key.list', arg: ['accepted'], kwarg: {}, order: {}, ignored: [] });
  const flat = await call({ state: 'runner', fun: 'test.arg', first: 'tag', seen: 1 });
  assert.deepEqual([flat.arg, flat.kwarg], [[], { first: 'tag', seen: 1 }]);
  const both = await call({ state: 'runner', fun: 'event.send', tag: 'a/b', data: { x: 1 } });
  assert.deepEqual([both.arg, both.kwarg], [['a/b'], { data: { x: 1 } }]);
});

test('caller: a list that is no list of maps is positional', async () => {
  assert.deepEqual((await call({ state: 'caller', fun: 'test.arg', args: [1, 'two'] })).arg, [1, 'two']);
  assert.deepEqual((await call({ state: 'caller', fun: 'file.touch', args: [{ name: '/x' }] })).kwarg, { name: '/x' });
});

test('what stands beside `args` is named as ignored', async () => {
  const made = await call({ state: 'local', fun: 'test.arg', tgt: '*', args: [{ a: 1 }], arg: [1], kwarg: { b: 2 } });
  assert.deepEqual([made.arg, made.kwarg, made.ignored], [[], { a: 1 }, ['arg', 'kwarg']]);
});

test('what cannot be called is refused with its id and the reason', async () => {
  await refused({ state: 'nobody', fun: 'a.b' }, /missing a wrapper function for 'nobody'/);
  await refused({ state: '__proto__', fun: 'a.b' }, /missing a wrapper function/);
  await refused({ state: 'local', fun: 'test.ping' }, /'it'.*no `tgt`/);
  await refused({ state: 'runner', fun: 'no.such' }, /Reactor 'it' failed to execute runner 'no.such': function not available/);
  await refused({ state: 'runner', fun: 'event.send' }, /takes at least 1 argument \(0 given\)/);
  await refused({ state: 'runner', fun: 'event.send', tag: 'a', one: 1, two: 2 }, /'one' and 'two' are invalid keyword arguments for 'event.send'/);
  await refused({ state: 'runner', fun: 'event.send', tag: 'a', one: 1 }, /'one' is an invalid keyword argument/);
  await refused({ state: 'local', fun: 'test.arg', tgt: '*', args: ['a'] }, /Incorrect argument format/);
  await refused({ state: 'local', fun: 'test.arg', tgt: '*', args: [{ a: 1, b: 2 }] }, /Incorrect argument format/);
});
