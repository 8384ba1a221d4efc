/** The reactor of a minion: events of its own bus lead to functions of its own, with and without a master. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pushEvents } from '../../src/bus/event/local-client.js';
import { eventSocketHash } from '../../src/bus/crypto/digest.js';
import type { PlainMap } from '../../src/kernel/std/value.js';
import type { Hearing } from '../support/fleet/events.js';
import { isOpen, type MasterHost } from '../support/fleet/master.js';
import { MinionHost } from '../support/fleet/minion.js';
import { Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';
import { startFleet } from './kit/fleet.js';

const site = new Site();
let master: MasterHost;
let bus: Hearing;
let own: Hearing;
let minion: MinionHost;

const marks = (): string => join(site.dir, 'marks');
const pullOf = (id: string): string => join(site.dir, id, 'run', `minion_event_${eventSocketHash(id, 'sha256')}_pull.ipc`);
const fire = (tag: string, data: PlainMap = {}, id = 'web1') => pushEvents(pullOf(id), [{ tag, data }]);
const echo = (line: string): string => `caller.cmd.run:\n    - args:\n      - cmd: echo ${line} >> ${marks()}\n      - python_shell: True\n`;
const marked = (): string[] => (existsSync(marks()) ? readFileSync(marks(), 'utf8').trimEnd().split('\n') : []);

const FILES = (): Readonly<Record<string, string>> => ({
  // Both styles, in their order; what templates see is this minion's.
  'two.sls': `first:\n  ${echo('{{ grains.id }} {{ data.word }} {{ tag }}')}second:\n  caller.file.append:\n    - args: ["${marks()}", second]\n    - order: last\n`,
  'tell.sls': "tell:\n  caller.event.send:\n    - args:\n      - tag: told/{{ data.get('n', 0) }}\n      - data: {of: reaction}\n",
  'again.sls': 'again:\n  caller.event.fire:\n    - args:\n      - data: {n: 1}\n      - tag: my/again\n',
  'pong.sls': 'pong:\n  caller.event.send:\n    - args:\n      - tag: my/pong\n',
  'run.sls': `new style:\n  runner.marking.mark:\n    - args:\n      - path: ${site.dir}/new\n      - word: given\nold style:\n  runner.marking.mark:\n    - path: ${site.dir}/old\n`,
  'wrong.sls': 'other:\n  local.test.ping:\n    - tgt: "*"\nkeys:\n  wheel.key.list_all: []\nthrows:\n  caller.test.exception:\n    - args:\n      - message: as it was told\n',
  'endless.sls': '{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}\n',
});
const REACTOR = (dir: string): PlainMap[] => [
  { 'my/two': [join(dir, 'two.sls')] }, { 'my/tell*': [join(dir, 'te*.sls')] }, { 'my/again': [join(dir, 'again.sls')] }, { 'my/wrong': [join(dir, 'wrong.sls')] },
  { 'my/ping': [join(dir, 'pong.sls')] }, { 'my/run': [join(dir, 'run.sls')] }, { 'my/endless': [join(dir, 'endless.sls')] }, { 'my/served': ['salt://reactor/served.sls'] },
];

site.setUp('a minion that reacts', async () => {
  const dir = join(site.dir, 'reactor');
  for (const [name, text] of Object.entries(FILES())) site.write(`reactor/${name}`, text);
  site.write('extra/runners/marking.mjs', "import { writeFileSync } from 'node:fs';\nexport function mark(path, word = 'usual') {\n  writeFileSync(path, word);\n}\n");
  const ping = site.write('ping.sls', 'ping:\n  local.event.fire:\n    - tgt: web1\n    - args:\n      - data: {n: 1}\n      - tag: my/ping\n');
  const fleet = await startFleet(site, ['web1'], { master: { reactor: [{ 'my/pong': [ping] }] }, minion: { module_dirs: [join(site.dir, 'extra')], engines: ['reactor'], reactor: REACTOR(dir) } });
  ({ master, bus } = fleet);
  master.serve('salt/reactor/served.sls', 'tell:\n  caller.event.send:\n    - args:\n      - tag: from/the/master/files\n');
  [minion] = fleet.minions as [MinionHost];
  own = await minion.hear();
});

site.test('an event of the own bus leads to functions of the minion, one after the other', async () => {
  assert.equal(await master.call('web1', 'event.fire', [{ word: 'hello' }, 'my/two']), true);
  await until('both marks', () => marked().length === 2);
  assert.deepEqual(marked(), ['web1 hello my/two', 'second']);
});

site.test('a reaction tells the master; files may come from it', async () => {
  await fire('my/tell/it', { n: 7 });
  const { data } = await bus.heard('told/7');
  assert.deepEqual([data['id'], (data['data'] as PlainMap)['of']], ['web1', 'reaction']);
  await fire('my/served');
  await bus.heard('from/the/master/files');
});

site.test('a runner that needs no master runs on the minion, in either style of arguments', async () => {
  await fire('my/run');
  const marked = (name: string) => until(`the mark ${name}`, () => existsSync(join(site.dir, name)) && readFileSync(join(site.dir, name), 'utf8'));
  assert.deepEqual([await marked('new'), await marked('old')], ['given', 'usual']);
});

site.test('what is for a master is refused, what throws is seen on both buses, and the next event is reacted to', async () => {
  await fire('my/wrong');
  for (const hearing of [own, bus]) {
    const tag = hearing === own ? 'tsalt/reactor/failed' : 'salt/reactor/minion/web1/failed';
    const texts = await until('three failures', () => {
      const found = hearing.events.filter((event) => event.tag === tag).map(({ data }) => String((hearing === own ? data : data['data'] as PlainMap)['error']));
      return found.length === 3 && found;
    });
    assert.ok(texts.some((text) => text === 'local.test.ping is for the reactor of a master: on a minion use caller, and event.send to tell the master'));
    // No keys of a master are here.
    assert.ok(texts.some((text) => text.includes('keys')), texts.join());
    assert.ok(texts.some((text) => text.includes('as it was told')));
  }
  assert.match(minion.log(), /reaction failed[^]*wrong\.sls:\d+/);
  await fire('my/tell', { n: 8 });
  await bus.heard('told/8');
});

site.test('a reaction that leads to its own event is ended', async () => {
  await fire('my/again');
  const { data } = await own.heard('tsalt/reactor/loop');
  assert.equal(data['reactions'], 20);
  assert.equal(own.events.filter(({ tag }) => tag === 'my/again').length, 21);
  await bus.heard('salt/reactor/minion/web1/loop');
});

site.test('a chain over both hosts that leads to itself is ended by the master', async () => {
  bus.clear();
  assert.equal(await master.call('web1', 'event.fire', [{ n: 1 }, 'my/ping']), true);
  const { data } = await bus.heard('tsalt/reactor/loop');
  assert.equal(data['tag'], 'my/pong');
  assert.equal(bus.events.filter(({ tag }) => tag === 'my/pong').length, 21);
});

site.test('a template without end holds up neither jobs nor other reactions', async () => {
  own.clear();
  await fire('my/endless');
  await fire('my/tell', { n: 9 });
  await bus.heard('told/9');
  assert.equal(await master.call('web1', 'test.ping'), true);
  const { data } = await own.heard('tsalt/reactor/failed');
  assert.match(String(data['reaction']), /endless\.sls$/);
});

site.test('a minion without a master reacts too; the option alone is enough', async () => {
  const dir = join(site.dir, 'reactor');
  const alone = new MinionHost(site, 'tsalt', 'alone', master, { master_type: 'disable', file_client: 'local', reactor: REACTOR(dir) });
  alone.start();
  await until('its bus', () => isOpen(pullOf('alone')));
  const hearing = await alone.hear();
  await fire('my/tell', { n: 1 }, 'alone');
  await hearing.heard('told/1');
  await fire('my/again', {}, 'alone');
  await hearing.heard('tsalt/reactor/loop');
});
