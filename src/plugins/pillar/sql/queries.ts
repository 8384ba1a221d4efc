/**
 * The queries behind the name of an SQL source: text, `[query, depth]` or a map with options; several in a list, or by the
 * name under which their answers stand.
 *
 * Source: read, Salt 3008.3 `salt.pillar.sql_base`.
 */
import { isMap, isTruthy, mapGet, type PlainMap, type Value } from '../../../kernel/std/value.js';

export interface Query {
  /** Key under which the answers stand; null: at the top. */
  readonly root: string | null;
  readonly text: string;
  readonly depth: number;
  readonly asList: boolean;
  readonly asJson: boolean;
  /** Levels, counted from 1, whose mappings become lists. */
  readonly withLists: readonly number[];
  readonly ignoreNull: boolean;
}

/** Positional ones first, then named ones by name; what has no text is left out. */
export function queriesOf(args: readonly Value[], kwargs: PlainMap): Query[] {
  const named = Object.keys(kwargs).sort().map((name) => [name, kwargs[name] ?? null] as const);
  return [...args.map((value) => [null, value] as const), ...named].flatMap(([root, value]) => readQuery(root, value) ?? []);
}

function readQuery(root: string | null, value: Value): Query | undefined {
  const plain = { root, depth: 0, asList: false, asJson: false, withLists: [], ignoreNull: false };
  if (typeof value === 'string') return value === '' ? undefined : { ...plain, text: value };
  if (Array.isArray(value)) {
    const [text, depth = 0] = value as readonly Value[];
    return typeof text === 'string' && text !== '' ? { ...plain, text, depth: Number(depth) || 0 } : undefined;
  }
  if (!isMap(value)) return undefined;
  const text = mapGet(value, 'query');
  if (typeof text !== 'string' || text === '') return undefined;
  const flag = (name: string): boolean => isTruthy(mapGet(value, name) ?? false);
  return {
    root, text, depth: Number(mapGet(value, 'depth') ?? 0) || 0, asList: flag('as_list'), asJson: flag('as_json'), ignoreNull: flag('ignore_null'),
    withLists: numbersOf(mapGet(value, 'with_lists') ?? null),
  };
}

function numbersOf(value: Value): number[] {
  if (typeof value === 'string') return value === '' ? [] : value.split(',').map(Number);
  return Array.isArray(value) ? (value as readonly Value[]).map(Number) : [];
}
