/** Says cheaply that a machine has no pillar: many minions without a master have none, and the compiler is large. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '../../kernel/sys/files.js';
import { isMap, isPlainMap, isTruthy, mapSize, type PlainMap, type Value } from '../../kernel/std/value.js';

/** Options by which a pillar is more than its files. */
const MORE = ['ext_pillar', 'pillar_opts'] as const;
const ANY = '__env__';

/** True when there is neither a top file in any pillar root nor anything else that a pillar could be made of. */
export async function hasNoPillar(opts: Readonly<PlainMap>, override: Value): Promise<boolean> {
  if (MORE.some((name) => isTruthy(opts[name] ?? null)) || (isMap(override) && mapSize(override) > 0)) return false;
  const roots = opts['pillar_roots'];
  if (!isPlainMap(roots) || Object.hasOwn(roots, ANY)) return false;
  const top = String(opts['state_top'] ?? 'top.sls').replace(/^salt:\/\//, '');
  const folders = Object.values(roots).flatMap((list) => (Array.isArray(list) ? list as readonly Value[] : [list])).map(String);
  const found = await Promise.all(folders.map((folder) => isThere(join(folder, top))));
  return !found.includes(true);
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
