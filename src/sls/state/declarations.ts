/**
 * Brings what one SLS file gives into the form of high data: short declarations are written out, every id learns where it came
 * from, `extend` and `exclude` move out of the ids.
 *
 * Source: state-system, section 1 (step 2); golden states/include-extend-exclude, compile-errors.
 */
import { isMap, mapEntries, type Value, type ValueMap } from '../../kernel/std/value.js';
import { firstKey, isBody, isHidden, text, type Body, type Extension, type HighData } from './high-data.js';

export interface SlsName {
  readonly sls: string;
  readonly saltenv: string;
}

/** One file as high data, without its includes; errors are added to the list. */
export function readDeclarations(state: ValueMap, place: SlsName, errors: string[]): HighData {
  const high: HighData = { ids: new Map(), extensions: [], excludes: [] };
  for (const [id, value] of mapEntries(state)) {
    if (id === 'extend') high.extensions.push(...readExtend(value, place, errors));
    else if (id === 'exclude') readExclude(value, high, place, errors);
    // An include that is no list counts as an id, too.
    else if (id !== 'include' || !Array.isArray(value)) high.ids.set(id, readBody(id, value, place, errors));
  }
  return high;
}

function readBody(id: Value, value: Value, { sls, saltenv }: SlsName, errors: string[]): Body | Value {
  if (typeof value === 'string' && value.includes('.')) {
    const [module = '', fun = ''] = value.split('.');
    return new Map<Value, Value>([['__sls__', sls], ['__env__', saltenv], [module, [fun]]]);
  }
  if (!isMap(value)) {
    errors.push(`ID ${text(id)} in SLS ${sls} is not a dictionary`);
    return value;
  }
  const body: Body = new Map(mapEntries(value));
  if (!splitDots(body)) errors.push(`ID '${text(id)}' in SLS '${sls}' contains multiple state declarations of the same type`);
  if (!body.has('__sls__')) body.set('__sls__', sls);
  if (!body.has('__env__')) body.set('__env__', saltenv);
  return body;
}

/** `test.nop: [...]` becomes `test: [..., nop]`. False when one module is named twice; the second stays as it is. */
export function splitDots(body: Body): boolean {
  const seen = new Set<string>();
  let fine = true;
  for (const [key, args] of Array.from(body)) {
    if (typeof key !== 'string' || key.startsWith('_') || !Array.isArray(args)) continue;
    const [module = '', fun] = key.split('.');
    if (fun !== undefined) {
      if (seen.has(module)) {
        fine = false;
        continue;
      }
      body.delete(key);
      // The list itself: what YAML puts into several ids by an alias belongs to all of them. Golden: compile-errors-072.
      (args as Value[]).push(fun);
      body.set(module, args);
    }
    seen.add(module);
  }
  return fine;
}

function readExtend(value: Value, { sls, saltenv }: SlsName, errors: string[]): Extension[] {
  if (!isMap(value)) {
    errors.push(`Extension value in SLS '${sls}' is not a dictionary`);
    return [];
  }
  return mapEntries(value).map(([id, found]) => {
    if (!isMap(found)) {
      errors.push(`Extension name '${text(id)}' in SLS '${sls}' is not a dictionary`);
      return { id, body: undefined };
    }
    const body: Body = new Map(mapEntries(found));
    if (!body.has('__sls__')) body.set('__sls__', sls);
    if (!body.has('__env__')) body.set('__env__', saltenv);
    splitDots(body);
    return { id, body };
  });
}

function readExclude(value: Value, high: HighData, { sls }: SlsName, errors: string[]): void {
  if (Array.isArray(value)) high.excludes.push(...value as Value[]);
  else errors.push(`Exclude Declaration in SLS ${sls} is not formed as a list`);
}

/** Gives every state without an `order` the next number. */
export function numberStates(high: HighData, next: () => number): void {
  for (const body of high.ids.values()) {
    if (!isBody(body)) continue;
    for (const [key, args] of body) {
      if (typeof key !== 'string' || isHidden(key) || key.startsWith('_') || !Array.isArray(args)) continue;
      const list = args as Value[];
      if (!list.some((arg) => isMap(arg) && firstKey(arg) === 'order')) list.push({ order: next() });
    }
  }
}
