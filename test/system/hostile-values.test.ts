/**
 * Every name of a command with hostile values in every field, from nobody and from a minion that turned bad: nothing fails inside,
 * nothing lands outside, nothing happens in another's name. `SEED` repeats a run.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeNetwork, encodeNetwork } from '../../src/bus/codec/codec.js';
import { mapFrom, type PlainMap, type Value } from '../../src/kernel/std/value.js';
import type { Hearing } from '../support/fleet/events.js';
import { MasterHost } from '../support/fleet/master.js';
import { RawMinion } from '../support/fleet/raw-minion.js';
import { Site } from '../support/fleet/site.js';
import { counter, statsOf } from '../support/fleet/stats.js';
import { COMMAND_NAMES } from './hostile/command-names.data.js';
import { seededRandom, type Random } from './hostile/random.js';
import { SteadyMinion } from './hostile/steady-minion.js';
import { FIELDS, HOSTILE_VALUES } from './hostile/values.data.js';

const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
/** For each declared command; of those that are not declared a few are enough. */
const LOADS = 100;
const LOADS_OF_UNKNOWN = 2;
/** Its own key goes, whatever it sends along. */
const ENDS_THE_MINION = 'revoke_auth';

const site = new Site();
let master: MasterHost;
let bad: SteadyMinion;
let other: SteadyMinion;
let hearing: Hearing;
let folders: string[];

site.setUp('a master with two accepted minions, where as much as possible is allowed', async () => {
  master = await MasterHost.prepare(site, 'tsalt', 'm', { file_recv: true, file_recv_max_size: 1, peer: { '.*': ['test.*'] }, peer_run: { '.*': ['manage.up'] } });
  master.serve('salt/hello.txt', 'hello\n');
  master.serve('pillar/top.sls', 'base:\n  other:\n    - secret\n');
  master.serve('pillar/secret.sls', 'word: kanarienvogel\n');
  site.write('m/secret.txt', 'kanarienvogel');
  await master.start();
  const accepted = async (id: string): Promise<SteadyMinion> => {
    const minion = await RawMinion.make(id, master.requestPort);
    await minion.signIn();
    await master.accept(id);
    await minion.signIn();
    return site.own(new SteadyMinion(minion));
  };
  [bad, other] = [await accepted('bad'), await accepted('other')];
  await other.ask({ cmd: '_mine', data: { 'test.ping': 'mine of other' } });
  await other.ask({ cmd: '_pillar', grains: { role: 'db' }, ver: '2' });
  hearing = await master.hear();
  folders = readdirSync(master.dir).sort();
});

function hostileLoad(cmd: string, random: Random): PlainMap {
  const entries: [string, Value][] = [['cmd', cmd], ['fun', 'test.ping'], ['tgt', 'nobody'], ['arg', []], ['jid', '20260101000000000001'], ['path', 'hello.txt'], ['saltenv', 'base']];
  for (let left = random.below(5); left >= 0; left -= 1) {
    entries.push([FIELDS[random.below(FIELDS.length)] ?? 'x', HOSTILE_VALUES[random.below(HOSTILE_VALUES.length)] ?? null]);
  }
  return mapFrom(entries) as PlainMap;
}

const namesOf = async (from: 'open' | 'minion'): Promise<string[]> =>
  ((await statsOf(master))['commands'] as PlainMap[]).filter((command) => command['from'] === from).map(({ name }) => String(name));

/** Where hostile paths lead; somebody else may have a file there. */
const OUTSIDE = '/tmp/x';
const wasThere = existsSync(OUTSIDE);

async function nothingHappened(): Promise<void> {
  assert.equal(await counter(master, 'requests', 'failed'), 0, master.log().split('\n').filter((line) => /failed/.test(line)).slice(-3).join('\n'));
  assert.deepEqual(await other.ask({ cmd: '_file_envs' }), ['base']);
  assert.deepEqual(master.keys('minions'), ['bad', 'other']);
  assert.deepEqual(readdirSync(master.dir).sort(), folders);
  assert.equal(existsSync(OUTSIDE), wasThere);
  const names = readdirSync(master.path('cache'), { recursive: true }).map(String);
  assert.deepEqual(names.filter((name) => name.split('/').includes('..') || /^minions\/(?!bad\/|bad$)/.test(name)), []);
  assert.equal(readFileSync(join(master.dir, 'secret.txt'), 'utf8'), 'kanarienvogel');
  assert.deepEqual(await other.ask({ cmd: '_mine_get', tgt: 'other', fun: 'test.ping' }), { other: 'mine of other' });
  // A tag of no meaning may be of any words.
  const foreign = hearing.events.filter(({ tag, data }) => (/^(salt|minion|resource|syndic)\//.test(tag) && tag.split('/').includes('other')) || data['id'] === 'other');
  assert.deepEqual(foreign.map(({ tag }) => tag), []);
}

const shown = (load: PlainMap): string => encodeNetwork(load).subarray(0, 400).toString('latin1');

site.test('with the session of a minion', async (t) => {
  t.diagnostic(`SEED=${SEED}`);
  const random = seededRandom(SEED);
  const declared = new Set(await namesOf('minion'));
  for (const cmd of new Set([...COMMAND_NAMES, ...declared])) {
    if (cmd === ENDS_THE_MINION) continue;
    for (let at = 0; at < (declared.has(cmd) ? LOADS : LOADS_OF_UNKNOWN); at += 1) {
      const load = hostileLoad(cmd, random);
      const { kind, value } = await bad.send(load) as { kind: string; value?: Value };
      if (!declared.has(cmd)) assert.deepEqual([kind, value], ['sealed', {}], `SEED=${SEED} ${shown(load)}`);
      assert.ok(!JSON.stringify(value ?? null, (_key, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner)).includes('kanarienvogel'), `SEED=${SEED} ${shown(load)}`);
    }
  }
  await nothingHappened();
});

site.test('in clear, by nobody', async (t) => {
  t.diagnostic(`SEED=${SEED}`);
  const random = seededRandom(SEED + 1);
  const declared = new Set(await namesOf('open'));
  const published = await counter(master, 'published');
  for (const cmd of new Set([...COMMAND_NAMES, ...declared])) {
    for (let at = 0; at < (declared.has(cmd) && cmd !== '_auth' ? LOADS : LOADS_OF_UNKNOWN); at += 1) {
      const load = { ...hostileLoad(cmd, random), id: 'other' };
      const value = decodeNetwork(await bad.clear(encodeNetwork({ enc: 'clear', load, version: 3 })));
      if (!declared.has(cmd)) assert.deepEqual(value, {}, `SEED=${SEED} ${shown(load)}`);
      if (cmd === 'publish' || cmd === 'runner' || cmd === 'wheel') assert.deepEqual(Object.keys(value as PlainMap), ['error'], `SEED=${SEED} ${shown(load)}`);
    }
  }
  assert.equal(await counter(master, 'published'), published, 'nothing was published');
  await nothingHappened();
});
