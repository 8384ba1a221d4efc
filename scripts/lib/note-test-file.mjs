// Loaded into each test file's process: at its end it notes exit code, duration and path in the file that TSALT_TEST_FILES names. The
// events that reporters get name the file in which `test()` was called, which may be a helper's.
import { appendFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const [, path = ''] = process.argv;
if (isMainThread && process.env.NODE_TEST_CONTEXT !== undefined && path.endsWith('.test.js')) {
  process.on('exit', (code) => appendFileSync(process.env.TSALT_TEST_FILES, `${code}\t${Math.round(performance.now())}\t${path}\n`));
}
