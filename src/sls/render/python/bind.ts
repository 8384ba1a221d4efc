/** Gives arguments their places, as Python does when a function is called. */
import type { Args, Data } from './data.js';
import { typeError } from './errors.js';

/** A parameter: its name, or name and default. `*name` takes the rest of the list, `**name` the rest of the named ones. */
export type Param = string | readonly [name: string, fallback: Data];

export interface Bound {
  /** One value for each ordinary parameter. */
  readonly values: Data[];
  readonly rest: readonly Data[];
  readonly named: ReadonlyMap<string, Data>;
}

const quoteList = (names: readonly string[]): string => {
  const quoted = names.map((name) => `'${name}'`);
  return quoted.length < 3 ? quoted.join(' and ') : `${quoted.slice(0, -1).join(', ')}, and ${quoted.at(-1)}`;
};

/** @throws PythonError with Python's texts */
export function bind(name: string, params: readonly Param[], args: Args, hidden = 0): Bound {
  const plain = params.filter((param) => typeof param !== 'string' || !param.startsWith('*'));
  const takesRest = params.some((param) => typeof param === 'string' && /^\*[^*]/.test(param));
  const takesNamed = params.some((param) => typeof param === 'string' && param.startsWith('**'));
  if (args.list.length > plain.length && !takesRest) throw tooMany(name, plain, args.list.length, hidden);
  const left = new Map(args.named);
  const missing: string[] = [];
  const values = plain.map((param, at): Data => {
    const [word, fallback] = typeof param === 'string' ? [param, undefined] : param;
    const given = left.get(word);
    left.delete(word);
    if (at < args.list.length) {
      if (given !== undefined) throw typeError(`${name}() got multiple values for argument '${word}'`);
      return args.list[at] as Data;
    }
    if (given === undefined && fallback === undefined) missing.push(word);
    return given === undefined ? fallback ?? null : given;
  });
  const [unknown] = left.keys();
  if (unknown !== undefined && !takesNamed) throw typeError(`${name}() got an unexpected keyword argument '${unknown}'`);
  if (missing.length > 0) {
    throw typeError(`${name}() missing ${missing.length} required positional argument${missing.length === 1 ? '' : 's'}: ${quoteList(missing)}`);
  }
  return { values, rest: args.list.slice(plain.length), named: left };
}

function tooMany(name: string, plain: readonly Param[], count: number, hidden: number): Error {
  const required = plain.filter((param) => typeof param === 'string').length + hidden;
  const [most, given] = [plain.length + hidden, count + hidden];
  const takes = required === most ? String(most) : `from ${required} to ${most}`;
  return typeError(`${name}() takes ${takes} positional argument${most === 1 && required === 1 ? '' : 's'} but ${given} ${given === 1 ? 'was' : 'were'} given`);
}
