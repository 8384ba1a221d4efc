/**
 * Applies `extend` to high data: other arguments take the place of the old ones, requisites are added.
 *
 * Source: state-system, section 1; golden states/include-extend-exclude.
 */
import { isMap, mapFrom, mapGet, type Value, type ValueMap } from '../../../kernel/std/value.js';
import { firstKey, isBody, REQUISITE_WORDS, statesOf, text, type Body, type Extension, type HighData } from '../high-data.js';
import { NameIndex } from './name-index.js';

/** `strict`: an id counts only where it has the state module. Gives the errors; `high` keeps no extensions. */
export function extend(high: HighData, { strict = false } = {}): { high: HighData; errors: string[] } {
  const errors: string[] = [];
  const extended: HighData = { ids: new Map(high.ids), extensions: [], excludes: high.excludes };
  const names = new NameIndex(extended);
  const excluded = new Set(high.excludes.map((item) => (isMap(item) ? mapGet(item, 'sls') : item)).filter((item) => typeof item === 'string'));
  const owned = new Set<Value>();
  for (const extension of high.extensions) {
    const error = extendOne(extended, extension, { strict, names, excluded, owned });
    if (error !== undefined) errors.push(error);
  }
  return { high: extended, errors };
}

interface Tools {
  readonly strict: boolean;
  readonly names: NameIndex;
  /** SLS names that are excluded: what they extend stays as it is. */
  readonly excluded: ReadonlySet<Value>;
  /** Ids whose body is a copy of ours already. */
  readonly owned: Set<Value>;
}

function extendOne(high: HighData, { id, body }: Extension, { strict, names, excluded, owned }: Tools): string | undefined {
  // Said by whoever read it.
  if (body === undefined) return undefined;
  const [first] = statesOf(body);
  if (first === undefined) return `Extension of '${text(id)}' in SLS '${text(body.get('__sls__'))}' names no state`;
  const found = names.find(id, first[0], strict);
  if (found.length !== 1 || found[0] === undefined) return unknownText(id, body);
  const [target] = found;
  if (excluded.has(body.get('__sls__') ?? null)) return undefined;
  const known = high.ids.get(target);
  if (!isBody(known)) return undefined;
  const own = owned.has(target) ? known : new Map(known);
  high.ids.set(target, own);
  owned.add(target);
  for (const [state, args] of statesOf(body)) {
    const old = own.get(state);
    const merged = Array.isArray(old) && Array.isArray(args) ? mergeArguments(old as Value[], args as Value[]) : args;
    own.set(state, merged);
    names.added(target, state, merged);
  }
  return undefined;
}

function unknownText(id: Value, body: Body): string {
  const [env, sls] = [text(body.get('__env__') ?? 'base'), text(body.get('__sls__') ?? 'base')];
  return `Cannot extend ID '${text(id)}' in '${env}:${sls}'. It is not part of the high state.\n`
    + 'This is likely due to a missing include statement or an incorrectly typed ID.\n'
    + `Ensure that a state with an ID of '${text(id)}' is available\nin environment '${env}' and to SLS '${sls}'`;
}

function mergeArguments(old: readonly Value[], added: readonly Value[]): Value[] {
  const merged = [...old];
  for (const arg of added) {
    let used = false;
    for (const [at, known] of merged.entries()) {
      if (typeof arg === 'string' && typeof known === 'string') {
        merged[at] = arg;
        used = true;
      } else if (isMap(arg) && isMap(known)) {
        const [name, knownName] = [firstKey(arg), firstKey(known)];
        if (name === knownName) {
          merged[at] = name !== undefined && REQUISITE_WORDS.has(name) ? joined(known, arg, name) : arg;
          used = true;
        }
        // A name takes the place of names, and stands at the end as well.
        if (name === 'name' && knownName === 'names') merged[at] = arg;
      }
    }
    if (!used) merged.push(arg);
  }
  return merged;
}

function joined(known: ValueMap, arg: ValueMap, name: Value): ValueMap {
  const [before, more] = [mapGet(known, name), mapGet(arg, name)];
  return Array.isArray(before) && Array.isArray(more) ? mapFrom([[name, [...before, ...more]]]) : known;
}
