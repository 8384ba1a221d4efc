/** Job stores for the contract, and the servers they need: each started by the first test that needs it, all ended with the tests. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { decodeBus, encodeBus } from '../../../src/bus/codec/codec.js';
import type { OpenReturner } from '../../../src/kernel/loader/open-returner.js';
import type { PlainMap } from '../../../src/kernel/std/value.js';
import { createSys } from '../../../src/kernel/sys/sys.js';
import { testHost } from '../module-host.js';

export const root = mkdtempSync(join(tmpdir(), 'job-cache-'));
const ends: (() => Promise<void>)[] = [];
after(async () => {
  for (const end of ends) await end();
  rmSync(root, { recursive: true, force: true });
});

export async function openStore(name: string, opts: PlainMap): Promise<OpenReturner> {
  const dir = mkdtempSync(join(root, `${name}-`));
  const host = await testHost({
    sys: createSys(), ports: { pack: { pack: encodeBus, unpack: decodeBus } },
    opts: { cachedir: dir, hash_type: 'sha256', 'sqlite3.database': join(dir, 'returns.db'), multi_returner: ['local_cache', 'sqlite3'], ...opts },
  });
  ends.unshift(() => host[Symbol.asyncDispose]());
  const returner = await host.returner(name);
  if (returner === undefined) throw new Error(`There is no returner ${name}`);
  return returner;
}

/** A server that is started by the first test that needs it. */
export function once<T extends AsyncDisposable>(start: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | undefined;
  return () => {
    if (started === undefined) ends.push(async () => (await started)?.[Symbol.asyncDispose]());
    started ??= start();
    return started;
  };
}
