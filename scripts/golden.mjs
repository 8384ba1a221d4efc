// `npm run golden -- [corpus...] [--verbose]`: plays recordings of real Salt and prints `golden <corpus>: <passed> of <total>`.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare, root } from './lib/prepare.mjs';

prepare();
if (!process.argv.includes('--no-build')) await (await import('./build.mjs')).build();
await (await import('./lib/transpile.mjs')).transpile();
const folder = join(root, 'build/test/golden');
const known = readdirSync(folder).filter((name) => name.endsWith('.corpus.js')).map((name) => name.replace('.corpus.js', '')).sort();
const asked = process.argv.slice(2).filter((word) => !word.startsWith('-'));
const verbose = process.argv.includes('--verbose');
const { goldenDir } = await import(pathToFileURL(join(folder, 'corpus.js')).href);
let wrong = 0;
for (const name of asked.length > 0 ? asked : known) {
  if (!known.includes(name)) {
    process.stderr.write(`No runner for the corpus '${name}'. Known: ${known.join(', ')}\n`);
    process.exit(2);
  }
  if (!existsSync(join(goldenDir, name))) {
    process.stderr.write(`No recordings in ${join(goldenDir, name)}; set GOLDEN_DIR\n`);
    process.exit(2);
  }
  const { corpus } = await import(pathToFileURL(join(folder, `${name}.corpus.js`)).href);
  const count = { passed: 0, failed: 0, listed: 0, pending: 0 };
  for await (const { id, outcome, detail } of corpus.run(join(goldenDir, name))) {
    count[outcome] += 1;
    if (verbose && outcome !== 'passed') process.stdout.write(`${outcome} ${id}${detail ? `\n  ${detail.split('\n').slice(0, 150).join('\n  ')}` : ''}\n`);
  }
  wrong += count.failed;
  const listed = count.listed > 0 ? ` (${count.listed} listed as different on purpose)` : '';
  const pending = count.pending > 0 ? ` (${count.pending} pending)` : '';
  process.stdout.write(`golden ${name}: ${count.passed} of ${count.passed + count.failed}${listed}${pending}\n`);
}
process.exit(wrong > 0 ? 1 : 0);
