/**
 * The fault tests at full length: 30 random moments, 100 jobs, 50 minions, partitions of a minute. Takes about an hour; names of files
 * below `test/faults` may be given: `npm run bench -- faults master-killed partition`.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..', 'test', 'faults');
const wanted = process.argv.slice(2);
const files = readdirSync(folder).filter((name) => name.endsWith('.test.js') && (wanted.length === 0 || wanted.some((word) => name.startsWith(word))));
if (files.length === 0) throw new Error(`No file of ${folder} begins with ${wanted.join(' or ')}`);
const done = spawnSync(process.execPath, ['--enable-source-maps', '--test', '--test-concurrency=1', '--test-reporter=spec', ...files.map((name) => join(folder, name))], {
  stdio: 'inherit', env: { ...process.env, TSALT_FAULTS: 'whole' },
});
process.exitCode = done.status ?? 1;
