/**
 * Every way in, with every state of credentials. The ways are those of the table and those that the master really serves: one without
 * a row, or a row that nobody serves, fails here.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { WAYS, type WayName } from '../../../../src/master/access/ways.data.js';
import { openCommands, type OpenParts } from '../../../../src/master/commands/open/open.js';
import { Gate } from './gate-kit.js';

const FUNCTIONS = { local: 'test.ping', runner: 'jobs.follow', wheel: 'key.list_all' } as const;
const LIFE_MS = 60_000;
const OPTS: PlainMap = {
  token_expire: LIFE_MS / 1000,
  external_auth: { file: { bob: ['test.ping', '@jobs', '@key'], eve: ['pkg.version'] }, other: { bob: ['test.ping', '@jobs', '@key'] } },
};

type State = 'none' | 'wrong key' | 'wrong password' | 'wrong token' | 'expired by a millisecond' | 'of another plugin' | 'without the right' | 'right key' | 'right login' | 'right token';
const ALLOWED: ReadonlySet<State> = new Set(['right key', 'right login', 'right token']);

async function shown(state: State, gate: Gate): Promise<PlainMap> {
  const login = { eauth: 'file', username: 'bob', password: 'right' };
  switch (state) {
    case 'none': return {};
    case 'wrong key': return { key: gate.key('root').replace(/^./, '#'), user: 'root' };
    case 'wrong password': return { ...login, password: 'Right' };
    case 'wrong token': return { token: (await gate.token('bob')).replace(/.$/, (last) => (last === '0' ? '1' : '0')) };
    case 'expired by a millisecond': {
      const token = await gate.token('bob');
      gate.nowMs += LIFE_MS + 1;
      return { token };
    }
    case 'of another plugin': return { ...login, eauth: 'pam' };
    case 'without the right': return { ...login, username: 'eve' };
    case 'right key': return { key: gate.key('root'), user: 'root' };
    case 'right login': return login;
    case 'right token': {
      const token = await gate.token('bob');
      gate.nowMs += LIFE_MS;
      return { token };
    }
  }
}
const STATES: readonly State[] = ['none', 'wrong key', 'wrong password', 'wrong token', 'expired by a millisecond', 'of another plugin', 'without the right', 'right key', 'right login', 'right token'];

for (const [name, { client, asks }] of Object.entries(WAYS) as [WayName, (typeof WAYS)[WayName]][]) {
  if (asks === 'nothing' || asks === 'login' || asks === 'holder' || asks === 'peer' || asks === 'reaction') continue;
  suite(name, () => {
    for (const state of STATES) {
      const may = (ALLOWED.has(state) && (asks !== 'master' || state === 'right key')) || (asks === 'known' && state === 'without the right');
      test(`${state}: ${may ? 'may' : 'may not'}`, async () => {
        using gate = new Gate({ opts: OPTS });
        const proof = await shown(state, gate);
        const load = { fun: FUNCTIONS[client], arg: [], tgt: '*', ...proof, kwargs: proof };
        const verdict = await gate.access.decide({ way: name, load, from: 'test' });
        assert.equal(verdict.kind, may ? 'allowed' : 'refused');
      });
    }
  });
}

suite('minions and reactions', () => {
  const opts: PlainMap = { peer: { 'web.*': ['test.*'], '(': ['(.*'] }, peer_run: { web1: ['manage\\.up'] } };
  const cases: readonly (readonly [WayName, string, string, boolean])[] = [
    ['peer:publish', 'web1', 'test.ping', true], ['peer:publish', 'web1', 'cmd.run', false], ['peer:publish', 'db1', 'test.ping', false], ['peer:publish', 'myweb1', 'test.ping', false],
    ['peer:publish', 'web1', 'test.ping\ncmd.run', false], ['peer:publish', 'web1', 'manage.up', false], ['peer:runner', 'web1', 'manage.up', true], ['peer:runner', 'web1', 'manageXup', false],
    ['peer:runner', 'web12', 'manage.up', false], ['peer:runner', 'web1', 'test.ping', false], ['reactor:local', 'Reactor', 'test.ping', true], ['reactor:runner', 'Reactor', 'manage.up', true], ['reactor:wheel', 'Reactor', 'key.accept', true],
  ];
  for (const [way, user, fun, may] of cases) {
    test(`${way}: ${user} ${JSON.stringify(fun)} ${may ? 'may' : 'may not'}`, () => {
      using gate = new Gate({ opts });
      assert.equal(gate.access.decideCall({ way: way as 'peer:publish', user, fun, from: 'test' }), may);
      assert.deepEqual(gate.events.map(({ decision, user: who }) => [decision, who]), [[may ? 'allowed' : 'refused', user]], 'and the log says so');
    });
  }
  test('every such way has a case', () => {
    const ways = (Object.keys(WAYS) as WayName[]).filter((name) => ['peer', 'reaction'].includes(WAYS[name].asks));
    assert.deepEqual(ways.sort(), [...new Set(cases.map(([way]) => way))].sort());
  });
});

suite('logins', () => {
  const made = async (proof: PlainMap): Promise<boolean> => {
    using gate = new Gate({ opts: OPTS });
    return await gate.desk.make('port:mk_token', proof, 'test') !== undefined;
  };
  test('only name and password make a token', async () => {
    assert.equal(await made({ eauth: 'file', username: 'bob', password: 'right' }), true);
    for (const proof of [{}, { eauth: 'file', username: 'bob' }, { eauth: 'file', username: 'bob', password: 'x' }, { eauth: 'file', username: '', password: 'right' }, { eauth: 'pam', username: 'bob', password: 'right' }, { eauth: 'file', username: ['bob'], password: 'right' }]) {
      assert.equal(await made(proof), false, JSON.stringify(proof));
    }
  });
  test('a token is known to who has it, to the last millisecond', async () => {
    using gate = new Gate({ opts: OPTS });
    const token = await gate.token('bob');
    gate.nowMs += LIFE_MS;
    assert.equal((await gate.desk.look(token))['name'], 'bob');
    gate.nowMs += 1;
    assert.deepEqual(await gate.desk.look(token), {});
    for (const wrong of [null, 7, '', '../../x', {}]) assert.deepEqual(await gate.desk.look(wrong), {});
  });
});

suite('the table is complete', () => {
  test('commands sent in clear', () => {
    const served = Object.fromEntries(openCommands({} as OpenParts).map(({ name, rule }) => [`port:${name}`, rule]));
    assert.deepEqual(served, Object.fromEntries(Object.entries(WAYS).filter(([name]) => name.startsWith('port:')).map(([name, { rule }]) => [name, rule])));
  });
  test('operations of the local socket', () => {
    const [, list = ''] = /readonly op: ([^;]+);/.exec(readFileSync('src/client/door.ts', 'utf8')) ?? [];
    for (const place of ['door', 'api']) {
      const names = [...list.matchAll(/'(\w+)'/g)].map(([, name]) => `${place}:${name}`);
      assert.deepEqual(names.sort(), Object.keys(WAYS).filter((name) => name.startsWith(`${place}:`)).sort());
    }
  });
});
