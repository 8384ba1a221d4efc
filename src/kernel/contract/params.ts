/** Declared parameters: one declaration gives binding, `sys.argspec`, `sys.doc`, types and completion. */
import { isBytes, isMap, isNumber, isTruthy, type PlainMap, type Value } from '../std/value.js';
import { InvocationError } from './errors.js';

export type ParamKind =
  | 'any' | 'string' | 'int' | 'float' | 'bool' | 'list' | 'map' | 'strings' | 'rest' | 'keywords';

/** One parameter. Its name is its key in `params`; its place there is its position. */
export interface Param<T> {
  readonly kind: ParamKind;
  /** As Salt has it; `undefined` when the parameter is required. */
  readonly default: Value | undefined;
  /** One sentence for `sys.doc`, when the name does not say it. */
  readonly doc?: string;
  /** Only for `keywords`: also the `__pub_*` facts of the job, as Salt hands them to `**kwargs`. */
  readonly pub?: boolean;
  /** Turns a given value into the type the function gets. @throws InvocationError */
  read(value: Value, name: string): T;
}

/** `any` is not TypeScript's: the type has to accept every `Param`. */
export type Params = Readonly<Record<string, Param<unknown>>>;

/** What `run` receives for declared parameters. */
export type ArgsOf<P extends Params> = { readonly [K in keyof P]: P[K] extends Param<infer T> ? T : never };

function wrong(name: string, wanted: string, value: Value): never {
  const found = typeof value === 'object' ? JSON.stringify(value)?.slice(0, 80) : String(value);
  throw new InvocationError(`Argument '${name}' must be ${wanted}, not ${found}`, { context: { name } });
}

function readText(value: Value, name: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (isNumber(value)) return String(value);
  if (isBytes(value)) return Buffer.from(value).toString('utf8');
  return wrong(name, 'text', value);
}

function readNumber(value: Value, name: string): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : isNumber(value) ? Number(value) : NaN;
  return Number.isNaN(number) ? wrong(name, 'a number', value) : number;
}

function readInt(value: Value, name: string): number {
  const number = value === true ? 1 : value === false ? 0 : readNumber(value, name);
  return Number.isInteger(number) ? number : wrong(name, 'a whole number', value);
}

function readStrings(value: Value, name: string): string[] {
  if (value === null) return [];
  if (typeof value === 'string') return value.split(',').map((part) => part.trim()).filter((part) => part !== '');
  if (Array.isArray(value)) return value.map((part: Value) => readText(part, name));
  return [readText(value, name)];
}

function make<T>(kind: ParamKind, read: (value: Value, name: string) => T) {
  function param(): Param<T>;
  function param(fallback: null, doc?: string): Param<T | null>;
  function param(fallback: Value, doc?: string): Param<T>;
  function param(fallback?: Value, doc?: string): Param<T | null> {
    const nullable = fallback === null;
    return {
      kind,
      default: fallback,
      ...(doc === undefined ? {} : { doc }),
      read: (value, name) => (value === null && nullable ? null : read(value, name)),
    };
  }
  return param;
}

/**
 * The kinds of parameters. Without an argument the parameter is required; the first argument is the default
 * (`p.string(null)` may be null); the second a sentence of documentation. Scalars given as text are converted, as
 * users of the command line expect; what cannot be converted throws `InvocationError`.
 */
export const p = {
  any: make<Value>('any', (value) => value),
  string: make<string>('string', readText),
  int: make<number>('int', readInt),
  float: make<number>('float', readNumber),
  bool: make<boolean>('bool', (value) => (typeof value === 'string' ? !/^(false|no|off|0|none|)$/i.test(value) : isTruthy(value))),
  list: make<readonly Value[]>('list', (value, name) =>
    Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : wrong(name, 'a list', value)),
  map: make<PlainMap>('map', (value, name) =>
    isMap(value) && !(value instanceof Map) ? value
      : value instanceof Map ? Object.fromEntries([...value].map(([key, item]) => [String(key), item]))
        : wrong(name, 'a mapping', value)),
  /** A list of texts; `a,b` as text is split. */
  strings: make<string[]>('strings', readStrings),
  /** Python's `*args`: all further positional arguments. */
  rest: (): Param<readonly Value[]> => ({
    kind: 'rest', default: [], read: (value) => value as readonly Value[],
  }),
  /**
   * Python's `**kwargs`: all further keyword arguments, without those that begin with `__pub_` unless `pub` is asked for.
   * Parameters declared after `rest` can be given by name only.
   */
  keywords: (options: { pub?: boolean } = {}): Param<PlainMap> => ({
    kind: 'keywords', default: {}, ...(options.pub === true ? { pub: true } : {}), read: (value) => value as PlainMap,
  }),
};
