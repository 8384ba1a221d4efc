import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { decodeBus, encodeBus } from '../../src/bus/codec/codec.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import { testHost } from '../support/module-host.js';
import { jobCacheContract } from './job-cache.js';

const root = mkdtempSync(join(tmpdir(), 'job-cache-'));
const ends: (() => Promise<void>)[] = [];
after(async () => {
  for (const end of ends) await end();
  rmSync(root, { recursive: true, force: true });
});

for (const name of ['local_cache', 'sqlite3', 'multi_returner']) {
  jobCacheContract({
    name,
    async open(opts = {}) {
      const dir = mkdtempSync(join(root, `${name}-`));
      const host = await testHost({
        sys: createSys(), ports: { pack: { pack: encodeBus, unpack: decodeBus } },
        opts: { cachedir: dir, hash_type: 'sha256', 'sqlite3.database': join(dir, 'returns.db'), multi_returner: ['local_cache', 'sqlite3'], ...opts },
      });
      ends.push(() => host[Symbol.asyncDispose]());
      const returner = await host.returner(name);
      if (returner === undefined) throw new Error(`There is no returner ${name}`);
      return returner;
    },
  });
}
