/** The counters of a running master of ours. */
import { readFileSync } from 'node:fs';
import { askMaster, DOOR_NAME } from '../../../src/client/door.js';
import { isPlainMap, type PlainMap, type Value } from '../../../src/kernel/std/value.js';
import type { MasterHost } from './master.js';
import { userName } from './site.js';

export async function statsOf(master: MasterHost): Promise<PlainMap> {
  const key = readFileSync(master.path('cache', `.${userName}_key`), 'utf8');
  for await (const frame of askMaster(master.path('run', DOOR_NAME), { op: 'stats', key, user: userName, load: {} }, AbortSignal.timeout(20_000))) {
    if (isPlainMap(frame['data'])) return frame['data'];
  }
  throw new Error('The master gave no counters');
}

/** A counter by its path; 0 where nothing was counted yet. */
export async function counter(master: MasterHost, ...path: readonly string[]): Promise<number> {
  let value: Value | undefined = await statsOf(master);
  for (const name of path) value = isPlainMap(value) ? value[name] : undefined;
  return typeof value === 'number' ? value : 0;
}
