/**
 * Deletes the keys of minions that were not connected for long. On a master.
 *
 * Source: documentation of Salt 3005. When each was seen last is kept in `<cachedir>/stalekey.json`; one that was never seen counts from
 * the first look on.
 */
import { join } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { isMaster } from '../../kernel/contract/engine.js';
import { p } from '../../kernel/contract/params.js';
import { defineEngine } from '../../kernel/contract/plugin.js';
import { sleep } from '../../kernel/std/async.js';

const SHORTEST_PAUSE_MS = 1000;
const FILE_MODE = 0o600;

async function readSeen(path: string, ctx: Context): Promise<Map<string, number>> {
  const text = await ctx.sys.readText(path);
  if (text === undefined) return new Map();
  try {
    const found = JSON.parse(text) as Record<string, unknown>;
    return new Map(Object.entries(found).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
  } catch (err) {
    ctx.log.error({ err, path }, 'when minions were seen cannot be read: all count as seen now');
    return new Map();
  }
}

/** One look; gives the ids whose keys were deleted. */
async function look(path: string, expireMs: number, ctx: Context): Promise<string[]> {
  const keys = ctx.port('keys');
  const [{ minions }, connected] = [await keys.list(), new Set(await keys.connected())];
  const [before, now] = [await readSeen(path, ctx), ctx.sys.now()];
  const seen = new Map(minions.map((id): [string, number] => [id, connected.has(id) ? now : Math.min(now, before.get(id) ?? now)]));
  const stale = [...seen].filter(([, sinceMs]) => now - sinceMs > expireMs).map(([id]) => id);
  for (const id of stale) {
    ctx.log.info({ id }, `Removing stale key for ${id}`);
    seen.delete(id);
  }
  if (stale.length > 0) await keys.act('delete', stale, ['minions']);
  await ctx.sys.writeFile(path, JSON.stringify(Object.fromEntries(seen)), { mode: FILE_MODE });
  return stale;
}

export default defineEngine({
  name: 'stalekey',
  doc: 'Delete the keys of minions that were not connected for long. For a master.',
  params: { interval: p.float(3600, 'seconds between two looks'), expire: p.float(604_800, 'seconds without a connection after which a key goes') },
  async start({ interval, expire }, ctx) {
    if (!isMaster(ctx)) throw new CommandExecutionError('stalekey is for a master');
    const path = join(String(ctx.opts['cachedir']), 'stalekey.json');
    while (!ctx.signal.aborted) {
      await look(path, expire * 1000, ctx);
      await sleep(Math.max(SHORTEST_PAUSE_MS, interval * 1000), ctx.signal);
    }
  },
});
