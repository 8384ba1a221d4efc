/** Pages of a long list of jobs: each filter is answered from an index. `npm run bench -- jobs [jobs]` */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobFilter } from '../src/kernel/contract/ports.js';
import { jidAt } from '../src/kernel/std/time.js';
import { JobStore } from '../src/master/jobs/job-store.js';
import { sayConditions } from './kit/conditions.js';
import { median, printCells, printHead, say, shown } from './kit/table.js';

const jobs = Number(process.argv[2] ?? 100_000);
const PAGE = 50;
const RUNS = 15;
/** Jobs in one step of filling. */
const STEP = 5000;
const FUNS = ['test.ping', 'cmd.run', 'state.apply', 'pkg.install', 'grains.items'];

const root = mkdtempSync(join(tmpdir(), 'tsb'));
const path = join(root, 'jobs.db');
const store = new JobStore(path);
const endMs = Date.UTC(2026, 0, 2);
const startOf = (at: number): number => endMs - (jobs - at) * 60;

async function fill(): Promise<void> {
  for (let from = 0; from < jobs; from += STEP) {
    const writes: Promise<unknown>[] = [];
    for (let at = from; at < Math.min(jobs, from + STEP); at += 1) {
      const fun = FUNS[at % FUNS.length] ?? '';
      const [jid, id, isFailed] = [jidAt(startOf(at)), `web${at % 1000}`, at % 97 === 0];
      // One in a hundred has several functions, another is for a list of minions.
      const load = { jid, fun: at % 100 === 50 ? [fun, 'disk.usage'] : fun, arg: ['x'], ...(at % 100 === 51 ? { tgt: [id, 'db1'], tgt_type: 'list' } : { tgt: id, tgt_type: 'glob' }), user: at % 50 === 0 ? 'alice' : 'root', ret: '' };
      writes.push(store.saveJob({ jid, load, minions: [id], startedUnixMs: startOf(at) }));
      const ret = { jid, id, fun, retcode: isFailed ? 1 : 0, success: !isFailed, load: { id, jid, return: true }, tally: { returned: 1, failed: isFailed ? 1 : 0 } };
      // One in a thousand never came back.
      if (at % 1000 !== 999) writes.push(store.saveReturn(ret, startOf(at) + 10));
    }
    await Promise.all(writes);
  }
}

function measure(what: string, filter: JobFilter): void {
  const times: number[] = [];
  let rows = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const began = performance.now();
    rows = store.list({ count: PAGE, ...filter }).length;
    times.push(performance.now() - began);
  }
  printCells([what, String(rows), `${shown(median(times))} ms`, `${shown(Math.max(...times))} ms`]);
}

try {
  sayConditions();
  const began = performance.now();
  await fill();
  say(`${jobs.toLocaleString('en-US')} jobs, filled in ${shown((performance.now() - began) / 1000)} s, ${shown(statSync(path).size / 1024 / 1024)} MB`);
  printHead(`A page of ${PAGE} of ${jobs.toLocaleString('en-US')} jobs`, ['which', 'rows', 'median', 'longest']);
  measure('the newest', {});
  measure('the tenth page', { offset: 9 * PAGE });
  measure('of a user (2 %)', { user: 'alice' });
  measure('of a function', { functions: ['cmd.run'] });
  measure('of some functions', { functions: ['cmd.*', 'state.*'] });
  measure('of one of several functions', { functions: ['disk.usage'] });
  measure('of a target', { targets: ['web7'] });
  measure('of some targets', { targets: ['web7?'] });
  measure('of an hour', { startUnixMs: startOf(Math.round(jobs / 2)), endUnixMs: startOf(Math.round(jobs / 2)) + 3_600_000 });
  measure('answered by a minion', { minion: 'web7' });
  measure('failed', { result: 'failed' });
  measure('unfinished', { result: 'unfinished' });
  measure('succeeded', { result: 'succeeded' });
} finally {
  store.close();
  rmSync(root, { recursive: true, force: true });
}
process.exit(0);
