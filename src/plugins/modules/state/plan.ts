/**
 * What a run would change, as a value that can be laid beside those of other minions: equal plans are equal values, whatever the times
 * and numbers of the runs.
 */
import type { Context } from '../../../kernel/contract/context.js';
import type { PlaceOf } from '../../../kernel/contract/plugin.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, isPlainMap, isTruthy, mapGet, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { slsPlaces } from '../../../kernel/sys/sls-places.js';
import type { Keywords } from './request.js';
import { runHighstate, runSls } from './runs.js';

/** Words that stand under `state.plan`, in the order people want them. */
type Kind = 'fails' | 'changes' | 'unknown' | 'unchanged';

/** Errors of the compiler stand for themselves, as in `state.apply`. */
export async function planOf(mods: Value, kwargs: Keywords, ctx: Context): Promise<Value> {
  const { exclude = null, sync_mods: syncMods = null, ...others } = kwargs;
  const given = { ...others, ...(isTruthy(exclude) ? { exclude } : {}) };
  const rows = isTruthy(mods)
    ? await runSls({ mods, test: true, exclude, syncMods, stateEvents: null, kwargs: others }, ctx)
    : await runHighstate({ test: true, stateEvents: null, kwargs: given }, ctx);
  if (!isPlainMap(rows)) return rows;
  const nothing = rows[NOTHING];
  if (isMap(nothing)) return [str(mapGet(nothing, 'comment') ?? '')];
  return Object.values(rows).every((row) => isMap(row)) ? summary(rows, slsPlaces(ctx.opts)) : [str(rows['name'] ?? '')];
}

/** Stands in place of rows when the top file gives nothing; that the highstate is disabled is a map that has no rows at all. */
const NOTHING = 'no_|-states_|-states_|-None';

function summary(rows: PlainMap, places: PlaceOf): PlainMap {
  const entries: PlainMap = { fails: [], changes: [], unknown: [], unchanged: 0 };
  const inOrder = Object.entries(rows).filter((entry): entry is [string, PlainMap] => isMap(entry[1]))
    .sort(([, a], [, b]) => Number(a['__run_num__'] ?? 0) - Number(b['__run_num__'] ?? 0));
  for (const [tag, row] of inOrder) {
    const kind = kindOf(tag, row);
    if (kind === 'unchanged') entries['unchanged'] = Number(entries['unchanged']) + 1;
    else (entries[kind] as Value[]).push(entryOf(tag, row, places));
  }
  return entries;
}

/** Modules whose states run something that nobody can look into: what they give as changes of a test run is only what they would run. */
const BLIND: ReadonlySet<string> = new Set(['cmd', 'module', 'salt', 'saltmod']);

/** A state that cannot predict is told apart from one that says what it would change. */
function kindOf(tag: string, { result = null, changes = {} }: PlainMap): Kind {
  if (result === false) return 'fails';
  if (result === null && BLIND.has(tag.slice(0, tag.indexOf('_|-')))) return 'unknown';
  if (isTruthy(changes)) return 'changes';
  return result === null ? 'unknown' : 'unchanged';
}

function entryOf(tag: string, row: PlainMap, places: PlaceOf): PlainMap {
  const place = places(str(row['__sls__'] ?? ''), str(row['__id__'] ?? ''));
  return {
    state: `${tag.slice(0, tag.indexOf('_|-'))}.${tag.slice(tag.lastIndexOf('_|-') + 3)}`, id: row['__id__'] ?? null, name: row['name'] ?? null, sls: row['__sls__'] ?? null,
    comment: str(row['comment'] ?? ''), changes: row['changes'] ?? {}, ...(place === undefined ? {} : { place }),
  };
}
