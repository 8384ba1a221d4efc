/**
 * Says what is wrong with the shape of high data, all of it at once.
 *
 * Source: state-system, section 7; golden states/compile-errors, requisite-errors.
 */
import { repr, str } from '../../../kernel/std/python-text.js';
import { isMap, mapSize, typeName, type Value, type ValueMap } from '../../../kernel/std/value.js';
import { firstEntry, isBody, isHidden, REQUISITE_WORDS, statesOf, text, type Body, type HighData } from '../high-data.js';

export function verify({ ids }: HighData): string[] {
  return [...ids].flatMap(([id, body]) => verifyId(id, body));
}

function verifyId(id: Value, body: Body | Value): string[] {
  const errors: string[] = [];
  if (typeof id !== 'string') {
    const sls = isBody(body) ? text(body.get('__sls__')) : '';
    errors.push(`ID '${str(id)}' in SLS '${sls}' is not formed as a string, but is type ${typeName(id)}. It may need to be quoted.`);
  } else if (isHidden(id)) return [];
  if (!isBody(body)) return [...errors, `The type ${str(id)} in ${str(body)} is not formatted as a dictionary`];
  const place = { id: str(id), sls: text(body.get('__sls__')) };
  for (const [state, args] of statesOf(body)) errors.push(...verifyState(state, args, place));
  return errors;
}

interface Place {
  readonly id: string;
  readonly sls: string;
}

function verifyState(state: string, args: Value, { id, sls }: Place): string[] {
  if (args === null) {
    return [`ID '${id}' in SLS '${sls}' contains a short declaration (${state}) with a trailing colon. When not passing any `
      + 'arguments to a state, the colon must be omitted.'];
  }
  if (!Array.isArray(args)) return [`State '${id}' in SLS '${sls}' is not formed as a list`];
  const errors: string[] = [];
  const functions = state.includes('.') ? [state.slice(state.indexOf('.') + 1)] : [];
  for (const arg of args as readonly Value[]) {
    if (typeof arg === 'string') {
      functions.push(arg);
      if (arg.trim().includes(' ')) {
        errors.push(`The function "${arg}" in state "${id}" in SLS "${sls}" has whitespace, a function with whitespace is not `
          + 'supported, perhaps this is an argument that is missing a ":"');
      }
    } else if (isMap(arg)) errors.push(...verifyArgument(arg, { id, sls }));
  }
  if (functions.length === 0) errors.push(`No function declared in state '${id}' in SLS '${sls}'`);
  if (functions.length > 1) {
    errors.push(`Too many functions declared in state '${id}' in SLS '${sls}'. Please choose one of the following: ${functions.join(', ')}`);
  }
  return errors;
}

function verifyArgument(arg: ValueMap, { id, sls }: Place): string[] {
  const entry = firstEntry(arg);
  if (entry === undefined) return [];
  const [name, value] = entry;
  if (name === 'names' && !Array.isArray(value)) return [`The 'names' argument in state '${id}' in SLS '${sls}' needs to be formed as a list`];
  if (!REQUISITE_WORDS.has(name)) return [];
  const errors = Array.isArray(value)
    ? (value as readonly Value[]).flatMap((requisite) => verifyRequisite(requisite, { id, sls }))
    : [`The ${str(name)} statement in state '${id}' in SLS '${sls}' needs to be formed as a list`];
  if (mapSize(arg) !== 1) errors.push(`Multiple dictionaries defined in argument of state '${id}' in SLS '${sls}'`);
  return errors;
}

function verifyRequisite(requisite: Value, { id, sls }: Place): string[] {
  if (typeof requisite === 'string') return [];
  if (!isMap(requisite) || mapSize(requisite) !== 1) {
    return [`Requisite declaration ${shown(requisite)} in state ${id} in SLS ${sls} is not formed as a single key dictionary`];
  }
  const [key, value] = firstEntry(requisite) ?? ['', null];
  const errors: string[] = [];
  const word = text(key);
  if (word.includes('.')) {
    errors.push(`Invalid requisite type '${word}' in state '${id}', in SLS '${sls}'. Requisite types must not contain dots, did you mean '${word.slice(0, word.indexOf('.'))}'?`);
  }
  if (Array.isArray(value) || isMap(value)) errors.push(`Illegal requisite "${shown(value)}" in SLS "${sls}", please check your syntax.\n`);
  return errors;
}

/** Maps of an SLS are ordered dicts of Python, and print as such. */
function shown(value: Value): string {
  if (!isMap(value)) return str(value);
  return `OrderedDict([${[...value instanceof Map ? value : Object.entries(value)].map(([key, item]) => `(${repr(key)}, ${repr(item)})`).join(', ')}])`;
}
