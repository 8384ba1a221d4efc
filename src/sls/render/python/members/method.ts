/** Tables of methods: what templates may call on a value of a type, with Python's texts for wrong arguments. */
import { type Args, Builtin, type CallSite, type Data, type Later, orElse } from '../data.js';
import { typeError } from '../errors.js';

/** A parameter: its name, or name and default. */
export type MethodParam = string | readonly [name: string, fallback: Data];

export interface Method<Self> {
  readonly params: readonly MethodParam[];
  /** Parameters may be given by name. */
  readonly keywords: boolean;
  /** Takes all arguments as they come. */
  readonly raw?: (self: Self, args: Args, site: CallSite) => Later<Data>;
  readonly run?: (self: Self, ...values: Data[]) => Data;
}

export type MethodTable<Self> = ReadonlyMap<string, Method<Self>>;

export function method<Self>(params: readonly MethodParam[], run: (self: Self, ...values: Data[]) => Data, keywords = false): Method<Self> {
  return { params, keywords, run };
}

export function rawMethod<Self>(raw: (self: Self, args: Args, site: CallSite) => Later<Data>): Method<Self> {
  return { params: [], keywords: true, raw };
}

/** The method of a value, ready to be called; undefined when the table has none of that name. */
export function bound<Self extends Data>(table: MethodTable<Self>, typeName: string, self: Self, name: string): Builtin | undefined {
  const found = table.get(name);
  if (found === undefined) return undefined;
  return new Builtin(name, (args, site) => callMethod(found, `${typeName}.${name}`, self, args, site), typeName);
}

export function callMethod<Self>(found: Method<Self>, fullName: string, self: Self, args: Args, site: CallSite): Later<Data> {
  if (found.raw !== undefined) return found.raw(self, args, site);
  return found.run?.(self, ...placed(found, fullName, args)) ?? null;
}

function placed<Self>({ params, keywords }: Method<Self>, fullName: string, args: Args): Data[] {
  const name = fullName.slice(fullName.lastIndexOf('.') + 1);
  const required = params.filter((param) => typeof param === 'string').length;
  const given = args.list.length;
  if (args.named.size > 0 && !keywords) throw typeError(`${fullName}() takes no keyword arguments`);
  if (given > params.length || (given < required && args.named.size === 0)) throw wrongCount(fullName, name, required, params.length, given);
  return params.map((param, at) => {
    const [word, fallback] = typeof param === 'string' ? [param, undefined] : param;
    const value = at < given ? args.list[at] : orElse(args.named.get(word), () => fallback);
    if (value === undefined) throw typeError(`${name}() missing required argument '${word}' (pos ${at + 1})`);
    return value;
  });
}

function wrongCount(fullName: string, name: string, required: number, most: number, given: number): Error {
  if (most === 0) return typeError(`${fullName}() takes no arguments (${given} given)`);
  if (required === 1 && most === 1) return typeError(`${fullName}() takes exactly one argument (${given} given)`);
  const few = given < required;
  const limit = few ? required : most;
  const amount = required === most ? '' : few ? 'at least ' : 'at most ';
  return typeError(`${name} expected ${amount}${limit} argument${limit === 1 ? '' : 's'}, got ${given}`);
}
