// Builds and runs tests. `npm test` runs all; `node scripts/test.mjs test/unit/bus ...` runs what begins with these paths.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { prepare, root } from './lib/prepare.mjs';

prepare();
const { build } = await import('./build.mjs');
const { sourceFiles, transpile } = await import('./lib/transpile.mjs');
const only = process.argv.slice(2).filter((word) => !word.startsWith('-'));
const whole = only.length === 0;

if (!process.argv.includes('--no-build')) await build();
await transpile();
if (whole) {
  const { check } = await import('./check.mjs');
  const wrong = await check();
  if (wrong > 0) {
    process.stdout.write(`${wrong} messages of the type, lint and room checks; see above\n`);
    process.exit(1);
  }
}
const order = ['unit', 'contract', 'golden', 'types', 'system', 'faults', 'peer'];
const rank = (file) => order.indexOf(relative(join(root, 'test'), file).split('/')[0]);
const files = sourceFiles(join(root, 'test'))
  .filter((file) => file.endsWith('.test.ts'))
  .filter((file) => whole || only.some((word) => relative(root, file).startsWith(relative(root, join(process.cwd(), word)))))
  .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
  .map((file) => join(root, 'build', relative(root, file)).replace(/\.ts$/, '.js'))
  .filter((file) => existsSync(file));
if (files.length === 0) {
  process.stdout.write('No test file fits.\n0 passed, 0 failed\n');
  process.exit(1);
}
const child = spawn(process.execPath, [
  '--enable-source-maps', '--test', '--test-concurrency=2', '--test-timeout=600000',
  `--test-reporter=${join(root, 'scripts/lib/reporter.mjs')}`, '--test-reporter-destination=stdout', ...files,
], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, NODE_EXTRA_CA_CERTS: '' } });
child.on('close', (code) => process.exit(code ?? 1));
