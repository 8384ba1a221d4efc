/** What filters, tests and functions of templates look like. */
import { type Param, bind } from './bind.js';
import type { Args, CallSite, Data, Later } from './data.js';

/** A filter or test: the value it stands behind, then its arguments. */
export interface Operation {
  readonly name: string;
  /** May have to be waited for. */
  readonly waits: boolean;
  readonly run: (input: Data, args: Args, site: CallSite) => Later<Data>;
}

export interface OperationOptions {
  readonly waits?: boolean;
  /** Python's name of the function, in texts about wrong arguments. */
  readonly pythonName?: string;
  /** Parameters before the input that Jinja fills in: they count in these texts. */
  readonly hidden?: number;
}

/** An operation of values: the input and one value for each parameter. */
export function operation(
  name: string, params: readonly Param[], work: (values: readonly Data[], site: CallSite) => Later<Data>, options: OperationOptions = {},
): Operation {
  const python = options.pythonName ?? name;
  const run = (input: Data, args: Args, site: CallSite): Later<Data> => {
    const all = { list: [input, ...args.list], named: args.named };
    return work(bind(python, params, all, options.hidden).values, site);
  };
  return { name, waits: options.waits ?? false, run };
}

/** Goes on with a result, at once when it is there. */
export function chain<T, R>(value: Later<T>, next: (value: T) => Later<R>): Later<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** Works through items in turn; waits only where it must. */
export function inTurn<T>(items: readonly T[], work: (item: T, at: number) => Later<void>, from = 0): Later<void> {
  for (let at = from; at < items.length; at++) {
    const done = work(items[at] as T, at);
    if (done instanceof Promise) return done.then(() => inTurn(items, work, at + 1));
  }
}

/** The results for all items, in their order. */
export function mapInTurn<T, R>(items: readonly T[], work: (item: T) => Later<R>): Later<R[]> {
  const results: R[] = [];
  const done = inTurn(items, (item) => chain(work(item), (result) => void results.push(result)));
  return chain(done, () => results);
}
