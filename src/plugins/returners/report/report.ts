/** The report on a run of states: a list of `{heading: entries}`, as Salt's returner `highstate` builds it. Source: read, Salt 3008.3. */
import { floatOf, isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { countStates, statesOf, type StateEntry } from './states.js';

export interface Report {
  readonly hasFailed: boolean;
  readonly hasChanged: boolean;
  readonly parts: readonly Value[];
}

/** Undefined for a result that is not that of states. Differs: the errors for which no state ran are a failure, not a crash. */
export function reportOf(ret: Readonly<PlainMap>): Report | undefined {
  const returned = ret['return'];
  const states = statesOf(returned);
  if (states === undefined) {
    if (!isList(returned) || returned.length === 0 || !returned.every((line) => typeof line === 'string')) return undefined;
    return { hasFailed: true, hasChanged: false, parts: [jobOf(ret), { errors: [...returned], __style__: 'failed' }] };
  }
  const { total, failed, unchanged, changed, duration } = countStates(states);
  const stats = [
    { total }, { failed, __style__: 'failed' }, { unchanged, __style__: 'unchanged' }, { changed, __style__: 'changed' }, { duration: asFloat(duration) },
  ];
  return { hasFailed: failed > 0, hasChanged: changed > 0, parts: [{ stats }, jobOf(ret), { states: states.map(stateOf) }] };
}

/** A mapping as a list of `{name: value}`, sorted, and so below. */
export function namedList(data: Value): Value {
  if (!isPlainMap(data)) return data;
  return Object.keys(data).sort(byCodePoint).map((name) => ({ [name]: isPlainMap(data[name]) ? namedList(data[name]) : data[name] ?? null }));
}

const jobOf = (ret: Readonly<PlainMap>): Value => ({
  job: [
    { function: ret['fun'] ?? '' }, { arguments: ret['fun_args'] ?? '' }, { jid: ret['jid'] ?? '' }, { success: ret['success'] ?? true }, { retcode: ret['retcode'] ?? 0 },
  ],
});

function stateOf([key, data]: StateEntry): Value {
  const [module = '', id = '', name = '', fun = ''] = key.split('_|-');
  const { changes, result = '', duration = asFloat(0), comment = '', start_time: started } = data;
  const hasChanges = isTruthy(result) && changes !== undefined && isPlainMap(changes) && isTruthy(changes);
  const entries: Value[] = [{ function: `${module}.${fun}` }, { name }, { result }, { duration }, { comment }];
  if (hasChanges) entries.push({ changes: namedList(changes) });
  if (isTruthy(started)) entries.push({ started: started ?? null });
  return { [id]: entries, __style__: !isTruthy(result) ? 'failed' : hasChanges ? 'changed' : 'unchanged' };
}

const asFloat = (value: number): Value => floatOf(value);
const byCodePoint = (a: string, b: string): number => (Buffer.compare(Buffer.from(a), Buffer.from(b)));
