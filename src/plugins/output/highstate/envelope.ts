/** Takes what the job cache and the orchestrate runner put around state results off again. */
import { isMap, mapEntries, mapFrom, mapGet, mapHas, mapSize, mapValues, type Value, type ValueMap } from '../../../kernel/std/value.js';
import { needMap, needText } from '../parts/python-errors.js';

/** The results by minion, or whatever else was inside of `return`, `data` or a job cache entry. */
export function openEnvelope(data: Value): Value {
  const returned = isMap(data) ? (mapGet(data, 'return') ?? data) : data;
  const inner = isMap(returned) ? (mapGet(returned, 'data') ?? returned) : returned;
  return isMap(inner) && mapSize(inner) === 1 ? openCacheEntry(inner) : inner;
}

/** `{minion: {jid, fun, return: {data}}}` is an entry of the job cache. */
function openCacheEntry(data: ValueMap): Value {
  const [only] = mapValues(data);
  if (!isMap(only) || !mapHas(only, 'jid') || !mapHas(only, 'fun')) return data;
  return mapGet(needMap(mapGet(only, 'return') ?? {}, 'get'), 'data') ?? data;
}

/** Results by minion without the `retcode` that orchestration adds. @throws PythonError when names are not text */
export function withoutRetcode(data: ValueMap): ValueMap {
  const entries = mapEntries(data);
  const masters = entries.filter(([key]) => needText(key, 'endswith').endsWith('_master'));
  if (masters.length !== 1) return data;
  return mapFrom(entries.filter(([key]) => key !== 'retcode'));
}
