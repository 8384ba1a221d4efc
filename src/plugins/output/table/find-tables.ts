/** Walks through data and shows every list as a table, below the keys that lead to it. */
import type { ColorName } from '../../../kernel/std/colors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, isTruthy, mapGet, mapHas, mapKeys, type Value, type ValueMap } from '../../../kernel/std/value.js';
import { sorted } from '../parts/python-errors.js';
import { rowLines } from './rows.js';
import type { TableStyle } from './style.js';

const STEP = 4;
const RULE = '----------';

/** The lines for all tables in the data. */
export function tableLines(data: Value, indent: number, style: TableStyle): string[] {
  const wantsKey = isTruthy(style.rowsKey);
  if (Array.isArray(data)) return wantsKey ? [] : listLines(data, null, indent, style);
  if (!isMap(data)) return [];
  const keys = sorted(mapKeys(data));
  if (!wantsKey) return keys.flatMap((key) => [...keyLines(key, indent, style), ...valueLines(data, key, indent, style)]);
  if (mapHas(data, style.rowsKey)) return valueLines(data, style.rowsKey, indent, style);
  return keys.flatMap((key) => tableLines(mapGet(data, key) ?? null, indent, style));
}

function keyLines(key: Value, indent: number, style: TableStyle): string[] {
  return [`${line(str(key), 'DARK_GRAY', indent, style)}:`, line(RULE, 'DARK_GRAY', indent, style)];
}

function valueLines(map: ValueMap, key: Value, indent: number, style: TableStyle): string[] {
  const value = mapGet(map, key) ?? null;
  if (!Array.isArray(value)) return tableLines(value, indent + STEP, style);
  const labels = isTruthy(style.labelsKey) ? (mapGet(map, style.labelsKey) ?? null) : null;
  return listLines(value, labels, indent, style);
}

function listLines(rows: readonly Value[], labels: Value, indent: number, style: TableStyle): string[] {
  return rowLines(rows, labels, style).map(({ text, isRule }) =>
    line(text, isRule ? 'LIGHT_GRAY' : 'WHITE', indent + STEP, style));
}

function line(text: string, color: ColorName, indent: number, style: TableStyle): string {
  return `${' '.repeat(indent)}${style.colors[color]}${text}${style.colors.ENDC}`;
}
