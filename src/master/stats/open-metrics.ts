/**
 * The counters of the master as OpenMetrics text, for Prometheus and others.
 *
 * Source: read, OpenMetrics 1.0: a family has its type and help before its samples, counters end with `_total`, the text with `# EOF`.
 */
import { isMap, isNumber, mapEntries, type PlainMap, type Value } from '../../kernel/std/value.js';
import { FAMILIES, type Family } from './families.data.js';

export const OPEN_METRICS_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

export function openMetrics(stats: Readonly<PlainMap>): string {
  return `${FAMILIES.flatMap((family) => linesOf(family, stats)).join('\n')}\n# EOF\n`;
}

function linesOf(family: Family, stats: Readonly<PlainMap>): string[] {
  const { name, kind, help, path, label, field } = family;
  const found = path.reduce<Value | undefined>((value, key) => (value !== undefined && isMap(value) ? (value as PlainMap)[key] : undefined), stats as PlainMap);
  const samples = found === undefined ? [] : samplesOf(found, label, field);
  if (samples.length === 0) return [];
  const suffix = kind === 'counter' ? '_total' : '';
  return [`# TYPE ${name} ${kind}`, `# HELP ${name} ${help}`, ...samples.map(({ labels, value }) => `${name}${suffix}${labels} ${value}`)];
}

/** With a label: one sample for each entry of the map. */
function samplesOf(found: Value, label: string | undefined, field: string | undefined): { labels: string; value: string }[] {
  if (label === undefined) return isNumber(found) ? [{ labels: '', value: String(Number(found)) }] : [];
  if (!isMap(found)) return [];
  return mapEntries(found).flatMap(([key, entry]) => {
    const value = field === undefined ? entry : isMap(entry) ? (entry as PlainMap)[field] : undefined;
    const shown = typeof value === 'string' ? (value === 'running' ? 1 : 0) : value;
    return isNumber(shown) ? [{ labels: `{${label}="${escaped(String(key))}"}`, value: String(Number(shown)) }] : [];
  });
}

const escaped = (text: string): string => text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
