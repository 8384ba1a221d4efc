/** Results as documents of Elasticsearch. Source: the documentation of Salt 3006, returner `elasticsearch`. */
import { isList, isNumber, isPlainMap, type PlainMap, type Value } from '../../../kernel/std/value.js';

const STATE_FUNCTIONS: ReadonlySet<string> = new Set(['state.apply', 'state.highstate', 'state.sls']);

export interface DocumentOptions {
  readonly dated: boolean;
  readonly counted: boolean;
  readonly ordered: boolean;
  readonly single: boolean;
}

export interface ResultDocument {
  readonly index: string;
  readonly body: PlainMap;
}

/** `day` is `YYYY.MM.DD`. Names of indexes have small letters only. */
export const indexName = (name: string, dated: boolean, now: Date): string => `${name}${dated ? `-${now.toISOString().slice(0, 10).replaceAll('-', '.')}` : ''}`.toLowerCase();

export function resultDocument(ret: Readonly<PlainMap>, { dated, counted, ordered, single }: DocumentOptions, now: Date): ResultDocument {
  const fun = String(ret['fun'] ?? '');
  const isStates = STATE_FUNCTIONS.has(fun);
  const returned = ret['return'] ?? null;
  const states = isStates && isPlainMap(returned) ? returned : undefined;
  const data = !isStates ? returned : states === undefined ? { return: returned } : ordered ? inOrder(states) : states;
  const retcode = ret['retcode'] ?? 1;
  const name = indexName(isStates && single ? 'salt-state_apply' : `salt-${fun.replaceAll('.', '_')}`, dated, now);
  return {
    index: isStates && ordered && states !== undefined ? `${name}-ordered` : name,
    body: {
      '@timestamp': now.toISOString().replace('Z', '+00:00'), success: Number(retcode) === 0, retcode, minion: String(ret['id'] ?? ''), fun, jid: String(ret['jid'] ?? ''),
      counts: isStates && counted ? countsOf(states ?? {}) : {}, data: withoutDots(data),
    },
  };
}

/** A state that only would change something in a test run counts as one that succeeded. */
function countsOf(states: PlainMap): PlainMap {
  const all = Object.values(states);
  const failed = all.filter((data) => isPlainMap(data) && data['result'] === false).length;
  return { succeeded: all.length - failed, failed };
}

/** Keys begin with the number of the run, as wide as the count. */
function inOrder(states: PlainMap): PlainMap {
  const width = String(Object.keys(states).length).length;
  return Object.fromEntries(Object.entries(states).map(([key, data]) => {
    const parts = key.split('_|-');
    if (!isPlainMap(data) || !isNumber(data['__run_num__'])) return [key, data];
    return [`${String(Number(data['__run_num__'])).padStart(width, '0')}_|-${key}`, { ...data, _func: `${parts[0] ?? ''}.${parts.at(-1) ?? ''}` }];
  }));
}

/** A dot in a key would be a field in a field; the key as it was stands beside. */
function withoutDots(data: Value): Value {
  if (isList(data)) return data.map(withoutDots);
  if (!isPlainMap(data)) return data;
  const clean: PlainMap = {};
  for (const [key, value] of Object.entries(data)) {
    if (key.includes('.')) clean['_orig_key'] = key;
    clean[key.replaceAll('.', '_')] = withoutDots(value);
  }
  return clean;
}
