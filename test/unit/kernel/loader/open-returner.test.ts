/** Returners of users that never answer: one waits, one computes, one of ours does not heed its signal. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { OpenReturner } from '../../../../src/kernel/loader/open-returner.js';
import { createSys } from '../../../../src/kernel/sys/sys.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { testHost } from '../../../support/module-host.js';

const root = mkdtempSync(join(tmpdir(), 'ts-returners-'));
after(() => rmSync(root, { recursive: true, force: true }));
mkdirSync(join(root, 'returners'));
const FILES: Readonly<Record<string, string>> = {
  waits: 'export function returner() { return new Promise(() => undefined); }\n',
  computes: 'export function returner() { for (;;); }\n',
  stays: `import { defineReturner, floatOf } from 'tsalt/plugin';
export default defineReturner({
  name: 'stays', doc: 'Has all a returner may have.', section: 'my.stays', options: { rate: { doc: 'a rate', default: floatOf(2) }, to: { doc: 'where' } },
  returner(ret, ctx) { ctx.memory.set('last', ret.jid); },
  saveLoad(jid, load, minions, ctx) { ctx.memory.set(jid, { ...load, minions }); },
  getLoad: (jid, ctx) => ({ ...ctx.memory.get(jid), last: ctx.memory.get('last'), rate: ctx.options.rate, to: ctx.options.to, id: ctx.id }),
});
`,
};
for (const [name, text] of Object.entries(FILES)) writeFileSync(join(root, 'returners', `${name}.mjs`), text);

async function open(name: string, callMs?: number) {
  const host = await testHost({ userDirs: (kind) => (kind === 'returners' ? [join(root, 'returners')] : []), opts: { cachedir: join(root, 'cache'), 'my.stays.to': 'there' }, sys: createSys(), id: 'web1' });
  after(() => host[Symbol.asyncDispose]());
  const plugin = await host.load('returners', name);
  assert.ok(plugin !== undefined);
  return new OpenReturner(name, host, plugin, callMs);
}
const RET: PlainMap = { jid: '1', id: 'web1', return: true };

for (const name of ['waits', 'computes']) {
  test(`the call of one that ${name} for ever is ended, and the loop of the program goes on meanwhile`, async () => {
    const returner = await open(name, 1500);
    let turns = 0;
    const alive = setInterval(() => (turns += 1), 20);
    await assert.rejects(returner.call('returner', [RET]));
    clearInterval(alive);
    assert.ok(turns > 5, `${turns} turns`);
  });
}

test('one of a user has what the contract has: methods, options with their section and kinds, memory', async () => {
  const returner = await open('stays');
  assert.deepEqual(['returner', 'saveLoad', 'getLoad', 'getJid'].map((method) => returner.has(method as 'getJid')), [true, true, true, false]);
  await returner.call('returner', [RET]);
  await returner.call('saveLoad', ['7', { fun: 'test.ping' }, ['a']]);
  const found = await returner.call('getLoad', ['7']);
  assert.deepEqual({ ...found, rate: String(found['rate']) }, { fun: 'test.ping', minions: ['a'], last: '1', rate: '2.0', to: 'there', id: 'web1' });
  await assert.rejects(returner.call('getJid', ['7']), /Returner 'stays' does not support function get_jid/);
});
