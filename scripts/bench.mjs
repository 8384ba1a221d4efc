// `npm run bench -- [name...]`: measures beside real Salt 3008.3 in the same run and prints tables of ratios.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { prepare, root } from './lib/prepare.mjs';

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
for (const each of name === undefined ? known : [name]) {
  const done = spawnSync(process.execPath, ['--enable-source-maps', join(folder, `${each}.bench.js`), ...rest], { stdio: 'inherit', env: { ...process.env, NODE_EXTRA_CA_CERTS: '' } });
  if (done.status !== 0) process.exit(done.status ?? 1);
}
