// `npm run bench -- [name [argument...]]`: measures beside real Salt 3008.3 in the same run and prints tables for bench/README.md.
// Without a name all parts but the soak, each with a bound on its time; a part that fails does not stop the others.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { prepare, root } from './lib/prepare.mjs';

/** In this order; minutes that each may take. */
const PARTS = { limits: 1, commands: 6, answers: 1, jobs: 3, events: 4, master: 4, growth: 3, profile: 1, render: 8, pillar: 2, files: 5, states: 4, 'pkg-installed': 3, api: 4, 'idle-streams': 3 };
const MINUTES_ALONE = 24 * 60;

prepare();
await (await import('./build.mjs')).build();
await (await import('./lib/transpile.mjs')).transpile();
const folder = join(root, 'build/bench');
const known = readdirSync(folder).filter((name) => name.endsWith('.bench.js')).map((name) => name.replace('.bench.js', '')).sort();
const [name, ...rest] = process.argv.slice(2);
if (name !== undefined && !known.includes(name)) {
  process.stderr.write(`No measurement is called '${name}'. Known: ${known.join(', ')}\n`);
  process.exit(2);
}

function run(part, minutes) {
  const began = performance.now();
  const done = spawnSync(process.execPath, ['--enable-source-maps', join(folder, `${part}.bench.js`), ...rest], {
    stdio: 'inherit', env: { ...process.env, NODE_EXTRA_CA_CERTS: '' }, timeout: minutes * 60_000,
  });
  const how = done.status === 0 ? '' : done.signal === null ? ` and failed (${done.status})` : `, its time was over (${done.signal})`;
  process.stdout.write(`\n(${part}: ${((performance.now() - began) / 1000).toFixed(0)} s${how})\n`);
  return done.status === 0;
}

const failed = name === undefined
  ? Object.entries(PARTS).filter(([part, minutes]) => !run(part, minutes)).map(([part]) => part)
  : run(name, MINUTES_ALONE) ? [] : [name];
if (failed.length > 0) process.stderr.write(`Failed: ${failed.join(', ')}\n`);
process.exit(failed.length > 0 ? 1 : 0);
