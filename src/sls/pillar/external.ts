/**
 * External pillars: sources beside the pillar files, asked in the order of `ext_pillar`. What they give wins over what was
 * there before.
 *
 * Source: read and observed, Salt 3008.3; golden: pillar/merging.
 */
import { PythonError } from '../../kernel/contract/errors.js';
import { asError } from '../../kernel/std/async.js';
import { isMap, isTruthy, mapEntries, mapKeys, mapSize, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';
import type { Compilation } from './compilation.js';

const MALFORMED = 'The "ext_pillar" option is malformed';

/** The pillar with what all sources add. A malformed entry gives an empty one, as in Salt. */
export async function addExternal(pillar: ValueMap, errors: string[], compilation: Compilation): Promise<ValueMap> {
  const { request, merge, log, opts } = compilation;
  const sources = sourcesOf(compilation);
  if (sources === undefined) {
    log.error({}, MALFORMED);
    errors.push(MALFORMED);
    return pillar;
  }
  let whole = mapSize(request.override) > 0 ? merge(pillar, request.override) : pillar;
  const excluded = opts['exclude_ext_pillar'];
  for (const source of sources) {
    if (!isMap(source)) {
      log.error({}, MALFORMED);
      errors.push(MALFORMED);
      return {};
    }
    if (Array.isArray(excluded) && excluded.includes(mapKeys(source)[0] ?? null)) continue;
    const added = await ask(source, whole, errors, compilation);
    if (!isTruthy(added)) continue;
    if (!isMap(added)) throw new PythonError('TypeError', 'Cannot update using non-dict types in dictupdate.update()');
    whole = merge(whole, added);
  }
  return whole;
}

/** Undefined for something that is no list. */
function sourcesOf(compilation: Compilation): readonly Value[] | undefined {
  const configured = compilation.opts['ext_pillar'] ?? [];
  if (!Array.isArray(configured)) return undefined;
  const asked = onDemand(compilation);
  return asked === undefined ? configured as readonly Value[] : [...configured as readonly Value[], asked];
}

/** A source that a minion asks for on its own counts when the configuration allows it. */
function onDemand({ request, opts, log }: Compilation): ValueMap | undefined {
  const { external } = request;
  if (external === undefined || external === null) return undefined;
  const allowed = opts['on_demand_ext_pillar'] ?? [];
  const names = isMap(external) ? mapKeys(external).map(String) : [];
  if (isMap(external) && Array.isArray(allowed) && names.every((name) => allowed.includes(name))) return external;
  log.error({ minion: request.id, asked: names, allowed }, 'on-demand external pillar is not allowed');
  return undefined;
}

/** Of several sources in one entry the last answer counts, as in Salt. */
async function ask(source: ValueMap, pillar: ValueMap, errors: string[], { external, log, request }: Compilation): Promise<Value> {
  let answer: Value = null;
  for (const [key, configuration] of mapEntries(source)) {
    const name = String(key);
    try {
      const given = await external(name, configuration, pillar as PlainMap);
      if (given === undefined) log.error({ minion: request.id, ext_pillar: name }, 'no such external pillar');
      else answer = given;
    } catch (error) {
      const { message } = asError(error);
      log.error({ minion: request.id, ext_pillar: name }, `external pillar failed: ${message}`);
      errors.push(`Failed to load ext_pillar ${name}: ${message}`);
    }
  }
  return answer;
}
