// Builds and runs tests. `npm test` runs all; `node scripts/test.mjs test/unit/bus ...` runs what begins with these paths.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
// One failure among thousands of tests of real processes on a busy machine may be the machine's: a few files that failed run once more,
// each alone. What failed is printed all the same, and named at the end. See docs/decisions/second-run.md.
const SECOND_RUN_FILES_MAX = 6;
const SLOWEST = 12;

const first = await run(files, 2);
if (whole) process.stdout.write(`Longest: ${first.durations.slice(0, SLOWEST).map(([ms, file]) => `${relative(join(root, 'build/test'), file)} ${Math.round(ms / 1000)} s`).join(', ')}\n`);
let failed = first.failed;
const isForSecondRun = whole && first.failedFiles.length > 0 && first.failedFiles.length <= SECOND_RUN_FILES_MAX;
if (isForSecondRun) {
  process.stdout.write(`\nOnce more, each alone: ${first.failedFiles.map((file) => relative(root, file)).join(' ')}\n`);
  failed = (await run(first.failedFiles, 1)).failed;
  const unsteady = Math.max(first.failed - failed, 0);
  if (unsteady > 0) process.stdout.write(`UNSTEADY: ${unsteady} failed beside others and passed alone; see FAILED above\n`);
}
const { skipped } = first;
process.stdout.write(`${first.passed + first.failed - failed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
process.exit(failed > 0 ? 1 : 0);

/** @returns counts, the files in which something failed, and how long each took. A run that ends without having counted has failed as a whole. */
function run(paths, atOnce) {
  const outcome = join(root, 'build', 'test-outcome.json');
  const notes = join(root, 'build', 'test-files.txt');
  rmSync(outcome, { force: true });
  writeFileSync(notes, '');
  const child = spawn(process.execPath, [
    '--enable-source-maps', '--import', join(root, 'scripts/lib/note-test-file.mjs'), '--test', `--test-concurrency=${atOnce}`, '--test-timeout=600000',
    `--test-reporter=${join(root, 'scripts/lib/reporter.mjs')}`, '--test-reporter-destination=stdout', ...paths,
  ], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, NODE_EXTRA_CA_CERTS: '', TSALT_TEST_OUTCOME: outcome, TSALT_TEST_FILES: notes } });
  return new Promise((done) => {
    child.on('close', (code) => {
      const counts = existsSync(outcome) ? JSON.parse(readFileSync(outcome, 'utf8')) : { passed: 0, failed: 1, skipped: 0 };
      const rows = readFileSync(notes, 'utf8').split('\n').filter((line) => line !== '').map((line) => line.split('\t'));
      done({
        ...counts, failed: code === 0 ? counts.failed : Math.max(counts.failed, 1),
        failedFiles: [...new Set(rows.filter(([ended]) => ended !== '0').map(([, , file]) => file))],
        durations: rows.map(([, ms, file]) => [Number(ms), file]).sort(([a], [b]) => b - a),
      });
    });
  });
}
