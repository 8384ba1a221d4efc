/** Puts positional and keyword arguments to the declared parameters, and refuses with Python's and Salt's words. */
import { InvocationError, PythonError } from '../contract/errors.js';
import type { Param, Params } from '../contract/params.js';
import { str } from '../std/python-text.js';
import type { PlainMap, Value } from '../std/value.js';

const PUBLISHED_FACT = '__pub_';

/** Parameters by the way they can be given. */
export interface Signature {
  readonly positional: readonly string[];
  /** Declared behind `rest`: by name only. */
  readonly byName: readonly string[];
  readonly rest: string | undefined;
  readonly keywords: string | undefined;
}

export function signatureOf(params: Params): Signature {
  const positional: string[] = [];
  const byName: string[] = [];
  let rest: string | undefined;
  let keywords: string | undefined;
  for (const [name, { kind }] of Object.entries(params)) {
    if (kind === 'rest') rest = name;
    else if (kind === 'keywords') keywords = name;
    else (rest === undefined ? positional : byName).push(name);
  }
  return { positional, byName, rest, keywords };
}

/**
 * Refuses keyword arguments of a published job that the function has not got, before anything runs.
 *
 * Source: golden cli/salt-unexpected-kwarg.
 * @throws InvocationError
 */
export function refuseUnknownKeywords(params: Params, kwargs: PlainMap): void {
  const { positional, byName, keywords } = signatureOf(params);
  if (keywords !== undefined) return;
  const unknown = Object.keys(kwargs).filter((name) => !positional.includes(name) && !byName.includes(name));
  if (unknown.length === 0) return;
  const shown = unknown.map((name) => `${name}=${str(kwargs[name] ?? null)}`).join(', ');
  throw new InvocationError(`The following keyword arguments are not valid: ${shown}`, { context: { keywords: unknown } });
}

/**
 * What `run` gets: every declared parameter read by its kind, defaults filled in. `fun` is the bare function name that
 * messages begin with.
 *
 * @throws PythonError (a TypeError) when arguments are missing, too many or given twice; InvocationError for a wrong kind
 */
export function bindArguments(
  fun: string, params: Params, args: readonly Value[], kwargs: PlainMap,
): Readonly<Record<string, unknown>> {
  const signature = signatureOf(params);
  const { positional, byName, rest, keywords } = signature;
  const given = new Map<string, Value>();
  for (const [at, name] of positional.slice(0, args.length).entries()) given.set(name, args[at] as Value);
  const others: [string, Value][] = [];
  for (const [name, value] of Object.entries(kwargs)) {
    if (positional.includes(name) || byName.includes(name)) {
      if (given.has(name)) throw typeError(`${fun}() got multiple values for argument '${name}'`);
      given.set(name, value);
    } else if (keywords === undefined) {
      throw typeError(`${fun}() got an unexpected keyword argument '${name}'`);
    } else {
      others.push([name, value]);
    }
  }
  if (rest === undefined && args.length > positional.length) throw tooMany(fun, params, signature, args.length);
  refuseMissing(fun, 'positional', positional.filter((name) => isMissing(params[name], given.has(name))));
  refuseMissing(fun, 'keyword-only', byName.filter((name) => isMissing(params[name], given.has(name))));
  const bound = readGiven(params, given);
  if (rest !== undefined) bound[rest] = args.slice(positional.length);
  if (keywords !== undefined) {
    const withFacts = params[keywords]?.pub === true;
    bound[keywords] = Object.fromEntries(others.filter(([name]) => withFacts || !name.startsWith(PUBLISHED_FACT)));
  }
  return bound;
}

function readGiven(params: Params, given: ReadonlyMap<string, Value>): Record<string, unknown> {
  const bound: Record<string, unknown> = {};
  for (const [name, param] of Object.entries(params)) {
    const value = given.get(name);
    // A default may be of another kind than the parameter, as in Python (`saltenv=False`); it is handed over as declared.
    bound[name] = value === undefined ? ownCopy(param.default) : param.read(value, name);
  }
  return bound;
}

/** A function may change the list or map it got; the declaration must not see that. */
function ownCopy(value: Value | undefined): Value | undefined {
  if (Array.isArray(value)) return [...value as Value[]];
  return value !== null && value?.constructor === Object ? { ...value as PlainMap } : value;
}

const isMissing = (param: Param<unknown> | undefined, given: boolean): boolean => !given && param?.default === undefined;

const typeError = (message: string): PythonError => new PythonError('TypeError', message);

function refuseMissing(fun: string, how: string, names: readonly string[]): void {
  if (names.length === 0) return;
  const quoted = names.map((name) => `'${name}'`);
  const last = quoted.pop() as string;
  const list = quoted.length === 0 ? last : `${quoted.join(', ')}${quoted.length > 1 ? ',' : ''} and ${last}`;
  throw typeError(`${fun}() missing ${names.length} required ${how} argument${names.length === 1 ? '' : 's'}: ${list}`);
}

function tooMany(fun: string, params: Params, { positional }: Signature, count: number): PythonError {
  const most = positional.length;
  const least = positional.filter((name) => params[name]?.default === undefined).length;
  const takes = least === most ? `${most}` : `from ${least} to ${most}`;
  return typeError(`${fun}() takes ${takes} positional argument${most === 1 && least === most ? '' : 's'} but ${count} ${count === 1 ? 'was' : 'were'} given`);
}
