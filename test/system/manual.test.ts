/** Every command line in docs/manual is run, and gives what the page shows. `MANUAL=write` writes the pages anew. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../support/fleet/salt-venv.js';
import type { MasterHost } from '../support/fleet/master.js';
import { MinionHost } from '../support/fleet/minion.js';
import { runCommand } from '../support/fleet/program.js';
import { Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';
import { MANUAL, manualPages } from '../support/manual.js';
import { startFleet } from './kit/fleet.js';

const site = new Site();
let master: MasterHost;
let minions: readonly MinionHost[];

site.setUp('a master, three minions, and one whose key is not accepted', async () => {
  ({ master, minions } = await startFleet(site, ['web1', 'web2', 'db1'], { master: { nodegroups: { webs: 'web*' } } }));
  const unknown = new MinionHost(site, 'tsalt', 'new1', master, {});
  unknown.start();
  await until('the key of new1', () => master.keys('minions_pre').includes('new1'));
  mkdirSync(join(site.dir, 'shell'));
});

/** What differs from run to run, and what belongs to this machine only. */
function steady(text: string): string {
  return text.replaceAll(join(site.dir, 'shell'), '/root').replaceAll(site.dir, '').replace(/\b20\d{18}\b/g, '20261121120000123456')
    .replace(/\b20\d\d, [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d\.\d{6}/g, '2026, Nov 21 12:00:00.123456')
    .replace(/\b(?:[0-9a-f]{2}:){31}[0-9a-f]{2}\b/g, `${'ab:'.repeat(31)}ab`);
}

/** Answers of several minions come in any order. */
const inAnyOrder = (text: string): string => text.split('\n').sort().join('\n');

async function run(line: string): Promise<string> {
  const configOf = (program: string): string => (program === 'tsalt-call' ? minions[0]?.configDir ?? '' : master.configDir);
  const here = line.replace(/(?<=^|&& )(tsalt[a-z-]*)/g, (program) => `${join(repository, 'bin', program)} -c ${configOf(program)}`);
  const { stdout, stderr } = await runCommand(['/bin/sh', '-c', `cd ${join(site.dir, 'shell')} && exec 2>&1; ${here}`], { withinMs: 60_000 });
  return steady(stdout + stderr).trimEnd();
}

for (const name of manualPages()) {
  site.test(`${name} shows what the commands give`, async () => {
    const path = join(MANUAL, name);
    const page = readFileSync(path, 'utf8');
    const blocks = [...page.matchAll(/```console\n([\s\S]*?)```/g)].map(([, block = '']) => block);
    let written = page;
    for (const block of blocks) {
      const lines = block.split('\n').filter((line) => line.startsWith('$ ')).map((line) => line.slice(2));
      const shown: string[] = [];
      for (const line of lines) {
        const output = await run(line);
        shown.push(`$ ${line}\n${output}${output === '' ? '' : '\n'}`);
      }
      const fresh = shown.join('');
      if (process.env['MANUAL'] === 'write') written = written.replace(block, () => fresh);
      else assert.equal(inAnyOrder(fresh), inAnyOrder(block), `${name}: MANUAL=write writes it anew`);
    }
    if (written !== page) writeFileSync(path, written);
  });
}
