/** The ready schedule `srv/minion.d/graphite.conf`: the statistics of a minion reach a server that speaks carbon's plain text. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { isPlainMap, type PlainMap } from '../../src/kernel/std/value.js';
import { loadYaml } from '../../src/kernel/yaml/load.js';
import { MasterHost } from '../support/fleet/master.js';
import { enrol, MinionHost } from '../support/fleet/minion.js';
import { repository } from '../support/fleet/salt-venv.js';
import { Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';

const site = new Site();
const lines: string[] = [];
let entries: [string, PlainMap][] = [];

site.setUp('a minion with the example, and a server for its numbers', async () => {
  const carbon = createServer((socket) => {
    socket.on('error', () => undefined);
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.on('end', () => lines.push(...text.split('\n').filter((line) => line !== '')));
  });
  await new Promise<void>((resolve) => carbon.listen(0, '127.0.0.1', resolve));
  site.own({ [Symbol.asyncDispose]: () => new Promise<void>((resolve) => carbon.close(() => resolve())) });
  const example = loadYaml(readFileSync(join(repository, 'srv/minion.d/graphite.conf'), 'utf8')) as PlainMap;
  entries = Object.entries(example['schedule'] as PlainMap).filter((entry): entry is [string, PlainMap] => isPlainMap(entry[1]));
  // As it is, only more often and to this machine.
  const schedule = Object.fromEntries(entries.map(([name, job]) => [name, { ...job, seconds: 1 }]));
  const master = await MasterHost.prepare(site, 'tsalt', 'm', {});
  await master.start();
  const hearing = await master.hear();
  await enrol(master, hearing, [new MinionHost(site, 'tsalt', 'web1', master, { ...example, 'carbon.host': '127.0.0.1', 'carbon.port': (carbon.address() as AddressInfo).port, schedule })]);
});

site.test('each job of the example comes every 15 seconds, and each gives numbers', async () => {
  assert.ok(entries.length >= 4 && entries.every(([, { seconds, returner }]) => seconds === 15 && returner === 'carbon'));
  for (const [, { function: fun }] of entries) {
    const line = await until(`numbers of ${String(fun)}`, () => lines.find((one) => one.includes(String(fun)) || one.includes(String(fun).replace('.', '_'))));
    assert.match(line, /^\S+ -?[\d.]+(?:e[+-]?\d+)? \d{10}$/);
  }
});
