/**
 * `_mine*`: what a minion lets others know, and who may ask for it.
 *
 * Source: wire-protocol section 7; golden wire/calls, events/mine.
 */
import { isList, isPlainMap, type PlainMap, type Value } from '../../../kernel/std/value.js';
import type { KnownStore } from '../../known/known-store.js';
import { encodeBus } from '../../../bus/codec/codec.js';
import type { Bounds } from '../../requests/bounds.js';
import { BOUNDS } from '../../requests/bounds.data.js';
import { reply, SIZES, type MinionCommand } from '../../requests/command.js';

export interface MineParts {
  readonly known: KnownStore;
  /** Ids that a target names; with pillar data only when `exactPillar`. */
  readonly match: (tgt: Value, tgtType: string, options: { exactPillar: boolean }) => readonly string[];
}

export interface MineCommandParts extends MineParts {
  readonly bounds: Bounds;
}

/** Key by which a mine entry carries its own target of who may read it. */
const ALLOW_TARGET = 'allow_tgt';
const DATA_KEY = '__data__';
export function mineCommands(parts: MineCommandParts): MinionCommand[] {
  const rule = 'An accepted minion, for its own mine';
  const mineOf = (id: string): PlainMap => ({ ...parts.known.mapNow('mine', id) });
  return [
    {
      name: '_mine', from: 'minion', bytesMax: SIZES.medium, rule,
      run(load, sender) {
        if (!isPlainMap(load['data'])) return Promise.resolve(reply({}));
        const before = load['clear'] === true ? {} : mineOf(sender.id);
        const mine = { ...before, ...load['data'] };
        if (isTooLarge(mine)) {
          parts.bounds.hit('mine', { id: sender.id, functions: Object.keys(mine).length });
          return Promise.resolve(reply(false));
        }
        parts.known.setNow('mine', sender.id, mine);
        return Promise.resolve(reply(true));
      },
    },
    {
      name: '_mine_delete', from: 'minion', bytesMax: SIZES.small, rule,
      run(load, sender) {
        const mine = mineOf(sender.id);
        const fun = String(load['fun']);
        if (Object.hasOwn(mine, fun)) {
          delete mine[fun];
          parts.known.setNow('mine', sender.id, mine);
        }
        return Promise.resolve(reply(true));
      },
    },
    {
      name: '_mine_flush', from: 'minion', bytesMax: SIZES.small, rule,
      async run(_load, sender) {
        await parts.known.flush('mine', sender.id);
        return reply(true);
      },
    },
    {
      name: '_mine_get', from: 'minion', bytesMax: SIZES.small,
      rule: 'An accepted minion; each entry is given only to whom its allow_tgt allows',
      run(load, sender) {
        const fun = load['fun'];
        const tgt = load['tgt'];
        if (fun === undefined || tgt === undefined) return Promise.resolve(reply({}));
        const funs = isList(fun) ? fun.map(String) : String(fun).split(',').map((name) => name.trim());
        if (funs.length > BOUNDS.mineFunctions) return Promise.resolve(reply({}));
        return Promise.resolve(reply(mineGet(parts, { funs, tgt, tgtType: String(load['tgt_type'] ?? 'glob'), asker: sender.id })));
      },
    },
  ];
}

/** What came before and now counts together: many requests, each within its size, would fill memory and disk. */
const isTooLarge = (mine: PlainMap): boolean => Object.keys(mine).length > BOUNDS.mineFunctions || encodeBus(mine).length > BOUNDS.mineBytes;

/** One function: `{minion: value}`; several: `{function: {minion: value}}`. `asker` undefined: the master itself. */
export function mineGet(parts: MineParts, ask: { funs: readonly string[]; tgt: Value; tgtType: string; asker?: string }): PlainMap {
  const ids = parts.match(ask.tgt, ask.tgtType, { exactPillar: true });
  const result: Record<string, PlainMap> = Object.fromEntries(ask.funs.map((fun) => [fun, {}]));
  for (const id of ids) {
    const mine = parts.known.mapNow('mine', id);
    if (mine === undefined) continue;
    for (const fun of ask.funs) {
      if (!Object.hasOwn(mine, fun)) continue;
      const value = readable(parts, mine[fun] ?? null, ask.asker);
      if (value !== undefined) (result[fun] as PlainMap)[id] = value;
    }
  }
  return ask.funs.length === 1 ? (result[ask.funs[0] as string] ?? {}) : result;
}

/** The value of an entry, or undefined when its target does not name the asker. */
function readable(parts: MineParts, entry: Value, asker: string | undefined): Value | undefined {
  if (!isPlainMap(entry) || !Object.hasOwn(entry, DATA_KEY)) return entry;
  const allowed = entry[ALLOW_TARGET];
  if (asker === undefined || allowed === undefined || allowed === null || allowed === '') return entry[DATA_KEY] ?? null;
  const type = typeof entry['allow_tgt_type'] === 'string' ? entry['allow_tgt_type'] : 'glob';
  return parts.match(allowed, type, { exactPillar: true }).includes(asker) ? (entry[DATA_KEY] ?? null) : undefined;
}
