// Loaded into each test file's process: when it ends with a failure, its path joins the list that TSALT_TEST_FAILED names. The events
// that reporters get name the file in which `test()` was called, which may be a helper's.
import { appendFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const [, path = ''] = process.argv;
if (isMainThread && process.env.NODE_TEST_CONTEXT !== undefined && path.endsWith('.test.js')) {
  process.on('exit', (code) => {
    if (code !== 0) appendFileSync(process.env.TSALT_TEST_FAILED, `${path}\n`);
  });
}
