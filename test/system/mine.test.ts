/** The mine as one uses it: functions of the pillar alone, aliases, who may read; from minions, templates and the runner; all its functions. */
import assert from 'node:assert/strict';
import type { PlainMap, Value } from '../../src/kernel/std/value.js';
import { MasterHost } from '../support/fleet/master.js';
import { enrol, MinionHost } from '../support/fleet/minion.js';
import { Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';

const site = new Site();
let master: MasterHost;

const PILLAR = `mine_functions:
  test.ping: []
  where:
    - mine_function: test.echo
    - {{ grains.id }} is here
  secret:
    - mine_function: test.echo
    - allow_tgt: web1
    - only for web1
  absent.function: []
`;

site.setUp('two minions whose pillar has the functions of the mine', async () => {
  master = await MasterHost.prepare(site, 'tsalt', 'm');
  master.serve('pillar/top.sls', "base:\n  '*':\n    - mine\n");
  master.serve('pillar/mine.sls', PILLAR);
  await master.start();
  const hearing = await master.hear();
  await enrol(master, hearing, ['web1', 'db1'].map((id) => new MinionHost(site, 'tsalt', id, master)));
  await master.allAnswer('web1', 'db1');
});

const get = (asker: string, ...arg: Value[]): Promise<Value> => master.call(asker, 'mine.get', arg);
const runner = async (...words: string[]): Promise<unknown> => JSON.parse((await master.tsalt('tsalt-run', 'mine.get', ...words, '--out=json')).stdout) as unknown;
const where = { db1: 'db1 is here', web1: 'web1 is here' };

site.test('what the pillar names is in the mine by itself, under its alias', async () => {
  await until('both in the mine', async () => Object.keys(await get('web1', '*', 'where') as PlainMap).length === 2);
  assert.deepEqual(await get('web1', '*', 'where'), where);
  assert.deepEqual(await get('db1', 'web1', 'test.ping'), { web1: true });
  assert.deepEqual(await get('db1', 'os_family:*', ['where', 'test.ping'], 'grain'), { where, 'test.ping': { db1: true, web1: true } });
  assert.deepEqual(await get('db1', '*', 'absent.function'), {});
});

site.test('who may not read gets nothing; templates and the runner read too', async () => {
  assert.deepEqual(await get('web1', 'db1', 'secret'), { db1: 'only for web1' });
  assert.deepEqual(await get('db1', 'web1', 'secret'), {});
  const template = "{% for id, text in salt['mine.get']('*', 'where') | dictsort %}{{ id }}={{ text }};{% endfor %}";
  assert.equal(await master.call('db1', 'slsutil.renderer', [], { string: template, default_renderer: 'jinja' }), 'db1=db1 is here;web1=web1 is here;');
  assert.deepEqual(await runner('*', 'where'), where);
});

site.test('send, delete, flush, update and valid', async () => {
  assert.deepEqual(await master.call('web1', 'mine.valid'), { 'test.ping': [], where: { 'test.echo': ['web1 is here'] }, secret: { 'test.echo': ['only for web1'] } });
  assert.equal(await master.call('web1', 'mine.send', ['own', 'extra'], { mine_function: 'test.echo' }), true);
  assert.deepEqual(await runner('web1', 'own'), { web1: 'extra' });
  assert.equal(await master.call('web1', 'mine.delete', ['own']), true);
  assert.deepEqual(await runner('web1', 'own'), {});
  assert.equal(await master.call('web1', 'mine.flush'), true);
  assert.deepEqual(await runner('*', 'where'), { db1: 'db1 is here' });
  assert.equal(await master.call('web1', 'mine.update'), true);
  assert.deepEqual(await runner('*', 'where'), where);
});
