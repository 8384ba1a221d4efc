import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventBus } from '../../../../../src/bus/event/bus.js';
import type { MinionId } from '../../../../../src/kernel/contract/job.js';
import type { PlainMap, Value } from '../../../../../src/kernel/std/value.js';
import { mineCommands, mineGet } from '../../../../../src/master/commands/minion/mine.js';
import type { KnownStore } from '../../../../../src/master/known/known-store.js';
import { Bounds } from '../../../../../src/master/requests/bounds.js';
import type { MinionSender } from '../../../../../src/master/requests/command.js';
import { silentLog } from '../../../../support/logs.js';

function bench(mines: Record<string, PlainMap> = {}) {
  const known = {
    mapNow: (_bank: string, id: string) => mines[id],
    setNow: (_bank: string, id: string, value: PlainMap) => {
      mines[id] = value;
    },
    flush: (_bank: string, id: string) => Promise.resolve(void delete mines[id]),
  } as unknown as KnownStore;
  const match = (tgt: Value): string[] => Object.keys(mines).concat('web9').filter((id) => tgt === '*' || tgt === id || (Array.isArray(tgt) && tgt.includes(id)));
  const bounds = new Bounds({ bus: new EventBus(() => undefined), log: silentLog });
  const parts = { known, match, bounds };
  const ask = async (cmd: string, load: PlainMap, id = 'web1'): Promise<Value | undefined> => {
    const sender: MinionSender = { kind: 'minion', id: id as MinionId, nonce: '', encAlgo: 'OAEP-SHA1', sigAlgo: 'PKCS1v15-SHA1' };
    const answer = await mineCommands(parts).find(({ name }) => name === cmd)?.run(load, sender);
    return answer?.kind === 'value' ? answer.value : undefined;
  };
  return { mines, ask, parts };
}

test('a minion writes only its own mine, whatever id it names', async () => {
  const { mines, ask } = bench({ web2: { a: 1 } });
  assert.equal(await ask('_mine', { data: { a: 2 }, id: 'web2' }), true);
  assert.equal(await ask('_mine', { data: { b: 3 } }), true);
  assert.deepEqual(mines, { web1: { a: 2, b: 3 }, web2: { a: 1 } });
  await ask('_mine', { data: { c: 4 }, clear: true });
  await ask('_mine_delete', { fun: 'a', id: 'web2' });
  assert.deepEqual(mines, { web1: { c: 4 }, web2: { a: 1 } });
  await ask('_mine_flush', { id: 'web2' });
  assert.deepEqual(mines, { web2: { a: 1 } });
});

test('one function gives values by minion, several by function', () => {
  const { parts } = bench({ web1: { a: 1, b: 2 }, web2: { a: 3 } });
  assert.deepEqual(mineGet(parts, { funs: ['a'], tgt: '*', tgtType: 'glob' }), { web1: 1, web2: 3 });
  assert.deepEqual(mineGet(parts, { funs: ['a', 'b'], tgt: '*', tgtType: 'glob' }), { a: { web1: 1, web2: 3 }, b: { web1: 2 } });
  assert.deepEqual(mineGet(parts, { funs: ['toString'], tgt: '*', tgtType: 'glob' }), {});
});

test('an entry with a target is given to whom it names, and to the master', async () => {
  const entry = { __data__: 'secret', allow_tgt: 'web9', allow_tgt_type: 'glob' };
  const { ask, parts } = bench({ web1: { a: entry }, web2: { a: { __data__: 'open' } }, web3: { a: { ...entry, allow_tgt: ['web8'] } } });
  assert.deepEqual(await ask('_mine_get', { fun: 'a', tgt: '*' }, 'web9'), { web1: 'secret', web2: 'open' });
  assert.deepEqual(await ask('_mine_get', { fun: 'a', tgt: '*', id: 'web9' }, 'web5'), { web2: 'open' });
  assert.deepEqual(mineGet(parts, { funs: ['a'], tgt: '*', tgtType: 'glob' }), { web1: 'secret', web2: 'open', web3: 'secret' });
});

test('what is too much, or no question, is answered without harm', async () => {
  const { ask, mines } = bench({ web1: { a: 1 } });
  assert.equal(await ask('_mine', { data: Object.fromEntries(Array.from({ length: 1001 }, (_none, at) => [`f${at}`, at])) }), false);
  assert.deepEqual(mines, { web1: { a: 1 } });
  for (const load of [{}, { fun: 'a' }, { tgt: '*' }, { fun: Array.from({ length: 1001 }, () => 'a'), tgt: '*' }]) assert.deepEqual(await ask('_mine_get', load), {});
  assert.deepEqual(await ask('_mine', { data: 'text' }), {});
});

test('the mine of a minion is bounded as a whole, not only each request', async () => {
  const { ask, mines, parts } = bench();
  const part = 'x'.repeat(3_500_000);
  for (let at = 0; at < 4; at += 1) assert.equal(await ask('_mine', { data: { [`f${at}`]: part } }), true);
  assert.equal(await ask('_mine', { data: { more: part } }), false);
  assert.deepEqual(Object.keys(mines['web1'] ?? {}), ['f0', 'f1', 'f2', 'f3']);
  assert.equal(parts.bounds.counts['mine'], 1);
  assert.equal(await ask('_mine', { data: { f0: '' } }), true, 'less is always taken');
});
